# A browser for the tests of pages; sourced, not run.
#
#   find_browser     installs Debian's chromium and chromium-driver where they are missing, fetches axe-core (checked by its
#                    digest), and exports CANBAO_TEST_CHROMEDRIVER and CANBAO_TEST_AXE

axe_version=4.14.1 axe_digest=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745

find_browser() {
    if [ "${CANBAO_TEST_CHROMEDRIVER:-}" = none ]; then
        unset CANBAO_TEST_CHROMEDRIVER
        return
    fi
    if ! command -v chromedriver >/dev/null || ! command -v chromium >/dev/null; then
        command -v apt-get >/dev/null ||
            die "Chromium or its driver is missing, and there is no apt-get to add them with." \
                "install chromium and chromium-driver, or set CANBAO_TEST_CHROMEDRIVER=none"
        local root=()
        [ "$(id -u)" = 0 ] || root=(sudo)
        "${root[@]}" apt-get update -qq
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            chromium chromium-driver fonts-noto-cjk >/dev/null
    fi
    CANBAO_TEST_CHROMEDRIVER="$(command -v chromedriver)"
    local cache="${XDG_CACHE_HOME:-$HOME/.cache}/canbao"
    CANBAO_TEST_AXE="$cache/axe-$axe_version.js"
    if [ ! -s "$CANBAO_TEST_AXE" ]; then
        mkdir -p "$cache"
        local packed
        packed="$(mktemp)"
        curl -fsSL "https://registry.npmjs.org/axe-core/-/axe-core-$axe_version.tgz" -o "$packed" ||
            die "axe-core could not be fetched." "the npm registry must be reachable, or set CANBAO_TEST_CHROMEDRIVER=none"
        echo "$axe_digest  $packed" | sha256sum --check --status ||
            die "axe-core is not what it was when this was written." "look at it, then change axe_digest in scripts/browser.sh"
        tar -xzOf "$packed" package/axe.min.js >"$CANBAO_TEST_AXE.new" && mv "$CANBAO_TEST_AXE.new" "$CANBAO_TEST_AXE"
        rm -f "$packed"
    fi
    export CANBAO_TEST_CHROMEDRIVER CANBAO_TEST_AXE
}
