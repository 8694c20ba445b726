#!/usr/bin/env python3
"""What cells lose whose gates do not see the state: minLSTM and minGRU beside LSTM and GRU on four tasks.

    python examples/scan_cells.py [--seeds 5] [--quick]

The tasks are those of other examples, with their sizes and settings, which were chosen for LSTM or GRU: the roll-out
over a sine wave (cells_on_a_sine.py, root mean squared error), the adding problem over 100 steps (adding_problem.py,
mean squared error; always answering 1 has 0.167), nine speakers (japanese_vowels.py, share of the test utterances that
are recognised) and three forecasts of sunspots (sunspots.py, root mean squared error of the forecasts together). The
table has the median of the seeds, and the lowest and the highest value. The speakers are in sktime.
"""

import argparse
import statistics
from collections.abc import Callable

import adding_problem
import cells_on_a_sine
import japanese_vowels
import numpy as np
import sunspots

from fastlstm import layers
from fastlstm.forecasting import rmse

NETWORKS = {
    "LSTM": (layers.LSTM, "lstm", 1),
    "GRU": (layers.GRU, "gru", 1),
    "minLSTM": (layers.MinLSTM, "min_lstm", 1),
    "minLSTM, two": (layers.MinLSTM, "min_lstm", 2),
    "minGRU": (layers.MinGRU, "min_gru", 1),
    "minGRU, two": (layers.MinGRU, "min_gru", 2),
}


def sine(name: str, seed: int, quick: bool) -> float:
    """Return the error of a roll-out over five periods."""
    plan = ((1e-2, 1),) if quick else cells_on_a_sine.PLANS["linear"]
    truth, forecast, _, _ = cells_on_a_sine.train(name, seed, "linear", plan)
    return rmse(truth[cells_on_a_sine.WINDOW :], forecast)


def adding(name: str, seed: int, quick: bool) -> float:
    """Return the error of the adding problem."""
    length, rounds = (10, 1) if quick else (100, adding_problem.ROUNDS)
    return adding_problem.train(name, length, seed, rounds)[0]


def vowels(name: str, seed: int, quick: bool) -> float:
    """Return the share of the utterances that are recognised."""
    (sequences, y), (test_sequences, y_test) = (japanese_vowels.utterances(split) for split in ("train", "test"))
    x, x_test = japanese_vowels.padded([sequences, test_sequences])
    cell, _, depth = NETWORKS[name]
    model = japanese_vowels.trained(x, y, seed, 1 if quick else japanese_vowels.EPOCHS, cell, depth)
    return model.evaluate(x_test, y_test, verbose=0)[1]


def spots(name: str, seed: int, quick: bool) -> float:
    """Return the error of the forecasts from three years."""
    years, values = np.loadtxt(sunspots.FILE, delimiter=",", skiprows=1, unpack=True)
    truth, found = [], []
    for cut in sunspots.CUTS:
        known, after = values[years <= cut], (years > cut) & (years <= cut + sunspots.AHEAD)
        _, cell, depth = NETWORKS[name]
        found.append(sunspots.forecast(known, seed, 1 if quick else sunspots.EPOCHS, cell, depth))
        truth.append(values[after])
    return rmse(np.concatenate(truth), np.concatenate(found))


TASKS: dict[str, tuple[str, Callable[[str, int, bool], float]]] = {
    "sine, RMSE": (".4f", sine),
    "adding, MSE": (".5f", adding),
    "nine speakers": (".1%", vowels),
    "sunspots, RMSE": (".1f", spots),
}


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="number of seeds: 0, 1, ...")
    parser.add_argument("--quick", action="store_true", help="one seed and next to no training, as a quick test")
    arguments = parser.parse_args()
    print("| | " + " | ".join(TASKS) + " |")
    print("|---" * (len(TASKS) + 1) + "|")
    for name in NETWORKS:
        cells = []
        for form, measure in TASKS.values():
            found = [measure(name, seed, arguments.quick) for seed in range(1 if arguments.quick else arguments.seeds)]
            middle, low, high = (f"{one:{form}}" for one in (statistics.median(found), min(found), max(found)))
            cells.append(f"{middle} ({low} to {high})")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
