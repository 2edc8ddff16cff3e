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
laptop() { local who=$1; shift; printf '%s$ waybook %s\n' "$who" "$*"; "$waybook" "$@" --store "$demo/$who"; }
nancy() { laptop nancy "$@"; }
jane() { laptop jane "$@"; }
steve() { laptop steve "$@"; }

if [ -e "$demo/server.pid" ] && kill -0 "$(cat "$demo/server.pid")" 2>/dev/null; then
    kill "$(cat "$demo/server.pid")"
    sleep 1
fi
rm -rf "$demo"
mkdir -p "$demo"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port

say "A server for a manager and three reps, who are her team"
export WAYBOOK_ADMIN_PASSWORD=demo-admin-password WAYBOOK_PASSWORD=demo-rep-password
run "$server" init --data "$demo/server" --workspace Chinook --admin andrew@chinookcorp.com
run "$server" user add nancy@chinookcorp.com --name "Nancy Edwards" --role manager --data "$demo/server"
run "$server" user add jane@chinookcorp.com --name "Jane Peacock" --role rep --data "$demo/server"
run "$server" user add steve@chinookcorp.com --name "Steve Johnson" --role rep --data "$demo/server"
run "$server" user add margaret@chinookcorp.com --name "Margaret Park" --role rep --data "$demo/server"
run "$server" team add Sales --data "$demo/server"
for who in nancy jane steve margaret; do run "$server" team join Sales "$who@chinookcorp.com" --data "$demo/server"; done
"$server" serve --data "$demo/server" --port "$port" >"$demo/server.log" 2>&1 &
echo $! >"$demo/server.pid"
for _ in $(seq 100); do
    python3 -c "import urllib.request; urllib.request.urlopen('$url/healthz')" 2>/dev/null && break
    sleep 0.1
done

say "Nancy, the manager, brings in real customers, each with the rep who answers for it"
nancy login "$url" --user nancy@chinookcorp.com --device nancy-laptop
nancy customer import "$here/data/customers.csv" --map id=externalId --map support_rep=owner --map contact= \
    --map company= --map fax= --map state= --map postal_code= --map street= --map email=emails --map phone=phones \
    --map kind=kind
nancy customer assign "JetBrains s.r.o." --to jane@chinookcorp.com --reason "Prague goes to Jane"
say "Chinese customers of nobody yet: those in Shanghai are shared out by a rule, the others wait in the pool"
nancy customer import "$here/data/customers-zh.gb18030.csv" --map 客户名称=name --map 联系人= --map 区= --map 街道=
nancy assignmentRule add 上海 --set filter=city=上海市 --set "people=Jane Peacock,Steve Johnson" --set method=roundRobin
nancy customer assign --by-rules --reason 按区域分配 --where city=上海市
nancy sync

say "Jane and Steve sign in: each laptop holds that rep's customers and nothing more"
jane login "$url" --user jane@chinookcorp.com --device jane-laptop
steve login "$url" --user steve@chinookcorp.com --device steve-laptop
steve customer list --where 'city=上海市'
steve search 云岭
steve pool list --where 'city=北京市'

say "They share three customers with each other"
jane customer share "JetBrains s.r.o." --with "Steve Johnson" --edit
steve customer share "Leonie Köhler" --with "Jane Peacock" --edit
steve customer share Telus --with "Jane Peacock" --edit
jane sync
steve sync
jane sync

say "Both go offline and work. Different fields of one customer:"
jane customer edit "Leonie Köhler" --set city=Ulm
steve customer edit "Leonie Köhler" --set tier=vip
say "The same field of another:"
jane customer edit "JetBrains s.r.o." --set name="JetBrains (Praha)"
steve customer edit "JetBrains s.r.o." --set name="JetBrains s.r.o., Prague"
say "A delete against an edit:"
steve customer delete Telus
jane customer edit Telus --set industry=Telecoms
say "And both want the same customer of the pool:"
jane pool claim 北京云岭软件有限公司
steve pool claim 北京云岭软件有限公司

say "In the evening they sync"
jane sync
steve sync
jane sync

say "The different fields have come together on both laptops"
jane customer show "Leonie Köhler"
steve customer show "Leonie Köhler"

say "The disagreements are listed on both; Jane had reached the server first with her claim"
jane conflict list
steve conflict list

say "Steve settles them: his own name for the one, and the customer stays"
steve conflict resolve --where 'path=name' --take current
steve conflict resolve --where 'path=$life' --take current
steve sync
jane sync
jane conflict list
jane customer list --where 'name~JetBrains'

say "Nancy gives one of Steve's customers to Jane. Steve, without a network, still works on it"
nancy sync
nancy customer assign "Marc Dubois" --to jane@chinookcorp.com --reason "France goes to Jane"
nancy sync
steve log "Marc Dubois" call "Wants the new catalogue" --result interested

say "It leaves his laptop, with who moved it and why; what he typed waits for Jane"
steve sync
steve sync log
jane sync
jane handover list
jane handover take "Marc Dubois"
jane sync
steve sync
jane customer owners "Marc Dubois"

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
