"""Forecasting one series: naive baselines, and a model that is judged on the held-out end of the series."""

from ..training.quantile_forecast import QuantileForecast
from ._baselines import find_season, naive_forecast, seasonal_naive_forecast
from ._hold_out import Forecast, HoldOut, Score, forecast_series, mae, rmse

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
