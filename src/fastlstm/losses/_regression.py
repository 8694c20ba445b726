"""Losses of numbers: errors, their logarithms and percentages, counts, angles, quantiles."""

from collections.abc import Sequence
from typing import Any

from .._internal import checks
from .._internal.arrays import Array
from ._native import NativeLoss, last_axis, registry
from ._number_values import quantiles_of

__all__ = [
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "Quantile",
]


@registry.register("mse")
class MeanSquaredError(NativeLoss):
    """Mean of ``(y - p)**2`` over the last axis.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]])
    2.5
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


@registry.register("mae")
class MeanAbsoluteError(NativeLoss):
    """Mean of ``abs(y - p)`` over the last axis. Its gradient is 0 where both are equal.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 3.0]])
    1.5
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "mean_absolute_error", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


@registry.register("mape")
class MeanAbsolutePercentageError(NativeLoss):
    """Mean of ``100 * abs(y - p) / max(abs(y), 1e-7)`` over the last axis.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

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


@registry.register("msle")
class MeanSquaredLogarithmicError(NativeLoss):
    """Mean of ``(log(1 + y) - log(1 + p))**2`` over the last axis, y and p being at least 1e-7.

    Its gradient is 0 for a p below that.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

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


@registry.register()
class Huber(NativeLoss):
    """Mean over the last axis of ``e**2 / 2``, or ``delta * (abs(e) - delta / 2)`` for errors e larger than delta.

    Parameters
    ----------
    delta : float
        Where the square goes over into a straight line; more than 0.
    reduction, name, dtype
        See `Loss`.

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
        """Return the constructor's arguments, the delta too, which Keras leaves out."""
        return {**super().get_config(), "delta": self.delta}


@registry.register("logcosh")
class LogCosh(NativeLoss):
    """Mean of ``log(cosh(p - y))`` over the last axis: like ``e**2 / 2`` for small errors, ``abs(e)`` for large ones.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> round(LogCosh()([[0.0]], [[1.0]]), 6)
    0.433781
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "log_cosh", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


@registry.register()
class Poisson(NativeLoss):
    """Mean of ``p - y * log(p + 1e-7)`` over the last axis, for counts y and rates p that are not negative.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> round(Poisson()([[1.0]], [[2.0]]), 6)
    1.306853
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


@registry.register()
class CosineSimilarity(NativeLoss):
    """Minus the cosine of the angle between y and p along the last axis: -1 for one direction, 1 for opposite ones.

    A vector shorter than 1e-7 is divided by that instead of by its length. Its gradient is finite, also that of a
    vector of zeros, where Keras has NaN.

    Parameters
    ----------
    axis : int
        -1.
    reduction, name, dtype
        See `Loss`.

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


@registry.register()
class Quantile(NativeLoss):
    """Mean over the quantiles q of ``max(q * (y - p), (q - 1) * (y - p))``, the pinball loss.

    Each column p of the output becomes a quantile of the distribution of the one target y: a forecast of 0.1, 0.5 and
    0.9 is a median with an interval that holds four values of five. Its gradient is 0 where both are equal.

    Parameters
    ----------
    quantiles : float or sequence of floats
        Between 0 and 1, one for each column of the output.
    reduction, name, dtype
        See `Loss`.

    References
    ----------
    Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978.

    Examples
    --------
    >>> Quantile((0.1, 0.5, 0.9))([[1.0]], [[0.0, 1.0, 2.0]])
    0.06666666666666667
    >>> Quantile(0.5)([1.0], [[2.0]])  # half of the absolute error
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
        """Return the constructor's arguments."""
        return {**super().get_config(), "quantiles": list(self.quantiles)}

    def _output_width(self, targets: Array) -> int:
        """Return the number of quantiles."""
        return len(self.quantiles)
