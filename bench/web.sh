# The pages at 3 million people, 50 users: sourced by scripts/bench, which says what it is for.
persons=3000000 seed=7 work= seconds=120 store=
while [ "$#" -gt 0 ]; do
    case "$1" in
        --persons) persons="${2:?--persons takes a number}"; shift 2 ;;
        --seed) seed="${2:?--seed takes a number}"; shift 2 ;;
        --seconds) seconds="${2:?--seconds takes a number}"; shift 2 ;;
        --store) store="${2:?--store takes sqlite or postgresql}"; shift 2 ;;
        --work) work="${2:?--work takes a folder}"; shift 2 ;;
        *) die "unknown argument: $1" "scripts/bench --help" ;;
    esac
done
command -v python3 >/dev/null || die "python3 is not on the PATH." "the load comes from bench/web.py, which needs Python 3.11 or newer"
need_cargo
use_build_cache
source scripts/postgres.sh

step "build (release)"
cargo build --locked --release --workspace --bin canbao
canbao="$CARGO_TARGET_DIR/release/canbao"
start_postgres
own=
[ -n "$work" ] || own="$(mktemp -d "${TMPDIR:-/tmp}/canbao-bench.XXXXXX")"
work="${work:-$own}"
server=
tidy() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "${postgres_folder:-}" ] || stop_postgres
    rm -rf "$work/web" ${own:+"$own"}
}
trap tidy EXIT

step "two months of $persons people, seed $seed"
mkdir -p "$work"
[ -d "$work/year" ] ||
    "$canbao" synth --persons "$persons" --seed "$seed" --out "$work/year" --months 2 --progress none >/dev/null
runs=()
for city in "$work"/year/*/city.toml; do
    runs+=("$work/run-$(basename "$(dirname "$city")")")
    # exit code 1: some rows could not be read, as in every city
    [ -e "${runs[-1]}/summary.json" ] ||
        "$canbao" compare "$city" --out "${runs[-1]}" --no-workbooks --progress none >/dev/null || [ "$?" = 1 ]
done
regions="$(dirname "$(ls "$work"/year/*/city.toml | head -1)")/regions.csv"

# account ROLE CODE: an account for somebody at work there
account() {
    login="u$((number += 1))"
    printf '河畔-%s-清明Liu7\n' "$login" | "$canbao" user add "$login" --name "用户$number" --role "$1" --area "$2" --password-stdin >/dev/null
    printf '%s{"login": "%s", "password": "河畔-%s-清明Liu7", "role": "%s"}' "${comma:-}" "$login" "$login" "$1" >>"$work/web/accounts.json"
    comma=,
}

code=0
rm -rf "$work/web" && mkdir "$work/web"
database="bench_web_$$_$(date +%s)"
CANBAO_DATABASE= "$(postgres_bin)/createdb" --maintenance-db "$CANBAO_TEST_POSTGRES/postgres" "$database"
for url in "sqlite://$work/web/registry.db" "$CANBAO_TEST_POSTGRES/$database"; do
    [ -z "$store" ] || [ "$store" = "${url%%:*}" ] || continue
    step "${url%%:*}: $(nproc) cores, 50 users, $seconds s"
    export CANBAO_DATABASE="$url" CANBAO_KEY_FILE="$work/web/${url%%:*}.key" CANBAO_DATA="$work/web/${url%%:*}-data"
    "$canbao" registry migrate >/dev/null
    "$canbao" registry apply "${runs[0]}" >/dev/null
    "$canbao" report snapshot >/dev/null
    number=0 comma=
    printf '[' >"$work/web/accounts.json"
    city="$(awk -F, '$3 == "city" { print $1; exit }' "$regions")"
    for role in city city city leader leader; do account "$role" "$city"; done
    for area in $(awk -F, '$3 == "county" { print $1 }' "$regions" | head -10); do account county "$area"; done
    for area in $(awk -F, '$3 == "town" { print $1 }' "$regions" | head -20); do account town "$area"; done
    for area in $(awk -F, '$3 == "village" { print $1 }' "$regions" | head -15); do account collector "$area"; done
    printf ']' >>"$work/web/accounts.json"
    port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    "$canbao" serve --listen "127.0.0.1:$port" >"$work/web/serve.log" 2>&1 &
    server="$!"
    for _ in $(seq 100); do
        python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/readyz', timeout=2)" 2>/dev/null && break
        kill -0 "$server" 2>/dev/null || die "canbao serve ended" "$(tail -3 "$work/web/serve.log")"
        sleep 0.2
    done
    python3 bench/web.py "http://127.0.0.1:$port" "$work/web/accounts.json" --seconds "$seconds" --pid "$server" \
        --apply "$canbao" registry apply "${runs[1]}" | tee "$work/web/result.json"
    python3 bench/web_targets.py "$work/web/result.json" || code=3
    kill "$server" && wait "$server" || true
    server=
done
exit "$code"
