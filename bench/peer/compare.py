"""Measures MIOpenDarts and the official PyTorch code beside each other in one run, alternating, and prints a table with ratios.

    dotnet build -c Release src/Cli
    apt-get install python3-torch && git clone https://github.com/quark0/darts DARTS
    /usr/bin/python3 bench/peer/compare.py --darts DARTS --config A --rounds 3 [--second-order]

Times count when the cores were there: a loop of known speed, just before and after each step, ran at 85 % or more of the best that
was seen in the whole run. Where no repetition of a row was like that, the row is made of all of them and marked with *.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMMAND = HERE.parent.parent / "src/Cli/bin/Release/net10.0/miopendarts.dll"
STEPS = ("weight step", "alpha step, 1st order", "alpha step, 2nd order")
ENOUGH = 0.85


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--darts", required=True, help="checkout of github.com/quark0/darts")
    parser.add_argument("--config", choices="ABC", default="C")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3, help="times that both are run, one after the other")
    parser.add_argument("--steps", type=int, default=5, help="steps of each kind that the official code makes in a round")
    parser.add_argument("--seconds", type=int, default=30, help="time that ours has in a round")
    parser.add_argument("--second-order", action="store_true", help="let the official code make second-order steps too (a minute each for A)")
    parser.add_argument("--python", default="/usr/bin/python3", help="a Python with torch")
    parser.add_argument("--json", help="write every repetition of both to this file")
    return parser.parse_args()


def run(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(str(word) for word in command)}\nended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def measure_ours(args):
    """The machine's limits, and step -> seconds and absolute speed of the probe of every repetition."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "steps.json"
        run(["dotnet", COMMAND, "bench", "--backend", "cpu", "--only", "steps", "--config", args.config,
             "--threads", args.threads, "--seconds", args.seconds, "--json", file])
        report = json.loads(file.read_text())
    peak = report["limits"]["gigaflops"]
    return report["limits"], {m["pass"]: {"seconds": m["seconds"], "probes": [share * peak for share in m["cores"]], "peakBytes": m["peakBytes"],
                                          "flops": m["flops"]}
                              for m in report["steps"]}


def measure_official(args):
    command = [args.python, HERE / "measure_official.py", "--darts", args.darts, "--config", args.config,
               "--threads", args.threads, "--steps", args.steps]
    return json.loads(run(command + ["--second-order"] * args.second_order))["steps"]


def summary(rounds, step):
    """Median and minimum of the undisturbed repetitions of all rounds, their number, the number of all, peak memory."""
    best = max((rate for r in rounds for s in r.values() for rate in s["probes"]), default=0)
    rows = [row for r in rounds if step in r for row in zip(r[step]["seconds"], r[step]["probes"])]
    if not rows:
        return None
    good = [seconds for seconds, rate in rows if rate >= ENOUGH * best]
    used = good or [seconds for seconds, _ in rows]
    return {"median": statistics.median(used), "min": min(used), "good": len(good), "all": len(rows),
            "peak": max(r[step]["peakBytes"] for r in rounds if step in r)}


def main():
    args = arguments()
    if not COMMAND.is_file():
        sys.exit(f"{COMMAND} is not there; build it with: dotnet build -c Release src/Cli")
    limits, ours, official = [], [], []
    for number in range(args.rounds):
        print(f"round {number + 1} of {args.rounds}: ours, then official", file=sys.stderr)
        seen, steps = measure_ours(args)
        limits.append(seen)
        ours.append(steps)
        official.append(measure_official(args))
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({"limits": limits, "ours": ours, "official": official}, indent=1))

    one, together = (max(seen[key] for seen in limits) for key in ("oneThreadGigaflops", "gigaflops"))
    print(f"limits: {one:.0f} GFLOP/s of multiply-adds on one thread, {together:.0f} on {args.threads}")
    print(f"configuration {args.config}, {args.threads} threads; seconds: median / minimum (undisturbed repetitions of all)")
    print(f"{'step':<22} {'ours':>30} {'official, channels_last':>30} {'ratio':>7} {'of min':>7} {'GFLOP/s':>8} {'MiB':>6} {'MiB':>6}")
    disturbed = together < ENOUGH * args.threads * one
    for step in STEPS:
        us, them = summary(ours, step), summary(official, step)
        if us is None:
            print(f"{step:<22} {'no time; more --seconds':>30}")
            continue
        cells = [f"{r['median']:.3f} / {r['min']:.3f} ({r['good']} of {r['all']}){' ' if r['good'] else '*'}" if r else "not run" for r in (us, them)]
        disturbed |= not us["good"] or bool(them and not them["good"])
        ratios = (f"{them['median'] / us['median']:.2f}", f"{them['min'] / us['min']:.2f}") if them else ("", "")
        flops = next(r[step]["flops"] for r in ours if step in r)
        print(f"{step:<22} {cells[0]:>30} {cells[1]:>30} {ratios[0]:>7} {ratios[1]:>7} {flops / us['median'] / 1e9:8.1f} "
              f"{us['peak'] >> 20:6} {(them['peak'] >> 20) if them else '':>6}")
    if disturbed:
        print("* cores were missing: measure again when the machine is quiet")


if __name__ == "__main__":
    main()
