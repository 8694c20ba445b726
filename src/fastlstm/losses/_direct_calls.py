"""Targets, predictions and weights of any shape, as arguments of a loss that is called by itself."""

import math
from typing import Any, NamedTuple

import numpy as np

from .._internal.arrays import Array, numbers
from ._sample_weights import wrong_weights


class Arranged(NamedTuple):
    """Predictions (N, O) or (N, T, O), with targets and weights (N,) or (N, T) that suit them."""

    y_true: Any
    y_pred: Array
    weight: Array | None
    leading: tuple[int, ...]
    """The shape of the values: that of the predictions without the axis of the features."""

    @property
    def samples(self) -> int:
        """The number of values."""
        return math.prod(self.leading)


def arranged(y_true: Any, y_pred: Any, sample_weight: Any, axis: int, *, one_row: bool, folds: bool) -> Arranged:
    """Return the arguments of a loss with the axis of the features last, and at most one other beside the samples.

    Predictions with one axis are one row, or one output of each sample. Only with `folds` may there be more than three.
    """
    predictions, targets = numbers("y_pred", y_pred), y_true
    several = folds and predictions.ndim > 3
    if predictions.ndim == 0 or (predictions.ndim > 3 and not folds):
        raise ValueError(f"y_pred: expected shape (N, O) or (N, T, O), got {predictions.shape}")
    if not -predictions.ndim <= axis < predictions.ndim:
        raise ValueError(f"axis: expected one of the axes of y_pred {predictions.shape}, got {axis}")
    if predictions.ndim == 1:
        targets = numbers("y_true", targets)
        if one_row:
            predictions, targets = predictions[None], targets[None]
        else:
            predictions, targets = predictions[:, None], targets[:, None] if targets.ndim == 1 else targets
    elif axis % predictions.ndim != predictions.ndim - 1 or several:
        targets = numbers("y_true", targets)
        if targets.ndim == predictions.ndim:
            targets = np.moveaxis(targets, axis, -1)
        predictions = np.moveaxis(predictions, axis, -1)
    if predictions.shape[-1] == 0:
        raise ValueError(f"y_pred: expected shape (N, O) or (N, T, O), got {predictions.shape}")
    leading = predictions.shape[:-1]
    weight = None if sample_weight is None else _broadcast(sample_weight, leading, predictions.shape)
    if several:
        rows = (leading[0], math.prod(leading[1:]))
        if targets.shape[: len(leading)] == leading:
            targets = targets.reshape(*rows, *targets.shape[len(leading) :])
        predictions = predictions.reshape(*rows, predictions.shape[-1])
        weight = weight if weight is None or weight.ndim == 1 else weight.reshape(rows)
    return Arranged(targets, predictions, weight, leading)


def _broadcast(value: Any, leading: tuple[int, ...], output_shape: tuple[int, ...]) -> Array:
    """Return weights for all values (N, ...), or (N,) if they differ between samples only."""
    weights = numbers("sample_weight", value)
    if weights.ndim == len(leading) + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    wide = weights.reshape(weights.shape + (1,) * (len(leading) - weights.ndim))
    if wide.ndim > len(leading) or not _fits(wide.shape, leading):
        raise wrong_weights("sample_weight", weights, output_shape)
    if math.prod(wide.shape[1:]) == 1:
        return np.broadcast_to(wide.reshape(-1), leading[:1])
    return np.broadcast_to(wide, leading)


def _fits(shape: tuple[int, ...], leading: tuple[int, ...]) -> bool:
    return all(size in (1, wanted) for size, wanted in zip(shape, leading, strict=True))
