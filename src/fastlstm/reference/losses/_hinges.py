"""Hinge losses, which require a margin between the right and the wrong side."""

from __future__ import annotations

import numpy as np

from .._arrays import FloatArray
from ._mean import Scalar, check_pair, larger, mean_of_elements, weighted_mean

__all__ = ["categorical_hinge", "hinge", "squared_hinge"]


def hinge(y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None) -> tuple[Scalar, FloatArray]:
    """Return the mean of max(1 - t p, 0) and its gradient, half as large at the kink.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Labels t, -1 (or 0) and 1, and predictions p, of the same shape and dtype.
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
    Keras 3, `keras.losses.hinge`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = hinge(np.array([[1.0], [-1.0]]), np.array([[0.5], [-2.0]]))
    >>> float(loss), gradient.tolist()
    (0.25, [[-0.5], [0.0]])
    """
    check_pair(y_true, y_pred)
    t = _side(y_true)
    margin, slope = larger(1 - t * y_pred, 0)
    return mean_of_elements(margin, -t * slope, sample_weight)


def squared_hinge(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean of max(1 - t p, 0)² and its gradient.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Labels t, -1 (or 0) and 1, and predictions p, of the same shape and dtype.
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
    Keras 3, `keras.losses.squared_hinge`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = squared_hinge(np.array([[1.0]]), np.array([[0.5]]))
    >>> float(loss), gradient.tolist()
    (0.25, [[-1.0]])
    """
    check_pair(y_true, y_pred)
    t = _side(y_true)
    margin = np.maximum(1 - t * y_pred, 0)
    return mean_of_elements(margin**2, -2 * t * margin, sample_weight)


def categorical_hinge(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean over samples of max(max((1 - t) p) - Σ t p + 1, 0) and its gradient.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        One-hot targets t and predictions p, of the same shape and dtype.
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
    Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", JMLR 2, 2001.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = categorical_hinge(np.array([[1.0, 0.0]]), np.array([[0.75, 0.5]]))
    >>> float(loss), gradient.tolist()
    (0.75, [[-1.0, 1.0]])
    """
    check_pair(y_true, y_pred)
    others = (1 - y_true) * y_pred
    largest = others.max(axis=-1, keepdims=True)
    margin, slope = larger(largest - (y_true * y_pred).sum(axis=-1, keepdims=True) + 1, 0)
    chosen = others == largest  # several share the gradient
    shares = chosen / chosen.sum(axis=-1, keepdims=True)
    return weighted_mean(margin[..., 0], slope * (shares * (1 - y_true) - y_true), sample_weight)


def _side(y_true: FloatArray) -> FloatArray:
    return np.where(y_true == 0, -1, y_true).astype(y_true.dtype)
