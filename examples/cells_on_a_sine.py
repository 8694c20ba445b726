"""Every cell learns a sine wave, then continues it from its own predictions.

The job of ``fastlstm sine``: windows of 20 values, 32 units, 25 epochs; then five waves from the first window alone.
The read-out is linear: the tanh of ``fastlstm sine`` can not reach the 1 of the wave's crests, which LSTM and SimpleRNN
get over in 25 epochs and the others do not (nor does Keras's GRU). The gates of minGRU and minLSTM do not see h, so
that one layer is only a weighted mean of the inputs: they are stacked two deep. The plain network at the end sees the
same window all at once.

    python examples/cells_on_a_sine.py --picture cells.png
"""

import argparse
import time

import numpy as np

import fastlstm
from fastlstm import Input, Sequential, datasets, layers

WINDOW, UNITS = 20, 32
CELLS = {
    "SimpleRNN": lambda: [layers.SimpleRNN(UNITS)],
    "LSTM": lambda: [layers.LSTM(UNITS)],
    "LSTM, peepholes": lambda: [layers.LSTM(UNITS, peephole=True)],
    "LSTM, coupled gates": lambda: [layers.LSTM(UNITS, coupled=True)],
    "LSTM, both": lambda: [layers.LSTM(UNITS, peephole=True, coupled=True)],
    "GRU": lambda: [layers.GRU(UNITS)],
    "GRU, reset before": lambda: [layers.GRU(UNITS, reset_after=False)],
    "minGRU, two layers": lambda: [layers.MinGRU(UNITS, return_sequences=True), layers.MinGRU(UNITS)],
    "minLSTM, two layers": lambda: [layers.MinLSTM(UNITS, return_sequences=True), layers.MinLSTM(UNITS)],
    "no memory (Dense)": lambda: [layers.Flatten(), layers.Dense(UNITS, activation="tanh")],
}
TRUTH = np.sin(np.arange(0, 10 * np.pi, 0.1))


def roll_out(make, epochs, seed):
    """Return the forecast of five waves, its root mean squared error and the seconds of training."""
    fastlstm.utils.set_random_seed(seed)
    _, values = datasets.sine()
    x, y = datasets.windows(values, WINDOW)
    model = Sequential([Input((WINDOW, 1)), *make(), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    start = time.perf_counter()
    model.fit(x, y, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - start
    forecast = model.forecast(TRUTH[:WINDOW], len(TRUTH) - WINDOW)
    return forecast, float(np.sqrt(np.mean((forecast - TRUTH[WINDOW:]) ** 2))), seconds


def draw(forecasts, file):
    """Draw each cell's forecast over the wave."""
    import matplotlib.pyplot as plt

    axis = np.arange(len(TRUTH)) * 0.1
    figure, panels = plt.subplots(5, 2, figsize=(10, 9), sharex=True, sharey=True, layout="constrained")
    for panel, (name, (forecast, error)) in zip(panels.flat, forecasts.items(), strict=True):
        panel.plot(axis, TRUTH, color="0.75", linewidth=4, label="sin(x)")
        panel.plot(axis[WINDOW:], forecast, color="tab:blue", label="forecast")
        panel.axvspan(0, axis[WINDOW], color="tab:orange", alpha=0.15, linewidth=0, label="given")
        panel.set_title(f"{name}: median RMSE {error:.3f}", fontsize=10)
        panel.set_ylim(-1.3, 1.3)
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.supxlabel("x")
    figure.savefig(file, dpi=100)


def main(arguments=None):
    """Print one line for each cell: median and range over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--picture", help="a file for a picture of the forecasts")
    parser.add_argument("--quick", action="store_true", help="a few seconds: two epochs, one seed")
    given = parser.parse_args(arguments)
    if given.quick:
        given.epochs, given.seeds = 2, 1
    print(f"{'':22}{'RMSE':>8}{'least':>8}{'most':>8}{'seconds':>9}")
    errors, forecasts = {}, {}
    for name, make in CELLS.items():
        runs = sorted((roll_out(make, given.epochs, seed) for seed in range(given.seeds)), key=lambda run: run[1])
        middle = runs[len(runs) // 2]
        seconds = np.median([run[2] for run in runs])
        print(f"{name:22}{middle[1]:8.3f}{runs[0][1]:8.3f}{runs[-1][1]:8.3f}{seconds:9.2f}")
        errors[name], forecasts[name] = middle[1], middle[:2]
    if given.picture:
        draw(forecasts, given.picture)
    return errors


if __name__ == "__main__":
    main()
