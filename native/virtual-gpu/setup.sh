#!/bin/bash
# Sets up the virtual gfx803: a Debian sid rootfs with the real MIOpen, hipBLAS and rocBLAS, and our libamdhip64 in it.
# Run again: only what is missing or changed is done. With --check nothing is built: it only says whether the rootfs is there and as proven.
#   MIOPENDARTS_VGPU  where everything goes (default: miopendarts/vgpu in the cache directory)
#   VGPU_MIRROR       the Debian mirror (default: the one that apt uses here)
set -euo pipefail
HERE=$(dirname "$(readlink -f "$0")")
BASE=${MIOPENDARTS_VGPU:-${XDG_CACHE_HOME:-$HOME/.cache}/miopendarts/vgpu}
ROOT=$BASE/sid

say() { echo "virtual gfx803: $*"; }
fail() { echo "virtual gfx803: $*" >&2; exit 2; }

[ "$(id -u)" = 0 ] || fail "setting up a rootfs needs root: run this with sudo (and MIOPENDARTS_VGPU=$BASE), or let CI do it."
for flag in avx2 fma f16c; do
  grep -qm1 "^flags.*\b$flag\b" /proc/cpuinfo || fail "this processor has no $flag: the interpreter needs AVX2, FMA and F16C. Use another machine."
done
for tool in unshare chroot mountpoint flock; do command -v $tool > /dev/null || fail "$tool is missing: apt-get install util-linux coreutils."; done
mkdir -p "$BASE"
exec 9> "$BASE/.lock"
flock -n 9 || { say "another setup is at work in $BASE; waiting for it"; flock 9; }

# progress LOG COMMAND...: runs it with its output in LOG, and says four times a minute how far it has come.
progress() {
  local log=$1 start=$SECONDS before job
  before=$(df -Pm "$BASE" | awk 'NR==2 {print $3}')
  shift
  "$@" > "$log" 2>&1 9>&- &
  job=$!
  while kill -0 $job 2> /dev/null; do
    sleep 1
    (( (SECONDS - start) % 15 )) || say "  $((SECONDS - start)) s, $(($(df -Pm "$BASE" | awk 'NR==2 {print $3}') - before)) MB"
  done
  wait $job
}

in_root() {
  unshare -m --propagation private bash -c 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"
    exec chroot "$0" /usr/bin/env -i HOME=/ PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive bash -c "$1"' "$ROOT" "$1"
}

if [ "${1:-}" = --check ]; then
  [ -e "$ROOT/.stage2" ] || fail "there is none in $BASE: run $HERE/setup.sh."
elif [ ! -e "$ROOT/.stage2" ]; then
  free=$(df -Pm "$BASE" | awk 'NR==2 {print $4}')
  [ "$free" -ge 7000 ] || fail "$BASE has $free MB free and 7000 are needed: make room, or name another place in MIOPENDARTS_VGPU."
fi

if [ ! -e "$ROOT/.stage1" ]; then
  command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || fail "apt-get and dpkg-deb are missing: this script needs a Debian or Ubuntu host."
  for tool in wget gpgv; do command -v $tool > /dev/null || fail "$tool is missing: apt-get install wget gpgv."; done
  KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -e $KEYRING ] || fail "$KEYRING is missing: apt-get install debian-archive-keyring."
  MIRROR=${VGPU_MIRROR:-$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2> /dev/null | awk '/^URIs:/ {print $2; exit} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; exit}}' || true)}
  [ -n "$MIRROR" ] || fail "no Debian mirror found in /etc/apt: name one in VGPU_MIRROR."
  say "1 of 4: Debian sid base (220 MB, about 2 minutes)"
  cd "$BASE"
  if [ ! -x db/usr/sbin/debootstrap ]; then
    { apt-get download debootstrap || { apt-get update && apt-get download debootstrap; }; } > debootstrap.log 2>&1 \
      || fail "debootstrap cannot be downloaded: is there a network? ($(tail -1 debootstrap.log); see $BASE/debootstrap.log)"
    mkdir -p db && dpkg-deb -x debootstrap_*.deb db
  fi
  rm -rf "$ROOT"
  DEBOOTSTRAP_DIR=$BASE/db/usr/share/debootstrap progress debootstrap.log \
    nice db/usr/sbin/debootstrap --variant=minbase --keyring=$KEYRING sid "$ROOT" "$MIRROR" \
    || fail "the base system could not be installed from $MIRROR: is there a network, and does the mirror have Debian sid? ($(tail -1 debootstrap.log); see $BASE/debootstrap.log)"
  cp /etc/resolv.conf /etc/hosts "$ROOT/etc/"
  printf '#!/bin/sh\nexit 101\n' > "$ROOT/usr/sbin/policy-rc.d"
  chmod +x "$ROOT/usr/sbin/policy-rc.d"
  printf 'APT::Install-Recommends "false";\nAcquire::Check-Valid-Until "false";\n' > "$ROOT/etc/apt/apt.conf.d/99virtual-gpu"
  echo force-unsafe-io > "$ROOT/etc/dpkg/dpkg.cfg.d/unsafe"
  touch "$ROOT/.stage1"
