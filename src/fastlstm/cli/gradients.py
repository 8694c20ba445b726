"""Show how far back gradients reach in each cell, before and after training: why plain networks forget."""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import analysis, datasets, initializers, layers, utils
from .._internal.progress import shows_bars
from ..analysis._memory import length_of
from ..models import Sequential
from ..optimizers import Adam
from . import _arguments

NAME = "gradients"

_SAMPLES, _SHOWN = 2048, 32
_LEARNING_RATE = 0.01
_SHARE = 0.01
_ALWAYS_ONE = 1 / 6  # the mean squared error of always answering 1


class _Network(NamedTuple):
    """A recurrent layer in a certain state at the beginning."""

    label: str
    layer: Callable[[int], Any]
    state: str
    """The state along which gradients go back."""


def _simple_rnn(scale: float) -> _Network:
    def layer(units: int) -> Any:
        start = initializers.Orthogonal(gain=scale)
        return layers.SimpleRNN(units, activation="linear", recurrent_initializer=start, name="recurrent")

    return _Network(f"SimpleRNN, linear, scale {scale:g}", layer, "h")


def _lstm(forget: float, **options: Any) -> _Network:
    def layer(units: int) -> Any:
        made = layers.LSTM(units, unit_forget_bias=False, name="recurrent", **options)
        made.build((None, None, 2))
        kernel, recurrent, bias, *rest = made.get_weights()
        bias[units : 2 * units] = forget
        made.set_weights([kernel, recurrent, bias, *rest])
        return made

    peephole = ", peephole" if options else ""
    return _Network(f"LSTM{peephole}, forget bias {forget:g}", layer, "c")


def _plain(label: str, cls: Any, **options: Any) -> _Network:
    return _Network(label, lambda units: cls(units, name="recurrent", **options), "h")


_CELLS: dict[str, list[_Network]] = {
    "simple_rnn": [_simple_rnn(0.9), _simple_rnn(1.0), _simple_rnn(1.05)],
    "lstm": [_lstm(0.0), _lstm(1.0), _lstm(3.0)],
    "peephole": [_lstm(1.0, peephole=True)],
    "gru": [_plain("GRU", layers.GRU), _plain("GRU, reset before", layers.GRU, reset_after=False)],
    "min_gru": [_plain("minGRU", layers.MinGRU)],
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--cells",
        nargs="+",
        choices=list(_CELLS),
        default=list(_CELLS),
        metavar="CELL",
        help="any of " + ", ".join(_CELLS),
    )
    parser.add_argument(
        "--length", type=_arguments.integer(4, 10_000), default=200, metavar="N", help="number of steps of a sequence"
    )
    parser.add_argument("--units", type=_arguments.integer(1), default=32, metavar="N", help="number of units")
    parser.add_argument(
        "--epochs", type=_arguments.integer(0), default=40, metavar="N", help="epochs of training, 64 steps each"
    )
    parser.add_argument(
        "--seed", type=_arguments.integer(0, _arguments.LARGEST_SEED), default=0, metavar="N", help="random seed"
    )
    _arguments.add_out_argument(parser, "fastlstm-gradients")
    parser.add_argument("--no-plots", action="store_true", help="draw no picture")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure, train on the adding problem, measure again, print a table, draw, and return the results."""
    from tqdm import tqdm

    if not arguments.no_plots:
        _arguments.make_folder(arguments.out)
    networks = [network for cell in dict.fromkeys(arguments.cells) for network in _CELLS[cell]]
    print(
        f"Gradients of the last output over {arguments.length} steps, before and after training on the adding problem"
    )
    found: dict[str, dict[str, Any]] = {}
    curves: dict[str, dict[str, NDArray[Any]]] = {"before training": {}, "after training": {}}
    for network in tqdm(networks, unit=" networks", leave=False, disable=not shows_bars()):
        norms, error = _measure(network, arguments)
        for when, of_samples in zip(curves, norms, strict=True):
            curves[when][network.label] = of_samples.mean(axis=0)
        found[network.label] = {
            "memory_before": _memory(norms[0]),
            "memory_after": _memory(norms[1]),
            "growth_before": _growth(norms[0].mean(axis=0)),
            "loss": error,
        }
    _print_table(found, arguments.length)
    if not arguments.no_plots:
        from .. import plotting

        path = arguments.out / "gradients.png"
        title = f"How far back gradients reach in sequences of {arguments.length} steps (adding problem)"
        plotting.distances_figure(curves, title).savefig(path, dpi=120)
        print(f"Saved {path}")
    return {"command": NAME, "length": arguments.length, "seed": arguments.seed, "networks": found}


def _measure(network: _Network, arguments: argparse.Namespace) -> tuple[list[NDArray[Any]], float]:
    """Return the norms of gradients by distance before and after training, and the error after it."""
    utils.set_random_seed(arguments.seed)
    x, y = datasets.adding_problem(_SAMPLES, arguments.length, arguments.seed)
    test = datasets.adding_problem(_SAMPLES, arguments.length, [arguments.seed, 1])
    model = Sequential([layers.Input((None, 2)), network.layer(arguments.units), layers.Dense(1)])
    model.compile(Adam(_LEARNING_RATE, clipnorm=1.0), "mse")
    norms = [_norms(model, test[0], network.state)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a loss that becomes NaN is in the table
        model.fit(x, y, epochs=arguments.epochs, verbose=0)
    norms.append(_norms(model, test[0], network.state))
    return norms, float(model.evaluate(*test, verbose=0))


def _norms(model: Any, x: NDArray[Any], state: str) -> NDArray[Any]:
    """Return the norms of the gradient of the last output at each distance from the last step, (N, T)."""
    return np.asarray(analysis.output_flow(model, x[:_SHOWN])["recurrent"][state].samples[:, ::-1])


def _memory(norms: NDArray[Any]) -> float:
    """Return the distance at which the gradient has fallen below a hundredth, infinite if it never has."""
    return length_of([one / one[0] for one in norms if one[0] > 0], _SHARE)


def _growth(norms: NDArray[Any]) -> float:
    """Return the factor by which the gradient changes from a step to the one before it, where it is not yet nothing."""
    usable = np.flatnonzero((norms > 1e-30) & np.isfinite(norms))
    if len(usable) < 2:
        return math.nan
    last = int(usable[-1])
    return float((norms[last] / norms[0]) ** (1 / last))


def _print_table(found: Mapping[str, Mapping[str, Any]], length: int) -> None:
    width = max(map(len, found))
    print(f"\n{'':{width}}  factor of a step  steps until 1 % is left   error after")
    print(f"{'':{width}}  back, at first        before      after       training")
    for label, row in found.items():
        before, after = (_steps(row[key], length) for key in ("memory_before", "memory_after"))
        error = f"{row['loss']:.3g}" if math.isfinite(row["loss"]) else "exploded"
        after = after if math.isfinite(row["loss"]) else ""
        print(f"{label:{width}}  {row['growth_before']:>13.3f}  {before:>12}  {after:>9}  {error:>13}")
    print(f"\nThe error of always answering 1 is {_ALWAYS_ONE:.3f}: only below it something has been learned.")
    if any(label.startswith("LSTM") for label in found):
        print(
            "An LSTM passes its c on times the forget gate, at first about 0.50, 0.73 and 0.95 for biases 0, 1 and 3;"
            "\nits gates also depend on h, which adds to that."
        )
    print()


def _steps(memory: float, length: int) -> str:
    return f"> {length - 1}" if math.isinf(memory) else f"{memory:.0f}"
