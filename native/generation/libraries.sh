#!/bin/sh
# Fetches the real ROCm libraries of three generations, so that the tests can call them on a machine without a GPU: Debian's
# packages with everything they need, their own loader and C library included, unpacked (not installed) into
# $MIOPENDARTS_LIBRARIES, by default ~/.cache/miopendarts/libraries. About 210 MB of downloads, 1 GB on disk. Run it again at
# will: what is there is left alone.
#   usage: native/generation/libraries.sh [generation...]     default: 5.2.3 6.4.3 7.2.4
# rocBLAS (300 MB) and rocSOLVER are replaced by stubs, which need a C compiler: MIOpen and hipBLAS are linked with them and
# call them only to multiply matrices, which nothing does without a GPU. MIOpen and hipBLAS themselves are the real ones.
name=libraries.sh
. "$(dirname "$0")/debian.sh"
to=${MIOPENDARTS_LIBRARIES:-${XDG_CACHE_HOME:-$HOME/.cache}/miopendarts/libraries}

missing=
for generation in ${*:-5.2.3 6.4.3 7.2.4}; do [ -e "$to/$generation/.complete" ] || missing="$missing $generation"; done
[ -n "$missing" ] || { say "all libraries are in $to"; exit 0; }
command -v cc > /dev/null || fail "needs a C compiler (apt-get install gcc)"
apt_open bookworm sid experimental

# Tells apt that a package is there already: the stand-ins below, and what only full installations need.
pretend() {
    for pair in "$@"; do
        printf 'Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\nMaintainer: none\nDescription: none\n\n' \
            "${pair%%=*}" "${pair#*=}"
    done >> "$apt/status"
}

# stub FOLDER SONAME PREFIX: a library that exports, doing nothing, every symbol with this prefix that others in FOLDER import.
stub() {
    for library in "$1"/libMIOpen.so.1 "$1"/libhipblas.so.?; do
        [ ! -e "$library" ] || readelf --dyn-syms -W "$library"
    done | awk -v p="$3" '$7 == "UND" {sub(/@.*/, "", $8); if (index($8, p) == 1) print $8}' | sort -u |
        awk '{print "int " $1 "(void) { return 1; }"}' | cc -shared -fPIC -w -Wl,-soname,"$2" -x c - -o "$1/$2"
}

for generation in $missing; do
    : > "$apt/status"
    pretend perl=9999 debconf=9999
    case $generation in
        5.2.3) suite=bookworm; packages="libamdhip64-5 libhiprtc-builtins5" ;;
        6.4.3) suite=sid; packages="libamdhip64-6 libhiprtc6 libhiprtc-builtins6 libmiopen1 libhipblas2"
            pretend librocblas4=9999 libclang-common-21-dev=9999 ;;
        7.2.4) suite=experimental; packages="libamdhip64-7 libhiprtc7 libhiprtc-builtins7 libmiopen1 libhipblas3"
            pretend librocblas5=9999 librocsolver0=9999 libclang-common-22-dev=9999
            pretend "libmiopen-tests-data=$(version libmiopen1 7.2.4)" ;;
        *) fail "unknown generation $generation: 5.2.3, 6.4.3 or 7.2.4" ;;
    esac
    wanted=
    for package in $packages; do
        prefix=$generation
        case $package in libhipblas2) prefix=6.4 ;; esac
        wanted="$wanted $package=$(version "$package" "$prefix")"
    done
    say "downloading the libraries of ROCm $generation"
    # shellcheck disable=SC2086
    apt-get $cached -qq -y -t "$suite" --download-only install $wanted > "$apt/log" 2>&1 ||
        { cat "$apt/log" >&2; fail "could not download ROCm $generation (above)"; }
    into="$apt/$generation"
    mkdir -p "$into"
    for deb in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$deb" "$into"; done
    rm "$apt"/cache/archives/*.deb
    rm -rf "$into/usr/share" "$into/etc"
    lib="$into/usr/lib/x86_64-linux-gnu"
    case $generation in
        6.4.3) stub "$lib" librocblas.so.4 rocblas_ ;;
        7.2.4) stub "$lib" librocblas.so.5 rocblas_; stub "$lib" librocsolver.so.0 rocsolver_ ;;
    esac
    touch "$into/.complete"
    mkdir -p "$to"
    rm -rf "${to:?}/$generation"
    mv "$into" "$to/$generation"
    say "ROCm $generation libraries are in $to/$generation"
done
