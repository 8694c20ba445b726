"""Losses of distributions and directions: Kullback-Leibler divergence, Poisson, cosine similarity."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from ._native import NativeLoss, axis_of, registry
from ._pairs import EPSILON, mean, pair

__all__ = ["CosineSimilarity", "KLDivergence", "Poisson", "cosine_similarity", "kl_divergence", "poisson"]


@registry.register("kld", "kullback_leibler_divergence")
class KLDivergence(NativeLoss):
    """Kullback-Leibler divergence: ``sum(y log(y / p))`` over the last axis, with y and p clipped to [1e-7, 1].

    Parameters
    ----------
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Kullback and Leibler, "On information and sufficiency", Ann. Math. Statist. 22, 1951.

    Examples
    --------
    >>> round(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]), 6)
    0.143841
    """

    _of_rows = True

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


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


@registry.register()
class Poisson(NativeLoss):
    """Poisson loss: the mean of ``p - y * log(p + 1e-7)`` over the last axis.

    Targets y are counts and predictions p rates, both non-negative.

    Parameters
    ----------
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.Poisson`.

    Examples
    --------
    >>> round(Poisson()([[1.0]], [[2.0]]), 6)
    1.306853
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


def poisson(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``p - y * log(p + 1e-7)`` over the last axis, for counts y and rates p.

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
    Keras 3, `keras.losses.poisson`.

    Examples
    --------
    >>> poisson([[1.0]], [[2.0]]).round(4)
    array([1.3069])
    """
    targets, predictions = pair(y_true, y_pred)
    with np.errstate(invalid="ignore"):
        return mean(predictions - targets * np.log(predictions + predictions.dtype.type(EPSILON)))


@registry.register("cosine_proximity", "cosine")
class CosineSimilarity(NativeLoss):
    """Negative cosine similarity of y and p along the last axis: -1 for the same direction, 1 for opposite ones.

    Vectors are divided by their length, or by 1e-7 if that is larger. The gradient is finite even for a zero vector,
    where Keras returns NaN.

    Parameters
    ----------
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
        If `axis` is not an integer, or `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.CosineSimilarity`.

    Examples
    --------
    >>> CosineSimilarity()([[1.0, 0.0], [1.0, 0.0]], [[3.0, 0.0], [0.0, 2.0]])
    -0.5
    """

    _of_rows = True

    def __init__(
        self,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axis_of(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "axis": self.axis}


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """Return the negative cosine similarity along an axis: -1 for the same direction, 1 for opposite ones.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    axis : int
        The axis of the vectors.

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
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Keras 3, `keras.losses.cosine_similarity`.

    Examples
    --------
    >>> cosine_similarity([[1.0, 0.0], [1.0, 0.0]], [[3.0, 0.0], [0.0, 2.0]])
    array([-1., -0.])
    """
    targets, predictions = (one / _norm(one, axis) for one in pair(y_true, y_pred))
    total: Array = -(targets * predictions).sum(axis=axis, dtype=np.float64)
    return total


def _norm(values: Array, axis: int) -> Array:
    """Return the Euclidean norms along an axis, at least 1e-7."""
    norms: Array = np.maximum(np.linalg.norm(values, axis=axis, keepdims=True), EPSILON)
    return norms
