#!/bin/bash
# build.sh OUT [ARCHITECTURE]: inside the rootfs, builds the virtual libamdhip64 in OUT from the sources beside this script, for the processor
# at hand, or for an architecture that g++ knows (x86-64-v3: AVX2, FMA, F16C).
set -e
SRC=$(dirname "$(readlink -f "$0")")
OUT=${1:?the directory to build in}
ARCHITECTURE=${2:-native}
mkdir -p "$OUT/obj"
REAL=$(ls /usr/lib/x86_64-linux-gnu/libamdhip64.so.[0-9] | tail -1)
SO=$(basename "$REAL")
CXX=${CXX:-g++}
FLAGS="-O3 -march=$ARCHITECTURE -std=gnu++20 -fPIC -fno-strict-aliasing -ffp-contract=off -fno-math-errno -fno-trapping-math -w -fvisibility=hidden -DNDEBUG"
LLVM=/usr/lib/llvm-21

# Objects belong to one processor (of whose vectors lanes.h makes use), compiler and state of the headers; each also to its own source.
COMMON=$( { grep -m1 '^model name' /proc/cpuinfo; grep -m1 '^flags' /proc/cpuinfo; $CXX --version | head -1; echo "$FLAGS"; cat "$SRC"/*.h; sha256sum "$REAL"; } | sha256sum)
KEY=$( { echo "$COMMON"; sha256sum "$SRC"/* | sed 's, .*/, ,'; } | sha256sum)
if [ "$(cat "$OUT/key" 2>/dev/null)" = "$KEY" ]; then echo "virtual gfx803: up to date"; exit 0; fi
compile() {
  local key
  key=$( { echo "$COMMON"; cat "$SRC/$1.cpp"; } | sha256sum)
  [ -e "$OUT/obj/$1.o" ] && [ "$(cat "$OUT/obj/$1.key" 2>/dev/null)" = "$key" ] && return
  nice $CXX $FLAGS -D__HIP_PLATFORM_AMD__=1 -c "$SRC/$1.cpp" -o "$OUT/obj/$1.o" && echo "$key" > "$OUT/obj/$1.key" && echo "  $1"
}

FILES=$(cd "$SRC" && ls *.cpp | grep -v llvmdis | sed 's/\.cpp$//')
OBJECTS=$(for f in $FILES; do echo "$OUT/obj/$f.o"; done)
echo "virtual gfx803: compiling what changed of $(echo $FILES | wc -w) files for ${2:-this processor} (all: 1 to 4 minutes)"
export CXX FLAGS SRC OUT COMMON
export -f compile
echo $FILES | tr ' ' '\n' | xargs -P "$(nproc)" -I{} bash -c 'compile {}'
nice $CXX -O1 -std=gnu++20 -fPIC -fno-rtti -fvisibility=hidden -w -I$LLVM/include -shared "$SRC/llvmdis.cpp" -o "$OUT/libvgpudis.so" -L$LLVM/lib -lLLVM-21

# Every symbol that the real library exports: ours, a forward to hipRTC, or a stub that reports itself.
nm -D --defined-only "$REAL" | awk '$3 ~ /@@/ {split($3,a,"@@"); print a[1], a[2]}' > "$OUT/obj/real.txt"
nm --defined-only $OBJECTS | awk '$2=="T"{print $3}' | sort -u > "$OUT/obj/ours.txt"
awk 'NR==FNR {ours[$1]=1; next}
  !($1 in ours) && $2 ~ /^hip_/ {
    n++; printf ".text\n.globl %s\n.type %s,@function\n%s:\n", $1, $1, $1
    if ($1 ~ /^hiprtc/) {
      printf " push %%rdi\n push %%rsi\n push %%rdx\n push %%rcx\n push %%r8\n push %%r9\n sub $8,%%rsp\n"
      printf " lea .Ls%d(%%rip),%%rdi\n call vgpu_forward@PLT\n add $8,%%rsp\n", n
      printf " pop %%r9\n pop %%r8\n pop %%rcx\n pop %%rdx\n pop %%rsi\n pop %%rdi\n jmp *%%rax\n"
    } else printf " lea .Ls%d(%%rip),%%rdi\n jmp vgpu_missing@PLT\n", n
    printf ".section .rodata\n.Ls%d: .asciz \"%s\"\n", n, $1
  }
  END {print ".section .note.GNU-stack,\"\",@progbits"}' "$OUT/obj/ours.txt" "$OUT/obj/real.txt" > "$OUT/obj/stubs.s"
# What modelled times were made with: constants and form of the model, and the cycles of instructions.
printf '.section .rodata\n.globl vgpu_time_sources\nvgpu_time_sources: .asciz "%s"\n' \
  "$(cat "$SRC"/time-*.h "$SRC"/time-*.cpp "$SRC"/parse.cpp | sha256sum | cut -c 1-12)" >> "$OUT/obj/stubs.s"
$CXX -c "$OUT/obj/stubs.s" -o "$OUT/obj/stubs.o"

previous=
for version in $(awk '{print $2}' "$OUT/obj/real.txt" | sort -u -V | grep '^hip_'); do
  echo "$version {"
  echo " global:"
  awk -v v="$version" '$2==v && $1!=v {print "  " $1 ";"}' "$OUT/obj/real.txt"
  if [ -z "$previous" ]; then echo "  vgpu_*;"; echo " local: *;"; fi
  echo "} $previous;"
  previous=$version
done > "$OUT/obj/map.txt"
$CXX -shared -Wl,-soname,"$SO" -Wl,--version-script="$OUT/obj/map.txt" -o "$OUT/$SO.new" $OBJECTS "$OUT/obj/stubs.o" -ldl -lpthread
mv "$OUT/$SO.new" "$OUT/$SO"
ln -sf "$SO" "$OUT/libamdhip64.so"
echo "$KEY" > "$OUT/key"
echo "virtual gfx803: built, $(wc -l < "$OUT/obj/real.txt") exported names, $(grep -c vgpu_missing "$OUT/obj/stubs.s") of them stubs"
