#!/usr/bin/env python3
"""Time the analysis of recurrent layers, in train steps of the same model and batch.

    python benchmarks/analysis_costs.py [--rounds 15] [--threads 2] [--quick]

Train steps and analyses take turns in one process. A figure is the median over the rounds, of an epoch of 16 batches of
32; they are printed as Markdown.
"""

import argparse
import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import fastlstm
from fastlstm import analysis, layers
from fastlstm.benchmarks.rounds import cores, seconds

BATCH, BATCHES = 32, 16
SIZES = ((32, 20, 1), (64, 100, 8))  # units, steps, features
CELLS: dict[str, Callable[[int], Any]] = {
    "SimpleRNN": layers.SimpleRNN,
    "LSTM": layers.LSTM,
    "LSTM, peephole": lambda units: layers.LSTM(units, peephole=True),
    "GRU": layers.GRU,
    "GRU, reset before": lambda units: layers.GRU(units, reset_after=False),
    "minGRU": layers.MinGRU,
    "minLSTM": layers.MinLSTM,
    "Bidirectional LSTM": lambda units: layers.Bidirectional(layers.LSTM(units)),
}
ANALYSES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "gradient_flow": lambda model, x, y: analysis.gradient_flow(model, x, y, batch_size=BATCH),
    "output_flow": lambda model, x, y: analysis.output_flow(model, x, batch_size=BATCH),
    "connectivity": lambda model, x, y: analysis.connectivity(model, x, batch_size=BATCH),
}


def costs(make: Callable[[int], Any], size: tuple[int, int, int], rounds: int) -> tuple[float, dict[str, float]]:
    """Return the seconds of a train step, and the time of each analysis of a batch in train steps."""
    units, steps, features = size
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH * BATCHES, steps, features), np.float32)
    y = rng.standard_normal((BATCH * BATCHES, 1), np.float32)
    model = fastlstm.Sequential([layers.Input((steps, features)), make(units), layers.Dense(1)])
    model.compile("adam", "mse")
    calls: dict[str, Callable[[], Any]] = {"train": lambda: model.fit(x, y, batch_size=BATCH, verbose=0)}
    calls |= {name: partial(one, model, x, y) for name, one in ANALYSES.items()}
    found: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            spent = seconds(call)
            if number:  # the first round allocates
                found[name].append(spent)
    medians = {name: statistics.median(times) for name, times in found.items()}
    train = medians.pop("train")
    return train / BATCHES, {name: spent / train for name, spent in medians.items()}


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--quick", action="store_true", help="one round, as a test")
    arguments = parser.parse_args()
    fastlstm.config.set_num_threads(arguments.threads)
    for size in SIZES:
        print(
            f"\n{size[0]} units, {size[1]} steps, {size[2]} features, batches of {BATCH}, {arguments.threads} threads\n"
        )
        print("| | train step | " + " | ".join(ANALYSES) + " |")
        print("|---" * (2 + len(ANALYSES)) + "|")
        for name, make in CELLS.items():
            train, found = costs(make, size, 1 if arguments.quick else arguments.rounds)
            cells = " | ".join(f"{share:.2f}" for share in found.values())
            print(f"| {name} | {1e6 * train:,.0f} µs | {cells} |", flush=True)


if __name__ == "__main__":
    main()
