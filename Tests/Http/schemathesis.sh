#!/usr/bin/env bash
# Runs schemathesis against the real server: everything that protocol/openapi.yaml says, and what it forbids.
# usage: Tests/Http/schemathesis.sh WAYBOOK-SERVER SCHEMATHESIS [EXAMPLES] [SEED]
set -euo pipefail

server=$1
schemathesis=$2
examples=${3:-60}
seed=${4:-20261121}
here=$(cd "$(dirname "$0")" && pwd)
document=$here/../../protocol/openapi.yaml
folder=$(mktemp -d)
pid=

stop() {
    if [ -n "$pid" ]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap stop EXIT

export WAYBOOK_ADMIN_PASSWORD='correct horse' WAYBOOK_LANG=en
"$server" init --data "$folder/data" --workspace Schemathesis --admin mei@example.com >/dev/null
"$server" serve --data "$folder/data" --port 0 --json >"$folder/address" 2>"$folder/log" &
pid=$!
for _ in $(seq 200); do
    [ -s "$folder/address" ] && break
    sleep 0.05
done
address=$(sed -E 's/.*"address":"([^"]*)".*/\1/' "$folder/address")

sign_in() { # prints token and replica number
    curl -sS --fail -H 'Content-Type: application/json' "$address/v1/sign-in" \
        -d "{\"email\":\"mei@example.com\",\"password\":\"correct horse\",\"device\":\"$1\"}" |
        sed -E 's/.*"replica":([0-9]+).*"token":"([^"]*)".*/\2 \1/'
    echo
}

run() { # token, then options
    local token=$1
    shift
    SCHEMATHESIS_HOOKS=schemathesis_hooks PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 \
        "$schemathesis" --config-file "$here/schemathesis.toml" run "$document" --url "$address" \
        -H "Authorization:Bearer $token" --seed "$seed" --max-examples "$examples" --generation-database none \
        --request-timeout 10 --continue-on-failure --no-color "$@"
}

status=0
read -r token WAYBOOK_REPLICA < <(sign_in main)
export WAYBOOK_REPLICA
# A stream of events has no end, and signing out, revoking and wiping end tokens: the first is left to EventsRouteTests,
# the others have runs and tokens of their own.
run "$token" --exclude-path /v1/events --exclude-path /v1/sign-out --exclude-path-regex '^/v1/devices/' --checks all ||
    status=1
for path in /v1/sign-out '/v1/devices/{replica}/revoke' '/v1/devices/{replica}/wipe'; do
    read -r token _ < <(sign_in leaving)
    run "$token" --include-path "$path" --phases examples,fuzzing \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance ||
        status=1
done

# Whatever was sent: the server lives, counted no answer of the class 5xx, logged no failure, and its data are whole.
metrics=$(curl -sS --fail "$address/metrics")
if grep -q 'status="5xx"' <<<"$metrics"; then
    grep 'status="5xx"' <<<"$metrics"
    status=1
fi
if grep -q 'failed' "$folder/log"; then
    grep 'failed' "$folder/log" | head -20
    status=1
fi
"$server" check --data "$folder/data" || status=1
grep -E '^waybook_(http_requests|sets_judged|records_fed)_total' <<<"$metrics"
exit "$status"
