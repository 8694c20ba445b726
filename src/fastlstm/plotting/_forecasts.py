"""A series and its forecast, with prediction intervals or with the forecasts of held-out values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .._internal import checks
from .._internal.arrays import numbers
from .._internal.scores import rmse
from .._internal.text import counted
from ._style import FUTURE, MODEL, NAIVE, TRUTH, figure_or_new, finish, marker_of, middle, positions_of

_HISTORY = 2  # the history drawn is at most this many times as long as the forecasts
_SHORTEST_HISTORY = 150
_DATES = np.array(["0001-01-01", "9999-12-31T23:59:59"], "datetime64[s]")  # the range that matplotlib can draw


class _Series(Protocol):
    """A named series of values (T,) along an index (T,)."""

    @property
    def name(self) -> str: ...
    @property
    def index(self) -> NDArray[Any]: ...
    @property
    def index_name(self) -> str: ...
    @property
    def values(self) -> NDArray[np.float64]: ...


class _Score(Protocol):
    @property
    def rmse(self) -> float: ...


class _HoldOut(Protocol):
    """Held-out values (test,), and their forecasts and scores by method."""

    @property
    def values(self) -> NDArray[np.float64]: ...
    @property
    def forecasts(self) -> Mapping[str, NDArray[np.float64]]: ...
    @property
    def scores(self) -> Mapping[str, _Score]: ...


class SeriesForecast(Protocol):
    """What `series_forecast_figure` draws: the part of a `fastlstm.forecasting.Forecast` that a figure shows."""

    @property
    def series(self) -> _Series: ...
    @property
    def index(self) -> NDArray[Any]: ...
    @property
    def values(self) -> NDArray[np.float64]: ...
    @property
    def hold_out(self) -> _HoldOut | None: ...


def plot_forecast(
    history: Any,
    forecast: Any,
    *,
    truth: Any = None,
    intervals: Mapping[float, tuple[Any, Any]] | tuple[Any, Any] | None = None,
    index: Any = None,
    name: str = "value",
    ax: Axes | None = None,
) -> Axes:
    """Draw a series and its forecast, optionally with the true values and prediction intervals.

    Parameters
    ----------
    history : array_like (T,) or (T, 1)
        The values before the forecast; may be empty.
    forecast : array_like (steps,) or (steps, 1)
        The values that follow, as `Sequential.forecast` returns them.
    truth : array_like (steps,) or (steps, 1), optional
        The values that came true.
    intervals : tuple (lower, upper), or dict of float to such tuples, optional
        Lower and upper bounds, (steps,) each; several intervals by their probability, as in
        ``{0.5: (a, b), 0.9: (c, d)}``.
    index : array_like (T + steps,), optional
        Numbers, dates (datetime64) or labels of all steps. Default: 0, 1, 2 ...
    name : str
        Name of the values.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    TypeError
        If an argument does not hold real integers or floats.
    ValueError
        If a shape does not fit, a lower bound lies above an upper one, or a probability is not between 0 and 1.

    Examples
    --------
    >>> axes = plot_forecast([1.0, 2.0, 3.0], [4.0, 5.0], intervals={0.9: ([3.5, 4.0], [4.5, 6.0])})
    >>> [text.get_text() for text in axes.get_legend().get_texts()]
    ['known values', '90% interval', 'forecast']
    """
    past, values = _column("history", history, None), _column("forecast", forecast, None)
    steps, total = len(values), len(past) + len(values)
    if not steps:
        raise ValueError("forecast: expected at least one step, got none")
    where = np.arange(total) if index is None else np.asarray(index)
    if where.shape != (total,):
        raise ValueError(
            f"index: expected shape ({total},), one entry for each known and forecast step, got {where.shape}"
        )
    axes = Figure(figsize=(10, 4.5), layout="constrained").subplots() if ax is None else ax
    positions, future = positions_of(axes, where[: len(past)], where[len(past) :])
    last = slice(max(0, len(past) - 1), None)  # forecasts start at the last past value, so that the line has no break
    joined = np.concatenate([positions[last], future])

    def continued(part: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([past[last], part])

    if len(past):
        axes.plot(positions, past, color=TRUTH, linewidth=2.2, marker=marker_of(past), label="known values")
    bands = _bands(intervals, steps)
    for i, (label, lower, upper) in enumerate(bands):
        shade = 0.2 * (i + 1) / len(bands) ** 0.5
        axes.fill_between(
            joined, continued(lower), continued(upper), color=FUTURE, alpha=shade, linewidth=0, label=label
        )
    title = f"{name}: forecast of {counted(steps, 'value')}"
    if truth is not None:
        true = _column("truth", truth, steps)
        axes.plot(joined, continued(true), color=MODEL, linewidth=1.5, marker=marker_of(true), label="what came true")
        title += f", RMSE {rmse(true, values):.4g}"
    axes.plot(joined, continued(values), color=FUTURE, linewidth=1.8, marker=marker_of(values), label="forecast")
    finish(axes, title, None, name)
    return axes


def series_forecast_figure(result: SeriesForecast, *, figure: Figure | None = None) -> Figure:
    """Draw a series, the forecasts of its held-out values, and the forecast of the future.

    Parameters
    ----------
    result : Forecast
        As `fastlstm.forecasting.forecast_series` returns it.
    figure : matplotlib.figure.Figure, optional
        Figure to draw on, such as one of pyplot. Default: a new one.

    Returns
    -------
    matplotlib.figure.Figure
        The figure drawn on, in the units of the series. Only the end of a long series is drawn.

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
    n = len(series.values)
    test = 0 if hold_out is None else len(hold_out.values)
    first = max(0, n - test - max(_HISTORY * (test + len(result.values)), _SHORTEST_HISTORY))
    figure = figure_or_new(figure, 10, 5)
    axes = figure.subplots()
    positions, future = positions_of(axes, series.index, result.index)

    axes.plot(positions[first:], series.values[first:], color=TRUTH, linewidth=1.8, label="known values")
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
    # Thin lines lead from the last known values to the forecasts, which do not begin there.
    axes.plot([positions[-1], future[0]], [series.values[-1], result.values[0]], ":", color=FUTURE, linewidth=1)
    axes.plot(
        future, result.values, color=FUTURE, linewidth=1.5, marker=marker_of(result.values), label="model, future"
    )
    finish(axes, title, series.index_name, series.name)
    if positions.dtype.kind == "M":
        # The margins may extend beyond the dates that matplotlib can draw.
        dates: Any = matplotlib.dates  # its functions are not typed
        first_date, last_date = dates.date2num(_DATES)
        low, high = axes.get_xlim()
        axes.set_xlim(max(low, first_date), min(high, last_date))
    return figure


