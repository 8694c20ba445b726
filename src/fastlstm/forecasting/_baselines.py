"""Naive forecasts, which any model must beat: the last value, and the last season with a period found in the data."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._internal import checks
from .._internal.arrays import finite_array

__all__ = ["find_season", "naive_forecast", "seasonal_naive_forecast"]

FloatArray = NDArray[np.float64]

_CYCLES = 3  # multiples of the period at which a season must show
_NEARLY_BEST = 0.9  # of the highest peak


def naive_forecast(values: ArrayLike, steps: int) -> FloatArray:
    """Forecast the last value for all steps.

    Parameters
    ----------
    values : array_like (n,)
        The known values, at least one.
    steps : int
        Number of values to forecast, at least 1.

    Returns
    -------
    ndarray (steps,), float64
        The forecast.

    Raises
    ------
    TypeError
        If `values` does not hold real numbers, or `steps` is not an integer.
    ValueError
        If there are no values, they have another shape, one of them is NaN or Inf, or `steps` is less than 1.

    References
    ----------
    R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 5.2.

    Examples
    --------
    >>> import numpy as np
    >>> naive_forecast(np.array([1.0, 3.0]), 2)
    array([3., 3.])
    """
    steps = checks.integer("steps", steps, 1)
    return np.full(steps, _known(values)[-1])


def seasonal_naive_forecast(values: ArrayLike, steps: int, season: int) -> FloatArray:
    """Repeat the last season: each step is the last known value a whole number of seasons before it.

    Parameters
    ----------
    values : array_like (n,)
        The known values, at least one.
    steps : int
        Number of values to forecast, at least 1.
    season : int
        The period in steps, from 1 to n.

    Returns
    -------
    ndarray (steps,), float64
        The forecast.

    Raises
    ------
    TypeError
        If `values` does not hold real numbers, or `steps` or `season` is not an integer.
    ValueError
        If there are no values, they have another shape, one of them is NaN or Inf, `steps` is less than 1, or `season`
        is not from 1 to n.

    References
    ----------
    R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 5.2.

    Examples
    --------
    >>> import numpy as np
    >>> seasonal_naive_forecast(np.array([9.0, 1.0, 2.0]), 5, 2)
    array([1., 2., 1., 2., 1.])
    """
    steps, season = checks.integer("steps", steps, 1), checks.integer("season", season, 1)
    known = _known(values)
    if season > len(known):
        raise ValueError(f"season: expected at most the {len(known)} known values, got {season}")
    return np.resize(known[-season:], steps)


def find_season(values: ArrayLike) -> int | None:
    """Find the period of a series by its autocorrelation.

    The linear trend is removed first. The autocorrelation r of the rest (the estimate that divides by n at every lag)
    measures how similar the series is to itself shifted by a lag. A season S shows at the lags S, 2 S and 3 S, so each
    lag is rated by the mean of r over its first three multiples. Lags before r first falls to zero are left out,
    because any smooth series is similar to itself there. The season is the first peak whose rating is at least 0.9
    times the highest. Its rating must exceed 2/√n, which the autocorrelation of noise exceeds at one lag in 40, and it
    must fit into the series four times; otherwise there is no season.

    Parameters
    ----------
    values : array_like (n,)
        The series; at least one value.

    Returns
    -------
    int or None
        The period in steps, or None if no season was found.

    Raises
    ------
    TypeError
        If `values` does not hold real numbers.
    ValueError
        If there are no values, they have another shape, or one of them is NaN or Inf.

    References
    ----------
    G. E. P. Box, G. M. Jenkins and G. C. Reinsel, "Time Series Analysis", section 2.1.

    Examples
    --------
    >>> import numpy as np
    >>> find_season(np.tile([5.0, 1.0, 2.0, 3.0], 10))
    4
    """
    known = _known(values)
    n = len(known)
    longest = n // (_CYCLES + 1)
    if longest < 2 or np.ptp(known) == 0:
        return None
    time_axis = np.arange(n)
    residuals = known - np.polyval(np.polyfit(time_axis, known, 1), time_axis)
    if np.ptp(residuals) <= 1e-9 * np.ptp(known):  # a straight line, up to rounding
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


def _known(values: ArrayLike) -> FloatArray:
    array: FloatArray = finite_array("values", values, "float64")
    if array.ndim != 1 or not len(array):
        raise ValueError(f"values: expected shape (n,) with at least one value, got {array.shape}")
    return array
