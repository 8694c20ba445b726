"""Pictures of data, training and forecasts.

Every function returns a `matplotlib.figure.Figure` of its own: ``figure.savefig("name.png")`` writes it, and nothing
is left in `matplotlib.pyplot`, which is not used. No display is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates
import matplotlib.ticker
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .forecasting import Forecast, rmse

__all__ = ["data_figure", "loss_figure", "series_forecast_figure", "wave_forecast_figure"]

TRUTH, MODEL, GIVEN, FUTURE, NAIVE = "#9aa0a6", "#1f77b4", "#d62728", "#ff7f0e", "#2ca02c"
"""Colours: what is true, what a model says of it, what the model is given, the unknown, the naive forecasts."""

_LOG_RATIO = 10  # losses that fall by more are shown on a logarithmic axis
_HISTORY = 2  # a forecast is drawn with at most this many times its own length of history before it
_SHORTEST_HISTORY = 150


def data_figure(axis: NDArray[Any], values: NDArray[Any], window: int, name: str = "value") -> Figure:
    """Draw training data: all of it, and its beginning with the first window and the value that follows it.

    Parameters
    ----------
    axis, values : ndarray (steps,)
        Positions in radians, and the values.
    window : int
        How many values the model sees at once.
    name : str
        What the values are.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from fastlstm import datasets
    >>> axis, values = datasets.sine(0, 60)
    >>> figure = data_figure(axis, values, window=20, name="sine")
    >>> len(figure.axes)
    2
    """
    figure = Figure(figsize=(10, 6), layout="constrained")
    whole, start = figure.subplots(2, 1)
    whole.plot(axis, values, color=MODEL, linewidth=0.8)
    _finish(whole, f"The training data: {len(values):,} values", None, name, legend=False)
    shown = min(len(values), 8 * window)
    start.plot(axis[:shown], values[:shown], ".-", color=TRUTH, markersize=4, linewidth=1, label="data")
    start.plot(axis[:window], values[:window], ".-", color=GIVEN, label=f"first window: {window} values")
    start.plot(axis[window : window + 1], values[window : window + 1], "o", color=MODEL, label="its target")
    _finish(start, "Its beginning", "x (radians)", name)
    return figure


def loss_figure(losses: Mapping[str, Sequence[float]], loss_name: str = "loss") -> Figure:
    """Draw the losses of each epoch, on a logarithmic axis if they fall by more than a factor of ten.

    Parameters
    ----------
    losses : dict of str to sequence of float
        By label, one value an epoch: ``History.history``.
    loss_name : str
        Label of the axis.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> figure = loss_figure({"loss": [1.0, 0.1, 0.01]}, "mean squared error")
    >>> figure.axes[0].get_yscale()
    'log'
    """
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for label, values in losses.items():
        marker = "." if len(values) <= 50 else ""
        axes.plot(range(1, len(values) + 1), values, label=label, marker=marker, linewidth=1.5)
    everything = np.concatenate([np.asarray(values, float) for values in losses.values()])
    if everything.min() > 0 and everything.max() > _LOG_RATIO * everything.min():
        axes.set_yscale("log")
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    last = next(iter(losses.values()))[-1]
    _finish(axes, f"Training: the last loss is {last:.3g}", "epoch", loss_name, legend=len(losses) > 1)
    return figure


def wave_forecast_figure(
    axis: NDArray[Any], truth: NDArray[Any], forecast: NDArray[Any], name: str = "value"
) -> Figure:
    """Draw a forecast of a wave against the wave itself.

    Parameters
    ----------
    axis, truth : ndarray (steps,)
        Positions in radians, and the wave.
    forecast : ndarray (steps - window,)
        The forecast of its last values. What comes before them is what the model was given.
    name : str
        What the values are.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from fastlstm import datasets
    >>> axis, values = datasets.sine(0, 10)
    >>> figure = wave_forecast_figure(axis, values, values[20:] + 0.5)
    >>> figure.axes[0].get_title(loc="left")
    'Forecast of 80 steps from the first 20 values: RMSE 0.5'
    """
    window = len(truth) - len(forecast)
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(axis, truth, color=TRUTH, linewidth=4, alpha=0.6, label="truth")
    axes.plot(axis[window:], forecast, color=MODEL, linewidth=1.5, label="forecast")
    axes.plot(axis[:window], truth[:window], color=GIVEN, linewidth=2.5, label="given window")
    error = rmse(truth[window:], forecast)
    title = f"Forecast of {len(forecast)} steps from the first {window} values: RMSE {error:.3g}"
    _finish(axes, title, "x (radians)", name)
    return figure


def series_forecast_figure(result: Forecast) -> Figure:
    """Draw a series, the forecasts of what was held out, and the forecast of the future.

    Parameters
    ----------
    result : Forecast
        From `fastlstm.forecasting.forecast_series`.

    Returns
    -------
    matplotlib.figure.Figure
        In the series' units. Of a long series only the end is drawn.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import forecasting, series
    >>> x = series.Series("x", np.arange(60), np.sin(np.arange(60.0)))
    >>> figure = series_forecast_figure(forecasting.forecast_series(x, 5, window=12, test=12, epochs=1))
    >>> figure.axes[0].get_ylabel()
    'x'
    """
    series, hold_out = result.series, result.hold_out
    n = len(series)
    test = 0 if hold_out is None else len(hold_out.values)
    first = max(0, n - test - max(_HISTORY * (test + len(result.values)), _SHORTEST_HISTORY))
    figure = Figure(figsize=(10, 5), layout="constrained")
    axes = figure.subplots()
    positions, future = _positions(axes, series.index, result.index)

    axes.plot(positions[first:], series.values[first:], color=TRUTH, linewidth=2.2, label="known values")
    title = f"{series.name}: forecast of the next {len(result.values)} values"
    if first:
        title += f" (of {n:,} known ones, the last {n - first:,} are drawn)"
    if hold_out is not None:
        axes.axvspan(positions[-test], positions[-1], color=TRUTH, alpha=0.12, linewidth=0, label="held out")
        naive = "seasonal naive" if "seasonal naive" in hold_out.forecasts else "naive"
        axes.plot(positions[-test:], hold_out.forecasts[naive], ":", color=NAIVE, linewidth=1.3, label=naive)
        axes.plot(
            positions[-test:], hold_out.forecasts["model"], color=MODEL, linewidth=1.5, label="model, held-out values"
        )
        title += f"\nRMSE over the held-out {test}: " + ", ".join(
            f"{name} {score.rmse:.4g}" for name, score in hold_out.scores.items()
        )
    # Starting at the last known value, so that there is no break in the line.
    joined = np.concatenate([positions[-1:], future]), np.concatenate([series.values[-1:], result.values])
    axes.plot(*joined, color=FUTURE, linewidth=1.5, label="model, future")
    _finish(axes, title, series.index_name, series.name)
    return figure


def _positions(axes: Axes, index: NDArray[Any], future: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
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
        return _plain(labels[int(position)]) if 0 <= position < len(labels) else ""

    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(8, integer=True))
    axes.xaxis.set_major_formatter(label)
    everything = np.arange(len(labels))
    return everything[: len(index)], everything[len(index) :]


def _finish(axes: Axes, title: str, x_label: str | None, y_label: str, *, legend: bool = True) -> None:
    axes.set_title(_plain(title), loc="left", fontsize="medium")
    axes.set_ylabel(_plain(y_label))
    if x_label:
        axes.set_xlabel(_plain(x_label))
    axes.grid(alpha=0.3)
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        # Below the axes, where it cannot hide a curve.
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=4, ncols=5, frameon=False)


def _plain(text: str) -> str:
    """Return text that is not taken for a formula, as a column named 'US$ per CA$' would be."""
    return text.replace("$", r"\$")
