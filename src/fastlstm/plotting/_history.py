"""The losses and metrics of a fit over its epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._internal.text import counted
from ._style import FUTURE, MODEL, finish, marker_of, scale_losses

_VALIDATION = "val_"
_NO_METRICS = ("learning_rate", "lr")


def plot_history(history: Any, ax: Axes | None = None) -> Any:
    """Draw the losses and metrics of a fit over its epochs, validation beside training.

    Parameters
    ----------
    history : History or dict of str to list of float
        What `fit` returned, or its `history`.
    ax : matplotlib.axes.Axes, optional
        Axes on which to draw the losses only. Default: a new figure with a panel for the loss and for each metric.

    Returns
    -------
    matplotlib.axes.Axes or ndarray of Axes
        The axes; an array of them if there are several panels.

    Raises
    ------
    TypeError
        If `history` is neither a History nor a dict.
    ValueError
        If it has no loss.

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
    numbered = {  # values of other fits may have been added
        name: numbers
        for name, numbers in getattr(history, "_epochs", {}).items()
        if len(numbers) == len(curves.get(name, ()))
    }
    epochs = np.asarray(numbered.get("loss", range(len(curves["loss"])))) + 1
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
            where = np.asarray(numbered[label]) + 1 if label in numbered else epochs[len(epochs) - len(values) :]
            axes.plot(where, values, color=colour, label=label, marker=marker_of(values))
        scale_losses(axes, list(both.values()))
        axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
        last = ", ".join(f"{label} {values[-1]:.3g}" for label, values in both.items())
        finish(axes, f"After {counted(len(epochs), 'epoch')}: {last}", "epoch", name, legend=len(both) > 1)
    return panels[0] if len(panels) == 1 else panels


def loss_figure(losses: Mapping[str, Sequence[float]], loss_name: str = "loss") -> Figure:
    """Draw the loss of each epoch, on a logarithmic axis if it falls by more than a factor of ten.

    Parameters
    ----------
    losses : dict of str to sequence of float
        One value per epoch by label, as in ``History.history``.
    loss_name : str
        Label of the vertical axis.

    Returns
    -------
    matplotlib.figure.Figure
        A new figure.

    Raises
    ------
    ValueError
        If there are no losses, or a label has none.

    Examples
    --------
    >>> figure = loss_figure({"loss": [1.0, 0.1, 0.01]}, "mean squared error")
    >>> figure.axes[0].get_yscale()
    'log'
    """
    if not losses or not all(len(values) for values in losses.values()):
        raise ValueError(f"losses: expected a label with the loss of at least one epoch, got {dict(losses)!r}")
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for label, values in losses.items():
        axes.plot(range(1, len(values) + 1), values, label=label, marker=marker_of(values), linewidth=1.5)
    scale_losses(axes, list(losses.values()))
    epochs = max(len(values) for values in losses.values())
    axes.set_xlim(0.5, epochs + 0.5)
    last = next(iter(losses.values()))[-1]
    finish(axes, f"Training: the last loss is {last:.3g}", "epoch", loss_name, legend=len(losses) > 1)
    return figure
