"""Times the training step of the discrete network DARTS_V2 (C = 36, 20 cells, batch 96, auxiliary head, drop path 0.2) in the official
PyTorch code, in channels_last, and in MIOpenDarts, alternating in one run, and prints a table with ratios.

    dotnet build -c Release src/Cli
    apt-get install python3-torch && git clone https://github.com/quark0/darts DARTS
    /usr/bin/python3 bench/peer/compare_training.py --darts DARTS --rounds 3 --steps 3
"""
import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
COMMAND = HERE.parent.parent / "src/Cli/bin/Release/net10.0/miopendarts.dll"
CHANNELS, CELLS, BATCH, DROP_PATH = 36, 20, 96, 0.2


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--darts", required=True, help="checkout of github.com/quark0/darts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3, help="steps of each in a round, after one that does not count")
    parser.add_argument("--python", default="/usr/bin/python3", help="a Python with torch")
    parser.add_argument("--official-only", action="store_true", help="print the official code's times as JSON")
    return parser.parse_args()


def official(args):
    import importlib
    import types

    import torch

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
    seconds = []
    for _ in range(args.steps + 1):
        start = time.perf_counter()
        optimizer.zero_grad()
        logits, auxiliary = net(x)
        (criterion(logits, y) + 0.4 * criterion(auxiliary, y)).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5)
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds[1:], "peakBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}), file=sys.__stdout__)


def ours(args, folder):
    run = folder / f"run-{time.monotonic_ns()}"
    subprocess.run(
        ["dotnet", COMMAND, "train", "--preset", "darts", "--data", folder, "--backend", "cpu", "--threads", str(args.threads), "--epochs", "1",
         "--report-interval", "1", "--checkpoint-interval", "0", "--data-workers", "1", "--out", run],
        check=True, stdout=subprocess.DEVNULL)
    log = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    times = [line["seconds"] for line in log if line["event"] == "step"]
    peak = next(line["record"]["peakMemoryBytes"] for line in log if line["event"] == "train_epoch")
    return {"seconds": [b - a for a, b in zip(times, times[1:])], "peakBytes": peak}


def main():
    args = arguments()
    if args.official_only:
        official(args)
        return
    rows = {"official": [], "miopendarts": []}
    peaks = {"official": 0, "miopendarts": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        record = bytes([1]) + bytes(i * 37 % 251 for i in range(3072))
        (folder / "data_batch_1.bin").write_bytes(record * (BATCH * (args.steps + 1)))
        (folder / "test_batch.bin").write_bytes(record * BATCH)
        for _ in range(args.rounds):
            command = [args.python, __file__, "--darts", args.darts, "--threads", str(args.threads), "--steps", str(args.steps), "--official-only"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            for who, result in (("official", json.loads(done.stdout.splitlines()[-1])), ("miopendarts", ours(args, folder))):
                rows[who] += result["seconds"]
                peaks[who] = max(peaks[who], result["peakBytes"])
    for who, seconds in rows.items():
        print(f"{who:12} median {statistics.median(seconds):7.2f} s  min {min(seconds):7.2f} s  peak {peaks[who] >> 20:6} MiB")
    print(f"times faster: median {statistics.median(rows['official']) / statistics.median(rows['miopendarts']):.2f}, "
          f"min {min(rows['official']) / min(rows['miopendarts']):.2f}; memory {peaks['miopendarts'] / peaks['official']:.2f}")


if __name__ == "__main__":
    main()
