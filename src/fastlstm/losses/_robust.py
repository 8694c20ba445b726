"""Losses that grow linearly with large errors: Huber, log-cosh and quantiles."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._native import NativeLoss, registry
from ._pairs import differences, floats, mean

__all__ = ["Huber", "LogCosh", "Quantile", "huber", "log_cosh", "quantile"]


@registry.register("huber_loss")
class Huber(NativeLoss):
    """Huber loss: quadratic for errors up to `delta`, linear beyond.

    The mean over the last axis of ``e**2 / 2`` if ``abs(e) <= delta``, else ``delta * (abs(e) - delta / 2)``, for
    errors ``e = p - y``.

    Parameters
    ----------
    delta : float
        The error at which the loss becomes linear, greater than 0.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `delta` is not a real number, or `name` is not a string.
    ValueError
        If `delta` is not greater than 0 or not finite, or `reduction` or `dtype` is not supported.

    References
    ----------
    Huber, "Robust estimation of a location parameter", Ann. Math. Statist. 35, 1964.

    Examples
    --------
    >>> Huber(delta=1.0)([[0.0, 0.0]], [[1.0, 3.0]])
    1.5
    """

    _of_differences = True
    _settings = ("delta",)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = checks.number("delta", delta, 0.0)
        if self.delta == 0:
            raise ValueError(f"delta: expected a number of more than 0, got {delta!r}")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name, including `delta`, which Keras omits."""
        return {**super().get_config(), "delta": self.delta}


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Array:
    """Return the Huber loss, quadratic for errors up to `delta`, linear beyond.

    The mean over the last axis of ``e**2 / 2`` if ``abs(e) <= delta``, else ``delta * (abs(e) - delta / 2)``, for
    errors ``e = p - y``.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    delta : float
        The error at which the loss becomes linear, at least 0.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or `delta` is not a real number.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or `delta` is negative or not finite.

    References
    ----------
    Huber, "Robust estimation of a location parameter", Ann. Math. Statist. 35, 1964.

    Examples
    --------
    >>> huber([[0.0, 0.0]], [[1.0, 3.0]])
    array([1.5])
    """
    delta = checks.number("delta", delta, 0.0)
    error = np.abs(differences(y_true, y_pred))
    return mean(np.where(error <= delta, np.square(error) / 2, delta * (error - delta / 2)))


@registry.register("logcosh")
class LogCosh(NativeLoss):
    """Log-cosh loss: the mean of ``log(cosh(p - y))`` over the last axis.

    Close to ``e**2 / 2`` for small errors e and to ``abs(e) - log(2)`` for large ones.

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
    Keras 3, `keras.losses.LogCosh`.

    Examples
    --------
    >>> round(LogCosh()([[0.0]], [[1.0]]), 6)
    0.433781
    """

    _of_differences = True

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "log_cosh", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


def log_cosh(y_true: Any, y_pred: Any) -> Array:
    """Return the mean of ``log(cosh(p - y))`` over the last axis.

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
    Keras 3, `keras.losses.log_cosh`.

    Examples
    --------
    >>> log_cosh([[0.0]], [[1.0]]).round(4)
    array([0.4338])
    """
    error = differences(y_true, y_pred)
    return mean(np.logaddexp(error, -error) - np.log(2).astype(error.dtype))


@registry.register()
class Quantile(NativeLoss):
    """Pinball loss: the mean over the quantiles q of ``max(q * (y - p), (q - 1) * (y - p))``.

    There is one target y, and each column p of the output learns one quantile of its distribution: the quantiles 0.1,
    0.5 and 0.9 give a median with an 80% interval. The gradient is 0 where prediction and target are equal.

    Parameters
    ----------
    quantiles : float or sequence of float
        The quantiles, between 0 and 1, one for each column of the output.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If a quantile is not a real number, or `name` is not a string.
    ValueError
        If `quantiles` is empty or not between 0 and 1, or `reduction` or `dtype` is not supported.

    References
    ----------
    Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978.

    Examples
    --------
    >>> Quantile((0.1, 0.5, 0.9))([[1.0]], [[0.0, 1.0, 2.0]])
    0.06666666666666667
    >>> Quantile(0.5)([1.0], [[2.0]])  # half the absolute error
    0.5
    """

    _of_rows = True
    _in_keras = False
    _settings = ("quantiles",)

    def __init__(
        self,
        quantiles: float | Sequence[float] = (0.1, 0.5, 0.9),
        reduction: Any = "sum_over_batch_size",
        name: str | None = "quantile",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.quantiles = quantiles_of(quantiles)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "quantiles": list(self.quantiles)}

    def _output_width(self, targets: Array) -> int:
        """Return the number of quantiles."""
        return len(self.quantiles)


def quantile(y_true: Any, y_pred: Any, quantiles: float | Sequence[float] = (0.1, 0.5, 0.9)) -> Array:
    """Return the pinball loss, the mean over the quantiles q of ``max(q * (y - p), (q - 1) * (y - p))``.

    Parameters
    ----------
    y_true : array_like
        One target for each sample or step: (N,) or (N, 1), (N, T) or (N, T, 1).
    y_pred : array_like
        Predictions (N, Q) or (N, T, Q).
    quantiles : float or sequence of float
        Q numbers between 0 and 1.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or a quantile is not a real number.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or `quantiles` is empty or not between 0 and
        1.

    References
    ----------
    Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978.

    Examples
    --------
    >>> quantile([1.0], [[0.0, 1.0, 2.0]]).round(4)
    array([0.0667])
    """
    levels, predictions = quantiles_of(quantiles), floats("y_pred", y_pred)
    targets = floats("y_true", y_true).astype(predictions.dtype, copy=False)
    if predictions.shape[-1:] != (len(levels),):
        raise ValueError(
            f"y_pred: expected a last axis of {len(levels)}, as many as quantiles, got {predictions.shape}"
        )
    leading = predictions.shape[:-1]
    if targets.shape not in (leading, (*leading, 1)):
        raise ValueError(f"y_true: expected shape {leading}, one target for each prediction, got {targets.shape}")
    error = targets.reshape(*leading, 1) - predictions
    return mean(np.maximum(np.array(levels, error.dtype) * error, (np.array(levels, error.dtype) - 1) * error))


def quantiles_of(quantiles: Any) -> tuple[float, ...]:
    """Return quantiles as a tuple of at least one number between 0 and 1."""
    given = quantiles if isinstance(quantiles, (Sequence, np.ndarray)) and np.ndim(quantiles) else (quantiles,)
    found = tuple(checks.number("quantiles", each, 0.0, 1.0) for each in given)
    if not found or not all(0 < each < 1 for each in found):
        raise ValueError(f"quantiles: expected numbers between 0 and 1, at least one, got {quantiles!r}")
    return found
