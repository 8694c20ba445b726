#!/usr/bin/env python3
"""Train every cell on a sine wave, then let each network forecast five periods from its own output.

    python examples/cells_on_a_sine.py [--seeds 3] [--read-out linear] [--out cells_on_a_sine.png] [--quick]

This repeats `fastlstm sine` with all cells: windows of 20 values, each with the value that follows it, 32 units, Adam.
The error is that of the roll-out over 295 steps from the first window, in which every prediction becomes an input. It
is the root mean square over the steps, and the median over the seeds. Always predicting the mean, 0, gives 0.71.

The output layer is linear, for which 25 epochs are enough for every cell. The tanh output of `fastlstm sine` cannot
reach the peaks of the wave at 1, where its derivative vanishes. With it (`--read-out tanh`), the coupled LSTMs, the
GRUs (Keras's as well) and the minimal cells have not converged after 25 epochs, so all networks get 100 epochs with
decreasing learning rates.

The gates of MinGRU and MinLSTM do not see the previous output, so these layers are stacked as well.
"""

import argparse
import statistics
import time

import numpy as np
from matplotlib.figure import Figure

import fastlstm
from fastlstm import layers
from fastlstm.forecasting import rmse
from fastlstm.plotting import GIVEN, MODEL, TRUTH

UNITS, WINDOW = 32, 20
# Learning rates and epochs. Without gates, the SimpleRNN does not train well with a learning rate of 0.01.
PLANS = {"linear": ((1e-3, 25),), "tanh": ((1e-2, 60), (1e-3, 30), (1e-4, 10))}
UNGATED_PLANS = {**PLANS, "tanh": ((3e-3, 60), (1e-3, 30), (1e-4, 10))}

NETWORKS = {
    "Flatten, Dense": lambda: [layers.Flatten(), layers.Dense(UNITS, activation="tanh")],
    "SimpleRNN": lambda: [layers.SimpleRNN(UNITS)],
    "LSTM": lambda: [layers.LSTM(UNITS)],
    "LSTM, peephole": lambda: [layers.LSTM(UNITS, peephole=True)],
    "LSTM, coupled": lambda: [layers.LSTM(UNITS, coupled=True)],
    "LSTM, both": lambda: [layers.LSTM(UNITS, peephole=True, coupled=True)],
    "GRU": lambda: [layers.GRU(UNITS)],
    "GRU, reset before": lambda: [layers.GRU(UNITS, reset_after=False)],
    "minGRU": lambda: [layers.MinGRU(UNITS)],
    "minGRU, two": lambda: [layers.MinGRU(UNITS, return_sequences=True), layers.MinGRU(UNITS)],
    "minLSTM": lambda: [layers.MinLSTM(UNITS)],
    "minLSTM, two": lambda: [layers.MinLSTM(UNITS, return_sequences=True), layers.MinLSTM(UNITS)],
}


def train(name: str, seed: int, read_out: str, plan):
    """Train one network; return the true wave, the forecast after the first window, the loss and the training time."""
    fastlstm.utils.set_random_seed(seed)
    _, values = fastlstm.datasets.sine()
    x, y = fastlstm.datasets.windows(values, WINDOW)
    model = fastlstm.Sequential([layers.Input((WINDOW, 1)), *NETWORKS[name](), layers.Dense(1, activation=read_out)])
    model.compile(optimizer="adam", loss="mse")
    start = time.perf_counter()
    for learning_rate, epochs in plan:
        model.optimizer.learning_rate = learning_rate
        losses = model.fit(x, y, batch_size=32, epochs=epochs, verbose=0).history["loss"]
    seconds = time.perf_counter() - start
    truth = np.sin(np.arange(0, 10 * np.pi, 0.1))
    return truth, model.forecast(truth[:WINDOW], len(truth) - WINDOW), losses[-1], seconds


def draw(results: dict) -> Figure:
    """Plot each network's forecast over the true wave."""
    figure = Figure(figsize=(12, 1.3 * len(results)), layout="constrained")
    for axes, (name, (truth, forecast, error)) in zip(
        figure.subplots(len(results), sharex=True), results.items(), strict=True
    ):
        axis = np.arange(len(truth)) / 10
        axes.plot(axis, truth, color=TRUTH, linewidth=4, alpha=0.6, label="sin(x)")
        axes.plot(axis[WINDOW:], forecast, color=MODEL, linewidth=1.5, label="roll-out")
        axes.plot(axis[:WINDOW], truth[:WINDOW], color=GIVEN, linewidth=2.5, label="given window")
        axes.set_title(f"{name}: RMSE {error:.3f}", loc="left", fontsize="medium")
        axes.set(xlim=(0, axis[-1]), ylim=(-1.3, 1.3), yticks=(-1, 0, 1))
        axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("x (radians)")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False)
    return figure


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds: 0, 1, ...")
    parser.add_argument("--read-out", choices=PLANS, default="linear", help="activation of the last layer")
    parser.add_argument("--out", default="cells_on_a_sine.png", help="file for the figure (median seeds)")
    parser.add_argument("--quick", action="store_true", help="one seed and one epoch, as a quick test")
    arguments = parser.parse_args()
    seeds = 1 if arguments.quick else arguments.seeds
    print(f"{UNITS} units, {arguments.read_out} read-out, roll-out over five periods; seeds: {seeds}")
    print(f"{'network':20}{'loss':>10}{'RMSE':>9}{'min':>9}{'max':>9}{'seconds':>9}")
    pictures = {}
    for name in NETWORKS:
        plans = UNGATED_PLANS if name == "SimpleRNN" else PLANS
        plan = ((1e-2, 1),) if arguments.quick else plans[arguments.read_out]
        runs = [train(name, seed, arguments.read_out, plan) for seed in range(seeds)]
        errors = [rmse(truth[WINDOW:], forecast) for truth, forecast, _, _ in runs]
        middle = errors.index(statistics.median_low(errors))
        truth, forecast, loss, seconds = runs[middle]
        pictures[name] = truth, forecast, errors[middle]
        print(
            f"{name:20}{loss:10.1e}{statistics.median(errors):9.4f}{min(errors):9.4f}{max(errors):9.4f}{seconds:9.2f}",
            flush=True,
        )
    draw(pictures).savefig(arguments.out, dpi=100)
    print(f"Saved {arguments.out}")


if __name__ == "__main__":
    main()
