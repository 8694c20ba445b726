"""Focal cross-entropies, which count what is already right for less."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._crossentropies import log_probabilities
from ._native import NativeLoss, axis_of, registry
from ._pairs import EPSILON, pair

__all__ = [
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
]


@registry.register()
class BinaryFocalCrossentropy(NativeLoss):
    """Binary cross-entropy times ``(1 - r)**gamma``, r being the probability of what is right; the mean over outputs.

    Parameters
    ----------
    apply_class_balancing : bool
        Whether to multiply by `alpha` for targets of 1 and by ``1 - alpha`` for those of 0.
    alpha : float
        The weight of targets of 1, at least 0; of use only with `apply_class_balancing`.
    gamma : float
        At least 0. The larger, the less outputs count that are nearly right; 0 gives the cross-entropy.
    from_logits : bool
        Whether outputs are logits z, with ``p = sigmoid(z)``. Their logarithms are then computed without p, which is
        accurate for large z, where Keras clips p. Otherwise outputs are probabilities, clipped to [1e-7, 1 - 1e-7] in
        the logarithm.
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
        If an argument has the wrong type.
    ValueError
        If `alpha`, `gamma` or `label_smoothing` is out of range, or `reduction` or `dtype` is not supported.

    References
    ----------
    Lin et al., "Focal loss for dense object detection", ICCV 2017.

    Examples
    --------
    >>> round(BinaryFocalCrossentropy(gamma=2.0)([[1.0], [0.0]], [[0.5], [0.5]]), 6)  # a quarter of log(2)
    0.173287
    """

    _settings = ("apply_class_balancing", "alpha", "gamma", "from_logits", "label_smoothing")

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.apply_class_balancing = checks.flag("apply_class_balancing", apply_class_balancing)
        self.alpha, self.gamma = checks.number("alpha", alpha, 0.0), checks.number("gamma", gamma, 0.0)
        self.from_logits = checks.flag("from_logits", from_logits)
        self.label_smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
        self.axis = axis_of(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), **{name: getattr(self, name) for name in self._settings}, "axis": self.axis}


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Array:
    """Return the mean of the binary cross-entropies times ``(1 - r)**gamma``, r being the probability of what is right.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    apply_class_balancing : bool
        Whether to multiply by `alpha` for targets of 1 and by ``1 - alpha`` for those of 0.
    alpha : float
        The weight of targets of 1, at least 0.
    gamma : float
        At least 0. The larger, the less predictions count that are nearly right.
    from_logits : bool
        Whether `y_pred` are logits, with ``p = sigmoid(y_pred)``; otherwise they are probabilities, clipped to [1e-7, 1
        - 1e-7] in the logarithm.
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
        If an argument has the wrong type.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or a number is out of range.
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Lin et al., "Focal loss for dense object detection", ICCV 2017.

    Examples
    --------
    >>> binary_focal_crossentropy([[1.0], [0.0]], [[0.5], [0.5]]).round(4)
    array([0.1733, 0.1733])
    """
    y, predictions = pair(y_true, y_pred)
    smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
    y = y * (1 - smoothing) + 0.5 * smoothing if smoothing else y
    if checks.flag("from_logits", from_logits):
        small = np.exp(-np.abs(predictions))
        cross = np.maximum(predictions, 0) - predictions * y + np.log1p(small)
        larger, smaller = 1 / (1 + small), small / (1 + small)
        below = predictions < 0
        right, wrong = np.where(below, smaller, larger), np.where(below, larger, smaller)
    else:
        right, wrong = predictions, 1 - predictions
        p = np.clip(predictions, EPSILON, 1 - EPSILON)
        cross = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    values = (y * wrong + (1 - y) * right) ** checks.number("gamma", gamma, 0.0) * cross
    share = checks.number("alpha", alpha, 0.0)
    if checks.flag("apply_class_balancing", apply_class_balancing):
        values = (y * share + (1 - y) * (1 - share)) * values
    found: Array = values.mean(axis=axis, dtype=np.float64)
    return found


@registry.register()
class CategoricalFocalCrossentropy(NativeLoss):
    """Categorical cross-entropy with weights: ``-sum(alpha * (1 - p)**gamma * y log p)`` over the last axis.

    Parameters
    ----------
    alpha : float or sequence of float
        The weight of all classes, or of each one, at least 0.
    gamma : float
        At least 0. The larger, the less classes count that are nearly right; 0 gives the weighted cross-entropy.
    from_logits : bool
        Whether outputs are logits z, with ``p = softmax(z)``. The logarithm is then computed without p, which is
        accurate for large z, where Keras clips p. Otherwise outputs are probabilities, normalized to sum to 1 and
        clipped to [1e-7, 1 - 1e-7].
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
        If an argument has the wrong type.
    ValueError
        If `alpha`, `gamma` or `label_smoothing` is out of range, or `reduction` or `dtype` is not supported.

    References
    ----------
    Lin et al., "Focal loss for dense object detection", ICCV 2017.

    Examples
    --------
    >>> round(CategoricalFocalCrossentropy(alpha=1.0)([[0.0, 1.0]], [[0.5, 0.5]]), 6)
    0.173287
    """

    _of_rows = True
    _settings = ("alpha", "gamma", "from_logits", "label_smoothing")

    def __init__(
        self,
        alpha: float | Sequence[float] = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.alpha, self.gamma = _alphas(alpha), checks.number("gamma", gamma, 0.0)
        self.from_logits = checks.flag("from_logits", from_logits)
        self.label_smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
        self.axis = axis_of(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), **{name: getattr(self, name) for name in self._settings}, "axis": self.axis}

    def _require_targets(self, name: str, y: Array, outputs: int) -> None:
        _require_one_each(self.alpha, outputs)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float | Sequence[float] = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Array:
    """Return ``-sum(alpha * (1 - p)**gamma * y log p)`` over the axis of the classes.

    Parameters
    ----------
    y_true : array_like
        Targets, one-hot or probabilities, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    alpha : float or sequence of float
        The weight of all classes, or of each one, at least 0.
    gamma : float
        At least 0. The larger, the less classes count that are nearly right.
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
        If an argument has the wrong type.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or a number is out of range.
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Lin et al., "Focal loss for dense object detection", ICCV 2017.

    Examples
    --------
    >>> categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]], alpha=[1.0, 2.0]).round(4)
    array([0.3466])
    """
    y, predictions = pair(y_true, y_pred)
    weights = _alphas(alpha)
    _require_one_each(weights, predictions.shape[axis])
    smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
    if smoothing:
        y = y * (1 - smoothing) + smoothing / y.shape[axis]
    logs = log_probabilities(predictions, checks.flag("from_logits", from_logits), axis)
    of_class = np.asarray(weights, logs.dtype)
    if of_class.ndim:
        of_class = of_class.reshape([-1 if i == axis % logs.ndim else 1 for i in range(logs.ndim)])
    weighted = of_class * (1 - np.exp(logs)) ** checks.number("gamma", gamma, 0.0) * y
    total: Array = -np.where(weighted == 0, 0, weighted * np.where(weighted == 0, 0, logs)).sum(axis, np.float64)
    return total


def _alphas(alpha: Any) -> float | list[float]:
    """Return the weight of all classes, or a list of one for each."""
    if isinstance(alpha, (Sequence, np.ndarray)) and np.ndim(alpha):
        return [checks.number("alpha", each, 0.0) for each in alpha]
    return checks.number("alpha", alpha, 0.0)


def _require_one_each(alpha: float | list[float], classes: int) -> None:
    if isinstance(alpha, list) and len(alpha) != classes:
        raise ValueError(f"alpha: expected one weight, or one for each of {classes} classes, got {len(alpha)}")
