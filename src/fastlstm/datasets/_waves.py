"""Sine and cosine waves for first experiments."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .._internal import checks


def sine(
    start: float = -50 * math.pi, stop: float = 50 * math.pi, step: float = 0.1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sample a sine wave.

    Parameters
    ----------
    start, stop : float
        The range of the axis in radians, without `stop` itself.
    step : float
        The distance between samples in radians, greater than zero.

    Returns
    -------
    axis, values : ndarray (steps,), float64
        Positions in radians, and their sine.

    Raises
    ------
    TypeError
        If an argument is not a real number.
    ValueError
        If the step is not positive, or the range has no sample.

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
        The range of the axis in radians, without `stop` itself.
    step : float
        The distance between samples in radians, greater than zero.

    Returns
    -------
    axis, values : ndarray (steps,), float64
        Positions in radians, and their cosine.

    Raises
    ------
    TypeError
        If an argument is not a real number.
    ValueError
        If the step is not positive, or the range has no sample.

    Examples
    --------
    >>> axis, values = cosine(0, 3, 1)
    >>> values.round(3)
    array([ 1.   ,  0.54 , -0.416])
    """
    axis = _axis(start, stop, step)
    return axis, np.cos(axis)


def _axis(start: float, stop: float, step: float) -> NDArray[np.float64]:
    start, stop, step = (checks.number(*pair) for pair in (("start", start), ("stop", stop), ("step", step)))
    if step <= 0:
        raise ValueError(f"step: expected a number greater than 0, got {step:g}")
    if stop <= start:
        raise ValueError(f"stop: expected a number greater than start = {start:g}, got {stop:g}")
    return np.arange(start, stop, step, dtype=np.float64)
