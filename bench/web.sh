# The pages at 3 million people, 50 users: sourced by scripts/bench, which says what it is for.
seconds=120 store=
options persons seed work seconds store -- "$@"
source scripts/postgres.sh
start_postgres
begin web
months 2

# account ROLE CODE: an account for somebody at work there
account() {
    login="u$((number += 1))"
    printf '河畔-%s-清明Liu7\n' "$login" | "$canbao" user add "$login" --name "用户$number" --role "$1" --area "$2" --password-stdin >/dev/null
    printf '%s{"login": "%s", "password": "河畔-%s-清明Liu7", "role": "%s"}' "${comma:-}" "$login" "$login" "$1" >>"$folder/accounts.json"
    comma=,
}

database="bench_web_$$_$(date +%s)"
CANBAO_DATABASE= "$(postgres_bin)/createdb" --maintenance-db "$CANBAO_TEST_POSTGRES/postgres" "$database"
for at in "sqlite://$folder/registry.db" "$CANBAO_TEST_POSTGRES/$database"; do
    [ -z "$store" ] || [ "$store" = "${at%%:*}" ] || continue
    step "${at%%:*}: $(nproc) cores, 50 users, $seconds s"
    export CANBAO_DATABASE="$at" CANBAO_KEY_FILE="$folder/${at%%:*}.key" CANBAO_DATA="$folder/${at%%:*}-data"
    "$canbao" registry migrate >/dev/null
    "$canbao" registry apply "${runs[0]}" >/dev/null
    "$canbao" report snapshot >/dev/null
    number=0 comma=
    printf '[' >"$folder/accounts.json"
    for role in city city city leader leader; do account "$role" "$(areas city)"; done
    for area in $(areas county | head -10); do account county "$area"; done
    for area in $(areas town | head -20); do account town "$area"; done
    for area in $(areas village | head -15); do account collector "$area"; done
    printf ']' >>"$folder/accounts.json"
    serve
    python3 bench/web.py "$url" "$folder/accounts.json" --seconds "$seconds" --pid "$server" \
        --apply "$canbao" registry apply "${runs[1]}" | tee "$folder/result.json"
    python3 bench/web_targets.py "$folder/result.json" || code=3
    rest
done
