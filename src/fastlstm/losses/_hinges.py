"""Hinge losses, of labels -1 and 1 and of one-hot rows."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from ._native import NativeLoss, registry
from ._pairs import mean, pair

__all__ = ["CategoricalHinge", "Hinge", "SquaredHinge", "categorical_hinge", "hinge", "squared_hinge"]


@registry.register()
class Hinge(NativeLoss):
    """Hinge loss: the mean of ``max(1 - y * p, 0)`` over the last axis, for labels y of -1 and 1, or 0 and 1.

    Every label 0 counts as -1; in Keras this holds only for batches whose labels are all 0 or 1. At the kink the
    gradient is half the slope beside it, as in Keras on JAX.

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
    Keras 3, `keras.losses.Hinge`.

    Examples
    --------
    >>> Hinge()([[1.0], [0.0]], [[0.5], [0.5]])
    1.0
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


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


@registry.register()
class SquaredHinge(NativeLoss):
    """Squared hinge loss: the mean of ``max(1 - y * p, 0)**2`` over the last axis.

    Labels y are -1 and 1, or 0 and 1; every label 0 counts as -1.

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
    Keras 3, `keras.losses.SquaredHinge`.

    Examples
    --------
    >>> SquaredHinge()([[1.0], [0.0]], [[0.5], [0.5]])
    1.25
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "squared_hinge", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


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


@registry.register()
class CategoricalHinge(NativeLoss):
    """Categorical hinge loss: ``max(max((1 - y) * p) - sum(y * p) + 1, 0)`` over the last axis, for one-hot y.

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
    Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", JMLR 2, 2001.

    Examples
    --------
    >>> CategoricalHinge()([[1.0, 0.0]], [[0.75, 0.5]])
    0.75
    """

    _of_rows = True

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "categorical_hinge", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


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


def _signs(targets: Array) -> Array:
    """Return labels 0 and 1 as -1 and 1, other labels unchanged."""
    return 2 * targets - 1 if ((targets == 0) | (targets == 1)).all() else targets
