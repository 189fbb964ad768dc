# A throw-away PostgreSQL for tests and measurements; sourced, not run. Its own port and folder, never a system cluster.
#
#   start_postgres          installs Debian's package where there is none, starts a server, and exports
#                           CANBAO_TEST_POSTGRES (postgresql://canbao@127.0.0.1:PORT); it ends with the shell

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

install_postgres() {
    command -v apt-get >/dev/null ||
        die "PostgreSQL is missing, and there is no apt-get to add it with." "install PostgreSQL 15 or later, or set CANBAO_TEST_POSTGRES=none"
    local root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    # the package makes a cluster of its own unless told not to
    "${root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | "${root[@]}" tee /etc/postgresql-common/createcluster.d/canbao.conf >/dev/null
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi
}

start_postgres() {
    [ -n "${CANBAO_TEST_POSTGRES:-}" ] && return
    [ -n "$(postgres_bin)" ] || install_postgres
    local bin
    bin="$(postgres_bin)"
    [ -n "$bin" ] || die "PostgreSQL was installed, but its programs are not in /usr/lib/postgresql." "set CANBAO_TEST_POSTGRES"
    postgres_folder="$(mktemp -d "${TMPDIR:-/tmp}/canbao-postgres.XXXXXX")"
    [ "$(id -u)" = 0 ] && chown postgres "$postgres_folder"
    chmod 700 "$postgres_folder"
    trap stop_postgres EXIT
    as_postgres "$bin/initdb" -D "$postgres_folder/data" -U canbao -A trust --no-locale -E UTF8 >/dev/null
    local port try
    for try in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        if as_postgres "$bin/pg_ctl" -D "$postgres_folder/data" -s -w -l "$postgres_folder/log" \
            -o "-p $port -c listen_addresses=127.0.0.1 -k '$postgres_folder' -c max_connections=200 -c shared_buffers=512MB -c max_wal_size=4GB" start; then
            export CANBAO_TEST_POSTGRES="postgresql://canbao@127.0.0.1:$port"
            # for tests that end the server and start it again
            export CANBAO_TEST_POSTGRES_BIN="$bin" CANBAO_TEST_POSTGRES_DATA="$postgres_folder/data"
            return
        fi
    done
    cat "$postgres_folder/log" >&2
    die "PostgreSQL does not start." "the lines above say why"
}

stop_postgres() {
    as_postgres "$(postgres_bin)/pg_ctl" -D "$postgres_folder/data" -s -m immediate stop || true
    rm -rf "$postgres_folder"
}
