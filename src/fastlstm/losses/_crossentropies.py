"""Cross-entropies of labels given as numbers or one-hot rows."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._native import NativeLoss, axis_of, registry
from ._pairs import EPSILON, pair

__all__ = ["BinaryCrossentropy", "CategoricalCrossentropy", "binary_crossentropy", "categorical_crossentropy"]


class _Crossentropy(NativeLoss):
    """Base class of the cross-entropies with label smoothing."""

    _settings = ("from_logits", "label_smoothing")

    def __init__(
        self, from_logits: bool, label_smoothing: float, axis: int, reduction: Any, name: str | None, dtype: Any
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = checks.flag("from_logits", from_logits)
        self.label_smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
        self.axis = axis_of(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }


@registry.register("bce")
class BinaryCrossentropy(_Crossentropy):
    """Binary cross-entropy: the mean of ``-(y log p + (1 - y) log(1 - p))`` over the last axis.

    Parameters
    ----------
    from_logits : bool
        Whether outputs are logits z, with ``p = sigmoid(z)``. The loss is then computed as ``log(1 + exp(z)) - y * z``,
        which is accurate for large z. Otherwise outputs are probabilities, clipped to [1e-7, 1 - 1e-7].
    label_smoothing : float
        The amount s of smoothing, in [0, 1]: targets become ``y * (1 - s) + s / 2``.
    axis : int
        The axis of the classes or features. The core computes that of the last one; others are computed in NumPy.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `label_smoothing` is not a real number, `axis` is not an integer, or
        `name` is not a string.
    ValueError
        If `label_smoothing` is not in [0, 1], or `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.BinaryCrossentropy`.

    Examples
    --------
    >>> round(BinaryCrossentropy()([[1.0], [0.0]], [[0.5], [0.5]]), 6)
    0.693147
    >>> BinaryCrossentropy(from_logits=True)([[0.0]], [[1000.0]])
    1000.0
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)


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


@registry.register()
class CategoricalCrossentropy(_Crossentropy):
    """Categorical cross-entropy: ``-sum(y log p)`` over the last axis, for one-hot targets or probabilities y.

    Parameters
    ----------
    from_logits : bool
        Whether outputs are logits z, with ``p = softmax(z)``. The logarithm is then computed without p, which is
        accurate for large z. Otherwise outputs are probabilities, normalized to sum to 1 and clipped to [1e-7, 1 -
        1e-7].
    label_smoothing : float
        The amount s of smoothing, in [0, 1]: targets become ``y * (1 - s) + s / O`` for O classes.
    axis : int
        The axis of the classes or features. The core computes that of the last one; others are computed in NumPy.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `label_smoothing` is not a real number, `axis` is not an integer, or
        `name` is not a string.
    ValueError
        If `label_smoothing` is not in [0, 1], or `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.CategoricalCrossentropy`.

    Examples
    --------
    >>> round(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]), 6)
    0.693147
    >>> CategoricalCrossentropy(from_logits=True)([[0.0, 1.0]], [[1000.0, 0.0]])
    1000.0
    """

    _of_rows = True

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)


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
    logs = log_probabilities(predictions, checks.flag("from_logits", from_logits), axis)
    total: Array = -(targets * logs).sum(axis=axis, dtype=np.float64)
    return total


def _within(values: Array) -> Array:
    return np.clip(values, EPSILON, 1 - EPSILON)


def log_probabilities(predictions: Array, from_logits: bool, axis: int) -> Array:
    if from_logits:
        shifted = predictions - predictions.max(axis=axis, keepdims=True)
        logs: Array = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return logs
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(_within(predictions / predictions.sum(axis=axis, keepdims=True)))
