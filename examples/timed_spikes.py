#!/usr/bin/env python3
"""Measure the time between spikes: what the peepholes of an LSTM are for.

    python examples/timed_spikes.py [--seeds 9] [--quick]

The input is silent but for spikes, 5 to 25 steps apart at random. At each spike but the first the network says how long
the silence was: 1 for at least 15 steps, 0 for less, and 0 wherever there is no spike. So 15 must be told from 14. This
is the task of measuring spike delays (MSD) of Gers, Schraudolph and Schmidhuber, "Learning precise timing with LSTM
recurrent networks", Journal of Machine Learning Research 3, 2002, with many delays in place of two.

A unit that counts must keep quiet while it does, as the answer between spikes is 0: its output gate is closed, h is
near 0, and its gates do not see the count, for in the plain LSTM they see h and not c. It has to let a little of c out,
and to amplify that. Peepholes show c to the gates. The fewer units there are, the more that helps: with many, some can
leave their output gates open and tell the others the time.

Both kinds get the same sequences, none twice, the same optimizer and the same number of units, and are tested on
sequences that are new to both. The error is the mean squared one over that of a network that always says 0.
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
    """Train one network; return its relative error and the share of spikes it judges wrongly, on fresh sequences."""
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
    parser.add_argument("--seeds", type=int, default=9, help="how many: 0, 1, ...")
    parser.add_argument("--quick", action="store_true", help="one seed and a little training, to see that it works")
    arguments = parser.parse_args()
    seeds, plan = (1, ((1e-2, 1_600),)) if arguments.quick else (arguments.seeds, PLAN)
    steps = sum(count for _, count in plan) // BATCH
    print(f"Is a silence at least {LONG} steps long, of {SHORTEST} to {LONGEST}? {steps:,} train steps, {seeds} seeds")
    print(f"{'units':>5} {'LSTM':10}{'test error':>12}{'quarter to three quarters':>28}{'misjudged':>11}{'seconds':>9}")
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
        print(f"      with peepholes {ratio:.1f} times less; better with {better} of {seeds} seeds")


if __name__ == "__main__":
    main()
