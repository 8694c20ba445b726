"""Forecast one series: compare with naive forecasts on its held-out end, then fit on all of it and continue it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import config
from .._internal import checks, html
from .._internal.arrays import finite_array
from .._internal.scores import mae, rmse
from .._internal.text import counted, figures
from ..models import Sequential
from ..models.quick_fit import fit
from ..series import Series
from ._baselines import find_season, naive_forecast, seasonal_naive_forecast

FloatArray = NDArray[np.float64]


class Score(NamedTuple):
    """The errors of a forecast, in the units of the series.

    Attributes
    ----------
    rmse : float
        Root mean squared error.
    mae : float
        Mean absolute error.

    Examples
    --------
    >>> Score(rmse=2.0, mae=1.5).mae
    1.5
    """

    rmse: float
    mae: float


@dataclass(frozen=True, eq=False)
class HoldOut:
    """Held-out values, their forecasts by several methods, and the errors of these.

    Attributes
    ----------
    index : ndarray (test,)
        The axis of the held-out values: dates (datetime64), numbers, or labels (str).
    values : ndarray (test,), float64
        The held-out values.
    forecasts : dict of str to ndarray (test,), float64
        Forecasts by method: 'model', 'naive', and 'seasonal naive' if there is a season.

    Examples
    --------
    >>> import numpy as np
    >>> held_out = HoldOut(np.array([2001, 2002]), np.array([3.0, 5.0]), {"naive": np.array([3.0, 3.0])})
    >>> held_out.scores["naive"].mae
    1.0
    """

    index: NDArray[Any]
    values: FloatArray
    forecasts: dict[str, FloatArray]

    @property
    def scores(self) -> dict[str, Score]:
        """The root mean squared and the mean absolute error of each method, by its name."""
        return {name: Score(rmse(self.values, f), mae(self.values, f)) for name, f in self.forecasts.items()}

    def _repr_html_(self) -> str:
        """Return the errors of each method as a table for notebooks."""
        rows = [[name, *(figures(error) for error in score)] for name, score in self.scores.items()]
        table = html.table(["Method", *(error.upper() for error in Score._fields)], rows, "<>>")
        return html.section(f"Forecasts of {counted(len(self.values), 'held-out value')}", table)


@dataclass(frozen=True, eq=False)
class Forecast:
    """The forecast of a series.

    Attributes
    ----------
    series : Series
        The whole series.
    index : ndarray (steps,)
        The axis of the forecast values: dates (datetime64), numbers, or labels (str).
    values : ndarray (steps,), float64
        The forecast, in the units of the series.
    hold_out : HoldOut or None
        The evaluation; None if no values were held out.
    season : int or None
        Period of the seasonal naive forecast in steps; None if none was given or found.
    model : Sequential
        The model, fitted on the whole series.
    loss : float
        Training loss of the last epoch: the mean squared error of the standardised series.
    seconds : dict of str to float
        Seconds spent on 'fit' and on 'roll_out', in total for both models.

    Examples
    --------
    >>> import numpy as np
    >>> series = Series("x", np.arange(60), np.sin(np.arange(60) * np.pi / 6))
    >>> result = forecast_series(series, 3, window=12, epochs=1, seed=1)
    >>> type(result).__name__, result.index.tolist(), result.hold_out
    ('Forecast', [60, 61, 62], None)
    """

    series: Series
    index: NDArray[Any]
    values: FloatArray
    hold_out: HoldOut | None
    season: int | None
    model: Sequential
    loss: float
    seconds: dict[str, float]

    def _repr_html_(self) -> str:
        """Return a picture, the errors on held-out values, and the first values as a table, for notebooks."""
        from ..plotting import series_forecast_figure  # slow to import

        name = self.series.name
        parts = [html.picture(series_forecast_figure(self), f"{name}: known values and the forecast")]
        if self.hold_out is not None:
            parts.append(html.Markup(self.hold_out._repr_html_()))
        rows = [[str(at), figures(value, 6)] for at, value in zip(self.index, self.values, strict=True)]
        parts.append(html.head([self.series.index_name, name], rows, "<>"))
        return html.section(f"Forecast of {name}: {counted(len(rows), 'value')}", *parts)


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
    """Forecast a series, and evaluate such a forecast on its held-out end.

    With ``test > 0``, a model is first fitted on all but the last `test` values and rolled out once over these, with
    its own predictions as inputs. It sees none of the held-out values, only their future covariates. Then a second
    model is fitted on the whole series and rolled out over `steps`.

    Parameters
    ----------
    series : Series
        The series.
    steps : int
        Number of values to forecast.
    window : int
        Number of values that the model sees at a time.
    test : int
        Number of values at the end to hold out; 0 for none.
    season : int, optional
        Period of the seasonal naive forecast in steps. Default: the period that
        `fastlstm.forecasting.find_season` finds in the values that are not held out.
    units : int
        Number of units of the recurrent layer.
    cell : str
        The kind of the recurrent layer: 'lstm', 'peephole_lstm', 'gru', 'simple_rnn', 'min_gru' and so on; an unknown
        name raises an error that lists the known ones.
    epochs : int
        Number of passes over the data, for each model.
    seed : int, optional
        Seed of the random numbers, from which both models start. Default: a random one.
    callbacks : Callback or list of them, optional
        Callbacks of both fits, see `fastlstm.callbacks`.

    Returns
    -------
    Forecast
        The forecast, its evaluation, and the fitted model.

    Raises
    ------
    TypeError
        If a count is not an integer.
    ValueError
        If a count is too small, the series is shorter than ``window + test + 1``, there are fewer future covariates
        than steps, the season is longer than the part that is not held out, a value is NaN, Inf or too large for the
        dtype of `fastlstm.config.floatx`, or the dates would go beyond the year 9999.

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
    training = series.values[: len(series) - test]
    season = find_season(training) if season is None else checks.integer("season", season, 1)
    seconds = {"fit": 0.0, "roll_out": 0.0}

    def fit_and_roll_out(values: FloatArray, count: int) -> tuple[Sequential, FloatArray]:
        covariates, columns, future_covariates = series.known, 0, None
        if covariates is not None:
            columns, future_covariates = covariates.shape[1], covariates[len(values) : len(values) + count]
            values = np.column_stack([values, covariates[: len(values)]])
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
        future = model.forecast(values, count, known=future_covariates)
        seconds["fit"] += fitted - start
        seconds["roll_out"] += time.perf_counter() - fitted
        return model, future.reshape(count)

    hold_out = None
    if test:
        naive = {"naive": naive_forecast(training, test)}
        if season is not None:
            naive["seasonal naive"] = seasonal_naive_forecast(training, test, season)
        _, forecast = fit_and_roll_out(training, test)
        hold_out = HoldOut(series.index[-test:], series.values[-test:], {"model": forecast, **naive})
    model, values = fit_and_roll_out(series.values, steps)
    assert model.history is not None
    loss = float(model.history.history["loss"][-1])
    return Forecast(series, index, values, hold_out, season, model, loss, seconds)


def _require_representable(series: Series) -> None:
    """Raise ValueError unless the values are finite, also in the dtype of the models."""
    values, dtype = finite_array("series", series.values, "float64"), config.floatx()
    largest = np.abs(values).max()
    if largest > np.finfo(dtype).max:
        raise ValueError(
            f"series: expected values that {dtype} can hold, got {largest:.4g} in {series.name!r} "
            "(multiply the values by a constant)"
        )