fi

if [ ! -e "$ROOT/.stage2" ]; then
  say "2 of 4: MIOpen, hipBLAS, rocBLAS, clang (450 MB to download, 5.4 GB installed, about 4 minutes)"
  progress "$BASE/install.log" in_root 'set -e; apt-get update
    nice apt-get install -y libmiopen1 libmiopen-dev libhipblas2 libhipblas-dev libamdhip64-6 libamdhip64-dev librocblas4 libhiprtc6 libamd-comgr3
    nice apt-get install -y clang-21 llvm-21 llvm-21-dev lld-21 clang-tools-21 rocm-device-libs-21 g++ make binutils ca-certificates
    apt-get install -y libicu78 || true
    apt-get clean' || fail "the packages could not be installed: is there a network? ($(tail -1 "$BASE/install.log"); see the end of $BASE/install.log)"
  cp "$HERE/clang-wrapper.sh" "$ROOT/usr/local/bin/vgpu-clang++"
  in_root 'set -e; chmod 755 /usr/local/bin/vgpu-clang++; ln -sf /usr/local/bin/vgpu-clang++ /usr/bin/clang++-21
    for p in $(strings -n 8 /usr/lib/x86_64-linux-gnu/libMIOpen.so.1 | grep -E "^/build/.*/clang-[0-9]+$" | sort -u); do
      mkdir -p "$(dirname "$p")"; ln -sf /usr/lib/llvm-21/bin/clang "$p"
    done'
  touch "$ROOT/.stage2"
fi

# So that a rootfs of before gets it too.
if [ ! -e "$ROOT/.mpi" ] && [ "${1:-}" != --check ]; then
  say "MPICH, for processes with a virtual GPU each (25 MB to download)"
  progress "$BASE/mpi.log" in_root 'set -e; apt-get update; nice apt-get install -y mpich; apt-get clean' \
    || fail "MPICH could not be installed: is there a network? ($(tail -1 "$BASE/mpi.log"); see the end of $BASE/mpi.log)"
  touch "$ROOT/.mpi"
fi

say "3 of 4: package versions"
while read -r name proven; do
  case $name in '' | \#*) continue ;; esac
  found=$(in_root "dpkg-query -W -f '\${Version}' $name" 2> /dev/null) || fail "$name is not installed in $ROOT: remove $ROOT and run this again."
  [ "$found" = "$proven" ] && continue
  minor() { sed 's/^[0-9]*://; s/[-+].*//' <<< "$1" | cut -d. -f1,2; }
  [ "$(minor "$found")" = "$(minor "$proven")" ] \
    || fail "$name is $found, proven with $proven: another minor version. Run the checks in native/virtual-gpu/tests with it and record it in native/virtual-gpu/versions.txt."
  say "warning: $name is $found, proven with $proven (another patch version)"
done < "$HERE/versions.txt"
[ "${1:-}" != --check ] || exit 0

say "4 of 4: interpreter, rocBLAS fallback kernels"
mkdir -p "$ROOT/opt/virtual-gpu-src" "$ROOT/opt/virtual-gpu"
for part in src tests; do
  mkdir -p "$ROOT/opt/virtual-gpu-src/$part"
  for old in "$ROOT/opt/virtual-gpu-src/$part"/*; do [ -e "$HERE/$part/$(basename "$old")" ] || rm -f "$old"; done
  cp -p "$HERE/$part"/* "$ROOT/opt/virtual-gpu-src/$part/"
done
cp -p "$HERE/../rocblas-fallback.sh" "$ROOT/opt/virtual-gpu-src/"
in_root '/opt/virtual-gpu-src/src/build.sh /opt/virtual-gpu' || fail "the interpreter could not be built; the lines above say why."
[ -d "$ROOT/opt/virtual-gpu/rocblas-library" ] || in_root '/opt/virtual-gpu-src/rocblas-fallback.sh /opt/virtual-gpu/rocblas-library' > /dev/null
say "ready. Run programs on it with $HERE/exec COMMAND..."
