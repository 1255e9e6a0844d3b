#!/usr/bin/env python3
"""Counts what the compiler made of the managed path's innermost kernels: vectors that it keeps on the stack, above all.

  python3 bench/registers.py [--width 128|256|512] [--program PATH]

Runs one step of workload C with the JIT's disassembly of the kernels on, and prints a line for each compiled copy: multiply-adds,
vectors stored to and loaded from the stack (spills), moves between registers, and calls (a kernel that is not inlined).
The program is src/Cli as built for release.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KERNELS = ["*Gemm`2*:Run", "*:TwoVectors", "*:OneVector", "*:HeldFilter", "*FewChannels*:Run", "*DepthwiseKernel*:Row",
           "*DepthwiseWeightGradient*:Block", "*WinogradDepthwise*:Three*", "*WinogradFive*:Products", "*WinogradFive*:ProductSums"]
SWITCHES = {512: {}, 256: {"DOTNET_EnableAVX512": "0"}, 128: {"DOTNET_EnableAVX512": "0", "DOTNET_EnableAVX2": "0"}}
REGISTER = {512: "zmm", 256: "ymm", 128: "xmm"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, choices=SWITCHES, default=256, help="bits of a vector [256]")
    parser.add_argument("--program", default=ROOT / "src/Cli/bin/Release/net10.0/miopendarts", help="the built program")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "listing.txt"
        subprocess.run(
            [arguments.program, "bench", "--only", "steps", "--config", "C", "--threads", "1", "--seconds", "5"], check=True,
            stdout=subprocess.DEVNULL, env=os.environ | SWITCHES[arguments.width] | {
                "DOTNET_JitStdOutFile": str(listing), "DOTNET_JitDisasm": " ".join(KERNELS)})
        methods = re.split(r"; Assembly listing for method ", listing.read_text())[1:]
    rows = sorted({count(method, REGISTER[arguments.width]) for method in methods if "(Tier0)" not in method.split("\n")[0]})
    print(f"{'multiply-adds':>13}{'stored':>8}{'loaded':>8}{'moves':>7}{'calls':>7}  kernel")
    for name, *numbers in rows:
        if numbers[0]:
            print("{:>13}{:>8}{:>8}{:>7}{:>7}  {}".format(*numbers, name))
    if not rows:
        sys.exit("no kernel was compiled: is the program built?")


def count(method, register):
    """Name, multiply-adds, vectors stored to and loaded from the stack, moves, calls."""
    name = re.sub(r"MIOpenDarts\.[A-Za-z.]*\.|System\.[A-Za-z.]*\.|`\d|\[float\]|\(.*", "", method.split("\n")[0])
    stack = r"\w+ ptr \[r[sb]p[^\]]*\]"
    patterns = [r"\bvf[n]?m(add|sub)\d+ps|\bmulps\b", rf"vmov\w+\s+{stack}, {register}", rf"vmov\w+\s+{register}\d+, {stack}",
                rf"vmovaps\s+{register}\d+, {register}\d+", r"\bcall\b"]
    return (name, *(len(re.findall(pattern, method)) for pattern in patterns))


if __name__ == "__main__":
    main()
