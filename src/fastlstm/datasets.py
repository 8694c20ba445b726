"""Waves to try a model on, and windows: a series cut into inputs and the values that follow them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from . import _checks, _engine, _known

__all__ = ["cosine", "sine", "windows"]


def sine(
    start: float = -50 * math.pi, stop: float = 50 * math.pi, step: float = 0.1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sample a sine wave.

    Parameters
    ----------
    start, stop : float
        The range of the axis in radians; `stop` is left out.
    step : float
        The distance between samples in radians, greater than zero.

    Returns
    -------
    axis, values : ndarray (steps,), float64
        Positions, and their sine.

    Raises
    ------
    TypeError
        An argument that is not a real number.
    ValueError
        A step that is not positive, or a range without a sample.

    Examples
    --------
    >>> axis, values = sine(0, 3, 1)
    >>> axis
    array([0., 1., 2.])
    >>> values.round(3)
    array([0.   , 0.841, 0.909])
    """
    axis = _axis(start, stop, step)
    return axis, np.sin(axis)


def cosine(
    start: float = -50 * math.pi, stop: float = 50 * math.pi, step: float = 0.1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sample a cosine wave.

    Parameters
    ----------
    start, stop : float
        The range of the axis in radians; `stop` is left out.
    step : float
        The distance between samples in radians, greater than zero.

    Returns
    -------
    axis, values : ndarray (steps,), float64
        Positions, and their cosine.

    Raises
    ------
    TypeError
        An argument that is not a real number.
    ValueError
        A step that is not positive, or a range without a sample.

    Examples
    --------
    >>> axis, values = cosine(0, 3, 1)
    >>> values.round(3)
    array([ 1.   ,  0.54 , -0.416])
    """
    axis = _axis(start, stop, step)
    return axis, np.cos(axis)


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
    series = _engine.numbers("sequence", sequence)
    n_steps = _checks.integer("n_steps", n_steps, 1)
    horizon = _checks.integer("horizon", horizon, 1)
    stride = _checks.integer("stride", stride, 1)
    if series.ndim not in (1, 2) or series.shape[1:] == (0,):
        raise ValueError(f"sequence: expected shape (steps,) or (steps, D), got {series.shape}")
    series = series[:, np.newaxis] if series.ndim == 1 else series
    predicted = series.shape[1] - _checks.integer("known", known, 0)
    if predicted < 1:
        raise ValueError(f"known: expected less than the {series.shape[1]} features of the sequence, got {known}")
    if len(series) < n_steps + horizon:
        raise ValueError(
            f"sequence: expected at least n_steps + horizon = {n_steps + horizon} steps, got {len(series)}"
        )
    seen = series[:-horizon] if known == 0 else _known.beside(series[:-horizon, :predicted], series[:, predicted:])
    x = sliding_window_view(seen, n_steps, axis=0)[::stride].swapaxes(1, 2)
    y = sliding_window_view(series[n_steps:, :predicted], horizon, axis=0)[::stride].swapaxes(1, 2)
    if horizon > 1:
        return x, y
    return (x, y[:, 0, 0]) if predicted == 1 else (x, y[:, 0])


def _axis(start: float, stop: float, step: float) -> NDArray[np.float64]:
    start, stop, step = (_checks.number(*pair) for pair in (("start", start), ("stop", stop), ("step", step)))
    if step <= 0:
        raise ValueError(f"step: expected a number greater than 0, got {step:g}")
    if stop <= start:
        raise ValueError(f"stop: expected a number greater than start = {start:g}, got {stop:g}")
    return np.arange(start, stop, step, dtype=np.float64)
