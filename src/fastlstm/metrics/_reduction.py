"""Means and sums, of values and of functions of targets and predictions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import losses
from .._internal.arrays import Array
from ..losses._pairs import floats, same_rank
from ._base import Direction, Metric, divided, registry

__all__ = ["Mean", "MeanMetricWrapper", "Sum"]


def _by_sample(values: Any, sample_weight: Any, reduce: Callable[..., Any]) -> tuple[Array, Array | None]:
    """Return one weighted value for each sample, other axes being reduced, and the weights if there are any."""
    values = floats("values", values).astype(np.float64, copy=False)
    weights = None
    if sample_weight is not None and (values.ndim > 0 or np.ndim(sample_weight) == 0):
        # otherwise it is the value of a whole batch, which has no weights of samples
        values, weights = same_rank(values, floats("sample_weight", sample_weight).astype(np.float64, copy=False))
        if values.ndim > weights.ndim:
            values = reduce(values, axis=tuple(range(weights.ndim, values.ndim)))
        weights = np.broadcast_to(weights, values.shape)
        values = values * weights
        if weights.ndim > 1:
            weights = reduce(weights, axis=tuple(range(1, weights.ndim)))
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, weights


@registry.register()
class Sum(Metric):
    """The sum of all values, each times its weight.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.Sum`.

    Examples
    --------
    >>> float(Sum()([1.0, 3.0], sample_weight=[1.0, 2.0]))
    7.0
    """

    _sums_samples = True

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values, each times its weight.

        Parameters
        ----------
        values : array_like
            Values whose first axis is that of the samples, or a scalar.
        sample_weight : array_like, optional
            Weights, broadcast to the values.

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the weights do not fit the values.
        """
        self.total.assign_add(_by_sample(values, sample_weight, np.sum)[0].sum())

    def result(self) -> Any:
        """Return the sum as a float."""
        return self.total.value[()]


@registry.register()
class Mean(Metric):
    """The weighted mean of all values; 0 without values.

    Values with several axes are first averaged for each sample over the axes that the weights do not have.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.Mean`.

    Examples
    --------
    >>> float(Mean()([1.0, 3.0], sample_weight=[1.0, 3.0]))
    2.5
    """

    _sums_samples = True

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), name="total")
        self.count = self.add_variable((), name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values, each times its weight.

        Parameters
        ----------
        values : array_like
            Values whose first axis is that of the samples, or a scalar.
        sample_weight : array_like, optional
            Weights, broadcast to the values.

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the weights do not fit the values.
        """
        found, weights = _by_sample(values, sample_weight, np.mean)
        self.total.assign_add(found.sum())
        self.count.assign_add(weights.sum() if weights is not None else found.size)

    def result(self) -> Any:
        """Return the mean as a float."""
        return divided(self.total.value, self.count.value)[()]


def _direction_of(fn: Any) -> Direction | None:
    """Return whether larger values of a function of this package are better, None for other functions."""
    module = getattr(fn, "__module__", None) or ""
    if isinstance(fn, losses.Loss) or module.startswith(losses.__name__):
        return "down"
    return "up" if module in (f"{__package__}._accuracy", f"{__package__}._correlation") else None


class MeanMetricWrapper(Mean):
    """The mean of a function of targets and predictions.

    Parameters
    ----------
    fn : callable
        ``fn(y_true, y_pred, **kwargs)``, which returns one value for each sample or step, or one number for a batch.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on; `compile` uses the function's name.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    **kwargs
        Keyword arguments for `fn`.

    Raises
    ------
    TypeError
        If `fn` is not callable, or `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.MeanMetricWrapper`.

    Examples
    --------
    >>> import numpy as np
    >>> metric = MeanMetricWrapper(lambda y_true, y_pred: np.abs(y_true - y_pred) < 1, name="near")
    >>> float(metric([1.0, 2.0], [1.5, 4.0]))
    0.5
    """

    _sums_samples = False  # a function may treat each batch differently

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        if not callable(fn):
            raise TypeError(f"fn: expected a function of y_true and y_pred, got {fn!r}")
        super().__init__(name=name, dtype=dtype)  # type: ignore[arg-type]
        self._direction = _direction_of(fn) or self._direction
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Targets.
        y_pred : array_like
            Predictions.
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.

        Raises
        ------
        TypeError
            If targets, predictions or weights are not numbers.
        ValueError
            If their shapes do not match.
        """
        values = self._fn(np.asarray(y_true), np.asarray(y_pred), **self._fn_kwargs)
        super().update_state(values, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "fn": self._fn, **self._fn_kwargs}


class MeanOfFunction(MeanMetricWrapper):
    """Base class of the metrics that are the mean of a function of this package."""

    _sums_samples = True

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {"name": self.name, "dtype": self.dtype, **self._fn_kwargs}
