#!/bin/sh
# Fetches the public headers of four ROCm generations and of MPI 5's standard ABI, for the ABI probes in the tests and for
# generate.sh: Debian's -dev packages, unpacked (not installed) into $MIOPENDARTS_HEADERS, by default
# ~/.cache/miopendarts/headers. About 1.5 MB besides apt's own lists. Run it again at will: what is there is left alone.
name=headers.sh
. "$(dirname "$0")/debian.sh"
to=${MIOPENDARTS_HEADERS:-${XDG_CACHE_HOME:-$HOME/.cache}/miopendarts/headers}

# generation: package=version prefix ...
list() {
    cat <<'T'
5.2.3 libamdhip64-dev=5.2.3
5.7.1 libamdhip64-dev=5.7.1 libhipblas-dev=5.5.1
6.4.3 libamdhip64-dev=6.4.3 libmiopen-dev=6.4.3 libhipblas-dev=6.4 libhipblas-common-dev=7.1
7.2.4 libamdhip64-dev=7.2.4 libmiopen-dev=7.2.4 libhipblas-dev=7.2.4 libhipblas-common-dev=7.2.4
mpi-abi libmpich-dev=5.0
T
}

missing=$(list | while read -r generation _; do [ -e "$to/$generation/.complete" ] || echo "$generation"; done)
[ -n "$missing" ] || { say "all headers are in $to"; exit 0; }
apt_open bookworm trixie sid experimental
mkdir -p "$apt/deb"
for generation in $missing; do
    into="$apt/$generation"
    mkdir -p "$into"
    for want in $(list | sed -n "s/^$generation //p"); do
        package=${want%%=*}
        exact=$(version "$package" "${want#*=}")
        (cd "$apt/deb" && apt-get $cached -qq download "$package=$exact") || fail "could not download $package $exact"
        dpkg-deb -x "$apt/deb/$package"_*.deb "$into"
        rm "$apt/deb/$package"_*.deb
    done
    touch "$into/.complete"
    mkdir -p "$to"
    rm -rf "${to:?}/$generation"
    mv "$into" "$to/$generation"
    say "headers of $generation are in $to/$generation/usr/include"
done
