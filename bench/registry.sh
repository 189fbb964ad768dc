# The live registry in both databases: sourced by scripts/bench, which says what it is for.
options persons seed work -- "$@"
source scripts/postgres.sh
start_postgres
begin registry --example measure_registry
months 2
database="bench_$$_$(date +%s)"
CANBAO_DATABASE= "$(postgres_bin)/createdb" --maintenance-db "$CANBAO_TEST_POSTGRES/postgres" "$database"
for at in "sqlite://$folder/registry.db" "$CANBAO_TEST_POSTGRES/$database"; do
    step "${at%%:*}: $(nproc) cores"
    CANBAO_KEY_FILE="$folder/${at%%:*}.key" "$CARGO_TARGET_DIR/release/examples/measure_registry" "$at" "${runs[@]}" || code="$?"
done
