# What the scripts share; sourced, not run. Goes to the root of the clone.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
    printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
    exit 2
}

step() { printf '\n== %s\n' "$*"; }

need_cargo() {
    command -v cargo >/dev/null || die "cargo is not on the PATH." "install the Rust toolchain: https://rustup.rs"
}

# need_component NAME SUBCOMMAND: adds a component of the toolchain where it is missing.
need_component() {
    cargo "$2" --version >/dev/null 2>&1 && return
    command -v rustup >/dev/null ||
        die "$1 is missing, and there is no rustup to add it with." "install your distribution's $1"
    rustup component add "$1" || die "$1 could not be added." "run: rustup component add $1"
}

# Build products go to CARGO_TARGET_DIR, else to CANBAO_TARGET_DIR (default ~/.cache/canbao/target, so that a second
# clone need not start cold) where that can be written, else to ./target as ever.
use_build_cache() {
    local cache="${CANBAO_TARGET_DIR:-${HOME:+$HOME/.cache/canbao/target}}"
    if [ -z "${CARGO_TARGET_DIR:-}" ] && [ -n "$cache" ] && mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
        CARGO_TARGET_DIR="$cache"
    fi
    export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
}
