"""Windows of a series as inputs, and the values that follow them as targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .._internal import checks
from .._internal.arrays import numbers
from . import _future_covariates


def windows(
    sequence: Any, n_steps: int, horizon: int = 1, stride: int = 1, known: int = 0
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Cut a series into windows and the values that follow each of them.

    Window k covers the rows ``k * stride`` to ``k * stride + n_steps - 1``; its target is the `horizon` rows after
    these. Only windows with a complete target are returned.

    Parameters
    ----------
    sequence : array_like (steps,) or (steps, D)
        The series, of real integers or floats; it may contain NaN. A NumPy array is not copied.
    n_steps : int
        Number of rows in a window.
    horizon : int
        Number of rows in a target.
    stride : int
        Number of rows from the start of one window to that of the next.
    known : int
        Number of future covariates, which are known in advance like a calendar; they are the last features. They are
        not predicted, and appear one row earlier in the windows: a row holds the values of its step and the covariates
        of the next one.

    Returns
    -------
    X : ndarray (n, n_steps, D)
        The windows, a read-only view of the series in its dtype (with `known`, of a copy). D is 1 for a series
        (steps,).
    y : ndarray (n,), (n, D) or (n, horizon, D)
        The targets, a read-only view as well: (n,) for one feature and horizon 1, (n, D) for several features and
        horizon 1. Here D does not include the covariates.

    Raises
    ------
    TypeError
        If the sequence does not hold real numbers, or an argument is not an integer.
    ValueError
        If the sequence has another rank, no features, or fewer rows than ``n_steps + horizon``, or an argument is too
        small.

    Examples
    --------
    >>> X, y = windows([10, 20, 30, 40, 50], n_steps=3)
    >>> X[:, :, 0]
    array([[10, 20, 30],
           [20, 30, 40]])
    >>> y
    array([40, 50])
    """
    series = numbers("sequence", sequence)
    n_steps = checks.integer("n_steps", n_steps, 1)
    horizon = checks.integer("horizon", horizon, 1)
    stride = checks.integer("stride", stride, 1)
    if series.ndim not in (1, 2) or series.shape[1:] == (0,):
        raise ValueError(f"sequence: expected shape (steps,) or (steps, D), got {series.shape}")
    series = series[:, np.newaxis] if series.ndim == 1 else series
    predicted = series.shape[1] - checks.integer("known", known, 0)
    if predicted < 1:
        raise ValueError(f"known: expected fewer than the {series.shape[1]} features of the sequence, got {known}")
    if len(series) < n_steps + horizon:
        raise ValueError(
            f"sequence: expected at least n_steps + horizon = {n_steps + horizon} steps, got {len(series)}"
        )
    seen = series[:-horizon]
    if known:
        seen = _future_covariates.beside(seen[:, :predicted], series[:, predicted:])
    x = sliding_window_view(seen, n_steps, axis=0)[::stride].swapaxes(1, 2)
    y = sliding_window_view(series[n_steps:, :predicted], horizon, axis=0)[::stride].swapaxes(1, 2)
    if horizon > 1:
        return x, y
    return (x, y[:, 0, 0]) if predicted == 1 else (x, y[:, 0])
