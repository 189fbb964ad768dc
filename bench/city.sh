# What measures a record shares, sourced by scripts/bench and scripts/figures: what they are asked, the program, a city of two
# months, offices at work, a server.
persons=3000000 seed=7 work= profile=release

# options NAME… -- ARGUMENT…: each --NAME VALUE of the arguments becomes a variable
options() {
    local names=" "
    while [ "$1" != -- ]; do names+="--$1 " && shift; done
    shift
    while [ "$#" -gt 0 ]; do
        case "$names" in
            *" $1 "*) printf -v "${1#--}" %s "${2:?$1 takes a value}" && shift 2 ;;
            *) die "unknown argument: $1" "scripts/bench --help" ;;
        esac
    done
}

# begin NAME [FLAG…]: builds the program ($canbao; flags are cargo's), and makes $folder, which is gone at the end
begin() {
    local name="$1"
    shift
    command -v python3 >/dev/null || die "python3 is not on the PATH." "install Python 3.11 or newer, with venv"
    need_cargo
    use_build_cache
    step "build ($profile)"
    cargo build --locked --profile "$profile" --workspace --bin canbao "$@"
    canbao="$CARGO_TARGET_DIR/${profile/dev/debug}/canbao"
    own= server=
    [ -n "$work" ] || own="$(mktemp -d "${TMPDIR:-/tmp}/canbao-bench.XXXXXX")"
    work="${work:-$own}" folder="$work/$name"
    trap tidy EXIT
    rm -rf "$folder" && mkdir -p "$folder"
}

tidy() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "${postgres_folder:-}" ] || stop_postgres
    rm -rf "$folder" ${own:+"$own"}
}

# months COUNT: two months of a city in $work/year; the runs of the first COUNT are $runs, its areas $regions
months() {
    step "$1 of two months of $persons people, seed $seed"
    [ -d "$work/year" ] ||
        "$canbao" synth --persons "$persons" --seed "$seed" --out "$work/year" --months 2 --progress none >/dev/null
    local month
    runs=()
    for month in $(ls -d "$work"/year/*/ | head -"$1"); do
        runs+=("$work/run-$(basename "$month")")
        # exit code 1: some rows could not be read, as in every city
        [ -e "${runs[-1]}/summary.json" ] ||
            "$canbao" compare "$month/city.toml" --out "${runs[-1]}" --no-workbooks --progress none >/dev/null || [ "$?" = 1 ]
        regions="${regions:-$month/regions.csv}"
    done
}

# work_in VILLAGES: the record of both months, a snapshot of the first, and offices at work in so many villages since
work_in() {
    step "two months of record, a snapshot, offices at work"
    export CANBAO_DATABASE="sqlite://$folder/registry.db" CANBAO_KEY_FILE="$folder/key" CANBAO_DATA="$folder/data"
    "$canbao" registry migrate >/dev/null
    "$canbao" registry apply "${runs[0]}" >/dev/null
    "$canbao" survey assign --name 第一批 --due 2099-12-31 >/dev/null
    "$canbao" report snapshot >/dev/null
    "$canbao" registry apply "${runs[1]}" >/dev/null
    serve
    python3 bench/visits.py "$canbao" "$url" "$folder/registry.db" "$1"
    rest
}

# counted PYTHON: the last snapshot's figures against those that are counted in Polars
counted() {
    step "every indicator a second time, in Polars"
    "$canbao" report export --format parquet --out "$folder/export"
    "$1" bench/figures.py "$folder/registry.db" "$folder/export"
}

# areas LEVEL: codes of a level
areas() { awk -F, -v level="$1" '$3 == level { print $1 }' "$regions"; }

# serve: the record that CANBAO_DATABASE names, at $url, until the end
serve() {
    local port
    port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    url="http://127.0.0.1:$port"
    "$canbao" serve --listen "127.0.0.1:$port" >"$folder/serve.log" 2>&1 &
    server="$!"
    for _ in $(seq 300); do
        python3 -c "import urllib.request; urllib.request.urlopen('$url/readyz', timeout=2)" 2>/dev/null && return
        kill -0 "$server" 2>/dev/null || die "canbao serve ended" "$(tail -3 "$folder/serve.log")"
        sleep 0.2
    done
    die "canbao serve does not answer" "$(tail -3 "$folder/serve.log")"
}

# rest: ends the server
rest() {
    kill "$server" && wait "$server" || true
    server=
}
