"""Windows: a series cut into inputs and the values that follow them."""

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
    """Cut a series into windows and what follows each of them.

    Window k covers the rows ``k * stride`` to ``k * stride + n_steps - 1``, and its target is the `horizon` rows after
    that. There are as many windows as have a whole target.

    Parameters
    ----------
    sequence : array_like (steps,) or (steps, D)
        The series, of real integers or floats; NaN may be in it. A NumPy array is not copied.
    n_steps : int
        Rows in a window.
    horizon : int
        Rows in a target.
    stride : int
        Rows from the start of one window to the start of the next.
    known : int
        How many of the last features are known in advance, as a calendar is. They are no targets, and stand one row
        earlier in the windows: a row holds the values of its step, and what is known of the next one.

    Returns
    -------
    X : ndarray (n, n_steps, D)
        The windows; D is 1 for a series without a second axis. A read-only view of the series in the series' dtype
        (with `known`, of a copy).
    y : ndarray (n,), (n, D) or (n, horizon, D)
        The targets: (n,) for one feature and horizon 1, (n, D) for horizon 1. A read-only view, too.

    Raises
    ------
    TypeError
        A sequence that does not hold real numbers, or an argument that is not an integer.
    ValueError
        A sequence of another rank, without a feature, or shorter than ``n_steps + horizon``; an argument less than 1.

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
        raise ValueError(f"known: expected less than the {series.shape[1]} features of the sequence, got {known}")
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
