"""Train an LSTM on a sine or cosine wave, forecast the wave from the model's own output, and plot the result."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

import numpy as np

from .. import activations, config, datasets, utils
from .._internal.text import counted
from ..forecasting import rmse
from ..layers import LSTM, Dense, Input
from ..models import Sequential
from . import _arguments

NAME = "sine"

_WAVES = {"sin": (datasets.sine, np.sin), "cos": (datasets.cosine, np.cos)}
_FIVE_WAVES = np.arange(0, 10 * np.pi, 0.1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--wave", choices=sorted(_WAVES, reverse=True), default="sin", help="wave to learn")
    _arguments.add_model_arguments(parser, window=20, epochs=25, longest_window=len(_FIVE_WAVES) - 1)
    parser.add_argument("--activation", type=_activation, default="tanh", metavar="NAME", help="activation of the LSTM")
    parser.add_argument("--optimizer", choices=("adam", "sgd"), default="adam", help="optimizer")
    _arguments.add_out_argument(parser, "fastlstm-sine")
    parser.add_argument("--no-plots", action="store_true", help="draw no figures")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Train, forecast, draw, and return the results."""
    window = arguments.window
    if not arguments.no_plots:
        _arguments.make_folder(arguments.out)
    if arguments.seed is not None:
        utils.set_random_seed(arguments.seed)
    seconds = {"import": _import_seconds()}

    wave, function = _WAVES[arguments.wave]
    axis, values = wave()
    x, y = datasets.windows(values, window)
    print(f"Windows: {len(x):,} of {counted(window, 'value')}, each with the value that follows it")
    model = Sequential([Input((window, 1)), LSTM(arguments.units, activation=arguments.activation)])
    model.add(Dense(1, activation="tanh"))
    model.compile(optimizer=arguments.optimizer, loss="mse")
    model.summary()
    print(f"Training: {config.isa()}, {config.get_num_threads()} threads", flush=True)
    start = time.perf_counter()
    losses = model.fit(x, y, batch_size=32, epochs=arguments.epochs, verbose=1).history
    seconds["fit"] = time.perf_counter() - start

    truth = function(_FIVE_WAVES)
    start = time.perf_counter()
    forecast = model.forecast(truth[:window], len(truth) - window)
    seconds["roll_out"] = time.perf_counter() - start
    error = rmse(truth[window:], forecast)
    given = counted(window, "value")
    print(f"Forecast: {counted(len(forecast), 'step')} from the first {given}, RMSE {error:.4g}")
    print(", ".join(f"{name} {spent:.3g} s" for name, spent in seconds.items()).replace("roll_out", "roll-out"))
    if not arguments.no_plots:
        from .. import plotting

        name = f"{arguments.wave}(x)"
        for file, figure in {
            "data.png": plotting.data_figure(axis, values, window, name),
            "loss.png": plotting.loss_figure(losses, "loss (mean squared error)"),
            "forecast.png": plotting.wave_forecast_figure(_FIVE_WAVES, truth, forecast, name),
        }.items():
            figure.savefig(arguments.out / file, dpi=120)
            print(f"Saved {arguments.out / file}")
    return {
        "command": NAME,
        "wave": arguments.wave,
        "seed": arguments.seed,
        "seconds": {name: round(spent, 6) for name, spent in seconds.items()},
        "loss": float(losses["loss"][-1]),
        "rmse": error,
    }


def _activation(text: str) -> str:
    try:
        return activations.name_of("activation", text, elementwise=True)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error).removeprefix("activation: ")) from None


def _import_seconds() -> float:
    """Return the seconds that ``import fastlstm`` takes after NumPy is imported, in a new interpreter."""
    code = (
        "import json, sys, time; sys.path[:] = json.loads(sys.argv[1]); import numpy; start = time.perf_counter(); "
        "import fastlstm; print(time.perf_counter() - start)"
    )
    command = [sys.executable, "-c", code, json.dumps(sys.path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
