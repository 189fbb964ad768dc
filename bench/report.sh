# What three million people's figures take, and every indicator counted a second time: sourced by scripts/bench.
options persons seed work -- "$@"
begin report
[ -x bench/.venv/bin/python ] || python3 -m venv bench/.venv
bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
months 2

# timed TARGET WHAT COMMAND…: seconds that a command takes, held against the most that it may
timed() {
    local most="$1" what="$2" from until
    shift 2
    from="$(date +%s.%N)"
    "$@" >"$folder/said" || die "$what failed" "$(tail -3 "$folder/said")"
    until="$(date +%s.%N)"
    python3 - "$from" "$until" "$most" "$what" <<'PYTHON' || code=3
import sys
took, most = float(sys.argv[2]) - float(sys.argv[1]), float(sys.argv[3])
print(f"{'met   ' if took <= most else 'MISSED'} {sys.argv[4]:60} {took:8.2f} s   target {most:g}", flush=True)
sys.exit(took > most)
PYTHON
}

work_in 60
timed 30 "a snapshot, with its figures" "$canbao" report snapshot

counted bench/.venv/bin/python || code=3

step "papers"
county="$(areas county | head -1)"
timed 5 "a county's report with charts (PDF)" "$canbao" report analysis --area "$county" --out "$folder/county.pdf"
timed 5 "the same (DOCX)" "$canbao" report analysis --area "$county" --out "$folder/county.docx"
timed 60 "a bulletin for each town" "$canbao" report bulletin --each town --out-dir "$folder/towns"
echo "       $(ls "$folder/towns" | wc -l) bulletins"

step "pivots"
printf '河畔-u1-清明Liu7\n' | "$canbao" user add u1 --name 用户 --role city --area "$(areas city)" --password-stdin >/dev/null
serve
python3 bench/pivots.py "$url" u1 || code=3
