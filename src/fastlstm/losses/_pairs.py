"""Helpers of losses and metrics in NumPy: arrays of one dtype and shape, class numbers, the mean over an axis."""

import warnings
from typing import Any

import numpy as np

from .._internal import keras_scripts
from .._internal.arrays import Array, numbers
from .._internal.tape import Traced, current

EPSILON = 1e-7
"""Keras's guard against division by 0 and logarithms of 0."""


def same_rank(first: Array, second: Array) -> tuple[Array, Array]:
    """Return two arrays with one rank if their ranks differ by a last axis of size 1; never (N,) with (N, 1)."""
    if first.ndim == second.ndim + 1 and first.shape[-1] == 1:
        return (first, second[:, None]) if second.ndim == 1 else (first[..., 0], second)
    if second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        return (first[:, None], second) if first.ndim == 1 else (first, second[..., 0])
    return first, second


def spread_in_scripts(name: str, targets: Array, shape: tuple[int, ...]) -> Array:
    """Return targets spread over axes of size 1 to a shape, with a warning, if a script for Keras is running.

    They are returned unchanged elsewhere, and where that does not give the shape.
    """
    if not keras_scripts.is_running() or targets.shape == shape:
        return targets
    given = targets[:, None] if targets.ndim == 1 and len(shape) > 1 else targets
    if given.ndim != len(shape) or any(a not in (1, b) for a, b in zip(given.shape, shape, strict=True)):
        return targets
    warnings.warn(
        f"{name}: expected shape {shape}, that of the predictions, got {targets.shape}; each target is used several"
        " times, as in Keras",
        UserWarning,
        stacklevel=5,
    )
    return np.broadcast_to(given, shape)


def floats(name: str, value: Any) -> Array:
    """Return real numbers or booleans as floats: a float array as it is, anything else in float64."""
    value = current(value)
    if type(value) is Traced:
        return value  # type: ignore[return-value]  # it behaves as an array of floats
    array = np.asarray(value)
    if array.dtype.kind == "f" and not isinstance(value, np.ma.MaskedArray):
        return array
    return (array if array.dtype == np.bool_ else numbers(name, value)).astype(np.float64)


def pair(y_true: Any, y_pred: Any, *, spreads: bool = False) -> tuple[Array, Array]:
    """Return targets and predictions in the predictions' dtype and of one rank; other shapes raise ValueError.

    `spreads` lets scripts for Keras give fewer targets than predictions, for losses of differences.
    """
    given = floats("y_pred", y_pred)
    targets, predictions = same_rank(floats("y_true", y_true).astype(given.dtype, copy=False), given)
    if spreads:
        targets = spread_in_scripts("y_true", targets, predictions.shape)
    if targets.shape != predictions.shape:
        raise ValueError(f"y_true: expected the shape of y_pred, {given.shape}, got {np.shape(y_true)}")
    return targets, predictions


def classes_and_predictions(y_true: Any, y_pred: Any, axis: int = -1) -> tuple[Array, Array]:
    """Return class numbers, without an optional axis of size 1 for the classes, and predictions."""
    predictions, classes = floats("y_pred", y_pred), floats("y_true", y_true)
    squeezes = classes.ndim == predictions.ndim and classes.shape[axis] == 1
    found = classes.squeeze(axis) if squeezes else classes
    wanted = tuple(np.delete(predictions.shape, axis).tolist())
    if found.shape != wanted:
        raise ValueError(
            f"y_true: expected shape {wanted}, a class number for each prediction in y_pred {predictions.shape}, got"
            f" {classes.shape}"
        )
    return found, predictions


def differences(y_true: Any, y_pred: Any) -> Array:
    targets, predictions = pair(y_true, y_pred, spreads=True)
    return predictions - targets


def mean(values: Array) -> Array:
    """Return the mean over the last axis, in float64."""
    found: Array = values.mean(axis=-1, dtype=np.float64)
    return found


def require_classes(name: str, y: Array, classes: int) -> None:
    """Raise ValueError unless all elements are integers from 0 to ``classes - 1``."""
    good = (y >= 0) & (y < classes) & (y == np.floor(y))
    if not good.all():
        place = tuple(int(i) for i in np.unravel_index(int(good.argmin()), y.shape))
        raise ValueError(
            f"{name}: expected class numbers, integers from 0 to {classes - 1}, got {y[place]!s} at {list(place)}"
        )
