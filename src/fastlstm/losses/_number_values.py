"""Losses of numbers as functions: one value for each sample, or for each step of it, as Keras's functions give it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._pairs import floats, pair

__all__ = [
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "quantile",
]

EPSILON = 1e-7
"""What Keras adds, or clips to, before it divides or takes a logarithm."""


def _differences(y_true: Any, y_pred: Any) -> Array:
    targets, predictions = pair(y_true, y_pred)
    return predictions - targets


def mean(values: Array) -> Array:
    """Return the mean over the last axis, in float64."""
    found: Array = values.mean(axis=-1, dtype=np.float64)
    return found


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``(y - p)**2`` over the last axis; see `MeanSquaredError`.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of 1 may be left out.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        (N,) or (N, T), float64.

    Raises
    ------
    ValueError
        If the shapes differ: nothing is broadcast.
    TypeError
        If something is not made of real numbers, or of True and False for 1 and 0.

    Examples
    --------
    >>> mean_squared_error([[0.0, 1.0], [2.0, 2.0]], [[1.0, 3.0], [2.0, 2.0]])
    array([2.5, 0. ])
    """
    return mean(np.square(_differences(y_true, y_pred)))


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``abs(y - p)`` over the last axis; see `MeanAbsoluteError`.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([1.5])
    """
    return mean(np.abs(_differences(y_true, y_pred)))


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``100 * abs(y - p) / max(abs(y), 1e-7)`` over the last axis.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]])
    array([25.])
    """
    targets, predictions = pair(y_true, y_pred)
    return 100 * mean(np.abs((targets - predictions) / np.maximum(np.abs(targets), EPSILON)))


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``(log(1 + y) - log(1 + p))**2`` over the last axis, y and p being at least 1e-7.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> mean_squared_logarithmic_error([[0.0]], [[1.0]]).round(4)
    array([0.4805])
    """
    targets, predictions = (np.log1p(np.maximum(one, EPSILON)) for one in pair(y_true, y_pred))
    return mean(np.square(predictions - targets))


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Array:
    """Return the mean over the last axis of ``e**2 / 2``, or ``delta * (abs(e) - delta / 2)`` beyond errors of delta.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.
    delta : float
        See `Huber`.

    Examples
    --------
    >>> huber([[0.0, 0.0]], [[1.0, 3.0]])
    array([1.5])
    """
    delta = checks.number("delta", delta, 0.0)
    error = np.abs(_differences(y_true, y_pred))
    return mean(np.where(error <= delta, np.square(error) / 2, delta * (error - delta / 2)))


def log_cosh(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``log(cosh(p - y))`` over the last axis; see `LogCosh`.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> log_cosh([[0.0]], [[1.0]]).round(4)
    array([0.4338])
    """
    error = _differences(y_true, y_pred)
    return mean(np.logaddexp(error, -error) - np.log(2).astype(error.dtype))


def poisson(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``p - y * log(p + 1e-7)`` over the last axis; see `Poisson`.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> poisson([[1.0]], [[2.0]]).round(4)
    array([1.3069])
    """
    targets, predictions = pair(y_true, y_pred)
    with np.errstate(invalid="ignore"):
        return mean(predictions - targets * np.log(predictions + predictions.dtype.type(EPSILON)))


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """Return minus the cosine of the angle between y and p along an axis, -1 being one direction.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.
    axis : int
        Of the vectors.

    Examples
    --------
    >>> cosine_similarity([[1.0, 0.0], [1.0, 0.0]], [[3.0, 0.0], [0.0, 2.0]])
    array([-1., -0.])
    """
    targets, predictions = (one / _norm(one, axis) for one in pair(y_true, y_pred))
    total: Array = -(targets * predictions).sum(axis=axis, dtype=np.float64)
    return total


def _norm(values: Array, axis: int) -> Array:
    """Return the lengths along an axis, at least 1e-7."""
    norms: Array = np.maximum(np.linalg.norm(values, axis=axis, keepdims=True), EPSILON)
    return norms


def quantile(y_true: Any, y_pred: Any, quantiles: float | Sequence[float] = (0.1, 0.5, 0.9)) -> Array:
    """Return the mean over the quantiles q of ``max(q * (y - p), (q - 1) * (y - p))``; see `Quantile`.

    Parameters
    ----------
    y_true : array_like
        One target for each sample, or each step of it: (N,) or (N, 1), (N, T) or (N, T, 1).
    y_pred : array_like
        Predictions (N, Q) or (N, T, Q).
    quantiles : float or sequence of floats
        Q numbers between 0 and 1.

    Returns
    -------
    ndarray
        (N,) or (N, T), float64.

    Raises
    ------
    ValueError, TypeError
        If a shape, a quantile or a type is wrong.

    Examples
    --------
    >>> quantile([1.0], [[0.0, 1.0, 2.0]]).round(4)
    array([0.0667])
    """
    levels, predictions = quantiles_of(quantiles), floats("y_pred", y_pred)
    targets = floats("y_true", y_true).astype(predictions.dtype, copy=False)
    if predictions.shape[-1:] != (len(levels),):
        raise ValueError(
            f"y_pred: expected a last axis of {len(levels)}, as many as quantiles, got {predictions.shape}"
        )
    leading = predictions.shape[:-1]
    if targets.shape not in (leading, (*leading, 1)):
        raise ValueError(f"y_true: expected shape {leading}, one for each prediction, got {targets.shape}")
    error = targets.reshape(*leading, 1) - predictions
    return mean(np.maximum(np.array(levels, error.dtype) * error, (np.array(levels, error.dtype) - 1) * error))


def quantiles_of(quantiles: Any) -> tuple[float, ...]:
    """Return quantiles as a tuple of numbers between 0 and 1, at least one."""
    given = quantiles if isinstance(quantiles, (Sequence, np.ndarray)) and np.ndim(quantiles) else (quantiles,)
    found = tuple(checks.number("quantiles", each, 0.0, 1.0) for each in given)
    if not found or not all(0 < each < 1 for each in found):
        raise ValueError(f"quantiles: expected numbers between 0 and 1, at least one, got {quantiles!r}")
    return found
