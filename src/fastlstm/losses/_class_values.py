"""Losses for classes and distributions as functions: one value for each sample or step."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._number_values import EPSILON, mean
from ._pairs import classes_and_predictions, pair


def kl_divergence(y_true: Any, y_pred: Any) -> Array:
    """Return ``sum(y log(y / p))`` over the last axis, with y and p clipped to [1e-7, 1].

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
    Kullback and Leibler, "On information and sufficiency", Ann. Math. Statist. 22, 1951.

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
    """Return the mean of ``-(y log p + (1 - y) log(1 - p))`` over an axis.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    from_logits : bool
        Whether `y_pred` are logits, with ``p = sigmoid(y_pred)``; otherwise they are probabilities, clipped to [1e-7, 1
        - 1e-7].
    label_smoothing : float
        The amount s of smoothing, in [0, 1]: targets become ``y * (1 - s) + s / 2``.
    axis : int
        The axis of the mean.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, `from_logits` is not True or False, or
        `label_smoothing` is not a real number.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or `label_smoothing` is not in [0, 1].
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Keras 3, `keras.losses.binary_crossentropy`.

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
    """Return ``-sum(y log p)`` over the axis of the classes, for one-hot targets or probabilities y.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    from_logits : bool
        Whether `y_pred` are logits, with ``p = softmax(y_pred)``; otherwise they are probabilities, normalized to sum
        to 1 and clipped to [1e-7, 1 - 1e-7].
    label_smoothing : float
        The amount s of smoothing, in [0, 1]: targets become ``y * (1 - s) + s / O`` for O classes.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, `from_logits` is not True or False, or
        `label_smoothing` is not a real number.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or `label_smoothing` is not in [0, 1].
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Keras 3, `keras.losses.categorical_crossentropy`.

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
    """Return ``-log p`` of the target class, for targets that are class numbers.

    Parameters
    ----------
    y_true : array_like
        Class numbers (N,) or (N, T), optionally with a last axis of size 1.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    from_logits : bool
        Whether `y_pred` are logits, with ``p = softmax(y_pred)``; otherwise they are probabilities, normalized to sum
        to 1 and clipped to [1e-7, 1 - 1e-7].
    ignore_class : int, optional
        A class number whose samples or steps have the value 0.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or `from_logits` is not True or False.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or a target is not a class number.
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Keras 3, `keras.losses.sparse_categorical_crossentropy`.

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
    """Raise ValueError unless all elements are integers from 0 to ``classes - 1``."""
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

    Labels y are -1 and 1; if all of them are 0 or 1, 0 counts as -1, as in Keras.

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
    Keras 3, `keras.losses.hinge`.

    Examples
    --------
    >>> hinge([[1.0], [0.0]], [[0.5], [0.5]])
    array([0.5, 1.5])
    """
    targets, predictions = pair(y_true, y_pred)
    return mean(np.maximum(1 - _signs(targets) * predictions, 0))


def squared_hinge(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``max(1 - y * p, 0)**2`` over the last axis.

    Labels y are -1 and 1; if all of them are 0 or 1, 0 counts as -1, as in Keras.

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
    Keras 3, `keras.losses.squared_hinge`.

    Examples
    --------
    >>> squared_hinge([[1.0], [0.0]], [[0.5], [0.5]])
    array([0.25, 2.25])
    """
    targets, predictions = pair(y_true, y_pred)
    return mean(np.square(np.maximum(1 - _signs(targets) * predictions, 0)))


def _signs(targets: Array) -> Array:
    """Return labels 0 and 1 as -1 and 1, other labels unchanged."""
    return 2 * targets - 1 if ((targets == 0) | (targets == 1)).all() else targets


def categorical_hinge(y_true: Any, y_pred: Any) -> Array:
    """Return ``max(max((1 - y) * p) - sum(y * p) + 1, 0)`` over the last axis, for one-hot y.

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
    Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", JMLR 2, 2001.

    Examples
    --------
    >>> categorical_hinge([[1.0, 0.0]], [[0.75, 0.5]])
    array([0.75])
    """
    targets, predictions = pair(y_true, y_pred)
    other: Array = ((1 - targets) * predictions).max(axis=-1)
    result: Array = np.maximum(other - (targets * predictions).sum(axis=-1) + 1, 0)
    return result.astype(np.float64)
