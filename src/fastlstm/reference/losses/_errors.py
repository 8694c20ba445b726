"""Losses of the difference between predictions and targets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .._arrays import FloatArray, check_array
from ._mean import EPSILON, Scalar, check_pair, larger, mean_of_elements

__all__ = [
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "quantile",
]


def mean_squared_error(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean of (y_pred - y_true)² and its gradient.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets and predictions, of the same shape and dtype.
    sample_weight : ndarray (...), optional
        Weights of the values (...), in the dtype of `y_pred`. The last axes may be missing.

    Returns
    -------
    loss : scalar
        The mean over all axes but the last, in the dtype of `y_pred`.
    gradient : ndarray (..., O)
        Gradient of the loss with respect to `y_pred`.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Keras 3, `keras.losses.mean_squared_error`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = mean_squared_error(np.array([[1.0], [2.0]]), np.array([[1.0], [4.0]]))
    >>> float(loss), gradient.tolist()
    (2.0, [[0.0], [2.0]])
    """
    check_pair(y_true, y_pred)
    difference = y_pred - y_true
    return mean_of_elements(difference**2, 2 * difference, sample_weight)


def mean_absolute_error(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean absolute difference and its gradient, which is zero where both are equal.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets and predictions, of the same shape and dtype.
    sample_weight : ndarray (...), optional
        Weights of the values (...), in the dtype of `y_pred`. The last axes may be missing.

    Returns
    -------
    loss : scalar
        The mean over all axes but the last, in the dtype of `y_pred`.
    gradient : ndarray (..., O)
        Gradient of the loss with respect to `y_pred`.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Keras 3, `keras.losses.mean_absolute_error`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = mean_absolute_error(np.array([[1.0], [2.0]]), np.array([[1.0], [4.0]]))
    >>> float(loss), gradient.tolist()
    (1.0, [[0.0], [0.5]])
    """
    check_pair(y_true, y_pred)
    difference = y_pred - y_true
    return mean_of_elements(np.abs(difference), np.sign(difference), sample_weight)


def mean_absolute_percentage_error(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean of ``100 |y_pred - y_true| / max(|y_true|, EPSILON)`` and its gradient.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets and predictions, of the same shape and dtype.
    sample_weight : ndarray (...), optional
        Weights of the values (...), in the dtype of `y_pred`. The last axes may be missing.

    Returns
    -------
    loss : scalar
        The mean over all axes but the last, in the dtype of `y_pred`.
    gradient : ndarray (..., O)
        Gradient of the loss with respect to `y_pred`.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Keras 3, `keras.losses.mean_absolute_percentage_error`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = mean_absolute_percentage_error(np.array([[4.0]]), np.array([[5.0]]))
    >>> float(loss), gradient.tolist()
    (25.0, [[25.0]])
    """
    check_pair(y_true, y_pred)
    difference, whole = y_pred - y_true, np.maximum(np.abs(y_true), EPSILON)
    return mean_of_elements(100 * np.abs(difference / whole), 100 * np.sign(difference) / whole, sample_weight)


def mean_squared_logarithmic_error(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean of (log(1 + y_pred) - log(1 + y_true))² and its gradient, with both raised to at least EPSILON.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets and predictions, of the same shape and dtype.
    sample_weight : ndarray (...), optional
        Weights of the values (...), in the dtype of `y_pred`. The last axes may be missing.

    Returns
    -------
    loss : scalar
        The mean over all axes but the last, in the dtype of `y_pred`.
    gradient : ndarray (..., O)
        Gradient of the loss with respect to `y_pred`.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Keras 3, `keras.losses.mean_squared_logarithmic_error`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = mean_squared_logarithmic_error(np.array([[1.0]]), np.array([[1.0]]))
    >>> float(loss), gradient.tolist()
    (0.0, [[0.0]])
    """
    check_pair(y_true, y_pred)
    p, slope = larger(y_pred, EPSILON)
    difference = np.log1p(p) - np.log1p(np.maximum(y_true, EPSILON))
    return mean_of_elements(difference**2, 2 * difference / (1 + p) * slope, sample_weight)


def huber(
    y_true: FloatArray, y_pred: FloatArray, delta: float = 1.0, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean of ``e²/2``, or ``delta |e| - delta²/2`` where ``|e| > delta``, and its gradient.

    The error e is ``y_pred - y_true``.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets and predictions, of the same shape and dtype.
    delta : float
        Error above which the loss is linear instead of quadratic.
    sample_weight : ndarray (...), optional
        Weights of the values (...), in the dtype of `y_pred`. The last axes may be missing.

    Returns
    -------
    loss : scalar
        The mean over all axes but the last, in the dtype of `y_pred`.
    gradient : ndarray (..., O)
        Gradient of the loss with respect to `y_pred`.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Huber, "Robust estimation of a location parameter", Ann. Math. Statist. 35, 1964.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = huber(np.array([[0.0, 0.0]]), np.array([[1.0, 3.0]]))
    >>> float(loss), gradient.tolist()
    (1.5, [[0.5, 0.5]])
    """
    check_pair(y_true, y_pred)
    difference = y_pred - y_true
    size, near = np.abs(difference), np.abs(difference) <= delta
    values = np.where(near, difference**2 / 2, delta * size - delta**2 / 2)
    return mean_of_elements(values, np.where(near, difference, delta * np.sign(difference)), sample_weight)


def log_cosh(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean of log(cosh(y_pred - y_true)) and its gradient.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets and predictions, of the same shape and dtype.
    sample_weight : ndarray (...), optional
        Weights of the values (...), in the dtype of `y_pred`. The last axes may be missing.

    Returns
    -------
    loss : scalar
        The mean over all axes but the last, in the dtype of `y_pred`.
    gradient : ndarray (..., O)
        Gradient of the loss with respect to `y_pred`.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Keras 3, `keras.losses.log_cosh`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = log_cosh(np.array([[0.0]]), np.array([[1.0]]))
    >>> bool(np.isclose(loss, np.log(np.cosh(1)))), bool(np.isclose(gradient[0, 0], np.tanh(1)))
    (True, True)
    """
    check_pair(y_true, y_pred)
    difference = y_pred - y_true
    values = np.logaddexp(difference, -difference) - np.log(2)
    return mean_of_elements(values, np.tanh(difference), sample_weight)


def quantile(
    y_true: FloatArray, y_pred: FloatArray, quantiles: Sequence[float], sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean of the pinball loss, q (y - p) where y > p and (1 - q) (p - y) elsewhere, and its gradient.

    Parameters
    ----------
    y_true : ndarray (..., 1)
        Targets y.
    y_pred : ndarray (..., O)
        Predictions p, of the same dtype.
    quantiles : sequence of float
        A quantile q for each of the O columns.
    sample_weight : ndarray (...), optional
        Weights of the values (...), in the dtype of `y_pred`. The last axes may be missing.

    Returns
    -------
    loss : scalar
        The mean over all axes but the last, in the dtype of `y_pred`.
    gradient : ndarray (..., O)
        Gradient of the loss with respect to `y_pred`.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = quantile(np.array([[1.0]]), np.array([[0.0, 2.0]]), (0.5, 0.75))
    >>> float(loss), gradient.tolist()
    (0.375, [[-0.25, 0.125]])
    """
    q = np.asarray(quantiles, y_pred.dtype)
    check_array("y_pred", y_pred, (*np.shape(y_pred)[:-1], len(q)), "(..., O)")
    check_array("y_true", y_true, (*y_pred.shape[:-1], 1), "(..., 1)", like=y_pred)
    difference = y_pred - y_true
    slopes = np.where(difference < 0, -q, np.where(difference > 0, 1 - q, 0))
    return mean_of_elements(slopes * difference, slopes, sample_weight)
