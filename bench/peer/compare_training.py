"""Times the training step of the discrete network DARTS_V2 (C = 36, 20 cells, batch 96, auxiliary head, drop path 0.2) in the official
PyTorch code, in channels_last, and in MIOpenDarts, alternating in one run, and prints a table with ratios.

    dotnet build -c Release src/Cli
    apt-get install python3-torch && git clone https://github.com/quark0/darts DARTS
    /usr/bin/python3 bench/peer/compare_training.py --darts DARTS --rounds 3 --steps 3

Times count when the cores were there, as in compare.py.
"""
import argparse
import json
import pathlib
import sys
import tempfile

import compare

CHANNELS, CELLS, BATCH, DROP_PATH = 36, 20, 96, 0.2
STEP = "training step"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--darts", required=True, help="checkout of github.com/quark0/darts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3, help="steps of the official code in a round, after one that does not count")
    parser.add_argument("--seconds", type=int, default=40, help="time that ours has in a round")
    parser.add_argument("--python", default="/usr/bin/python3", help="a Python with torch")
    parser.add_argument("--official-only", action="store_true", help="print the official code's times as JSON")
    return parser.parse_args()


def official(args):
    import importlib
    import types

    import torch

    import measure_official
    import official_code

    official_code.load(args.darts)
    torch.cuda.FloatTensor = torch.FloatTensor
    # Its utilities import it for the data, which is not read here.
    sys.modules.setdefault("torchvision", types.ModuleType("torchvision")).transforms = sys.modules.setdefault("torchvision.transforms", types.ModuleType("transforms"))
    model, genotypes = importlib.import_module("model"), importlib.import_module("genotypes")
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    net = model.NetworkCIFAR(CHANNELS, 10, CELLS, True, genotypes.DARTS_V2)
    net.drop_path_prob = DROP_PATH
    net.train()
    net.to(memory_format=torch.channels_last)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), 0.025, momentum=0.9, weight_decay=3e-4)
    x = torch.randn(BATCH, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (BATCH,))
    logits = auxiliary = None

    def step():
        # As in its train.py, a step's answers live until the next ones replace them.
        nonlocal logits, auxiliary
        optimizer.zero_grad()
        logits, auxiliary = net(x)
        (criterion(logits, y) + 0.4 * criterion(auxiliary, y)).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5)
        optimizer.step()

    print(json.dumps(measure_official.timed(step, args.steps, measure_official.Probe())), file=sys.__stdout__)


def measure_ours(args):
    """Seconds, absolute speed of the probe and peak memory of every repetition."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "network.json"
        compare.run(["dotnet", compare.COMMAND, "bench", "--backend", "cpu", "--only", "network", "--threads", args.threads,
                     "--seconds", args.seconds, "--json", file])
        report = json.loads(file.read_text())
    peak = report["limits"]["gigaflops"]
    step = next(m for m in report["networks"] if m["pass"] == STEP)
    return {STEP: {"seconds": step["seconds"], "probes": [share * peak for share in step["cores"]], "peakBytes": step["peakBytes"]}}


def main():
    args = arguments()
    if args.official_only:
        official(args)
        return
    rows = {"official": [], "miopendarts": []}
    command = [args.python, __file__, "--darts", args.darts, "--threads", args.threads, "--steps", args.steps, "--official-only"]
    for number in range(args.rounds):
        print(f"round {number + 1} of {args.rounds}: official, then ours", file=sys.stderr)
        rows["official"].append({STEP: json.loads(compare.run(command).splitlines()[-1])})
        rows["miopendarts"].append(measure_ours(args))
    seen = {who: compare.summary(rounds, STEP) for who, rounds in rows.items()}
    for who, row in seen.items():
        print(f"{who:12} median {row['median']:7.2f} s  min {row['min']:7.2f} s  ({row['good']} of {row['all']} undisturbed)  "
              f"peak {row['peak'] >> 20:6} MiB")
    them, us = seen["official"], seen["miopendarts"]
    print(f"times faster: median {them['median'] / us['median']:.2f}, min {them['min'] / us['min']:.2f}; memory {us['peak'] / them['peak']:.2f}")
    if not all(row["good"] for row in seen.values()):
        print("cores were missing: measure again when the machine is quiet")


if __name__ == "__main__":
    main()
