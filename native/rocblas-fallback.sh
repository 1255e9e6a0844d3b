#!/bin/sh
# Makes a folder of links in which rocBLAS's portable kernels take the place of the tuned ones for gfx803, many of which compute wrong
# products (docs/gpu.md). Usage: native/rocblas-fallback.sh FOLDER [rocBLAS's library folder]; then ROCBLAS_TENSILE_LIBPATH=FOLDER.
set -eu
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [rocBLAS's library folder]" >&2; exit 2; }
target=$1
library=${2:-}
if [ -z "$library" ]; then
    for candidate in /usr/lib/x86_64-linux-gnu/rocblas/*/library /opt/rocm/lib/rocblas/library; do
        [ -d "$candidate" ] && library=$candidate && break
    done
fi
ls "$library"/*gfx803* >/dev/null 2>&1 || { echo "no kernels for gfx803 in '$library'; name rocBLAS's library folder" >&2; exit 1; }
mkdir -p "$target"
for file in "$library"/*gfx803* "$library"/*fallback.dat; do ln -sf "$file" "$target"; done
for tuned in "$library"/TensileLibrary_Type_??_Contraction_*_gfx803.dat; do
    name=$(basename "$tuned" _gfx803.dat)
    [ -e "$library/${name}_fallback.dat" ] || continue
    ln -sf "$library/${name}_fallback.dat" "$target/${name}_gfx803.dat"
    ln -sf "$library/${name}_fallback_gfx803.hsaco" "$target/${name}_gfx803.hsaco"
    rm -f "$target/${name}_gfx803.co"
done
echo "export ROCBLAS_TENSILE_LIBPATH=$(cd "$target" && pwd)"
