"""Figures of a result of `measure`: bars for each workload, and curves over sizes and threads.

As in `fastlstm.plotting`, `matplotlib.pyplot` is not used, so no display is needed.
"""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from .._internal.text import counted
from .summary import (
    NAMES,
    OWN,
    Result,
    Row,
    Table,
    best_peer,
    in_order,
    medians,
    percent,
    seconds_at_best,
    share,
    spread,
    tables,
    times,
    with_unit,
)

COLOURS = {
    OWN: "#1f77b4",
    "torch": "#e6550d",
    "torch.compile": "#fdae6b",
    "jax": "#756bb1",
    "keras-tensorflow": "#1b7837",
    "keras-jax": "#5aae61",
    "keras-torch": "#a6dba0",
    "onnxruntime": "#b2182b",
    "numpy": "#9aa0a6",
}
"""The colour of each contender in all figures; those of one library have the same hue."""

_MARKERS = dict(zip(COLOURS, "osDv^<>Px", strict=True))
_AXES = {"H": "units H", "N": "rows of a batch N", "T": "steps T", "threads": "threads"}
_WIDTH = 10.0  # inches, of every figure
_TEXT = 0.55  # space for the text behind the bars, as a fraction of their length
_MANY = 300.0  # an axis with a larger ratio of its ends has ticks at powers of ten only
_SMALL = "small"
_AT_BEST = "multiply-adds at the machine's peak rate"


def figures(result: Result) -> dict[str, Figure]:
    """Draw a figure for each table of a result.

    Parameters
    ----------
    result : dict
        From `measure`.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        The figures by the name of a file without its suffix.
    """
    return {
        table.name: bars_figure(table, result) if table.curve is None else curves_figure(table, result)
        for table in tables(result)
    }


def bars_figure(table: Table, result: Result) -> Figure:
    """Draw a table as bars, a panel for each row: the fastest contender first, with times and ratios to fastlstm.

    The axes are logarithmic and start at half of the fastest time in each panel. Thin lines are quartiles.
    """
    columns = min(2, len(table.rows))
    lines = math.ceil(len(table.rows) / columns)
    bars = max(len(row["values"]) for row in table.rows)
    figure = Figure(figsize=(_WIDTH, 0.6 + lines * (0.62 + 0.21 * bars)), layout="constrained")
    figure.suptitle(f"{table.title} (log scale)", x=0.01, ha="left", fontweight="bold")
    panels = [*figure.subplots(lines, columns, squeeze=False).flat]
    for axes, row, label in zip(panels, table.rows, table.labels, strict=False):
        _draw_bars(axes, row)
        _title(axes, ", ".join(label), _said(row, result))
        axes.set_ylim(bars - 0.4, -0.6)  # equally thick bars in all panels
    for axes in panels[len(table.rows) :]:
        axes.set_axis_off()
    return figure


