"""Figures of the commands: data, training, and forecasts of a wave and of a series from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .._internal.text import counted
from ..forecasting import Forecast, rmse
from ._style import FUTURE, GIVEN, MODEL, NAIVE, TRUTH, finish, marker_of, middle, positions_of, scale_losses

_HISTORY = 2  # a forecast is drawn with at most this many times its own length of history before it
_SHORTEST_HISTORY = 150
_DATES = np.array(["0001-01-01", "9999-12-31T23:59:59"], "datetime64[s]")  # that matplotlib can draw


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
    finish(whole, f"The training data: {counted(len(values), 'value')}", None, name, legend=False)
    shown = min(len(values), 8 * window)
    start.plot(axis[:shown], values[:shown], ".-", color=TRUTH, markersize=4, linewidth=1, label="data")
    start.plot(axis[:window], values[:window], ".-", color=GIVEN, label=f"first window: {counted(window, 'value')}")
    start.plot(axis[window : window + 1], values[window : window + 1], "o", color=MODEL, label="its target")
    finish(start, "Its beginning", "x (radians)", name)
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

    Raises
    ------
    ValueError
        No losses, or none under a label.

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
    axes.plot(axis[window:], forecast, color=MODEL, linewidth=1.5, marker=marker_of(forecast), label="forecast")
    given = truth[:window]
    axes.plot(axis[:window], given, color=GIVEN, linewidth=2.5, marker=marker_of(given), label="given window")
    error = rmse(truth[window:], forecast)
    title = f"Forecast of {counted(len(forecast), 'step')} from the first {counted(window, 'value')}: RMSE {error:.3g}"
    finish(axes, title, "x (radians)", name)
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
    positions, future = positions_of(axes, series.index, result.index)

    axes.plot(positions[first:], series.values[first:], color=TRUTH, linewidth=2.2, label="known values")
    title = f"{series.name}: forecast of the next {counted(len(result.values), 'value')}"
    if first:
        title += f" (of {n:,} known ones, the last {n - first:,} are drawn)"
    if hold_out is not None:
        start, end = middle(*positions[-test - 1 :][:2]), middle(positions[-1], future[0])
        axes.axvspan(start, end, color=TRUTH, alpha=0.12, linewidth=0, label="held out")
        naive = "seasonal naive" if "seasonal naive" in hold_out.forecasts else "naive"
        held_out, marker, forecasts = positions[-test:], marker_of(hold_out.values), hold_out.forecasts
        axes.plot(held_out, forecasts[naive], ":", color=NAIVE, linewidth=1.3, marker=marker, label=naive)
        label = "model, held-out values"
        axes.plot(held_out, forecasts["model"], color=MODEL, linewidth=1.5, marker=marker, label=label)
        title += f"\nRMSE over the held-out {test}: " + ", ".join(
            f"{name} {score.rmse:.4g}" for name, score in hold_out.scores.items()
        )
    # Starting at the last known value, so that there is no break in the line.
    joined = np.concatenate([positions[-1:], future]), np.concatenate([series.values[-1:], result.values])
    axes.plot(*joined, color=FUTURE, linewidth=1.5, marker=marker_of(result.values), label="model, future")
    finish(axes, title, series.index_name, series.name)
    if positions.dtype.kind == "M":
        # Margins may reach beyond the first and the last year that matplotlib's dates have.
        dates: Any = matplotlib.dates  # its functions have no types
        first_date, last_date = dates.date2num(_DATES)
        low, high = axes.get_xlim()
        axes.set_xlim(max(low, first_date), min(high, last_date))
    return figure
