# Sourced by headers.sh and libraries.sh: a private apt (own lists, own cache, no root, nothing installed) that sees several
# Debian releases at once, from the mirror that this machine's apt already uses.
set -eu

say() { echo "$name: $*"; }
fail() { echo "$name: $*" >&2; exit 1; }

mirror() {
    if [ -n "${MIOPENDARTS_DEBIAN_MIRROR:-}" ]; then echo "$MIOPENDARTS_DEBIAN_MIRROR"; return; fi
    cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2> /dev/null |
        grep -oE '(https?|file)://[^ ]*/debian/?( |$)' | head -1 | tr -d ' '
}

apt_open() {
    command -v apt-get > /dev/null || fail "needs apt-get (a Debian or Ubuntu machine or container)"
    uri=$(mirror)
    [ -n "$uri" ] || fail "no Debian mirror in /etc/apt: set MIOPENDARTS_DEBIAN_MIRROR to one"
    apt=$(mktemp -d)
    trap 'rm -rf "$apt"' EXIT
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    : > "$apt/status"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    for suite in "$@"; do echo "deb [signed-by=$keyring] $uri $suite main"; done > "$apt/sources.list"
    # Mirrors that keep old states of Debian serve Release files past their date; the signatures still hold.
    cat > "$apt/apt.conf" <<T
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$apt/lists";
Dir::State::Status "$apt/status";
Dir::Cache "$apt/cache";
APT::Architecture "amd64";
APT::Sandbox::User "";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Debug::NoLocking "true";
T
    export APT_CONFIG="$apt/apt.conf"
    # Container images switch the binary cache off in apt.conf.d, which has the last word but for the command line.
    cached="-o Dir::Cache::pkgcache=$apt/packages.bin -o Dir::Cache::srcpkgcache=$apt/sources.bin"
    say "reading package lists of $* from $uri"
    apt-get $cached -qq update > "$apt/log" 2>&1 || { cat "$apt/log" >&2; fail "apt-get update failed (above)"; }
}

# version PACKAGE PREFIX: the newest version that starts with the prefix.
version() {
    found=$(apt-cache $cached madison "$1" | awk -F'|' -v p="$2" '{gsub(/ /, "", $2)} index($2, p) == 1 {print $2; exit}')
    [ -n "$found" ] || fail "the mirror has no $1 of version $2*. Debian may have moved on: set MIOPENDARTS_DEBIAN_MIRROR to an older state of it"
    echo "$found"
}
