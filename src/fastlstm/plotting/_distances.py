"""How far back gradients reach in several networks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._fonts import legible
from ._style import CURVES, finish

_MARKERS = "os^Dv"
_RANGE = 1e-12, 1e6
"""The part of the vertical axis that is drawn at most."""


def distances_figure(curves: Mapping[str, Mapping[str, NDArray[np.float64]]], title: str = "") -> Figure:
    """Draw the norm of a gradient against the distance from the last step, for several networks.

    Parameters
    ----------
    curves : dict of str to dict of str to ndarray (T,)
        A panel for each entry, such as before and after training; in it, by the name of a network, the norm at each
        distance. Names that begin with the same word have the same colour and marker.
    title : str
        Above the panels.

    Returns
    -------
    matplotlib.figure.Figure
        On a logarithmic axis.

    Raises
    ------
    ValueError
        If there are no curves.

    Examples
    --------
    >>> import numpy as np
    >>> falling = np.geomspace(1, 1e-6, 50)
    >>> figure = distances_figure({"before training": {"SimpleRNN": falling, "LSTM": np.sqrt(falling)}})
    >>> figure.axes[0].get_xlabel()
    'steps back'
    """
    labels = list(dict.fromkeys(label for panel in curves.values() for label in panel))
    if not labels:
        raise ValueError("curves: expected at least one, got none")
    families = list(dict.fromkeys(label.replace(",", " ").split()[0] for label in labels))
    lines = {family: iter(("-", "--", ":", "-.") * len(labels)) for family in families}
    styles = {}
    for label in labels:
        family = label.replace(",", " ").split()[0]
        number = families.index(family)
        styles[label] = {
            "color": CURVES[number % len(CURVES)],
            "marker": _MARKERS[number % len(_MARKERS)],
            "linestyle": next(lines[family]),
        }
    figure = Figure(figsize=(5 * len(curves) + 0.5, 5.5), layout="constrained")
    panels = figure.subplots(1, len(curves), sharey=True, squeeze=False)[0]
    low, high = np.inf, 0.0
    for axes, (when, panel) in zip(panels, curves.items(), strict=True):
        for label, norms in panel.items():
            drawn = np.where((norms >= _RANGE[0]) & (norms <= _RANGE[1]), norms, np.nan)
            marked = max(1, len(norms) // 8)
            axes.plot(
                np.arange(len(norms)),
                drawn,
                linewidth=1.8,
                label=label,
                markevery=marked,
                markersize=5,
                **styles[label],
            )
            if np.isfinite(drawn).any():
                low, high = min(low, float(np.nanmin(drawn))), max(high, float(np.nanmax(drawn)))
        axes.set_yscale("log")
        axes.set_ylim(max(_RANGE[0], 0.5 * min(low, high)), min(_RANGE[1], 2 * high) if high else 1)
        finish(axes, when.capitalize(), "steps back", "", legend=False)
    panels[0].set_ylabel("norm of the gradient of the last output")
    if title:
        legible(figure.suptitle(title, x=0.01, ha="left"))
    handles, names = panels[0].get_legend_handles_labels()
    legible(*figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False).get_texts())
    return figure
