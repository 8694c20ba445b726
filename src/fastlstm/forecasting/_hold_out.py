"""Forecasting one series: hold out its end, compare with naive forecasts, then fit on everything and go on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import config
from .._internal import checks
from .._internal.arrays import finite_array, real_array
from ..models import Sequential
from ..models.quick_fit import fit
from ..series import Series
from ._baselines import find_season, naive_forecast, seasonal_naive_forecast

__all__ = [
    "Forecast",
    "HoldOut",
    "Score",
    "forecast_series",
    "mae",
    "rmse",
]

FloatArray = NDArray[np.float64]


class Score(NamedTuple):
    """How far a forecast is off, in the series' own units: root of the mean squared error, and mean absolute error."""

    rmse: float
    mae: float


@dataclass(frozen=True, eq=False)
class HoldOut:
    """Forecasts of values that were held out, and how far they are off.

    Attributes
    ----------
    index : ndarray (test,)
        Where the values are.
    values : ndarray (test,)
        What was held out.
    forecasts : dict of str to ndarray (test,)
        By method: 'model', 'naive', and 'seasonal naive' if there is a season.
    """

    index: NDArray[Any]
    values: FloatArray
    forecasts: dict[str, FloatArray]

    @property
    def scores(self) -> dict[str, Score]:
        """RMSE and MAE by method."""
        return {name: Score(rmse(self.values, f), mae(self.values, f)) for name, f in self.forecasts.items()}


@dataclass(frozen=True, eq=False)
class Forecast:
    """What comes after a series.

    Attributes
    ----------
    series : Series
        The series, in full.
    index : ndarray (steps,)
        Where the forecast values are.
    values : ndarray (steps,)
        The forecast.
    hold_out : HoldOut or None
        The evaluation, if values were held out.
    season : int or None
        The period of the seasonal naive forecast; None if none was given and none found.
    model : Sequential
        Fitted on the whole series.
    loss : float
        Of its last epoch, in standardised units.
    seconds : dict of str to float
        Spent on 'fit' (of both models) and 'roll_out'.
    """

    series: Series
    index: NDArray[Any]
    values: FloatArray
    hold_out: HoldOut | None
    season: int | None
    model: Sequential
    loss: float
    seconds: dict[str, float]


