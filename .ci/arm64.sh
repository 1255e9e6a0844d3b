#!/usr/bin/env bash
# arm64.sh FOLDER: publishes the program for Arm64, and compiles the layers with all their Vector128 kernels to its machine code, in FOLDER.
set -euo pipefail
folder=${1:?the folder to work in}
dotnet publish src/Cli -c Release -r linux-arm64 --self-contained false -p:PublishReadyToRun=true --artifacts-path "$folder/artifacts" -o "$folder/out" -nodeReuse:false
packages=$(dotnet nuget locals global-packages --list | sed 's/.*: //')
compiler=$(find "$packages"/microsoft.netcore.app.crossgen2.linux-x64 -name crossgen2 -type f | sort -V | tail -1)
chmod +x "$compiler"
runtime=$(dotnet --list-runtimes | sed -nE 's,^Microsoft\.NETCore\.App ([^ ]+) \[(.*)\],\2/\1,p' | tail -1)
il=$(find "$folder/artifacts/bin/MIOpenDarts.Cli" -name MIOpenDarts.Layers.dll)
# One version bubble with the runtime, without which vectors are left to the just-in-time compiler. It serves this check only.
"$compiler" "$il" -r "$runtime/*.dll" -r "$(dirname "$il")/*.dll" --inputbubble --inputbubbleref "$runtime/*.dll" --targetos linux --targetarch arm64 -O -o "$folder/layers.dll"
python3 - "$folder/layers.dll" <<'P'
import struct, sys

code = open(sys.argv[1], "rb").read()
words = struct.unpack(f"<{len(code) // 4}I", code[: len(code) // 4 * 4])
fused = sum(w & 0xFFE0FC00 == 0x4E20CC00 for w in words)  # fmla vd.4s, vn.4s, vm.4s
print(f"Arm64: {fused} fused multiply-adds of four floats")
sys.exit(fused < 1000)
P
