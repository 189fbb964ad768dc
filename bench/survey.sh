# The house-to-house survey at 3 million people: sourced by scripts/bench, which says what it is for.
options persons seed work -- "$@"
begin survey
months 1
export CANBAO_DATABASE="sqlite://$folder/registry.db" CANBAO_DATA="$folder/data"
"$canbao" registry migrate >/dev/null
"$canbao" registry apply "${runs[0]}" >/dev/null

step "issued: $(nproc) cores"
begun="$(date +%s.%N)"
"$canbao" survey assign --name 第一批 --json >"$folder/issued.json"
ended="$(date +%s.%N)"
cat "$folder/issued.json"

step "the pages, a large village's phone, and 200 phones at once"
python3 bench/survey.py accounts "$canbao" "$folder" "$CANBAO_DATABASE"
serve
python3 bench/survey.py measure "$url" "$folder" --pid "$server" --assigned "$begun" "$ended" || code="$?"

step "a thousand pages on paper"
python3 bench/survey.py paper "$canbao" "$folder" || code="$?"