def forecast_series(
    series: Series,
    steps: int,
    *,
    window: int,
    test: int = 0,
    season: int | None = None,
    units: int = 32,
    cell: str = "lstm",
    epochs: int = 100,
    seed: int | None = None,
    callbacks: Any = None,
) -> Forecast:
    """Forecast a series, and say how good such a forecast is.

    With ``test > 0`` a model is fitted on all but the last `test` values and rolled out once over these, each
    prediction being the next one's newest input; none of the values held out is seen, though what is known in advance
    is. Then a model is fitted on the whole series and rolled out over `steps`.

    Parameters
    ----------
    series : Series
        The series.
    steps : int
        How many values to forecast.
    window : int
        How many values the model sees at once.
    test : int
        How many values at the end to hold out; 0 for none.
    season : int, optional
        Period of the seasonal naive forecast in steps. None: what
        `fastlstm.forecasting.find_season` finds in the values that are not held out.
    units, cell, epochs, seed, callbacks
        As for `fastlstm.fit`; both models start from the same seed.

    Returns
    -------
    Forecast
        The forecast, its evaluation, and the model.

    Raises
    ------
    TypeError
        A count that is not an integer.
    ValueError
        A count that is too small, a series shorter than ``window + test + 1``, more steps than something is known of,
        a season longer than what is not held out, NaN or Inf, values too large for the dtype of
        `fastlstm.config.floatx`, or an axis of dates that would go beyond the year 9999.

    Examples
    --------
    >>> import numpy as np
    >>> values = 10 + np.sin(np.arange(60) * np.pi / 6)
    >>> result = forecast_series(Series("x", np.arange(60), values), 3, window=12, test=12, epochs=1, seed=1)
    >>> result.index, result.values.shape, result.season
    (array([60, 61, 62]), (3,), 12)
    >>> sorted(result.hold_out.scores)
    ['model', 'naive', 'seasonal naive']
    """
    steps, window = checks.integer("steps", steps, 1), checks.integer("window", window, 1)
    test, epochs = checks.integer("test", test, 0), checks.integer("epochs", epochs, 1)
    if len(series) < window + test + 1:
        raise ValueError(f"series: expected at least window + test + 1 = {window + test + 1} values, got {len(series)}")
    _require_representable(series)
    index = series.future_index(steps)
    kept = series.values[: len(series) - test]
    season = find_season(kept) if season is None else checks.integer("season", season, 1)
    seconds = {"fit": 0.0, "roll_out": 0.0}

    def fit_and_roll_out(values: FloatArray, count: int) -> tuple[Sequential, FloatArray]:
        known, columns = series.known, 0
        if known is not None:
            columns, later = known.shape[1], known[len(values) : len(values) + count]
            values = np.column_stack([values, known[: len(values)]])
        start = time.perf_counter()
        model = fit(
            values,
            cell=cell,
            units=units,
            window=window,
            known=columns,
            epochs=epochs,
            seed=seed,
            callbacks=callbacks,
            verbose=0,
        )
        fitted = time.perf_counter()
        future = model.forecast(values, count, known=None if known is None else later)
        seconds["fit"] += fitted - start
        seconds["roll_out"] += time.perf_counter() - fitted
        return model, future.reshape(count)

    hold_out = None
    if test:
        naive = {"naive": naive_forecast(kept, test)}
        if season is not None:
            naive["seasonal naive"] = seasonal_naive_forecast(kept, test, season)
        _, forecast = fit_and_roll_out(kept, test)
        hold_out = HoldOut(series.index[-test:], series.values[-test:], {"model": forecast, **naive})
    model, values = fit_and_roll_out(series.values, steps)
    assert model.history is not None
    loss = float(model.history.history["loss"][-1])
    return Forecast(series, index, values, hold_out, season, model, loss, seconds)


def _require_representable(series: Series) -> None:
    """Raise ValueError unless the values are finite, also in the models' dtype."""
    values, dtype = finite_array("series", series.values, "float64"), config.floatx()
    largest = np.abs(values).max()
    if largest > np.finfo(dtype).max:
        raise ValueError(
            f"series: expected values that {dtype} can hold, got {largest:.4g} in {series.name!r} "
            "(multiply the values by a constant)"
        )


def rmse(truth: ArrayLike, forecast: ArrayLike) -> float:
    """Return the root of the mean squared error.

    Parameters
    ----------
    truth, forecast : array_like
        Values, and what was forecast for them, of one shape; at least one value.

    Returns
    -------
    float
        In the units of the values.

    Raises
    ------
    TypeError
        What is not made of real numbers.
    ValueError
        Two shapes, or no values.

    Examples
    --------
    >>> rmse(np.array([0.0, 0.0]), np.array([1.0, -7.0]))
    5.0
    """
    return float(np.sqrt(np.mean(_errors(truth, forecast) ** 2)))


def mae(truth: ArrayLike, forecast: ArrayLike) -> float:
    """Return the mean absolute error.

    Parameters
    ----------
    truth, forecast : array_like
        Values, and what was forecast for them, of one shape; at least one value.

    Returns
    -------
    float
        In the units of the values.

    Raises
    ------
    TypeError
        What is not made of real numbers.
    ValueError
        Two shapes, or no values.

    Examples
    --------
    >>> mae(np.array([1.0, 2.0]), np.array([4.0, -2.0]))
    3.5
    """
    return float(np.mean(np.abs(_errors(truth, forecast))))


def _errors(truth: ArrayLike, forecast: ArrayLike) -> FloatArray:
    values = real_array("truth", truth, "float64")
    predicted = real_array("forecast", forecast, "float64")
    if predicted.shape != values.shape:
        raise ValueError(f"forecast: expected shape {values.shape} like truth, got {predicted.shape}")
    if not values.size:
        raise ValueError(f"truth: expected at least one value, got shape {values.shape}")
    errors: FloatArray = predicted - values
    return errors
