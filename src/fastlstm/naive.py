"""Forecasts that any model must beat: the last value, and the last season; and the period of that season."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["find_season", "naive_forecast", "seasonal_naive_forecast"]

FloatArray = NDArray[np.float64]

_CYCLES = 3  # multiples of a season at which it must show
_NEARLY_BEST = 0.9


def naive_forecast(values: FloatArray, steps: int) -> FloatArray:
    """Forecast the last value for ever.

    Parameters
    ----------
    values : ndarray (n,)
        What is known.
    steps : int
        How many values to forecast.

    Returns
    -------
    ndarray (steps,)

    References
    ----------
    R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 5.2.

    Examples
    --------
    >>> naive_forecast(np.array([1.0, 3.0]), 2)
    array([3., 3.])
    """
    return np.full(steps, values[-1])


def seasonal_naive_forecast(values: FloatArray, steps: int, season: int) -> FloatArray:
    """Forecast the last season over and over: step h is the last known value a whole number of seasons before it.

    Parameters
    ----------
    values : ndarray (n,)
        What is known.
    steps : int
        How many values to forecast.
    season : int
        The period in steps, at most n.

    Returns
    -------
    ndarray (steps,)

    Raises
    ------
    ValueError
        A season longer than the values.

    References
    ----------
    R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 5.2.

    Examples
    --------
    >>> seasonal_naive_forecast(np.array([9.0, 1.0, 2.0]), 5, 2)
    array([1., 2., 1., 2., 1.])
    """
    if season > len(values):
        raise ValueError(f"season: expected at most the {len(values)} known values, got {season}")
    return np.resize(values[-season:], steps)


def find_season(values: FloatArray) -> int | None:
    """Find the period of a series by its autocorrelation.

    The series is freed of its straight-line trend. Its autocorrelation r (the estimate that divides by n at every lag)
    tells how alike it is to itself, moved by a lag. A season S shows at S, 2 S and 3 S, so that every lag is rated by
    the mean of r over these three. Lags before r first falls to zero are left out, since there a series is alike to
    itself for being smooth. Of the peaks of the rating, the season is the first that comes within a tenth of the
    highest. It must exceed 2/√n, which the autocorrelation of noise exceeds at one lag in 40, and fit four times into
    the series; otherwise there is none.

    Parameters
    ----------
    values : ndarray (n,)
        The series.

    Returns
    -------
    int or None
        The period in steps, or None if there is none.

    References
    ----------
    G. E. P. Box, G. M. Jenkins and G. C. Reinsel, "Time Series Analysis", section 2.1.

    Examples
    --------
    >>> find_season(np.tile([5.0, 1.0, 2.0, 3.0], 10))
    4
    """
    n = len(values)
    longest = n // (_CYCLES + 1)
    if longest < 2 or np.ptp(values) == 0:
        return None
    time_axis = np.arange(n)
    residuals = values - np.polyval(np.polyfit(time_axis, values, 1), time_axis)
    if np.ptp(residuals) <= 1e-9 * np.ptp(values):  # a straight line, and rounding
        return None
    spectrum = np.fft.rfft(residuals, 2 * n)
    r = np.fft.irfft(np.abs(spectrum) ** 2)[:n]
    r = r / r[0]
    fallen = np.flatnonzero(r[: longest + 1] <= 0)
    if not len(fallen):
        return None
    lags = np.arange(max(2, int(fallen[0]) + 1), longest + 1)
    rating = np.mean([r[cycle * lags] for cycle in range(1, _CYCLES + 1)], axis=0)
    if not len(lags) or rating.max() <= 2 / np.sqrt(n):
        return None
    padded = np.pad(rating, 1, constant_values=-np.inf)
    peak = (rating >= padded[:-2]) & (rating >= padded[2:]) & (rating >= _NEARLY_BEST * rating.max())
    return int(lags[peak.argmax()])
