#!/usr/bin/env python3
"""Measure the time between spikes, a task that shows what the peepholes of an LSTM are good for.

    python examples/timed_spikes.py [--seeds 9] [--quick]

The input is zero except for spikes at random intervals of 5 to 25 steps. At each spike after the first, the target is 1
if the interval before it was at least 15 steps long, and 0 if it was shorter; it is 0 between spikes. The network
therefore has to tell 15 steps from 14. The task is that of measuring spike delays (MSD) from Gers, Schraudolph and
Schmidhuber, "Learning precise timing with LSTM recurrent networks", Journal of Machine Learning Research 3, 2002, with
many different delays instead of two.

A unit that counts must not show its count between spikes, because the target there is 0. Its output gate is closed and
h is near 0, so the gates cannot see the count: in a plain LSTM, they see h but not c. The unit has to let a
little of c through and amplify it. Peepholes let the gates see c directly. The fewer units there are, the more this
helps: with many units, some can keep their output gates open and pass the time on to the others.

Both networks have the same number of units and the same optimizer, see the same sequences, each only once, and are
tested on new sequences. The error is the mean squared error relative to that of always predicting 0.
"""

import argparse
import time

import numpy as np

import fastlstm
from fastlstm import datasets, initializers, layers

STEPS, SHORTEST, LONG, LONGEST = 100, 5, 15, 25
TASK = {"steps": STEPS, "shortest": SHORTEST, "long": LONG, "longest": LONGEST}
BATCH = 16
PLAN = ((1e-2, 64_000), (3e-3, 32_000), (1e-3, 32_000))  # learning rate, sequences
TESTS = 2_000
PEEPHOLE = {"peephole": True, "peephole_initializer": initializers.RandomNormal(stddev=0.3)}
CELLS = {"plain": {}, "peephole": PEEPHOLE}


def train(cell: str, units: int, seed: int, plan=PLAN):
    """Train one network; return its relative error and its share of misclassified spikes on new sequences."""
    fastlstm.utils.set_random_seed(seed)
    recurrent = layers.LSTM(units, return_sequences=True, **CELLS[cell])
    model = fastlstm.Sequential([layers.Input((STEPS, 1)), recurrent, layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    rng = np.random.default_rng(seed)
    for learning_rate, count in plan:
        model.optimizer.learning_rate = learning_rate
        model.fit(*datasets.timed_spikes(count, **TASK, seed=rng), batch_size=BATCH, epochs=1, verbose=0)
    x, y = datasets.timed_spikes(TESTS, **TASK, seed=[seed, 1])
    answers = model.predict(x, verbose=0)
    wrong = (answers > 0.5) != (y > 0.5)
    return np.mean((answers - y) ** 2) / np.mean(y**2), wrong[x > 0].mean()


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=9, help="number of seeds: 0, 1, ...")
    parser.add_argument("--quick", action="store_true", help="one seed and little training, as a quick test")
    arguments = parser.parse_args()
    seeds, plan = (1, ((1e-2, 1_600),)) if arguments.quick else (arguments.seeds, PLAN)
    steps = sum(count for _, count in plan) // BATCH
    print(f"Intervals of {SHORTEST} to {LONGEST} steps: at least {LONG}? {steps:,} training steps, {seeds} seeds")
    print(f"{'units':>5} {'LSTM':10}{'test error':>12}{'interquartile range':>28}{'wrong':>11}{'seconds':>9}")
    for units in (2, 3, 4):
        errors = {}
        for cell in CELLS:
            start = time.perf_counter()
            errors[cell], wrong = np.transpose([train(cell, units, seed, plan) for seed in range(seeds)])
            seconds = time.perf_counter() - start
            low, median, high = np.quantile(errors[cell], (0.25, 0.5, 0.75))
            spread = f"{low:.5f} to {high:.5f}"
            print(f"{units:5} {cell:10}{median:12.5f}{spread:>28}{np.median(wrong):11.3%}{seconds:9.1f}", flush=True)
        better = int(np.sum(errors["peephole"] < errors["plain"]))
        ratio = np.median(errors["plain"]) / np.median(errors["peephole"])
        print(f"      peepholes reduce the error by a factor of {ratio:.1f}; better with {better} of {seeds} seeds")


if __name__ == "__main__":
    main()
