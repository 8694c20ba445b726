#!/usr/bin/env python3
"""Time the sine job in fastlstm and in its peers, in one run.

    python benchmarks/sine_job.py [--rounds 7] [--json FILE]

Each contender has a process of its own, is checked against float64 results before it is timed, and is left out with a
message where it is not installed. Rounds are interleaved, so that a slow moment of the machine meets all of them.
"""

import argparse
import json
import statistics
import sys

import numpy as np
from contenders import CONTENDERS, quiet
from job import STEPS, expected_losses, expected_prediction, make_job
from rounds import Server, in_rounds, median_seconds, serve

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


def serve_contender(name: str) -> int:
    """Be one contender: check it, then time what is asked for."""
    quiet()
    job = make_job()
    try:
        contender = CONTENDERS[name](job)
    except ImportError as error:
        serve({"missing": str(error)}, None)
        return 0
    check(contender, job)
    said = {"version": contender.version(), "works": contender.works}
    serve(said, lambda work: seconds_of(work, contender, job))
    return 0


def measure(rounds: int) -> dict:
    """Return {work: {contender: seconds of each round}} and the contenders' versions."""
    running = {}
    for name in CONTENDERS:
        server = Server(__file__, name)
        if "missing" in server.said:
            print(f"{name}: left out, {server.said['missing']}", file=sys.stderr)
            server.close()
        else:
            running[name] = server
    return {
        "versions": {name: server.said["version"] for name, server in running.items()},
        "seconds": in_rounds(running, rounds),
    }


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
        return serve_contender(arguments.serve)
    result = measure(arguments.rounds)
    show(result)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
