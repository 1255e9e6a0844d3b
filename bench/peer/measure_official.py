"""Times search steps of the official DARTS code on the processor, in channels_last, and prints one JSON object.

    /usr/bin/python3 bench/peer/measure_official.py --darts CHECKOUT --config C --threads 2 --steps 5 [--second-order]
"""
import argparse
import json
import resource
import time

import torch

import official_code

# C of the first cell, cells, batch, image size: as in `miopendarts bench`.
CONFIGS = {"A": (16, 8, 64, 32), "B": (8, 8, 32, 32), "C": (8, 5, 32, 28)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--darts", required=True, help="checkout of github.com/quark0/darts")
    parser.add_argument("--config", choices=sorted(CONFIGS), default="C")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--second-order", action="store_true")
    return parser.parse_args()


class Probe:
    """GFLOP/s of a matrix product that stays in the caches: less than the best ever seen means that cores are missing."""

    def __init__(self):
        self.x = torch.randn(384, 384)
        self.rate()

    def rate(self, seconds=0.03):
        start, products = time.perf_counter(), 0
        while (now := time.perf_counter()) < start + seconds or products == 0:
            torch.mm(self.x, self.x)
            products += 1
        return 2 * 384**3 * products / (now - start) / 1e9


def timed(step, count, probe):
    """Seconds, share of processor time, and the slower of the probes before and after, of every repetition."""
    step()
    seconds, busy, rates = [], [], []
    for _ in range(count):
        before = probe.rate()
        wall, processor = time.perf_counter(), time.process_time()
        step()
        seconds.append(time.perf_counter() - wall)
        busy.append((time.process_time() - processor) / seconds[-1])
        rates.append(min(before, probe.rate()))
    return {"seconds": seconds, "busy": busy, "probes": rates, "peakBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def main():
    args = arguments()
    model_search, architect_module = official_code.load(args.darts)
    torch.set_num_threads(args.threads)
    torch.manual_seed(2)
    channels, cells, batch, size = CONFIGS[args.config]
    criterion = torch.nn.CrossEntropyLoss()
    model = model_search.Network(channels, 10, cells, criterion)
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), 0.025, momentum=0.9, weight_decay=3e-4)
    architect = architect_module.Architect(model, official_code.settings())
    model.to(memory_format=torch.channels_last)

    def images():
        return torch.randn(batch, 3, size, size).contiguous(memory_format=torch.channels_last), torch.randint(0, 10, (batch,))

    (x, y), (valid_x, valid_y) = images(), images()

    def weight_step():
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    def alpha_step(unrolled):
        architect.step(x, y, valid_x, valid_y, 0.025, optimizer, unrolled)

    probe = Probe()
    steps = {"weight step": timed(weight_step, args.steps, probe), "alpha step, 1st order": timed(lambda: alpha_step(False), args.steps, probe)}
    if args.second_order:
        steps["alpha step, 2nd order"] = timed(lambda: alpha_step(True), max(1, args.steps // 3), probe)
    print(json.dumps({"torch": torch.__version__, "config": args.config, "threads": args.threads, "steps": steps}))


if __name__ == "__main__":
    main()
