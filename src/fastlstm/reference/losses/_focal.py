"""Cross-entropies with weights that depend on the prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .._arrays import FloatArray, check_array
from ._mean import Scalar, check_pair, clip, mean_of_elements, weighted_mean

__all__ = [
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
]


def binary_focal_crossentropy(
    y_true: FloatArray,
    y_pred: FloatArray,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    sample_weight: FloatArray | None = None,
) -> tuple[Scalar, FloatArray]:
    """Return the mean of w m^gamma (-t log p - (1 - t) log(1 - p)), with m = t (1 - p) + (1 - t) p, and its gradient.

    Parameters
    ----------
    y_true : ndarray (..., O)
        Targets t from 0 to 1.
    y_pred : ndarray (..., O)
        Probabilities p, clipped in the logarithms only, of the same shape and dtype.
    apply_class_balancing : bool
        Whether w is alpha t + (1 - alpha) (1 - t) instead of 1.
    alpha, gamma : float
        As above.
    from_logits : bool
        Whether predictions are logits z, p being sigmoid(z), instead of probabilities.
    label_smoothing : float
        The share s in targets t (1 - s) + s / 2.
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
    Keras 3, `keras.losses.binary_focal_crossentropy`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = binary_focal_crossentropy(np.array([[1.0]]), np.array([[0.5]]), gamma=1.0)
    >>> bool(np.isclose(loss, np.log(2) / 2)), bool(np.isclose(gradient[0, 0], -np.log(2) - 1))
    (True, True)
    """
    check_pair(y_true, y_pred)
    t = y_true * (1 - label_smoothing) + label_smoothing / 2
    if from_logits:
        log_p, log_not = -np.logaddexp(0, -y_pred), -np.logaddexp(0, y_pred)
        p, dp = np.exp(log_p), np.exp(log_p + log_not)
        missed = t * np.exp(log_not) + (1 - t) * p
        cross, d_cross = -t * log_p - (1 - t) * log_not, p - t
    else:
        p, inside = clip(y_pred)
        cross = -t * np.log(p) - (1 - t) * np.log(1 - p)
        d_cross = inside * ((1 - t) / (1 - p) - t / p)
        missed, dp = t * (1 - y_pred) + (1 - t) * y_pred, np.ones_like(y_pred)
    weight = alpha * t + (1 - alpha) * (1 - t) if apply_class_balancing else np.ones_like(t)
    slopes = weight * (_power_slope(missed, gamma) * (1 - 2 * t) * dp * cross + missed**gamma * d_cross)
    return mean_of_elements(weight * missed**gamma * cross, slopes, sample_weight)


def categorical_focal_crossentropy(
    y_true: FloatArray,
    y_pred: FloatArray,
    alpha: float | Sequence[float] = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    sample_weight: FloatArray | None = None,
) -> tuple[Scalar, FloatArray]:
    """Return the mean over samples of -Σ alpha t (1 - p)^gamma log p, and its gradient.

    Parameters
    ----------
    y_true : ndarray (..., O)
        Targets t, one-hot or a distribution.
    y_pred : ndarray (..., O)
        Probabilities, normalised to sum 1 and then clipped, of the same shape and dtype.
    alpha : float or sequence of float
        The weight of all classes or of each.
    gamma : float
        As above.
    from_logits : bool
        Whether predictions are logits z, p being softmax(z), instead of probabilities.
    label_smoothing : float
        The share s in targets t (1 - s) + s / O.
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
    Keras 3, `keras.losses.categorical_focal_crossentropy`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, _ = categorical_focal_crossentropy(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]), alpha=1.0)
    >>> bool(np.isclose(loss, np.log(2) / 4))
    True
    """
    check_pair(y_true, y_pred)
    t = (y_true * (1 - label_smoothing) + label_smoothing / y_true.shape[-1]) * np.asarray(alpha, y_true.dtype)
    if from_logits:
        shifted = y_pred - y_pred.max(axis=-1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        p = np.exp(log_p)
        by_log = t * (_power_slope(1 - p, gamma) * p * log_p - (1 - p) ** gamma)
        gradient = by_log - p * by_log.sum(axis=-1, keepdims=True)
    else:
        total = y_pred.sum(axis=-1, keepdims=True)
        share = y_pred / total
        p, inside = clip(share)
        log_p = np.log(p)
        slope = inside * t * (_power_slope(1 - p, gamma) * log_p - (1 - p) ** gamma / p)
        gradient = (slope - (slope * share).sum(axis=-1, keepdims=True)) / total
    return weighted_mean(-(t * (1 - p) ** gamma * log_p).sum(axis=-1), gradient, sample_weight)


def categorical_generalized_cross_entropy(
    y_true: NDArray[np.integer], y_pred: FloatArray, q: float = 0.5, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean over samples of (1 - p^q) / q, p being the output of the target's class, and its gradient.

    Parameters
    ----------
    y_true : ndarray (...) of int
        Classes.
    y_pred : ndarray (..., O)
        Probabilities.
    q : float
        Between 0 and 1.
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
    Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels", NeurIPS
    2018.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = categorical_generalized_cross_entropy(np.array([1]), np.array([[0.75, 0.25]]))
    >>> float(loss), gradient.tolist()
    (1.0, [[0.0, -2.0]])
    """
    check_array("y_pred", y_pred, np.shape(y_pred), "(..., O)")
    chosen = y_true[..., None] == np.arange(y_pred.shape[-1])
    p = np.where(chosen, y_pred, 0).sum(axis=-1)
    return weighted_mean((1 - p**q) / q, np.where(chosen, -(p[..., None] ** (q - 1)), 0), sample_weight)


def _power_slope(x: FloatArray, exponent: float) -> FloatArray:
    """Return the derivative of x^exponent; zero where it is infinite."""
    if exponent == 0:
        return np.zeros_like(x)
    return np.where((x == 0) & (exponent < 1), 0, exponent * np.where(x == 0, 1e-300, x) ** (exponent - 1))
