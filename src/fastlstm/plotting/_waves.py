"""A wave that a model learns: the training data, and a forecast beside the wave itself."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from .._internal.scores import rmse
from .._internal.text import counted
from ._style import GIVEN, MODEL, TRUTH, figure_or_new, finish, marker_of


def data_figure(
    axis: NDArray[Any], values: NDArray[Any], window: int, name: str = "value", *, figure: Figure | None = None
) -> Figure:
    """Draw training data: all of it above, and below its beginning with the first window and its target.

    Parameters
    ----------
    axis, values : ndarray (steps,)
        Positions in radians, and the values there.
    window : int
        How many values the model sees at a time.
    name : str
        Name of the values.
    figure : matplotlib.figure.Figure, optional
        Figure to draw on, such as one of pyplot. Default: a new one.

    Returns
    -------
    matplotlib.figure.Figure
        The figure drawn on.

    Examples
    --------
    >>> from fastlstm import datasets
    >>> axis, values = datasets.sine(0, 60)
    >>> figure = data_figure(axis, values, window=20, name="sine")
    >>> len(figure.axes)
    2
    """
    figure = figure_or_new(figure, 10, 6)
    whole, start = figure.subplots(2, 1)
    whole.plot(axis, values, color=MODEL, linewidth=0.8)
    finish(whole, f"The training data: {counted(len(values), 'value')}", None, name, legend=False)
    shown = min(len(values), 8 * window)
    start.plot(axis[:shown], values[:shown], ".-", color=TRUTH, markersize=4, linewidth=1, label="data")
    start.plot(axis[:window], values[:window], ".-", color=GIVEN, label=f"first window: {counted(window, 'value')}")
    start.plot(axis[window : window + 1], values[window : window + 1], "o", color=MODEL, label="its target")
    finish(start, "Its beginning", "x (radians)", name)
    return figure


def wave_forecast_figure(
    axis: NDArray[Any],
    truth: NDArray[Any],
    forecast: NDArray[Any],
    name: str = "value",
    *,
    figure: Figure | None = None,
) -> Figure:
    """Draw a forecast of a wave and the wave itself.

    Parameters
    ----------
    axis, truth : ndarray (steps,)
        Positions in radians, and the wave.
    forecast : ndarray (steps - window,)
        The forecast of the last values of the wave; the model was given those before them.
    name : str
        Name of the values.
    figure : matplotlib.figure.Figure, optional
        Figure to draw on, such as one of pyplot. Default: a new one.

    Returns
    -------
    matplotlib.figure.Figure
        The figure drawn on.

    Raises
    ------
    ValueError
        If the forecast has no values.

    Examples
    --------
    >>> from fastlstm import datasets
    >>> axis, values = datasets.sine(0, 10)
    >>> figure = wave_forecast_figure(axis, values, values[20:] + 0.5)
    >>> figure.axes[0].get_title(loc="left")
    'Forecast of 80 steps from the first 20 values: RMSE 0.5'
    """
    window = len(truth) - len(forecast)
    figure = figure_or_new(figure, 10, 4.5)
    axes = figure.subplots()
    axes.plot(axis, truth, color=TRUTH, linewidth=4, alpha=0.6, label="truth")
    axes.plot(axis[window:], forecast, color=MODEL, linewidth=1.5, marker=marker_of(forecast), label="forecast")
    given = truth[:window]
    axes.plot(axis[:window], given, color=GIVEN, linewidth=2.5, marker=marker_of(given), label="given window")
    error = rmse(truth[window:], forecast)
    title = f"Forecast of {counted(len(forecast), 'step')} from the first {counted(window, 'value')}: RMSE {error:.3g}"
    finish(axes, title, "x (radians)", name)
    return figure
