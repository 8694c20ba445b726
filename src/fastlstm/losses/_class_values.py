"""Losses of classes and distributions as functions: one value for each sample, or for each step of it."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._number_values import EPSILON, mean
from ._pairs import classes_and_predictions, pair

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "hinge",
    "kl_divergence",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]


def kl_divergence(y_true: Any, y_pred: Any) -> Array:
    """Return the sum of ``y log(y / p)`` over the last axis, y and p within [1e-7, 1].

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).round(4)
    array([0.1438])
    """
    targets, predictions = (np.clip(one, EPSILON, 1) for one in pair(y_true, y_pred))
    total: Array = (targets * np.log(targets / predictions)).sum(axis=-1, dtype=np.float64)
    return total


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Array:
    """Return the mean of ``-(y log p + (1 - y) log(1 - p))`` over an axis; see `BinaryCrossentropy`.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.
    from_logits : bool
        Whether p is the sigmoid of `y_pred`.
    label_smoothing : float
        See `BinaryCrossentropy`.
    axis : int
        Over which the mean is taken.

    Examples
    --------
    >>> binary_crossentropy([[1.0], [0.0]], [[0.5], [0.5]]).round(4)
    array([0.6931, 0.6931])
    """
    targets, predictions = pair(y_true, y_pred)
    smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
    targets = targets * (1 - smoothing) + 0.5 * smoothing if smoothing else targets
    if checks.flag("from_logits", from_logits):
        losses = np.maximum(predictions, 0) - predictions * targets + np.log1p(np.exp(-np.abs(predictions)))
    else:
        p = _within(predictions)
        losses = -(targets * np.log(p) + (1 - targets) * np.log(1 - p))
    found: Array = losses.mean(axis=axis, dtype=np.float64)
    return found


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Array:
    """Return ``-sum(y log p)`` over the axis of the classes; see `CategoricalCrossentropy`.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.
    from_logits : bool
        Whether p is the softmax of `y_pred`.
    label_smoothing : float
        See `CategoricalCrossentropy`.
    axis : int
        Of the classes.

    Examples
    --------
    >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.6931])
    """
    targets, predictions = pair(y_true, y_pred)
    smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
    if smoothing:
        targets = targets * (1 - smoothing) + smoothing / targets.shape[axis]
    logs = _log_probabilities(predictions, checks.flag("from_logits", from_logits), axis)
    total: Array = -(targets * logs).sum(axis=axis, dtype=np.float64)
    return total


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Array:
    """Return ``-log p`` of the class that `y_true` names; see `SparseCategoricalCrossentropy`.

    Parameters
    ----------
    y_true : array_like
        Class numbers (N,) or (N, T), or with a last axis of 1.
    y_pred : array_like
        (N, O) or (N, T, O).
    from_logits : bool
        Whether p is the softmax of `y_pred`.
    ignore_class : int, optional
        A class number whose samples have the value 0.
    axis : int
        Of the classes.

    Returns
    -------
    ndarray
        (N,) or (N, T), float64.

    Raises
    ------
    ValueError, TypeError
        If a shape or a type is wrong, or there is something that is no class number.

    Examples
    --------
    >>> sparse_categorical_crossentropy([1, 0], [[0.5, 0.5], [0.9, 0.1]]).round(4)
    array([0.6931, 0.1054])
    """
    classes, predictions = classes_and_predictions(y_true, y_pred, axis)
    ignored = np.zeros(classes.shape, bool) if ignore_class is None else classes == ignore_class
    require_classes("y_true", np.where(ignored, 0, classes), predictions.shape[axis])
    chosen = np.where(ignored, 0, classes).astype(np.int64)
    logs = _log_probabilities(predictions, checks.flag("from_logits", from_logits), axis)
    picked = np.take_along_axis(logs, np.expand_dims(chosen, axis), axis).squeeze(axis)
    return np.where(ignored, 0.0, -picked).astype(np.float64)


def require_classes(name: str, y: Array, classes: int) -> None:
    """Raise ValueError unless all are integers from 0 to ``classes - 1``."""
    good = (y >= 0) & (y < classes) & (y == np.floor(y))
    if not good.all():
        place = tuple(int(i) for i in np.unravel_index(int(good.argmin()), y.shape))
        raise ValueError(
            f"{name}: expected class numbers, integers from 0 to {classes - 1}, got {y[place]!s} at {list(place)}"
        )


def _within(values: Array) -> Array:
    return np.clip(values, EPSILON, 1 - EPSILON)


def _log_probabilities(predictions: Array, from_logits: bool, axis: int) -> Array:
    if from_logits:
        shifted = predictions - predictions.max(axis=axis, keepdims=True)
        logs: Array = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return logs
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(_within(predictions / predictions.sum(axis=axis, keepdims=True)))


def hinge(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``max(1 - y * p, 0)`` over the last axis.

    Labels y are -1 and 1, or all of them 0 and 1, as in Keras; `Hinge` takes every 0 for -1.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> hinge([[1.0], [0.0]], [[0.5], [0.5]])
    array([0.5, 1.5])
    """
    targets, predictions = pair(y_true, y_pred)
    return mean(np.maximum(1 - _signs(targets) * predictions, 0))


def squared_hinge(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``max(1 - y * p, 0)**2`` over the last axis, for labels as `hinge` takes them.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> squared_hinge([[1.0], [0.0]], [[0.5], [0.5]])
    array([0.25, 2.25])
    """
    targets, predictions = pair(y_true, y_pred)
    return mean(np.square(np.maximum(1 - _signs(targets) * predictions, 0)))


def _signs(targets: Array) -> Array:
    """Return labels of 0 and 1 as -1 and 1, others as they are."""
    return 2 * targets - 1 if ((targets == 0) | (targets == 1)).all() else targets


def categorical_hinge(y_true: Any, y_pred: Any) -> Array:
    """Return ``max(max((1 - y) * p) - sum(y * p) + 1, 0)`` over the last axis, for one-hot y.

    Parameters
    ----------
    y_true, y_pred
        As for `mean_squared_error`, also what is returned and raised.

    Examples
    --------
    >>> categorical_hinge([[1.0, 0.0]], [[0.75, 0.5]])
    array([0.75])
    """
    targets, predictions = pair(y_true, y_pred)
    other: Array = ((1 - targets) * predictions).max(axis=-1)
    result: Array = np.maximum(other - (targets * predictions).sum(axis=-1) + 1, 0)
    return result.astype(np.float64)
