"""Colours, axes of dates and labels, and what every picture ends with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.dates
import matplotlib.ticker
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

TRUTH, MODEL, GIVEN, FUTURE, NAIVE = "#9aa0a6", "#1f77b4", "#d62728", "#ff7f0e", "#2ca02c"
"""Colours: what is true, what a model says of it, what the model is given, the unknown, the naive forecasts."""

_LOG_RATIO = 10  # losses that fall by more are shown on a logarithmic axis
_MARKED = 30  # a curve of at most so many values has markers, without which a single value would be invisible


def scale_losses(axes: Axes, losses: Sequence[Sequence[float]]) -> None:
    """Make the axis of losses logarithmic if they fall by more than a factor of ten, and that of epochs whole."""
    everything = np.concatenate([np.asarray(values, float) for values in losses])
    if everything.min() > 0 and everything.max() > _LOG_RATIO * everything.min():
        axes.set_yscale("log")
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True, min_n_ticks=1))


def positions_of(axes: Axes, index: NDArray[Any], future: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return where to draw the known and the future values, and label the axis accordingly."""
    if index.dtype.kind == "M":
        dates: Any = matplotlib.dates  # its classes have no types
        locator = dates.AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
        return index.astype("datetime64[us]"), future.astype("datetime64[us]")
    if index.dtype.kind != "U":
        return index, future
    labels = [*index.tolist(), *future.tolist()]

    def label(position: float, _: float) -> str:
        return plain(labels[int(position)]) if 0 <= position < len(labels) else ""

    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(8, integer=True))
    axes.xaxis.set_major_formatter(label)
    everything = np.arange(len(labels))
    return everything[: len(index)], everything[len(index) :]


def marker_of(values: Sequence[float] | NDArray[Any]) -> str:
    return "." if len(values) <= _MARKED else ""


def middle(before: Any, after: Any) -> Any:
    """Return what lies halfway between two positions: dates have differences, but no sums."""
    return before + (after - before) / 2


def finish(axes: Axes, title: str, x_label: str | None, y_label: str, *, legend: bool = True) -> None:
    axes.set_title(plain(title), loc="left", fontsize="medium")
    axes.set_ylabel(plain(y_label))
    if x_label:
        axes.set_xlabel(plain(x_label))
    axes.grid(alpha=0.3)
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        # Below the axes, where it cannot hide a curve.
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=4, ncols=5, frameon=False)


def plain(text: str) -> str:
    """Return text that is not taken for a formula, as a column named 'US$ per CA$' would be."""
    return text.replace("$", r"\$")