def _column(name: str, values: Any, steps: int | None) -> NDArray[np.float64]:
    """Return values (n,) or (n, 1) as float64 (n,); raise unless n is `steps`, where that is given."""
    array = numbers(name, values).astype(np.float64)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or (steps is not None and len(array) != steps):
        size = "n" if steps is None else steps
        raise ValueError(f"{name}: expected shape ({size},) or ({size}, 1), got {np.shape(values)}")
    return array


def _bands(intervals: Any, steps: int) -> list[tuple[str, NDArray[np.float64], NDArray[np.float64]]]:
    """Return the label and the bounds of each interval, the widest first, so that the others are drawn on top."""
    if intervals is None:
        return []
    if isinstance(intervals, Mapping):
        chances = {checks.number("intervals", chance, 0.0, 1.0): pair for chance, pair in intervals.items()}
        pairs = [(f"{100 * chance:g}% interval", chances[chance]) for chance in sorted(chances, reverse=True)]
    else:
        pairs = [("interval", intervals)]
    bands = []
    for label, pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"intervals: expected (lower, upper), got {pair!r}")
        lower, upper = (
            _column(f"intervals, {end} bound", bound, steps)
            for end, bound in zip(("lower", "upper"), pair, strict=True)
        )
        if (lower > upper).any():
            raise ValueError(f"intervals: expected lower bounds below upper ones, got {lower} and {upper}")
        bands.append((label, lower, upper))
    return bands
