"""Regression losses: squared, absolute and relative errors, counts, angles and quantiles."""

from collections.abc import Sequence
from typing import Any

from .._internal import checks
from .._internal.arrays import Array
from ._native import NativeLoss, last_axis
from ._number_values import quantiles_of


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

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


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

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "mean_absolute_error", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


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

    def __init__(
        self,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


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

    def __init__(
        self,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


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

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "log_cosh", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


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


class CosineSimilarity(NativeLoss):
    """Negative cosine similarity of y and p along the last axis: -1 for the same direction, 1 for opposite ones.

    Vectors are divided by their length, or by 1e-7 if that is larger. The gradient is finite even for a zero vector,
    where Keras returns NaN.

    Parameters
    ----------
    axis : int
        -1, the axis of the output's features; others are not supported.
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
        If `axis` is not -1, or `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.CosineSimilarity`.

    Examples
    --------
    >>> CosineSimilarity()([[1.0, 0.0], [1.0, 0.0]], [[3.0, 0.0], [0.0, 2.0]])
    -0.5
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        last_axis(axis)


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
