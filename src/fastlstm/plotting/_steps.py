"""What `fastlstm.analysis` finds about the steps of recurrent layers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .._internal import checks
from .._internal.arrays import numbers
from ._fonts import legible, legible_ticks
from ._style import CURVES, figure_or_new, finish, marker_of

_SPREAD = (10, 90)  # percentiles of the samples between which the area beside a mean lies
_SMALLEST = 1e-300  # on a logarithmic axis


class _StepNorms(Protocol):
    @property
    def samples(self) -> NDArray[Any]: ...
    @property
    def mean(self) -> NDArray[Any]: ...


class _Saturation(Protocol):
    @property
    def shut(self) -> NDArray[Any]: ...
    @property
    def open(self) -> NDArray[Any]: ...


def plot_gradient_flow(flow: Mapping[str, Mapping[str, _StepNorms]], ax: Axes | None = None) -> Axes:
    """Draw how much of the gradient arrives at each step of the recurrent layers.

    Parameters
    ----------
    flow : GradientFlow
        As `fastlstm.analysis.gradient_flow` or `output_flow` returns it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: for each layer and state the mean over samples, and the range of most samples around it, on a
        logarithmic axis.

    Raises
    ------
    ValueError
        If there are no layers or no steps.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.analysis import GradientFlow, StepNorms
    >>> axes = plot_gradient_flow(GradientFlow({"lstm": {"h": StepNorms(np.geomspace(1e-3, 1, 20)[None])}}))
    >>> axes.get_yscale()
    'log'
    """
    curves = {
        f"{layer}: {state}": np.asarray(norms.samples)
        for layer, states in flow.items()
        for state, norms in states.items()
    }
    if not curves or not all(samples.shape[1] for samples in curves.values()):
        raise ValueError(f"flow: expected norms of at least one step, got {flow!r}")
    axes = _axes(ax)
    steps = max(samples.shape[1] for samples in curves.values())
    for (label, samples), (colour, line) in zip(curves.items(), _styles(), strict=False):
        _mean_and_spread(axes, samples, label, colour, line)
    axes.set_yscale("log")
    first, last = (float(np.mean([samples[:, t].mean() for samples in curves.values()])) for t in (0, -1))
    title = "Gradient at each step"
    if last > 0 and first > 0:
        title += f": at the first one {first / last:.2g} times what it is at the last one"
    finish(axes, f"{title}\n{_counted_samples(curves)}", f"step (of {steps})", "norm of the gradient")
    return axes


def plot_connectivity(norms: Any, ax: Axes | None = None) -> Axes:
    """Draw how much an output depends on each step of the input.

    Parameters
    ----------
    norms : array_like (N, T) or (T,)
        As `fastlstm.analysis.connectivity` returns it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: the mean over samples, and the range of most samples around it.

    Raises
    ------
    ValueError
        If the shape differs, or there are no steps.
    TypeError
        If `norms` does not hold real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> plot_connectivity(np.geomspace(1e-3, 1, 20)[None]).get_xlabel()
    'step of the input'
    """
    samples = np.atleast_2d(numbers("norms", norms).astype(np.float64))
    if samples.ndim != 2 or not samples.size:
        raise ValueError(f"norms: expected shape (N, T) or (T,), got {np.shape(norms)}")
    axes = _axes(ax)
    colour, line = next(_styles())
    _mean_and_spread(axes, samples, "mean of the samples", colour, line)
    mean = samples.mean(axis=0)
    if (mean > 0).all() and mean.max() > 10 * mean.min():
        axes.set_yscale("log")
    strongest = int(mean.argmax())
    title = f"The output depends most on step {strongest}\n{_counted_samples({'': samples})}"
    finish(axes, title, "step of the input", "norm of the gradient", legend=len(samples) > 1)
    return axes


def plot_memory_length(lengths: Mapping[str, float], ax: Axes | None = None) -> Axes:
    """Draw how many steps back each recurrent layer remembers.

    Parameters
    ----------
    lengths : dict of str to float
        As `fastlstm.analysis.memory_length` returns it; infinite ones are drawn as open bars.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If there are no layers.

    Examples
    --------
    >>> axes = plot_memory_length({"simple_rnn": 12.0, "lstm": float("inf")})
    >>> [text.get_text() for text in axes.texts]
    ['12', 'all steps']
    """
    names, values = _bars("lengths", lengths)
    axes = _axes(ax, height=1.2 + 0.5 * len(names))
    longest = max((value for value in values if math.isfinite(value)), default=1.0) or 1.0
    for place, value in enumerate(values):
        endless = math.isinf(value)
        axes.barh(
            place,
            1.15 * longest if endless else value,
            color="none" if endless else CURVES[0],
            edgecolor=CURVES[0],
            linestyle="--" if endless else "-",
            height=0.6,
        )
        end = 1.15 * longest if endless else value
        _annotate(axes, "all steps" if endless else f"{value:g}", end, place)
    _finish_bars(axes, names, "How far back the output still depends on a state", "steps")
    axes.set_xlim(0, 1.35 * longest)
    if all(map(math.isinf, values)):
        axes.set_xticks([])
    return axes


def plot_lyapunov_exponent(exponents: Mapping[str, float], ax: Axes | None = None) -> Axes:
    """Draw whether each recurrent layer forgets or explodes.

    Parameters
    ----------
    exponents : dict of str to float
        As `fastlstm.analysis.lyapunov_exponent` returns it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If there are no layers, or an exponent is NaN or infinite.

    Examples
    --------
    >>> axes = plot_lyapunov_exponent({"simple_rnn": -0.7, "lstm": 0.02})
    >>> [text.get_text() for text in axes.texts]
    ['0.497 times a step', '1.02 times a step']
    """
    names, values = _bars("exponents", exponents)
    if any(math.isnan(value) or value == math.inf for value in values):
        raise ValueError(f"exponents: expected numbers below infinity, got {dict(exponents)!r}")
    known = [value for value in values if math.isfinite(value)]
    gone = 1.2 * min([-0.1, *known])  # what is gone at once is drawn a little further than the others
    axes = _axes(ax, height=1.2 + 0.5 * len(names))
    ends = [max(value, gone) for value in values]
    axes.barh(range(len(names)), ends, color=[CURVES[1] if value > 0 else CURVES[0] for value in values], height=0.6)
    for place, value in enumerate(values):
        _annotate(axes, f"{math.exp(value):.3g} times a step", max(value, 0), place)
    axes.axvline(0, color="black", linewidth=0.8)
    _finish_bars(
        axes, names, "Small changes of the states shrink (left) or grow (right)", "Lyapunov exponent (per step)"
    )
    reach = max(1e-9, *map(abs, ends))
    axes.set_xlim(-1.15 * reach if min(ends) < 0 else -0.1 * reach, 1.6 * reach if max(ends) > 0 else 0.6 * reach)
    return axes


def plot_states(
    states: Mapping[str, NDArray[Any]], sample: int = 0, *, name: str = "states", figure: Figure | None = None
) -> NDArray[Any]:
    """Draw the states or gates of one recurrent layer at every step of one sample.

    Parameters
    ----------
    states : dict of str to ndarray (N, T, H)
        Of one layer, as in ``fastlstm.analysis.states(model, x)["lstm"]``, or the same of `gates`.
    sample : int
        Which sample.
    name : str
        What the title calls them.
    figure : matplotlib.figure.Figure, optional
        Figure to draw on, such as one of pyplot. Default: a new one.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
        A panel for each state or gate: a row for each unit, a column for each step. Values from 0 to 1, as those of
        gates, go from dark to light; of others, zero is white, positive ones are red and negative ones blue. Masked
        steps of gates are grey.

    Raises
    ------
    ValueError
        If there are no states, or there is no such sample.

    Examples
    --------
    >>> import numpy as np
    >>> panels = plot_states({"h": np.zeros((2, 10, 4)), "c": np.zeros((2, 10, 4))})
    >>> [axes.get_ylabel() for axes in panels]
    ['unit (of h)', 'unit (of c)']
    """
    if not states:
        raise ValueError("states: expected at least one state or gate, got none (a SimpleRNN has no gates)")
    count = len(next(iter(states.values())))
    sample = checks.integer("sample", sample, -count, count - 1)
    figure = figure_or_new(figure, 9, 1 + 1.9 * len(states))
    panels = figure.subplots(len(states), sharex=True, squeeze=False)[:, 0]
    for axes, (label, values) in zip(panels, states.items(), strict=True):
        image = np.ma.masked_invalid(np.asarray(values[sample], float).T)
        edges = [np.arange(size + 1) - 0.5 for size in image.T.shape]
        axes.set_facecolor("0.8")
        if image.count() and image.min() >= 0 and image.max() <= 1:
            colours: dict[str, Any] = {"cmap": "viridis", "vmin": 0, "vmax": 1}
        else:
            bound = float(np.abs(image).max() if image.count() else 0) or 1.0
            colours = {"cmap": "RdBu_r", "vmin": -bound, "vmax": bound}
        drawn = axes.pcolormesh(*edges, image, **colours)
        figure.colorbar(drawn, ax=axes, label=label, pad=0.01)
        axes.set_ylabel(f"unit (of {label})")
        axes.yaxis.get_major_locator().set_params(integer=True)
    legible(panels[0].set_title(f"{name}, sample {sample}", loc="left", fontsize="medium"))
    panels[-1].set_xlabel("step")
    return np.asarray(panels)


def plot_saturation(saturation: Mapping[str, _Saturation], ax: Axes | None = None, *, name: str = "") -> Axes:
    """Draw how often the gates of one recurrent layer are shut and open: a point for each unit.

    Parameters
    ----------
    saturation : dict of str to Saturation
        Of one layer, as in ``fastlstm.analysis.saturation(model, x)["lstm"]``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on. Default: a new figure.
    name : str
        Of the layer, for the title.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. A unit whose gate is always open is in the upper left corner, one whose gate is always shut
        in the lower right one; one that is never either, in the lower left one.

    Raises
    ------
    ValueError
        If there are no gates.

    References
    ----------
    Karpathy, Johnson and Fei-Fei, "Visualizing and understanding recurrent networks", ICLR workshop 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.analysis import Saturation
    >>> axes = plot_saturation({"f": Saturation(np.zeros(4), np.ones(4))})
    >>> axes.get_xlabel(), axes.get_ylabel()
    ('share of steps shut', 'share of steps open')
    """
    if not saturation:
        raise ValueError("saturation: expected at least one gate, got none (a SimpleRNN has no gates)")
    axes = _axes(ax, width=5.5, height=5.5)
    # Open markers of different sizes, since many units have the same shares.
    for (gate, shares), colour, marker, size in zip(
        saturation.items(), CURVES, "osD^v", (30, 75, 130, 200, 290), strict=False
    ):
        axes.scatter(
            shares.shut,
            shares.open,
            s=size,
            c="none",
            marker=marker,
            edgecolors=colour,
            linewidths=1.5,
            label=f"gate {gate}",
        )
    axes.plot([0, 1], [1, 0], color="0.6", linewidth=0.8, linestyle="--")
    axes.annotate("always open", (0, 1), (12, -3), textcoords="offset points", color="0.4")
    axes.annotate("always shut", (1, 0), (-14, -3), textcoords="offset points", color="0.4", ha="right")
    axes.set_xlim(-0.05, 1.05)
    axes.set_ylim(-0.05, 1.05)
    axes.set_aspect("equal")
    title = f"Gates of {name}, each unit" if name else "Gates, each unit"
    finish(axes, title, "share of steps shut", "share of steps open")
    return axes


def _axes(ax: Axes | None, *, width: float = 8, height: float = 4.5) -> Axes:
    return figure_or_new(None, width, height).subplots() if ax is None else ax


def _styles() -> Any:
    """Yield colours that colour-blind readers can tell apart, again and again with other lines."""
    for line in itertools.cycle(("-", "--", ":", "-.")):
        for colour in CURVES:
            yield colour, line


def _mean_and_spread(axes: Axes, samples: NDArray[Any], label: str, colour: str, line: str) -> None:
    """Draw the mean of samples (N, T), and the range of most of them."""
    positions = np.arange(samples.shape[1])
    mean = samples.mean(axis=0)
    if len(samples) > 1:
        low, high = np.percentile(samples, _SPREAD, axis=0)
        axes.fill_between(positions, np.maximum(low, _SMALLEST), high, color=colour, alpha=0.15, linewidth=0)
    axes.plot(positions, mean, color=colour, linestyle=line, linewidth=1.8, marker=marker_of(mean), label=label)


def _counted_samples(curves: Mapping[str, NDArray[Any]]) -> str:
    samples = len(next(iter(curves.values())))
    if samples == 1:
        return "1 sample"
    return f"mean of {samples} samples; shaded: from the {_SPREAD[0]}th to the {_SPREAD[1]}th percentile"


def _bars(argument: str, values: Mapping[str, float]) -> tuple[list[str], Sequence[float]]:
    if not values:
        raise ValueError(f"{argument}: expected at least one layer, got none")
    return list(values), [float(value) for value in values.values()]


def _annotate(axes: Axes, text: str, end: float, place: int) -> None:
    """Write beside the end of a bar."""
    axes.annotate(text, (end, place), (5, 0), textcoords="offset points", va="center")


def _finish_bars(axes: Axes, names: Sequence[str], title: str, label: str) -> None:
    axes.set_yticks(range(len(names)), legible_ticks(axes.yaxis, names))
    axes.invert_yaxis()
    finish(axes, title, label, "", legend=False)
    axes.grid(visible=False, axis="y")
