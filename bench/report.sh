# Sourced by scripts/bench: what three million people's figures take, and every indicator counted a second time.
persons=3000000 seed=7 work=
while [ "$#" -gt 0 ]; do
    case "$1" in
        --persons) persons="${2:?--persons takes a number}"; shift 2 ;;
        --seed) seed="${2:?--seed takes a number}"; shift 2 ;;
        --work) work="${2:?--work takes a folder}"; shift 2 ;;
        -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "scripts/bench"; exit 0 ;;
        *) die "unknown argument: $1" "scripts/bench --help" ;;
    esac
done
need_cargo
use_build_cache
step "build (release)"
cargo build --locked --release --workspace --bin canbao
canbao="$CARGO_TARGET_DIR/release/canbao"
command -v python3 >/dev/null || die "python3 is missing" "install Debian's python3-venv"
[ -x bench/.venv/bin/python ] || python3 -m venv bench/.venv
bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt

own=
[ -n "$work" ] || own="$(mktemp -d "${TMPDIR:-/tmp}/canbao-bench.XXXXXX")"
work="${work:-$own}"
server=
tidy() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work/report" ${own:+"$own"}
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

rm -rf "$work/report" && mkdir "$work/report"
export CANBAO_DATABASE="sqlite://$work/report/registry.db" CANBAO_KEY_FILE="$work/report/key" CANBAO_DATA="$work/report/data"
code=0
# timed TARGET WHAT COMMAND…: seconds that a command takes, held against the most that it may
timed() {
    local most="$1" what="$2" from until
    shift 2
    from="$(date +%s.%N)"
    "$@" >"$work/report/said" || die "$what failed" "$(tail -3 "$work/report/said")"
    until="$(date +%s.%N)"
    python3 - "$from" "$until" "$most" "$what" <<'PYTHON' || code=3
import sys
took, most = float(sys.argv[2]) - float(sys.argv[1]), float(sys.argv[3])
print(f"{'met   ' if took <= most else 'MISSED'} {sys.argv[4]:60} {took:8.2f} s   target {most:g}")
sys.exit(took > most)
PYTHON
}
step "the record, two snapshots"
"$canbao" registry migrate >/dev/null
"$canbao" registry apply "${runs[0]}" >/dev/null
"$canbao" survey assign --name 第一批 >/dev/null
"$canbao" report snapshot >/dev/null
"$canbao" registry apply "${runs[1]}" >/dev/null
timed 30 "a snapshot, with its figures" "$canbao" report snapshot

step "every indicator a second time, in Polars"
"$canbao" report export --format parquet --out "$work/report/export"
bench/.venv/bin/python bench/figures.py "$work/report/registry.db" "$work/report/export" || code=3

step "papers"
county="$(awk -F, '$3 == "county" { print $1; exit }' "$(dirname "$(ls "$work"/year/*/city.toml | head -1)")/regions.csv")"
timed 5 "a county's report with charts (PDF)" "$canbao" report analysis --area "$county" --out "$work/report/county.pdf"
timed 5 "the same (DOCX)" "$canbao" report analysis --area "$county" --out "$work/report/county.docx"
timed 60 "a bulletin for each town" "$canbao" report bulletin --each town --out-dir "$work/report/towns"
echo "       $(ls "$work/report/towns" | wc -l) bulletins"

step "pivots"
city="$(awk -F, '$3 == "city" { print $1; exit }' "$(dirname "$(ls "$work"/year/*/city.toml | head -1)")/regions.csv")"
printf '河畔-u1-清明Liu7\n' | "$canbao" user add u1 --name 用户 --role city --area "$city" --password-stdin >/dev/null
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
"$canbao" serve --listen "127.0.0.1:$port" >"$work/report/serve.log" 2>&1 &
server="$!"
python3 bench/pivots.py "http://127.0.0.1:$port" u1 '河畔-u1-清明Liu7' || code=3
exit "$code"
