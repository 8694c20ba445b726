"""Losses and their gradients, as Keras 3 computes them from predictions (probabilities, for the cross-entropies).

Every function takes `y_true` and `y_pred` and returns the loss, a scalar of y_pred's dtype, and its gradient with
respect to `y_pred`. The last axis of y_pred holds features or classes; the loss is the mean over all other axes
(Keras's reduction "sum_over_batch_size").
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ._arrays import FloatArray, check_array

Scalar: TypeAlias = "np.floating[Any]"

EPSILON = 1e-7
"""Probabilities are clipped to [EPSILON, 1 - EPSILON] before their logarithm is taken."""


def mean_squared_error(y_true: FloatArray, y_pred: FloatArray) -> tuple[Scalar, FloatArray]:
    """Return the mean of (y_pred - y_true)² and its gradient.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets and predictions, of one shape and dtype.

    Returns
    -------
    loss : scalar
    gradient : ndarray (..., O)

    Raises
    ------
    ValueError, TypeError
        Shapes or dtypes that differ.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = mean_squared_error(np.array([[1.0], [2.0]]), np.array([[1.0], [4.0]]))
    >>> float(loss), gradient.tolist()
    (2.0, [[0.0], [2.0]])
    """
    _check_pair(y_true, y_pred)
    difference = y_pred - y_true
    return np.mean(difference**2), 2 * difference / y_pred.size


def mean_absolute_error(y_true: FloatArray, y_pred: FloatArray) -> tuple[Scalar, FloatArray]:
    """Return the mean absolute difference and its gradient, which is zero where both are equal.

    Parameters
    ----------
    y_true, y_pred : ndarray (..., O)
        Targets and predictions, of one shape and dtype.

    Returns
    -------
    loss : scalar
    gradient : ndarray (..., O)

    Raises
    ------
    ValueError, TypeError
        Shapes or dtypes that differ.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = mean_absolute_error(np.array([[1.0], [2.0]]), np.array([[1.0], [4.0]]))
    >>> float(loss), gradient.tolist()
    (1.0, [[0.0], [0.5]])
    """
    _check_pair(y_true, y_pred)
    difference = y_pred - y_true
    return np.mean(np.abs(difference)), np.sign(difference) / y_pred.size


def binary_crossentropy(y_true: FloatArray, y_pred: FloatArray) -> tuple[Scalar, FloatArray]:
    """Return the mean of -t log p - (1 - t) log(1 - p), p clipped, and its gradient (zero where p was clipped).

    Parameters
    ----------
    y_true : ndarray (..., O)
        Targets t from 0 to 1.
    y_pred : ndarray (..., O)
        Probabilities p, of the same shape and dtype.

    Returns
    -------
    loss : scalar
    gradient : ndarray (..., O)

    Raises
    ------
    ValueError, TypeError
        Shapes or dtypes that differ.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = binary_crossentropy(np.array([[1.0], [0.0]]), np.array([[0.5], [0.5]]))
    >>> bool(np.isclose(loss, np.log(2))), gradient.tolist()
    (True, [[-1.0], [1.0]])
    """
    _check_pair(y_true, y_pred)
    p, inside = _clip(y_pred)
    loss = -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))
    return loss, inside * ((1 - y_true) / (1 - p) - y_true / p) / y_pred.size


def categorical_crossentropy(y_true: FloatArray, y_pred: FloatArray) -> tuple[Scalar, FloatArray]:
    """Return the mean over samples of -Σ t log p, p normalised to sum 1 and then clipped, and its gradient.

    Parameters
    ----------
    y_true : ndarray (..., O)
        Targets t, one-hot or a distribution.
    y_pred : ndarray (..., O)
        Probabilities, of the same shape and dtype.

    Returns
    -------
    loss : scalar
    gradient : ndarray (..., O)

    Raises
    ------
    ValueError, TypeError
        Shapes or dtypes that differ.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = categorical_crossentropy(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
    >>> bool(np.isclose(loss, np.log(2))), gradient.tolist()
    (True, [[-1.0, 1.0]])
    """
    _check_pair(y_true, y_pred)
    total = y_pred.sum(axis=-1, keepdims=True)
    normalised = y_pred / total
    p, inside = _clip(normalised)
    samples = y_pred.size // y_pred.shape[-1]
    loss = -np.sum(y_true * np.log(p)) / samples
    d_normalised = inside * -y_true / p / samples
    # normalised_j = y_pred_j / total, and total depends on every y_pred_i
    return loss, (d_normalised - (d_normalised * normalised).sum(axis=-1, keepdims=True)) / total


def sparse_categorical_crossentropy(y_true: NDArray[np.integer[Any]], y_pred: FloatArray) -> tuple[Scalar, FloatArray]:
    """Return the categorical cross-entropy for targets given as class numbers.

    Parameters
    ----------
    y_true : ndarray (...), of integers
        Class numbers from 0 to O - 1.
    y_pred : ndarray (..., O)
        Probabilities.

    Returns
    -------
    loss : scalar
    gradient : ndarray (..., O)

    Raises
    ------
    ValueError
        Shapes that do not fit, or a class outside 0 ... O - 1.
    TypeError
        Targets that are not integers.

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
    return categorical_crossentropy(np.eye(classes, dtype=y_pred.dtype)[y_true], y_pred)


def _check_pair(y_true: FloatArray, y_pred: FloatArray) -> None:
    check_array("y_pred", y_pred, np.shape(y_pred), "(..., O)")
    check_array("y_true", y_true, y_pred.shape, "(..., O)", like=y_pred)


def _clip(p: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    clipped = np.clip(p, EPSILON, 1 - EPSILON)
    return clipped, clipped == p


LOSSES = {
    "mse": mean_squared_error,
    "mae": mean_absolute_error,
    "binary_crossentropy": binary_crossentropy,
    "categorical_crossentropy": categorical_crossentropy,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
}
