#!/bin/bash
# build.sh [NAME...]: builds check programs, all of them unless told (run it through ../exec, or in the rootfs). Only what changed is compiled.
# narrow is the interpreter itself as a processor without AVX-512 has it, which exec takes with VGPU_VECTORS=avx2.
set -e
cd "$(dirname "$(readlink -f "$0")")"
OUT=/opt/virtual-gpu
LANES="-O3 -std=gnu++20 -fno-strict-aliasing -ffp-contract=off -fno-trapping-math -w"
ONLY=" $* "
exec 9> "$OUT/.lock"
flock 9 # one at a time
mkdir -p "$OUT/keys"
wanted() { [ "$ONLY" = "  " ] || [[ $ONLY == *" $1 "* ]]; }

# program NAME SOURCES COMMAND...: compiles it unless processor, compiler, command and sources are those that it was compiled with.
PROCESSOR=$(grep -m1 '^model name' /proc/cpuinfo; grep -m1 '^flags' /proc/cpuinfo)
program() {
  local name=$1 sources=$2 key
  shift 2
  wanted "$name" || return 0
  key=$( { echo "$PROCESSOR"; "$1" --version | head -1; echo "$@"; cat $sources ./*.h ../src/lanes.h ../src/time-co*.h; } | sha256sum)
  [ -e "$OUT/$name" ] && [ "$(cat "$OUT/keys/$name" 2> /dev/null)" = "$key" ] && return
  "$1" $sources "${@:2}" -o "$OUT/$name"
  echo "$key" > "$OUT/keys/$name"
}

for t in basic bench instructions time-rates times-peaks; do
  program $t $t.hip clang++-21 --offload-arch=gfx803 -O3 -std=c++17 -D__HIP_PLATFORM_AMD__=1 -Wno-unused-result --hip-link -L"$OUT" -lamdhip64
done
program lanes lanes.cpp g++ $LANES -march=native
program lanes-avx2 lanes.cpp g++ $LANES -march=x86-64-v3
program times "times.cpp times-products.cpp times-convolutions.cpp" g++ -O2 -std=gnu++20 -D__HIP_PLATFORM_AMD__=1 -L"$OUT" -lamdhip64 -lMIOpen -lhipblas
program times-fit "times-fit.cpp ../src/time-combine.cpp" g++ -O2 -std=gnu++20
for t in conv ops gemm sweep rtc semantics slices streams counters; do
  program $t $t.cpp g++ -O2 -Wno-unused-result -D__HIP_PLATFORM_AMD__=1 -L"$OUT" -lamdhip64 -lMIOpen -lhipblas -lhiprtc
done
if wanted narrow; then
  if [ "$(g++ -march=native -dM -E -x c++ /dev/null | grep -cE '__AVX512(F|BW|DQ)__')" = 3 ]; then
    [ ! -L "$OUT/avx2" ] || rm "$OUT/avx2"
    ../src/build.sh "$OUT/avx2" x86-64-v3
  else
    rm -rf "$OUT/avx2"
    ln -s . "$OUT/avx2" # this processor's own is narrow
  fi
fi
