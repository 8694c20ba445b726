#!/usr/bin/env python3
"""Time the sine job in fastlstm and in its peers, in one run.

    python benchmarks/sine_job.py [--rounds 7] [--json FILE]

Each contender has a process of its own, is checked against float64 results before it is timed, and is left out with a
message where it is not installed. Rounds are interleaved, so that a slow moment of the machine meets all of them.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

import numpy as np
from contenders import CONTENDERS, quiet
from job import STEPS, expected_losses, expected_prediction, make_job

CHECKED_STEPS, CHECKED_ROWS = 20, 8


def check(contender, job) -> None:
    """Raise unless the contender computes what the float64 reference computes."""
    found = np.asarray(contender.predict(job.X[:CHECKED_ROWS]))
    np.testing.assert_allclose(found, expected_prediction(job, CHECKED_ROWS), atol=1e-5)
    if "train" in contender.works:
        np.testing.assert_allclose(contender.losses(CHECKED_STEPS), expected_losses(job, CHECKED_STEPS), rtol=1e-3)


def seconds_of(work: str, contender, job) -> float:
    """Return the seconds of one step, one prediction or one roll-out, after one round that is not timed."""
    window = job.window

    def predictions():
        for _ in range(contender.predictions):
            contender.predict(window)

    if work == "train":
        return median_seconds(contender.epoch, 5) / job.steps
    if work == "roll-out":
        return median_seconds(contender.roll_out, 3)
    return median_seconds(predictions, 3) / contender.predictions


def median_seconds(call, times: int) -> float:
    """Return the median of the seconds that a call takes, the first time not counted."""
    time.sleep(0.1)  # until the threads of the contender before have gone to sleep
    spent = []
    for _ in range(times + 1):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])


def serve(name: str) -> int:
    """Be one contender: answer each work on stdin with its seconds."""
    quiet()
    job = make_job()
    try:
        contender = CONTENDERS[name](job)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return 0
    check(contender, job)
    print(json.dumps({"version": contender.version(), "works": contender.works}), flush=True)
    for line in sys.stdin:
        print(seconds_of(line.strip(), contender, job), flush=True)
    return 0


def start(name: str):
    """Start a contender; return its process and what it said of itself."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    greeting = process.stdout.readline()
    if not greeting:
        raise SystemExit(f"{name}: failed its check, see above")
    return process, json.loads(greeting)


def measure(rounds: int) -> dict:
    """Return {work: {contender: seconds of each round}} and the contenders' versions."""
    running, versions = {}, {}
    for name in CONTENDERS:
        process, said = start(name)
        if "missing" in said:
            print(f"{name}: left out, {said['missing']}", file=sys.stderr)
            continue
        running[name], versions[name] = (process, said["works"]), said["version"]
    times: dict[str, dict[str, list[float]]] = {}
    for _ in range(rounds):
        for work in ("train", "predict", "roll-out"):
            for name, (process, works) in running.items():
                if work in works:
                    process.stdin.write(work + "\n")
                    process.stdin.flush()
                    times.setdefault(work, {}).setdefault(name, []).append(float(process.stdout.readline()))
    for process, _ in running.values():
        process.stdin.close()
        process.wait()
    return {"versions": versions, "seconds": times}


TITLES = {
    "train": "train step of fit (H 32, N 32, T 20, D 1, mse, Adam)",
    "predict": "predict one window through Python",
    "roll-out": f"roll-out of {STEPS} steps",
}


def show(result: dict) -> None:
    """Print medians, quartiles, and the ratio to fastlstm."""
    print(", ".join(result["versions"].values()))
    for work, times in result["seconds"].items():
        print(f"\n{TITLES[work]}")
        own = statistics.median(times["fastlstm"])
        for name, seconds in sorted(times.items(), key=lambda item: statistics.median(item[1])):
            median = statistics.median(seconds)
            low, _, high = statistics.quantiles(seconds, n=4) if len(seconds) > 1 else (median, median, median)
            print(f"  {name:12} {median * 1e6:12.1f} µs  ({low * 1e6:.1f} to {high * 1e6:.1f})  {median / own:8.1f}x")


def main() -> int:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--serve", choices=CONTENDERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve)
    result = measure(arguments.rounds)
    show(result)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
