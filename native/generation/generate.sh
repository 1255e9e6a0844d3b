#!/bin/sh
# Generates src/Interop/Generated from the ROCm 6.4 headers with ClangSharpPInvokeGenerator (public dotnet/ClangSharp).
# Two runs give byte-identical files; a run that warns about anything unexpected leaves the committed files alone.
#   usage: native/generation/generate.sh [include directory with hip/, miopen/, hipblas/, hipblas-common/]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$here/../.." && pwd)/src/Interop/Generated
headers=${1:-${MIOPENDARTS_HEADERS:-${XDG_CACHE_HOME:-$HOME/.cache}/miopendarts/headers}/6.4.3/usr/include}

if ! command -v ClangSharpPInvokeGenerator > /dev/null; then
    cat >&2 <<'T'
generate.sh: ClangSharpPInvokeGenerator is not on the PATH.
  Install it:  dotnet tool install --global ClangSharpPInvokeGenerator
  or, where the package feed does not serve it, build https://github.com/dotnet/ClangSharp and put the tool on the PATH.
  The generated files are committed, so this is needed only to change what is bound.
T
    exit 1
fi
if [ ! -f "$headers/hip/hip_runtime_api.h" ] || [ ! -f "$headers/miopen/miopen.h" ] || [ ! -f "$headers/hipblas/hipblas.h" ]; then
    echo "generate.sh: no ROCm headers in $headers: run native/generation/headers.sh first, or name an include directory." >&2
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/." "$work"
ln -s "$headers" "$work/include"
cd "$work"
for library in hip hiprtc miopen hipblas; do
    # The exit status counts warnings, so the text decides. HIP's headers carry visibility attributes, which do not concern us.
    ClangSharpPInvokeGenerator "@$library/$library.rsp" > "$library.log" 2>&1 || true
    if grep -E 'rror|Unhandled|Warning' "$library.log" | grep -v "Unsupported attribute: 'Visibility'" >&2; then
        echo "generate.sh: the generator complained about $library (above); nothing was changed." >&2
        exit 1
    fi
    echo "generated $library"
done
# The generator always writes handle structs as public; the raw layer is internal.
sed -i 's/^public readonly unsafe partial struct/internal readonly unsafe partial struct/' out/*/*.cs
rm -rf "$target"
mkdir -p "$target"
cp -r out/. "$target"
echo "$(find "$target" -name '*.cs' | wc -l) files in $target"
