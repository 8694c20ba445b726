"""What a model draws of itself: how a fit went, and a forecast with its intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .._internal import checks
from .._internal.arrays import numbers
from .._internal.text import counted
from ._style import FUTURE, MODEL, TRUTH, finish, marker_of, positions_of, scale_losses

_VALIDATION = "val_"
_NO_METRICS = ("learning_rate", "lr")


def plot_history(history: Any, ax: Axes | None = None) -> Any:
    """Draw the losses and metrics of a fit over its epochs, those of the validation beside those of the training.

    Parameters
    ----------
    history : History or dict of str to list of float
        What `fit` returned, or its `history`.
    ax : matplotlib.axes.Axes, optional
        Where to draw the losses, alone. Default: a new figure with a panel for the loss and for each metric.

    Returns
    -------
    matplotlib.axes.Axes or ndarray of them
        One if there is one panel.

    Raises
    ------
    TypeError
        If `history` is neither.
    ValueError
        If there is no loss in it.

    Examples
    --------
    >>> axes = plot_history({"loss": [1.0, 0.5, 0.4], "val_loss": [1.1, 0.7, 0.6]})
    >>> [line.get_label() for line in axes.get_lines()]
    ['loss', 'val_loss']
    """
    curves = getattr(history, "history", history)
    if not isinstance(curves, Mapping):
        raise TypeError(f"history: expected what fit returned, or its history, got {type(history).__name__}")
    if not len(curves.get("loss", ())):
        raise ValueError(f"history: expected the loss of at least one epoch, got {dict(curves)!r}")
    known = getattr(history, "_epochs", {})
    epochs = np.asarray(known.get("loss", range(len(curves["loss"])))) + 1
    names = ["loss"]
    if ax is None:
        names += [name for name in curves if name != "loss" and not name.startswith((_VALIDATION, *_NO_METRICS))]
        figure = Figure(figsize=(8, 1.5 + 3 * len(names)), layout="constrained")
        panels = figure.subplots(len(names), squeeze=False)[:, 0]
    else:
        panels = np.array([ax])
    for name, axes in zip(names, panels, strict=True):
        both = {label: curves[label] for label in (name, _VALIDATION + name) if len(curves.get(label, ()))}
        for (label, values), colour in zip(both.items(), (MODEL, FUTURE), strict=False):
            where = np.asarray(known[label]) + 1 if label in known else epochs[len(epochs) - len(values) :]
            axes.plot(where, values, color=colour, label=label, marker=marker_of(values))
        scale_losses(axes, list(both.values()))
        axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
        last = ", ".join(f"{label} {values[-1]:.3g}" for label, values in both.items())
        finish(axes, f"After {counted(len(epochs), 'epoch')}: {last}", "epoch", name, legend=len(both) > 1)
    return panels[0] if len(panels) == 1 else panels


def plot_forecast(
    history: Any,
    forecast: Any,
    *,
    truth: Any = None,
    intervals: Mapping[float, tuple[Any, Any]] | tuple[Any, Any] | None = None,
    index: Any = None,
    name: str = "value",
    ax: Axes | None = None,
) -> Axes:
    """Draw a series and a forecast of it, with what came true, and with prediction intervals if there are any.

    Parameters
    ----------
    history : array_like (T,) or (T, 1)
        The known values before the forecast.
    forecast : array_like (steps,) or (steps, 1)
        The values that follow, as `Sequential.forecast` returns them.
    truth : array_like (steps,) or (steps, 1), optional
        What the values became.
    intervals : tuple (lower, upper), or dict of float to such tuples, optional
        Bounds of the values, (steps,) each; several by their probability, as in ``{0.5: (a, b), 0.9: (c, d)}``.
    index : array_like (T + steps,), optional
        Numbers, dates (datetime64) or labels of all the steps. Default: 0 and on.
    name : str
        What the values are.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If values are not real integers or floats.
    ValueError
        If a shape does not fit, a lower bound lies above an upper one, or a probability is not between 0 and 1.

    Examples
    --------
    >>> axes = plot_forecast([1.0, 2.0, 3.0], [4.0, 5.0], intervals={0.9: ([3.5, 4.0], [4.5, 6.0])})
    >>> [text.get_text() for text in axes.get_legend().get_texts()]
    ['known values', '90% interval', 'forecast']
    """
    known, values = _series("history", history, None), _series("forecast", forecast, None)
    steps, total = len(values), len(known) + len(values)
    if not steps:
        raise ValueError("forecast: expected at least one step, got none")
    where = np.arange(total) if index is None else np.asarray(index)
    if where.shape != (total,):
        raise ValueError(
            f"index: expected shape ({total},), one entry for each known and forecast step, got {where.shape}"
        )
    axes = Figure(figsize=(10, 4.5), layout="constrained").subplots() if ax is None else ax
    positions, future = positions_of(axes, where[: len(known)], where[len(known) :])
    last = slice(max(0, len(known) - 1), None)  # forecasts are drawn from the last known value on, without a break
    joined = np.concatenate([positions[last], future])

    def after_known(part: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([known[last], part])

    axes.plot(positions, known, color=TRUTH, linewidth=2.2, marker=marker_of(known), label="known values")
    bands = _bands(intervals, steps)
    for i, (label, lower, upper) in enumerate(bands):
        shade = 0.2 * (i + 1) / len(bands) ** 0.5
        axes.fill_between(
            joined, after_known(lower), after_known(upper), color=FUTURE, alpha=shade, linewidth=0, label=label
        )
    title = f"{name}: forecast of {counted(steps, 'value')}"
    if truth is not None:
        true = _series("truth", truth, steps)
        axes.plot(joined, after_known(true), color=MODEL, linewidth=1.5, marker=marker_of(true), label="what came true")
        title += f", RMSE {np.sqrt(np.mean((true - values) ** 2)):.4g}"
    axes.plot(joined, after_known(values), color=FUTURE, linewidth=1.8, marker=marker_of(values), label="forecast")
    finish(axes, title, None, name)
    return axes


def _series(name: str, values: Any, steps: int | None) -> NDArray[np.float64]:
    """Return values as (n,) numbers, of which there must be so many."""
    array = numbers(name, values).astype(np.float64)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or (steps is not None and len(array) != steps):
        size = "n" if steps is None else steps
        raise ValueError(f"{name}: expected shape ({size},) or ({size}, 1), got {np.shape(values)}")
    return array


def _bands(intervals: Any, steps: int) -> list[tuple[str, NDArray[np.float64], NDArray[np.float64]]]:
    """Return the label and the bounds of each interval, the widest first, so that others are drawn upon it."""
    if intervals is None:
        return []
    if isinstance(intervals, Mapping):
        chances = {checks.number("intervals", chance, 0.0, 1.0): pair for chance, pair in intervals.items()}
        pairs = [(f"{100 * chance:g}% interval", chances[chance]) for chance in sorted(chances, reverse=True)]
    else:
        pairs = [("interval", intervals)]
    bands = []
    for label, pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"intervals: expected (lower, upper), got {pair!r}")
        lower, upper = (
            _series(f"intervals, {end} bound", bound, steps)
            for end, bound in zip(("lower", "upper"), pair, strict=True)
        )
        if (lower > upper).any():
            raise ValueError(f"intervals: expected lower bounds below upper ones, got {lower} and {upper}")
        bands.append((label, lower, upper))
    return bands
