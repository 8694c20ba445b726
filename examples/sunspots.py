#!/usr/bin/env python3
"""Forecast yearly sunspot numbers from three cut points, using only the data before each.

    python examples/sunspots.py [--seed 0] [--out .] [--quick]

For each cut point, several networks with different seeds are trained on everything up to it. Each forecasts one solar
cycle, 11 years, by feeding its predictions back in, and the forecasts are averaged. They are compared with the seasonal
naive forecast, which repeats the previous eleven years. The networks are trained on the square roots of the numbers,
whose fluctuations do not grow with their level. The cell, units, window and epochs were chosen on cut points before
1942. The figure, sunspots.png, shows all three forecasts.
"""

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm.forecasting import seasonal_naive_forecast

FILE = Path(__file__).parent / "data" / "sunspots.csv"
AHEAD, SEASON, WINDOW, UNITS, EPOCHS, NETWORKS = 11, 11, 33, 16, 100, 5
CUTS = (1975, 1986, 1997)  # last year of the training data


def forecast(known: np.ndarray, seed: int, epochs: int, cell: str = "gru", depth: int = 1) -> np.ndarray:
    """Return the mean forecast (AHEAD,) of several networks that follows a series (years,)."""
    found = []
    for number in range(NETWORKS):
        model = fastlstm.fit(
            np.sqrt(known),
            cell=cell,
            units=UNITS,
            layers=depth,
            window=WINDOW,
            epochs=epochs,
            seed=100 * seed + number,
            verbose=0,
        )
        found.append(np.maximum(model.forecast(np.sqrt(known), AHEAD), 0) ** 2)
    return np.mean(found, axis=0)


def error(forecast: np.ndarray, truth: np.ndarray) -> float:
    """Return the root mean squared error."""
    return float(np.sqrt(np.mean((forecast - truth) ** 2)))


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the figure")
    parser.add_argument("--quick", action="store_true", help="two epochs, as a quick test")
    arguments = parser.parse_args()
    years, spots = np.loadtxt(FILE, delimiter=",", skiprows=1, unpack=True)
    figure, places = plt.subplots(len(CUTS), figsize=(9, 7), sharey=True, layout="constrained")
    start = time.perf_counter()
    print(f"{'data up to':>12}{'GRU':>8}{'seasonal naive':>16}   root mean squared error over {AHEAD} years")
    errors = []
    for cut, axes in zip(CUTS, places, strict=True):
        known, after = spots[years <= cut], (years > cut) & (years <= cut + AHEAD)
        ours = forecast(known, arguments.seed, 2 if arguments.quick else EPOCHS)
        naive = seasonal_naive_forecast(known, AHEAD, SEASON)
        errors.append((error(ours, spots[after]), error(naive, spots[after])))
        print(f"{cut:12}{errors[-1][0]:8.1f}{errors[-1][1]:16.1f}", flush=True)
        shown = (years > cut - 55) & (years <= cut + AHEAD)
        axes.plot(years[shown], spots[shown], color="0.4", label="measured")
        axes.plot(years[after], naive, color="C1", linestyle=":", label="seasonal naive")
        axes.plot(years[after], ours, color="C0", linewidth=2, label="GRU")
        axes.axvline(cut, color="0.8", zorder=0)
        axes.set_ylabel("yearly sunspots")
    places[0].legend(loc="upper left", ncols=3, frameon=False)
    ours, naive = np.mean(errors, axis=0)
    print(f"{'mean':>12}{ours:8.1f}{naive:16.1f}   in {time.perf_counter() - start:.1f} s")
    arguments.out.mkdir(parents=True, exist_ok=True)
    figure.savefig(arguments.out / "sunspots.png", dpi=150)


if __name__ == "__main__":
    main()
