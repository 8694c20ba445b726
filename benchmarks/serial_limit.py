"""How long a sequence takes against its length, and what shortens it: the limit of recurrence on this machine.

Everything is measured in one process, in interleaved turns of a few milliseconds, so that a slow phase of the machine
affects all cases. A figure is the median of the turns.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, NullLocator, ScalarFormatter
from tqdm import tqdm

from .. import _core
from .._internal.text import counted
from ..config import get_num_threads, set_num_threads
from ..layers import GRU, LSTM, Input, MinGRU, MinLSTM
from ..models import Sequential
from ..plotting._style import CURVES
from .rounds import seconds

CELLS: dict[str, Any] = {"LSTM": LSTM, "GRU": GRU, "minLSTM": MinLSTM, "minGRU": MinGRU}
BATCHES = (1, 32)
"""The batch sizes at which the length varies."""

_LENGTHS = (10, 30, 100, 300, 1000, 3000, 10000)
_UNITS = (4, 8, 16, 32, 64, 128, 256)
_STEPS = 128  # of the sequences of layers whose number of units varies
_WIDE = 8  # features for each unit where the product of the inputs counts most
_WIDE_STEPS = 1000
_TURN = 4e-3  # seconds
_RATE_TURN = 0.02  # seconds
_LAYERS = 2
_GAINS = {
    "hoisting": f"products of the inputs are computed for 16 steps at once, not step by step ({_WIDE} features a unit)",
    "batching": f"{BATCHES[1]} sequences are predicted together, not one after the other",
    "threads": "one layer is shared by all threads (one sequence)",
    "pipelining": f"{_LAYERS} layers are shared by all threads, one chunk of steps behind the other (one sequence)",
    "scan cell": "gates do not see the state: minLSTM instead of LSTM, minGRU instead of GRU (one sequence)",
}
_NOTHING = "one unit"  # takes the time of a call
_COLOURS = dict(zip(CELLS, CURVES, strict=False))
_MARKERS = dict(zip(CELLS, "os^D", strict=True))


class _Case(NamedTuple):
    kind: str
    cell: str
    rows: int
    at: int
    """The number of steps, or of units."""
    threads: int


def measure(units: int, length: int, rounds: int, *, quiet: bool = False) -> dict[str, Any]:
    """Measure predictions of all cells, whose inputs have as many features as the layer has units.

    Parameters
    ----------
    units : int
        Number of units, and of features.
    length : int
        Steps of the longest sequence, at least 20.
    rounds : int
        Number of turns of each case.
    quiet : bool
        Whether to show no progress.

    Returns
    -------
    dict
        Ready for JSON: 'size' (units), 'threads', 'rate' (multiply-adds per second by number of threads), 'lengths'
        (for each cell, batch size and number of threads the seconds 'at' each length), 'units' (the same at each number
        of units), 'steps' (seconds of a step, and of its multiply-adds alone) and 'gains' (how many times as long a
        sequence takes without each of the ways to shorten it).
    """
    allowed = get_num_threads()
    threads = sorted({1, allowed})
    lengths = [one for one in _LENGTHS if one < length] + [length]
    calls = dict(_calls(units, lengths, threads))
    turns: dict[_Case, list[float]] = {case: [] for case in calls}
    rates: dict[int, list[float]] = {count: [] for count in threads}
    try:
        for _ in tqdm(range(rounds), unit=" rounds", leave=False, disable=quiet):
            for count, found in rates.items():
                set_num_threads(count)
                found.append(_core.multiply_add_rate(_RATE_TURN) / 2)
            for case, call in calls.items():
                set_num_threads(case.threads)
                turns[case].append(_turn(call))
    finally:
        set_num_threads(allowed)
    times = {case: statistics.median(found) for case, found in turns.items()}
    rate = {count: statistics.median(found) for count, found in rates.items()}
    return {
        "size": units,
        "threads": allowed,
        "rate": rate,
        "lengths": _curves(times, "length"),
        "units": _curves(times, "units"),
        "steps": [_step(cell, rows, units, times, rate, lengths) for cell in CELLS for rows in BATCHES],
        "gains": _gains(times, length, allowed),
    }


def _calls(units: int, lengths: list[int], threads: list[int]) -> Iterator[tuple[_Case, Callable[[], Any]]]:
    rng = np.random.default_rng(0)

    def inputs(rows: int, steps: int, features: int = units) -> Any:
        return rng.standard_normal((rows, steps, features), np.float32)

    for cell in CELLS:
        model = _model(cell, units, units)
        for count in threads:
            for rows in BATCHES:
                for steps in lengths:
                    yield _Case("length", cell, rows, steps, count), _prediction(model, inputs(rows, steps))
        for width in _UNITS:
            narrow = _model(cell, width, width)
            yield _Case("units", cell, 1, width, 1), _prediction(narrow, inputs(1, _STEPS, width))
        wide = _model(cell, units, _WIDE * units)
        yield _Case("wide", cell, 1, _WIDE_STEPS, 1), _prediction(wide, inputs(1, _WIDE_STEPS, _WIDE * units))
        yield _Case("wide", cell, 1, 1, 1), _step_of_a_stream(wide, inputs(1, 1, _WIDE * units))
        stacked = _model(cell, units, units, _LAYERS)
        for count in threads:
            yield _Case("stack", cell, 1, lengths[-1], count), _prediction(stacked, inputs(1, lengths[-1]))
    tiny = _model("minGRU", 1, _WIDE * units)
    yield _Case("wide", _NOTHING, 1, 1, 1), _step_of_a_stream(tiny, inputs(1, 1, _WIDE * units))


def _model(cell: str, units: int, features: int, layers: int = 1) -> Sequential:
    stack = [CELLS[cell](units, return_sequences=i + 1 < layers) for i in range(layers)]
    return Sequential([Input((None, features)), *stack])


def _prediction(model: Sequential, x: Any) -> Callable[[], Any]:
    return lambda: model.predict(x, batch_size=len(x), verbose=0)


def _step_of_a_stream(model: Sequential, x: Any) -> Callable[[], Any]:
    stream, value = model.stream(), x[0, 0]
    return lambda: stream.step(value)


def _turn(call: Callable[[], Any]) -> float:
    """Return the mean seconds of a call over a turn; a first call, which may wake threads, is not counted."""
    call()
    calls = max(1, round(_TURN / max(seconds(call), 1e-7)))

    def turn() -> None:
        for _ in range(calls):
            call()

    return seconds(turn) / calls


def _curves(times: dict[_Case, float], kind: str) -> list[dict[str, Any]]:
    curves: dict[tuple[str, int, int], dict[str, Any]] = {}
    for case, value in times.items():
        if case.kind == kind:
            start = {"cell": case.cell, "batch": case.rows, "threads": case.threads, "at": [], "seconds": []}
            curve = curves.setdefault((case.cell, case.rows, case.threads), start)
            curve["at"].append(case.at)
            curve["seconds"].append(value)
    return list(curves.values())


def multiply_adds(cell: str, units: int) -> int:
    """Return the number of multiply-adds of the products of a step of one sequence, from the shapes of the weights."""
    layer = _model(cell, units, units).layers[0]
    return sum(math.prod(one.shape) for one in layer.weights if one.name.endswith("kernel"))


def _step(
    cell: str, rows: int, units: int, times: dict[_Case, float], rate: dict[int, float], lengths: list[int]
) -> dict[str, Any]:
    """Return how long a step takes, without what a call takes anyway, and how long its multiply-adds would."""
    found: dict[str, Any] = {"cell": cell, "batch": rows, "seconds": {}, "arithmetic": {}}
    for count, per_second in rate.items():
        short, long = (times[_Case("length", cell, rows, steps, count)] for steps in (lengths[0], lengths[-1]))
        found["seconds"][count] = (long - short) / (lengths[-1] - lengths[0])
        found["arithmetic"][count] = rows * multiply_adds(cell, units) / per_second
    return found


def _gains(times: dict[_Case, float], length: int, threads: int) -> list[dict[str, Any]]:
    """Return, for each cell, how many times as long a sequence takes without each of the ways to shorten it."""
    call = times[_Case("wide", _NOTHING, 1, 1, 1)]
    found = []
    for cell in CELLS:
        alone, wide = times[_Case("length", cell, 1, length, 1)], times[_Case("wide", cell, 1, _WIDE_STEPS, 1)]
        gains = {
            "hoisting": (times[_Case("wide", cell, 1, 1, 1)] - call) * _WIDE_STEPS / wide,
            "batching": BATCHES[1] * alone / times[_Case("length", cell, BATCHES[1], length, 1)],
            "threads": alone / times[_Case("length", cell, 1, length, threads)],
            "pipelining": times[_Case("stack", cell, 1, length, 1)] / times[_Case("stack", cell, 1, length, threads)],
        }
        gated = cell.replace("min", "")
        if gated != cell:
            gains["scan cell"] = times[_Case("length", gated, 1, length, 1)] / alone
        found.append({"cell": cell, **gains})
    return found


def figure(found: dict[str, Any]) -> Figure:
    """Draw the time of a sequence against its length, for each batch size, and of a step against the number of units.

    Parameters
    ----------
    found : dict
        From `measure`.

    Returns
    -------
    matplotlib.figure.Figure
        On logarithmic axes.
    """
    drawn = Figure(figsize=(12, 4.8), layout="constrained")
    *lengths, units = drawn.subplots(1, len(BATCHES) + 1)
    size = f"{found['size']} units, {found['size']} features"
    for axes, batch in zip(lengths, BATCHES, strict=True):
        for curve in found["lengths"]:
            if curve["batch"] == batch:
                label = _label(curve) if batch == BATCHES[0] else None
                axes.plot(curve["at"], curve["seconds"], label=label, **_style(curve))
        sequences = "One sequence" if batch == 1 else f"{batch} sequences at once"
        _finish(axes, f"{sequences}, {size}", "steps of the sequence", "time of a prediction")
    low, high = (bound(axes.get_ylim()[i] for axes in lengths) for i, bound in enumerate((min, max)))
    for axes in lengths:
        axes.set_ylim(low, high)
    for curve in found["units"]:
        units.plot(curve["at"], np.divide(curve["seconds"], _STEPS), **_style(curve))
    for cell in ("LSTM", "minGRU"):
        products = [multiply_adds(cell, width) / found["rate"][1] for width in _UNITS]
        label = f"the {cell}'s multiply-adds alone"
        units.plot(_UNITS, products, color=_COLOURS[cell], linestyle=":", linewidth=1.5, label=label)
    floor = 0.5 * min(min(curve["seconds"]) for curve in found["units"]) / _STEPS
    _finish(units, "One sequence, one thread", "units and features", "time of a step")
    units.set_ylim(bottom=floor)
    units.set_xticks(_UNITS)
    units.xaxis.set_major_formatter(ScalarFormatter())
    units.xaxis.set_minor_locator(NullLocator())
    drawn.suptitle("What recurrence costs: a step waits for the one before it", x=0.01, ha="left", fontweight="bold")
    drawn.legend(loc="outside lower center", ncols=5, frameon=False)
    return drawn


def _label(curve: dict[str, Any]) -> str:
    return f"{curve['cell']}, {counted(curve['threads'], 'thread')}"


def _style(curve: dict[str, Any]) -> dict[str, Any]:
    return {
        "color": _COLOURS[curve["cell"]],
        "linestyle": "-" if curve["threads"] == 1 else "--",
        "marker": _MARKERS[curve["cell"]] if curve["threads"] == 1 else "",
        "markersize": 4.5,
        "linewidth": 1.6,
    }


def _finish(axes: Axes, title: str, x_label: str, y_label: str) -> None:
    axes.set(xscale="log", yscale="log", xlabel=x_label, ylabel=y_label)
    axes.yaxis.set_major_formatter(EngFormatter(unit="s", places=0))
    axes.set_title(title, loc="left", fontsize="medium")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def text(found: dict[str, Any]) -> str:
    """Return the tables of a result, for a terminal.

    Parameters
    ----------
    found : dict
        From `measure`.

    Returns
    -------
    str
        How long a step takes beside its multiply-adds, and what each way to shorten a sequence gives.
    """
    threads = sorted(found["rate"])
    columns = [(batch, count) for batch in BATCHES for count in threads]
    names = (f"N {batch}, {counted(count, 'thread')}" for batch, count in columns)
    lines = [
        f"Time of a step with {found['size']} units and as many features, in nanoseconds; in brackets: what its",
        "multiply-adds alone would take",
        "",
        " " * 9 + "".join(f"{name:>22}" for name in names),
    ]
    for cell in CELLS:
        line = f"{cell:9}"
        for batch, count in columns:
            step = next(one for one in found["steps"] if (one["cell"], one["batch"]) == (cell, batch))
            spent, alone = (f"{1e9 * step[key][count]:,.0f}" for key in ("seconds", "arithmetic"))
            line += f"{f'{spent} ({alone})':>22}"
        lines.append(line)
    lines += ["", "How many times as long a sequence takes without", ""]
    lines.append(" " * 9 + "".join(f"{name:>17}" for name in _GAINS))
    for gains in found["gains"]:
        cells = (f"{gains[name]:.2f}" if name in gains else "" for name in _GAINS)
        lines.append(f"{gains['cell']:9}" + "".join(f"{cell:>17}" for cell in cells))
    lines += ["", *(f"{name}: {said}" for name, said in _GAINS.items())]
    return "\n".join(lines)
