"""Colours, axes of dates and labels, and the finish of every figure: title, grid, legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.dates
import matplotlib.ticker
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._fonts import legible, legible_ticks

TRUTH, MODEL, GIVEN, FUTURE, NAIVE = "#7a8087", "#1f77b4", "#d62728", "#ff7f0e", "#2ca02c"
"""Colours: true values, model output, the input given to a model, forecasts of the future, naive forecasts."""

CURVES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
"""Colours of curves of equal rank, which colour-blind readers can tell apart (Okabe and Ito, 2008)."""

_LOG_RATIO = 10  # losses that fall by a larger factor are drawn on a logarithmic axis
_WIDE = 8  # inches from which five entries of a legend stand beside each other
_MARKED = 30  # a curve of at most this many values gets markers: a single value would be invisible without


def scale_losses(axes: Axes, losses: Sequence[Sequence[float]]) -> None:
    """Make the loss axis logarithmic if losses fall by more than a factor of ten; use whole numbers for epochs."""
    everything = np.concatenate([np.asarray(values, float) for values in losses])
    if everything.min() > 0 and everything.max() > _LOG_RATIO * everything.min():
        axes.set_yscale("log")
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True, min_n_ticks=1))


def positions_of(axes: Axes, index: NDArray[Any], future: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the positions of the known and the future values, and set up the axis for their kind of index."""
    if index.dtype.kind == "M":
        dates: Any = matplotlib.dates  # its classes are not typed
        locator = dates.AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
        return index.astype("datetime64[us]"), future.astype("datetime64[us]")
    if index.dtype.kind != "U":
        return index, future
    labels = legible_ticks(axes.xaxis, [*index.tolist(), *future.tolist()])

    def label(position: float, _: float) -> str:
        return plain(labels[int(position)]) if 0 <= position < len(labels) else ""

    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(8, integer=True))
    axes.xaxis.set_major_formatter(label)
    everything = np.arange(len(labels))
    return everything[: len(index)], everything[len(index) :]


def figure_or_new(figure: Figure | None, width: float, height: float) -> Figure:
    """Return the figure of the caller, or a new one of this size in inches."""
    return Figure(figsize=(width, height), layout="constrained") if figure is None else figure


def marker_of(values: Sequence[float] | NDArray[Any]) -> str:
    return "." if len(values) <= _MARKED else ""


def middle(before: Any, after: Any) -> Any:
    """Return the midpoint of two positions, without a sum, which dates do not have."""
    return before + (after - before) / 2


def finish(axes: Axes, title: str, x_label: str | None, y_label: str, *, legend: bool = True) -> None:
    heading = axes.set_title(plain(title), loc="left", fontsize="medium")
    axes.set_ylabel(plain(y_label))
    if x_label:
        axes.set_xlabel(plain(x_label))
    axes.grid(alpha=0.3)
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    names = []
    if legend:
        # Below the axes, where it cannot hide a curve.
        figure = axes.get_figure()
        columns = 5 if figure is None or figure.bbox.width >= _WIDE * figure.dpi else 3
        names = axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=4, ncols=columns, frameon=False
        ).get_texts()
    legible(heading, axes.xaxis.label, axes.yaxis.label, *names)


def plain(text: str) -> str:
    """Escape dollar signs, so that matplotlib does not read 'US$ per CA$' as a formula."""
    return text.replace("$", r"\$")
