"""What notebooks show of the history of a fit."""

from typing import Any

import numpy as np

from .._internal import html
from .._internal.text import counted, figures

_LONGEST = 40  # characters of what is not a number


def direction_of(model: Any, name: str) -> str | None:
    """Return 'up' if larger values of a loss or metric of a model are better, 'down' if smaller, None if unknown."""
    name = name.removeprefix("val_")
    if name == "loss":
        return "down"
    compiled = getattr(model, "_compiled", None)
    direction: str | None = None if compiled is None else compiled.metrics.direction(name)
    return direction


def history_for_notebooks(history: Any) -> html.Markup:
    """Return the losses as a picture, and a table with the last and the best value of each name."""
    curves = {name: values for name, values in history.history.items() if len(values)}
    rows = [[name, _shown(curves[name][-1]), *_best(history, name, curves[name])] for name in sorted(curves, key=_rank)]
    title = f"History: {counted(max(map(len, curves.values()), default=0), 'epoch')}"
    parts = []
    if "loss" in curves:
        from matplotlib.figure import Figure  # slow to import

        from ..plotting import plot_history

        figure = Figure(figsize=(8, 3.5), layout="constrained")
        plot_history(history, figure.subplots())
        parts.append(html.picture(figure, "The loss of each epoch"))
    if rows:
        parts.append(html.table(["", "Last", "Best", "Epoch of the best"], rows, "<>>>"))
    return html.section(title, *parts)


def _rank(name: str) -> tuple[bool, str, str]:
    """Return what orders names: the loss first, and each validation after what it validates."""
    trained = name.removeprefix("val_")
    return trained != "loss", trained, name


def _shown(value: Any) -> str:
    """Return a number or several as text; a callback may also have logged something else."""
    return figures(value) if np.asarray(value).dtype.kind in "fiub" else repr(value)[:_LONGEST]


def _best(history: Any, name: str, values: list[Any]) -> tuple[str, str]:
    """Return the best value and its epoch, counted from 1, if it is known which values are better."""
    direction = direction_of(history.model, name)
    numbers = np.asarray(values if direction else [], float)  # of an unknown name, they may be anything
    if numbers.ndim != 1 or np.isnan(numbers).all():
        return "-", "-"
    best = int(np.nanargmax(numbers) if direction == "up" else np.nanargmin(numbers))
    epochs = history._epochs.get(name, ())
    if len(epochs) != len(values):  # values of other fits have been added
        epochs = range(len(values))
    return figures(values[best]), str(epochs[best] + 1)
