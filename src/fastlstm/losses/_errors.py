"""Losses of the difference between targets and predictions: its square, its size, percentages, logarithms."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from ._native import NativeLoss, registry
from ._pairs import EPSILON, differences, mean, pair

__all__ = [
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
]


@registry.register("mse")
class MeanSquaredError(NativeLoss):
    """Mean squared error: the mean of ``(y - p)**2`` over the last axis.

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
    Keras 3, `keras.losses.MeanSquaredError`.

    Examples
    --------
    >>> MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]])
    2.5
    """

    _of_differences = True

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``(y - p)**2`` over the last axis.

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
    Keras 3, `keras.losses.mean_squared_error`.

    Examples
    --------
    >>> mean_squared_error([[0.0, 1.0], [2.0, 2.0]], [[1.0, 3.0], [2.0, 2.0]])
    array([2.5, 0. ])
    """
    return mean(np.square(differences(y_true, y_pred)))


@registry.register("mae")
class MeanAbsoluteError(NativeLoss):
    """Mean absolute error: the mean of ``abs(y - p)`` over the last axis.

    The gradient is 0 where prediction and target are equal.

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
    Keras 3, `keras.losses.MeanAbsoluteError`.

    Examples
    --------
    >>> MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 3.0]])
    1.5
    """

    _of_differences = True

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "mean_absolute_error", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``abs(y - p)`` over the last axis.

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
    Keras 3, `keras.losses.mean_absolute_error`.

    Examples
    --------
    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([1.5])
    """
    return mean(np.abs(differences(y_true, y_pred)))


@registry.register("mape")
class MeanAbsolutePercentageError(NativeLoss):
    """Mean absolute percentage error: the mean of ``100 * abs(y - p) / max(abs(y), 1e-7)`` over the last axis.

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
    Keras 3, `keras.losses.MeanAbsolutePercentageError`.

    Examples
    --------
    >>> MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]])
    25.0
    """

    _of_differences = True

    def __init__(
        self,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``100 * abs(y - p) / max(abs(y), 1e-7)`` over the last axis, in percent.

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
    Keras 3, `keras.losses.mean_absolute_percentage_error`.

    Examples
    --------
    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]])
    array([25.])
    """
    targets, predictions = pair(y_true, y_pred, spreads=True)
    return 100 * mean(np.abs((targets - predictions) / np.maximum(np.abs(targets), EPSILON)))


@registry.register("msle")
class MeanSquaredLogarithmicError(NativeLoss):
    """Mean squared logarithmic error: the mean of ``(log(1 + y) - log(1 + p))**2`` over the last axis.

    Targets and predictions below 1e-7 count as 1e-7; the gradient there is 0.

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
    Keras 3, `keras.losses.MeanSquaredLogarithmicError`.

    Examples
    --------
    >>> round(MeanSquaredLogarithmicError()([[0.0]], [[1.0]]), 6)
    0.480453
    """

    _of_differences = True

    def __init__(
        self,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``(log(1 + y) - log(1 + p))**2`` over the last axis.

    Targets and predictions below 1e-7 count as 1e-7.

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
    Keras 3, `keras.losses.mean_squared_logarithmic_error`.

    Examples
    --------
    >>> mean_squared_logarithmic_error([[0.0]], [[1.0]]).round(4)
    array([0.4805])
    """
    targets, predictions = (np.log1p(np.maximum(one, EPSILON)) for one in pair(y_true, y_pred, spreads=True))
    return mean(np.square(predictions - targets))
