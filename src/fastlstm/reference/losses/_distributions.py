"""Losses of probabilities, counts and directions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._arrays import FloatArray, check_array
from ._mean import EPSILON, Scalar, check_pair, clip, mean_of_elements, weighted_mean

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "cosine_similarity",
    "kl_divergence",
    "poisson",
    "sparse_categorical_crossentropy",
]


def binary_crossentropy(
    y_true: FloatArray,
    y_pred: FloatArray,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    sample_weight: FloatArray | None = None,
) -> tuple[Scalar, FloatArray]:
    """Return the mean of -t log p - (1 - t) log(1 - p), p clipped, and its gradient (zero where p was clipped).

    Parameters
    ----------
    y_true : ndarray (..., O)
        Targets t from 0 to 1.
    y_pred : ndarray (..., O)
        Probabilities p, of the same shape and dtype.
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
    Keras 3, `keras.losses.binary_crossentropy`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = binary_crossentropy(np.array([[1.0], [0.0]]), np.array([[0.5], [0.5]]))
    >>> bool(np.isclose(loss, np.log(2))), gradient.tolist()
    (True, [[-1.0], [1.0]])
    """
    check_pair(y_true, y_pred)
    t = y_true * (1 - label_smoothing) + label_smoothing / 2
    if from_logits:  # log(1 + exp(z)) - t z
        sigmoid = np.exp(-np.logaddexp(0, -y_pred))
        return mean_of_elements(np.logaddexp(0, y_pred) - t * y_pred, sigmoid - t, sample_weight)
    p, inside = clip(y_pred)
    values = -t * np.log(p) - (1 - t) * np.log(1 - p)
    return mean_of_elements(values, inside * ((1 - t) / (1 - p) - t / p), sample_weight)


def categorical_crossentropy(
    y_true: FloatArray,
    y_pred: FloatArray,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    sample_weight: FloatArray | None = None,
) -> tuple[Scalar, FloatArray]:
    """Return the mean over samples of -Σ t log p, p normalised to sum 1 and then clipped, and its gradient.

    Parameters
    ----------
    y_true : ndarray (..., O)
        Targets t, one-hot or a distribution.
    y_pred : ndarray (..., O)
        Probabilities, of the same shape and dtype.
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
    Keras 3, `keras.losses.categorical_crossentropy`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = categorical_crossentropy(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
    >>> bool(np.isclose(loss, np.log(2))), gradient.tolist()
    (True, [[-1.0, 1.0]])
    """
    check_pair(y_true, y_pred)
    t = y_true * (1 - label_smoothing) + label_smoothing / y_pred.shape[-1]
    if from_logits:
        shifted = y_pred - y_pred.max(axis=-1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        gradient = np.exp(log_p) * t.sum(axis=-1, keepdims=True) - t
        return weighted_mean(-(t * log_p).sum(axis=-1), gradient, sample_weight)
    total = y_pred.sum(axis=-1, keepdims=True)
    normalised = y_pred / total
    p, inside = clip(normalised)
    d_normalised = inside * -t / p
    # normalised_j = y_pred_j / total, and total depends on every y_pred_i
    gradient = (d_normalised - (d_normalised * normalised).sum(axis=-1, keepdims=True)) / total
    return weighted_mean(-(t * np.log(p)).sum(axis=-1), gradient, sample_weight)


def sparse_categorical_crossentropy(
    y_true: NDArray[np.integer[Any]],
    y_pred: FloatArray,
    from_logits: bool = False,
    sample_weight: FloatArray | None = None,
) -> tuple[Scalar, FloatArray]:
    """Return the categorical cross-entropy for targets given as class numbers.

    Parameters
    ----------
    y_true : ndarray (...), of integers
        Class numbers from 0 to O - 1.
    y_pred : ndarray (..., O)
        Probabilities.
    from_logits : bool
        Whether predictions are logits z, p being softmax(z), instead of probabilities.
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
        If shapes do not fit, a class is not from 0 to O - 1, or targets are not integers.

    References
    ----------
    Keras 3, `keras.losses.sparse_categorical_crossentropy`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = sparse_categorical_crossentropy(np.array([0]), np.array([[0.5, 0.5]]))
    >>> bool(np.isclose(loss, np.log(2))), gradient.tolist()
    (True, [[-1.0, 1.0]])
    """
    if not np.issubdtype(y_true.dtype, np.integer):
        raise TypeError(f"y_true: expected integers (class numbers), got dtype {y_true.dtype}")
    check_array("y_pred", y_pred, (*y_true.shape, None), "(..., O)")
    classes = y_pred.shape[-1]
    if ((y_true < 0) | (y_true >= classes)).any():
        raise ValueError(f"y_true: expected classes from 0 to {classes - 1}, got {y_true.min()} to {y_true.max()}")
    one_hot = np.eye(classes, dtype=y_pred.dtype)[y_true]
    return categorical_crossentropy(one_hot, y_pred, from_logits, sample_weight=sample_weight)


def kl_divergence(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean over samples of Σ t log(t / p), both clipped to [EPSILON, 1], and its gradient.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets t and predictions p, of the same shape and dtype.
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
    Kullback and Leibler, "On information and sufficiency", Ann. Math. Statist. 22, 1951.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = kl_divergence(np.array([[0.5, 0.5]]), np.array([[0.5, 0.5]]))
    >>> float(loss), gradient.tolist()
    (0.0, [[-1.0, -1.0]])
    """
    check_pair(y_true, y_pred)
    t, _ = clip(y_true, 1.0)
    p, inside = clip(y_pred, 1.0)
    return weighted_mean((t * np.log(t / p)).sum(axis=-1), inside * -t / p, sample_weight)


def poisson(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean of p - t log(p + EPSILON) and its gradient.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Counts t and rates p, of the same shape and dtype.
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
    Keras 3, `keras.losses.poisson`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = poisson(np.array([[0.0]]), np.array([[2.0]]))
    >>> float(loss), gradient.tolist()
    (2.0, [[1.0]])
    """
    check_pair(y_true, y_pred)
    rate = y_pred + EPSILON
    return mean_of_elements(y_pred - y_true * np.log(rate), 1 - y_true / rate, sample_weight)


def cosine_similarity(
    y_true: FloatArray, y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean over samples of minus the cosine between y_true and y_pred, and its gradient.

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
    Keras 3, `keras.losses.cosine_similarity`.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = cosine_similarity(np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]]))
    >>> abs(float(loss)), gradient.tolist()
    (0.0, [[-0.5, 0.0]])
    """
    check_pair(y_true, y_pred)
    true_length, length = (np.linalg.norm(y, axis=-1, keepdims=True) for y in (y_true, y_pred))
    t, p = (y / np.maximum(size, EPSILON) for y, size in ((y_true, true_length), (y_pred, length)))
    cosine = (t * p).sum(axis=-1, keepdims=True)
    # A vector that is too short is divided by a constant, whose derivative is zero.
    gradient = (np.where(length > EPSILON, cosine * p, 0) - t) / np.maximum(length, EPSILON)
    return weighted_mean(-cosine[..., 0], gradient, sample_weight)
