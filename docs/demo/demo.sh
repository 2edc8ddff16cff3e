#!/usr/bin/env bash
# One organisation, two laptops, one server, on this machine, in under a minute: what the product is about, for real.
#   docs/demo/demo.sh FOLDER-WITH-THE-PROGRAMS [FOLDER-FOR-THE-DEMO]
# Everything it makes lies in the second folder (.build-demo unless told otherwise) and stays there for you to play with.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
programs=$(cd "$1" && pwd)
demo=${2:-$(cd "$here/../.." && pwd)/.build-demo}
export WAYBOOK_LANG=${WAYBOOK_LANG:-en} NO_COLOR=1
waybook=$programs/waybook server=$programs/waybook-server

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "${*/#$programs\//}"; "$@"; }
# `jane customer list`: Jane's laptop.
jane() { printf 'jane$ waybook %s\n' "$*"; "$waybook" "$@" --store "$demo/jane"; }
steve() { printf 'steve$ waybook %s\n' "$*"; "$waybook" "$@" --store "$demo/steve"; }

if [ -e "$demo/server.pid" ] && kill -0 "$(cat "$demo/server.pid")" 2>/dev/null; then
    kill "$(cat "$demo/server.pid")"
    sleep 1
fi
rm -rf "$demo"
mkdir -p "$demo"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port

say "A server with two reps"
export WAYBOOK_ADMIN_PASSWORD=demo-admin-password WAYBOOK_PASSWORD=demo-rep-password
run "$server" init --data "$demo/server" --workspace Chinook --admin andrew@chinookcorp.com
run "$server" user add jane@chinookcorp.com --name "Jane Peacock" --role admin --data "$demo/server"
run "$server" user add steve@chinookcorp.com --name "Steve Johnson" --role admin --data "$demo/server"
"$server" serve --data "$demo/server" --port "$port" >"$demo/server.log" 2>&1 &
echo $! >"$demo/server.pid"
for _ in $(seq 100); do
    python3 -c "import urllib.request; urllib.request.urlopen('$url/healthz')" 2>/dev/null && break
    sleep 0.1
done

say "Jane signs in and brings in real customers"
jane login "$url" --user jane@chinookcorp.com --device jane-laptop
jane customer import "$here/data/customers.csv" --map id=externalId --map support_rep= --map contact= --map company= \
    --map fax= --map state= --map postal_code= --map street= --map email=emails --map phone=phones --map kind=kind
jane customer import "$here/data/customers-zh.gb18030.csv" --map 客户名称=name --map 联系人= --map 区= --map 街道=
jane sync

say "Steve signs in: the whole of it is on his laptop"
steve login "$url" --user steve@chinookcorp.com --device steve-laptop
steve customer list --where 'city=上海市' --limit 5
steve search 云岭

say "Both go offline and work. Different fields of one customer:"
jane customer edit "Leonie Köhler" --set city=Ulm
steve customer edit "Leonie Köhler" --set tier=vip
say "The same field of another:"
jane customer edit "JetBrains s.r.o." --set name="JetBrains (Praha)"
steve customer edit "JetBrains s.r.o." --set name="JetBrains s.r.o., Prague"
say "A delete against an edit:"
jane customer delete "Telus"
steve customer edit "Telus" --set industry=Telecoms

say "In the evening they sync"
jane sync
steve sync
jane sync

say "The different fields have come together on both laptops"
jane customer show "Leonie Köhler"
steve customer show "Leonie Köhler"

say "The disagreements are listed on both"
jane conflict list
steve conflict list

say "Steve settles them: his own name for the one, and the customer stays"
steve conflict resolve --where 'path=name' --take current
steve conflict resolve --where 'path=$life' --take current
steve sync
jane sync
jane conflict list
jane customer list --where 'name~JetBrains'

cat <<END

The server goes on at $url (process $(cat "$demo/server.pid"); end it with: kill $(cat "$demo/server.pid")).
Try next:
  export PATH=$programs:\$PATH
  waybook status --store $demo/jane
  waybook log 上海沐禾贸易有限公司 call "Asked for a quote" --result interested --next "Send the quote" --due friday --store $demo/jane
  waybook followup list --store $demo/jane
  waybook customer history "Leonie Köhler" --store $demo/steve
  sqlite3 $demo/steve/store.db "SELECT name, city, tier FROM customer LIMIT 5"
  waybook-server device list --data $demo/server
END
