"""Errors of forecasts, for `fastlstm.forecasting` and the titles of figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import real_array


def rmse(truth: ArrayLike, forecast: ArrayLike) -> float:
    """Return the root mean squared error.

    Parameters
    ----------
    truth, forecast : array_like
        The true values and their forecasts, of the same shape; at least one value.

    Returns
    -------
    float
        In the units of the values.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers.
    ValueError
        If the shapes differ, or there are no values.

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
        The true values and their forecasts, of the same shape; at least one value.

    Returns
    -------
    float
        In the units of the values.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers.
    ValueError
        If the shapes differ, or there are no values.

    Examples
    --------
    >>> mae(np.array([1.0, 2.0]), np.array([4.0, -2.0]))
    3.5
    """
    return float(np.mean(np.abs(_errors(truth, forecast))))


def _errors(truth: ArrayLike, forecast: ArrayLike) -> NDArray[np.float64]:
    values = real_array("truth", truth, "float64")
    predicted = real_array("forecast", forecast, "float64")
    if predicted.shape != values.shape:
        raise ValueError(f"forecast: expected shape {values.shape} like truth, got {predicted.shape}")
    if not values.size:
        raise ValueError(f"truth: expected at least one value, got shape {values.shape}")
    errors: NDArray[np.float64] = predicted - values
    return errors