def _draw_bars(axes: Axes, row: Row) -> None:
    found = medians(row)
    names = sorted(found, key=lambda name: found[name])
    start, end = found[names[0]] / 2, max(spread(values).high for values in row["values"].values())
    axes.set_xscale("log")
    axes.set_xlim(start, end * (end / start) ** _TEXT)
    for i, name in enumerate(names):
        median, low, high = spread(row["values"][name])
        axes.barh(i, median - start, left=start, height=0.8, color=COLOURS[name])
        axes.plot([low, high], [i, i], color="black", linewidth=1)
        (said,) = with_unit(median, row["unit"])
        if OWN in found and name != OWN:
            said += f"  {times(median / found[OWN])}"
        axes.annotate(
            said,
            (high, i),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=_SMALL,
            fontweight="bold" if name == OWN else "normal",
        )
    axes.set_yticks(range(len(names)), [NAMES[name] for name in names], fontsize=_SMALL)
    axes.tick_params(length=0)
    axes.xaxis.set_major_locator(NullLocator())
    axes.xaxis.set_minor_locator(NullLocator())
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def curves_figure(table: Table, result: Result) -> Figure:
    """Draw a table as curves over its axis: each contender, and the machine's peak rate.

    Sizes that differ in other axes are in separate panels. Both axes are logarithmic.
    """
    panels: dict[str, list[Row]] = {}
    for row in table.rows:
        others = [f"{axis} {value}" for axis, value in row["size"].items() if axis != table.curve]
        panels.setdefault(", ".join(others), []).append(row)
    columns = min(2, len(panels))
    lines = math.ceil(len(panels) / columns)
    figure = Figure(figsize=(_WIDTH, 1.1 + (4.2 if columns == 1 else 2.8) * lines), layout="constrained")
    figure.suptitle(table.title, x=0.01, ha="left", fontweight="bold")
    grid = [*figure.subplots(lines, columns, squeeze=False).flat]
    handles: dict[str, Any] = {}
    for axes, (label, rows) in zip(grid, panels.items(), strict=False):
        handles |= _draw_curves(axes, rows, str(table.curve), result)
        if table.curve == "threads":
            _title(axes, label, _gain(rows))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    names = [name for name in (*NAMES.values(), _AT_BEST) if name in handles]
    figure.legend([handles[name] for name in names], names, loc="outside lower center", ncols=5, frameon=False)
    return figure


def _draw_curves(axes: Axes, rows: list[Row], curve: str, result: Result) -> dict[str, Any]:
    """Draw the curves of a panel; return their lines by label."""
    handles: dict[str, Any] = {}
    at = {id(row): row["threads"] if curve == "threads" else row["size"][curve] for row in rows}
    for name in in_order(name for row in rows for name in row["values"]):
        points = [(at[id(row)], spread(row["values"][name])) for row in rows if name in row["values"]]
        places, times = [place for place, _ in points], [time for _, time in points]
        style: dict[str, Any] = {"color": COLOURS[name], "zorder": 3 if name == OWN else 2}
        (handles[NAMES[name]],) = axes.plot(
            places,
            [time.median for time in times],
            marker=_MARKERS[name],
            markersize=5,
            linewidth=3 if name == OWN else 1.5,
            **style,
        )
        axes.vlines(places, [time.low for time in times], [time.high for time in times], linewidth=1, **style)
    limits = [(at[id(row)], best) for row in rows if (best := seconds_at_best(row, result))]
    if limits:
        (handles[_AT_BEST],) = axes.plot(*zip(*limits, strict=True), "--", color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sorted({*at.values()}), [f"{place:,}" for place in sorted({*at.values()})])
    axes.xaxis.set_minor_locator(NullLocator())
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < _MANY * low else (1,), numticks=12))
    axes.yaxis.set_major_formatter(_tick)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(_AXES[curve])
    axes.set_ylabel("time")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return handles


def _tick(seconds: float, _: float) -> str:
    number, unit = with_unit(seconds, "s")[0].split()
    return f"{float(number.replace(',', '')):,g} {unit}"


def _title(axes: Axes, label: str, said: str) -> None:
    """Put the label of a panel above it, and a note below the label."""
    axes.set_title(said or " ", loc="left", fontsize=_SMALL)
    if label:
        axes.annotate(label, (0, 1), (0, 20), xycoords="axes fraction", textcoords="offset points", fontsize="medium")


def _said(row: Row, result: Result) -> str:
    """Return a note on how fastlstm compares in a row."""
    peer, part = best_peer(row), share(row, result)
    words = [f"best peer: {NAMES[peer[0]]}, {times(peer[1])}"] if peer else []
    return "; ".join(words + ([f"{percent(part)} of the machine's rate"] if part else []))


def _gain(rows: list[Row]) -> str:
    """Return a note on the speed-up of fastlstm by threads."""
    found = {row["threads"]: medians(row)[OWN] for row in rows if OWN in row["values"]}
    if len(found) < 2:
        return ""
    fewest, most = min(found), max(found)
    return f"fastlstm: {times(found[fewest] / found[most])} with {counted(most, 'thread')}"
