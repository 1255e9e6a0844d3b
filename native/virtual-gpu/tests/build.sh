#!/bin/bash
# build.sh [NAME...]: builds check programs, all of them unless told (run it through ../exec, or in the rootfs). Only what changed is compiled.
set -e
cd "$(dirname "$(readlink -f "$0")")"
OUT=/opt/virtual-gpu
ONLY=" $* "
wanted() { [ "$ONLY" = "  " ] || [[ $ONLY == *" $1 "* ]]; }
stale() { [ ! -e "$OUT/$1" ] || [ "$2" -nt "$OUT/$1" ] || [ common.h -nt "$OUT/$1" ] || [ instructions.h -nt "$OUT/$1" ]; }
for t in basic bench instructions; do
  if wanted $t && stale $t $t.hip; then clang++-21 -x hip --offload-arch=gfx803 -O3 -std=c++17 -D__HIP_PLATFORM_AMD__=1 -Wno-unused-result $t.hip -o "$OUT/$t" --hip-link -L"$OUT" -lamdhip64; fi
done
for arch in native x86-64-v3; do # the vectors of this processor (as the interpreter's key says), and those of every one
  t=lanes$([ $arch = native ] || echo -avx2)
  if wanted $t && { stale $t lanes.cpp || [ ../src/lanes.h -nt "$OUT/$t" ] || [ "$OUT/key" -nt "$OUT/$t" ]; }; then g++ -O3 -march=$arch -std=gnu++20 -fno-strict-aliasing -ffp-contract=off -fno-trapping-math -w lanes.cpp -o "$OUT/$t"; fi
done
for t in conv ops gemm sweep rtc semantics slices streams counters; do
  if wanted $t && stale $t $t.cpp; then g++ -O2 -Wno-unused-result -D__HIP_PLATFORM_AMD__=1 $t.cpp -o "$OUT/$t" -L"$OUT" -lamdhip64 -lMIOpen -lhipblas -lhiprtc; fi
done
