"""Regression losses as functions: one value for each sample or step, as Keras's functions return them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._pairs import floats, pair

EPSILON = 1e-7
"""Keras's guard against division by 0 and logarithms of 0."""


def _differences(y_true: Any, y_pred: Any) -> Array:
    targets, predictions = pair(y_true, y_pred)
    return predictions - targets


def mean(values: Array) -> Array:
    """Return the mean over the last axis, in float64."""
    found: Array = values.mean(axis=-1, dtype=np.float64)
    return found


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``(y - p)**2`` over the last axis.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.

    References
    ----------
    Keras 3, `keras.losses.mean_squared_error`.

    Examples
    --------
    >>> mean_squared_error([[0.0, 1.0], [2.0, 2.0]], [[1.0, 3.0], [2.0, 2.0]])
    array([2.5, 0. ])
    """
    return mean(np.square(_differences(y_true, y_pred)))


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``abs(y - p)`` over the last axis.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.

    References
    ----------
    Keras 3, `keras.losses.mean_absolute_error`.

    Examples
    --------
    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([1.5])
    """
    return mean(np.abs(_differences(y_true, y_pred)))


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``100 * abs(y - p) / max(abs(y), 1e-7)`` over the last axis, in percent.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.

    References
    ----------
    Keras 3, `keras.losses.mean_absolute_percentage_error`.

    Examples
    --------
    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]])
    array([25.])
    """
    targets, predictions = pair(y_true, y_pred)
    return 100 * mean(np.abs((targets - predictions) / np.maximum(np.abs(targets), EPSILON)))


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``(log(1 + y) - log(1 + p))**2`` over the last axis.

    Targets and predictions below 1e-7 count as 1e-7.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.

    References
    ----------
    Keras 3, `keras.losses.mean_squared_logarithmic_error`.

    Examples
    --------
    >>> mean_squared_logarithmic_error([[0.0]], [[1.0]]).round(4)
    array([0.4805])
    """
    targets, predictions = (np.log1p(np.maximum(one, EPSILON)) for one in pair(y_true, y_pred))
    return mean(np.square(predictions - targets))


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Array:
    """Return the Huber loss, quadratic for errors up to `delta`, linear beyond.

    The mean over the last axis of ``e**2 / 2`` if ``abs(e) <= delta``, else ``delta * (abs(e) - delta / 2)``, for
    errors ``e = p - y``.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    delta : float
        The error at which the loss becomes linear, at least 0.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or `delta` is not a real number.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or `delta` is negative or not finite.

    References
    ----------
    Huber, "Robust estimation of a location parameter", Ann. Math. Statist. 35, 1964.

    Examples
    --------
    >>> huber([[0.0, 0.0]], [[1.0, 3.0]])
    array([1.5])
    """
    delta = checks.number("delta", delta, 0.0)
    error = np.abs(_differences(y_true, y_pred))
    return mean(np.where(error <= delta, np.square(error) / 2, delta * (error - delta / 2)))


def log_cosh(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``log(cosh(p - y))`` over the last axis.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.

    References
    ----------
    Keras 3, `keras.losses.log_cosh`.

    Examples
    --------
    >>> log_cosh([[0.0]], [[1.0]]).round(4)
    array([0.4338])
    """
    error = _differences(y_true, y_pred)
    return mean(np.logaddexp(error, -error) - np.log(2).astype(error.dtype))


def poisson(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``p - y * log(p + 1e-7)`` over the last axis, for counts y and rates p.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.

    References
    ----------
    Keras 3, `keras.losses.poisson`.

    Examples
    --------
    >>> poisson([[1.0]], [[2.0]]).round(4)
    array([1.3069])
    """
    targets, predictions = pair(y_true, y_pred)
    with np.errstate(invalid="ignore"):
        return mean(predictions - targets * np.log(predictions + predictions.dtype.type(EPSILON)))


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """Return the negative cosine similarity along an axis: -1 for the same direction, 1 for opposite ones.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    axis : int
        The axis of the vectors.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Keras 3, `keras.losses.cosine_similarity`.

    Examples
    --------
    >>> cosine_similarity([[1.0, 0.0], [1.0, 0.0]], [[3.0, 0.0], [0.0, 2.0]])
    array([-1., -0.])
    """
    targets, predictions = (one / _norm(one, axis) for one in pair(y_true, y_pred))
    total: Array = -(targets * predictions).sum(axis=axis, dtype=np.float64)
    return total


def _norm(values: Array, axis: int) -> Array:
    """Return the Euclidean norms along an axis, at least 1e-7."""
    norms: Array = np.maximum(np.linalg.norm(values, axis=axis, keepdims=True), EPSILON)
    return norms


def quantile(y_true: Any, y_pred: Any, quantiles: float | Sequence[float] = (0.1, 0.5, 0.9)) -> Array:
    """Return the pinball loss, the mean over the quantiles q of ``max(q * (y - p), (q - 1) * (y - p))``.

    Parameters
    ----------
    y_true : array_like
        One target for each sample or step: (N,) or (N, 1), (N, T) or (N, T, 1).
    y_pred : array_like
        Predictions (N, Q) or (N, T, Q).
    quantiles : float or sequence of float
        Q numbers between 0 and 1.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or a quantile is not a real number.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or `quantiles` is empty or not between 0 and
        1.

    References
    ----------
    Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978.

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
        raise ValueError(f"y_true: expected shape {leading}, one target for each prediction, got {targets.shape}")
    error = targets.reshape(*leading, 1) - predictions
    return mean(np.maximum(np.array(levels, error.dtype) * error, (np.array(levels, error.dtype) - 1) * error))


def quantiles_of(quantiles: Any) -> tuple[float, ...]:
    """Return quantiles as a tuple of at least one number between 0 and 1."""
    given = quantiles if isinstance(quantiles, (Sequence, np.ndarray)) and np.ndim(quantiles) else (quantiles,)
    found = tuple(checks.number("quantiles", each, 0.0, 1.0) for each in given)
    if not found or not all(0 < each < 1 for each in found):
        raise ValueError(f"quantiles: expected numbers between 0 and 1, at least one, got {quantiles!r}")
    return found
