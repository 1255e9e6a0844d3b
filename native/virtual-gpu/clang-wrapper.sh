#!/bin/bash
# Stands in for clang++-21 in the rootfs: Debian's libMIOpen passes "-isystem /usr/include", which breaks #include_next of
# libstdc++. That pair of arguments is dropped, the rest goes to the compiler.
arguments=()
previous=
for argument in "$@"; do
  if [ "$previous" = -isystem ] && [ "$argument" = /usr/include ]; then unset "arguments[-1]"; else arguments+=("$argument"); fi
  previous=$argument
done
exec /usr/lib/llvm-21/bin/clang++ "${arguments[@]}"
