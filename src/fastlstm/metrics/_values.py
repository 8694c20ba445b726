"""Losses as values: a function of targets and predictions gives a value for each sample, or each step of it.

All are those of Keras 3; the last axis is that of features or classes, over which the value is a mean or a sum.
"""

from typing import Any

import numpy as np

from .._engine import Array
from ._base import floats, pair

EPSILON = 1e-7
"""What Keras adds, or clips to, before it divides or takes a logarithm."""


def _differences(y_true: Any, y_pred: Any) -> Array:
    targets, predictions = pair(y_true, y_pred)
    return predictions - targets


def _mean(values: Array) -> Array:
    """Return the mean over the last axis."""
    mean: Array = values.mean(axis=-1, dtype=np.float64)
    return mean


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``(y - p)**2``."""
    return _mean(np.square(_differences(y_true, y_pred)))


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``abs(y - p)``."""
    return _mean(np.abs(_differences(y_true, y_pred)))


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``100 abs((y - p) / y)``, where y is at least 1e-7."""
    targets, predictions = pair(y_true, y_pred)
    return 100 * _mean(np.abs((targets - predictions) / np.maximum(np.abs(targets), EPSILON)))


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``(log(1 + y) - log(1 + p))**2``, negative values being taken for zeros."""
    targets, predictions = (np.log1p(np.maximum(one, EPSILON)) for one in pair(y_true, y_pred))
    return _mean(np.square(predictions - targets))


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Array:
    """Return the mean of ``e**2 / 2`` up to errors of delta, and of ``delta (abs(e) - delta / 2)`` beyond."""
    error = np.abs(_differences(y_true, y_pred))
    return _mean(np.where(error <= delta, np.square(error) / 2, delta * (error - delta / 2)))


def log_cosh(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``log(cosh(p - y))``."""
    error = _differences(y_true, y_pred)
    return _mean(np.logaddexp(error, -error) - np.log(2).astype(error.dtype))


def poisson(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``p - y log p``."""
    targets, predictions = pair(y_true, y_pred)
    with np.errstate(invalid="ignore"):
        return _mean(predictions - targets * np.log(predictions + predictions.dtype.type(EPSILON)))


def kl_divergence(y_true: Any, y_pred: Any) -> Array:
    """Return the sum of ``y log(y / p)``, both clipped to [1e-7, 1]."""
    targets, predictions = (np.clip(one, EPSILON, 1) for one in pair(y_true, y_pred))
    total: Array = (targets * np.log(targets / predictions)).sum(axis=-1, dtype=np.float64)
    return total


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """Return the cosine of the angle between target and prediction, 1 being the same direction."""
    targets, predictions = (one / _norm(one, axis) for one in pair(y_true, y_pred))
    total: Array = (targets * predictions).sum(axis=axis)
    return total


def _norm(values: Array, axis: int) -> Array:
    """Return the lengths along an axis, at least 1e-7."""
    norms: Array = np.maximum(np.linalg.norm(values, axis=axis, keepdims=True), EPSILON)
    return norms


def _probabilities(values: Array) -> Array:
    return np.clip(values, EPSILON, 1 - EPSILON)


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Array:
    """Return the mean of ``-y log p - (1 - y) log(1 - p)``, p clipped; or p being the sigmoid of `y_pred`."""
    targets, predictions = pair(y_true, y_pred)
    targets = targets * (1 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else targets
    if from_logits:
        losses = np.maximum(predictions, 0) - predictions * targets + np.log1p(np.exp(-np.abs(predictions)))
    else:
        p = _probabilities(predictions)
        losses = -(targets * np.log(p) + (1 - targets) * np.log(1 - p))
    mean: Array = losses.mean(axis=axis, dtype=np.float64)
    return mean


def _log_probabilities(predictions: Array, from_logits: bool, axis: int) -> Array:
    if from_logits:
        shifted = predictions - predictions.max(axis=axis, keepdims=True)
        logs: Array = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return logs
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(_probabilities(predictions / predictions.sum(axis=axis, keepdims=True)))


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Array:
    """Return ``-sum(y log p)``, p made to sum to 1 and then clipped; or p being the softmax of `y_pred`."""
    targets, predictions = pair(y_true, y_pred)
    if label_smoothing:
        targets = targets * (1 - label_smoothing) + label_smoothing / targets.shape[axis]
    total: Array = -(targets * _log_probabilities(predictions, from_logits, axis)).sum(axis=axis, dtype=np.float64)
    return total


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Array:
    """Return ``-log p`` of the class that `y_true` names, 0 for the class to ignore."""
    predictions, classes = floats(y_pred), np.asarray(y_true)
    if classes.ndim == predictions.ndim and classes.shape[axis] == 1:
        classes = classes.squeeze(axis)
    ignored = np.zeros(classes.shape, bool) if ignore_class is None else classes == ignore_class
    chosen = np.where(ignored, 0, classes).astype(np.int64)
    logs = _log_probabilities(predictions, from_logits, axis)
    picked = np.take_along_axis(logs, np.expand_dims(chosen, axis), axis).squeeze(axis)
    return np.where(ignored, 0.0, -picked)


def _signs(targets: Array) -> Array:
    """Return labels of 0 and 1 as -1 and 1, others as they are."""
    return 2 * targets - 1 if ((targets == 0) | (targets == 1)).all() else targets


def hinge(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``max(0, 1 - y p)``, y being -1 or 1 (or 0 or 1)."""
    targets, predictions = pair(y_true, y_pred)
    return _mean(np.maximum(1 - _signs(targets) * predictions, 0))


def squared_hinge(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``max(0, 1 - y p)**2``."""
    targets, predictions = pair(y_true, y_pred)
    return _mean(np.square(np.maximum(1 - _signs(targets) * predictions, 0)))


def categorical_hinge(y_true: Any, y_pred: Any) -> Array:
    """Return ``max(0, 1 + the largest p of another class - p of the class)``, y being one-hot."""
    targets, predictions = pair(y_true, y_pred)
    other: Array = ((1 - targets) * predictions).max(axis=-1)
    result: Array = np.maximum(other - (targets * predictions).sum(axis=-1) + 1, 0)
    return result
