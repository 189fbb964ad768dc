# The house-to-house survey at 3 million people: sourced by scripts/bench, which says what it is for.
persons=3000000 seed=7 work=
while [ "$#" -gt 0 ]; do
    case "$1" in
        --persons) persons="${2:?--persons takes a number}"; shift 2 ;;
        --seed) seed="${2:?--seed takes a number}"; shift 2 ;;
        --work) work="${2:?--work takes a folder}"; shift 2 ;;
        *) die "unknown argument: $1" "scripts/bench --help" ;;
    esac
done
command -v python3 >/dev/null || die "python3 is not on the PATH." "the load comes from bench/survey.py, which needs Python 3.11 or newer"
need_cargo
use_build_cache

step "build (release)"
cargo build --locked --release --workspace --bin canbao
canbao="$CARGO_TARGET_DIR/release/canbao"
own=
[ -n "$work" ] || own="$(mktemp -d "${TMPDIR:-/tmp}/canbao-bench.XXXXXX")"
work="${work:-$own}"
server=
tidy() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work/survey" ${own:+"$own"}
}
trap tidy EXIT

step "a city of $persons people, seed $seed"
mkdir -p "$work"
[ -d "$work/year" ] ||
    "$canbao" synth --persons "$persons" --seed "$seed" --out "$work/year" --months 2 --progress none >/dev/null
city="$(ls "$work"/year/*/city.toml | head -1)"
run="$work/run-$(basename "$(dirname "$city")")"
# exit code 1: some rows could not be read, as in every city
[ -e "$run/summary.json" ] ||
    "$canbao" compare "$city" --out "$run" --no-workbooks --progress none >/dev/null || [ "$?" = 1 ]

rm -rf "$work/survey" && mkdir "$work/survey"
export CANBAO_DATABASE="sqlite://$work/survey/registry.db" CANBAO_DATA="$work/survey/data"
"$canbao" registry migrate >/dev/null
"$canbao" registry apply "$run" >/dev/null

step "issued: $(nproc) cores"
begun="$(date +%s.%N)"
"$canbao" survey assign --name 第一批 --json >"$work/survey/issued.json"
ended="$(date +%s.%N)"
cat "$work/survey/issued.json"

step "the pages, a large village's phone, and 200 phones at once"
python3 bench/survey.py accounts "$canbao" "$work/survey" "$CANBAO_DATABASE"
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
"$canbao" serve --listen "127.0.0.1:$port" >"$work/survey/serve.log" 2>&1 &
server="$!"
for _ in $(seq 100); do
    python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/readyz', timeout=2)" 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || die "canbao serve ended" "$(tail -3 "$work/survey/serve.log")"
    sleep 0.2
done
code=0
python3 bench/survey.py measure "http://127.0.0.1:$port" "$work/survey" --pid "$server" --assigned "$begun" "$ended" || code="$?"

step "a thousand pages on paper"
python3 bench/survey.py paper "$canbao" "$work/survey" || code="$?"
exit "$code"
