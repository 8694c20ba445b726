"""Forecasting one series: naive baselines, and a model evaluated on the held-out end of the series."""

from .._internal.scores import mae, rmse
from ..training.quantile_forecast import QuantileForecast
from ._baselines import find_season, naive_forecast, seasonal_naive_forecast
from ._series_forecast import Forecast, HoldOut, Score, forecast_series

__all__ = [
    "Forecast",
    "HoldOut",
    "QuantileForecast",
    "Score",
    "find_season",
    "forecast_series",
    "mae",
    "naive_forecast",
    "rmse",
    "seasonal_naive_forecast",
]
