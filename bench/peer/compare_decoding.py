"""Measures how fast MIOpenDarts and Pillow decode the same JPEG image of 500x375 pixels to 224x224, by turns, and prints the ratio of rates.

    dotnet build -c Release src/Cli
    apt-get install python3-pil
    /usr/bin/python3 bench/peer/compare_decoding.py --workers 2 --rounds 5

Pillow decodes in as many processes as ours has threads, scales by its triangle filter and cuts out the middle, as torchvision does.
"""
import argparse
import io
import json
import multiprocessing
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
COMMAND = HERE.parent.parent / "src/Cli/bin/Release/net10.0/miopendarts.dll"
PICTURE = (HERE.parent.parent / "data/decoding/500x375.jpg").read_bytes()
SIDE = 224


def decode():
    image = Image.open(io.BytesIO(PICTURE)).convert("RGB")
    scale = SIDE / min(image.size)
    image = image.resize([round(side * scale) for side in image.size], Image.BILINEAR)
    left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
    return image.crop((left, top, left + SIDE, top + SIDE)).tobytes()


def worker(barrier, seconds, counts):
    decode()
    barrier.wait()
    end, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        decode()
        count += 1
    counts.put(count)


def pillow(workers, seconds):
    barrier, counts = multiprocessing.Barrier(workers), multiprocessing.Queue()
    processes = [multiprocessing.Process(target=worker, args=(barrier, seconds, counts)) for _ in range(workers)]
    for process in processes:
        process.start()
    total = sum(counts.get() for _ in processes)
    for process in processes:
        process.join()
    return total / seconds


def ours(workers, seconds):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "data.json"
        # Half of the time is for one worker.
        done = subprocess.run(["dotnet", COMMAND, "bench", "--only", "data", "--threads", str(workers), "--seconds", str(2 * seconds), "--json", file],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr or done.stdout)
        measured = json.loads(file.read_text())["data"][-1]
    return measured["batch"] * len(measured["seconds"]) / sum(measured["seconds"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5, help="times that both are run, one after the other")
    parser.add_argument("--seconds", type=int, default=3, help="time that each has in a round")
    args = parser.parse_args()
    ratios = []
    for turn in range(args.rounds):
        mine, theirs = ours(args.workers, args.seconds), pillow(args.workers, args.seconds)
        ratios.append(mine / theirs)
        print(f"round {turn + 1}: MIOpenDarts {mine:6.0f}/s, Pillow {theirs:6.0f}/s, ratio {ratios[-1]:.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), {args.workers} workers")


if __name__ == "__main__":
    main()
