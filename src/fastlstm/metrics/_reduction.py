"""Means and sums, and means of functions of targets and predictions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import losses
from .._internal.arrays import Array
from ..losses._pairs import floats, same_rank
from ._base import Direction, Metric, divided, registry

__all__ = ["Mean", "MeanMetricWrapper", "Sum"]


def _by_sample(values: Any, sample_weight: Any, reduce: Callable[..., Any]) -> tuple[Array, Array | None]:
    """Return one weighted value for each sample, and its weight if there are weights; other axes are reduced."""
    values = floats("values", values).astype(np.float64, copy=False)
    weights = None
    if sample_weight is not None and values.ndim > 0:  # a number for a whole batch has no weights
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
    """Sum of all values, each times its weight.

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

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
        """Add values, each times its weight."""
        self.total.assign_add(_by_sample(values, sample_weight, np.sum)[0].sum())

    def result(self) -> Any:
        """Return the sum."""
        return self.total.value[()]


@registry.register()
class Mean(Metric):
    """Mean of all values: their sum, each times its weight, over the sum of the weights. 0 without values.

    Values with several axes are averaged for each sample first, as far as the weights have no axis for them.

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

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
        """Take values into account.

        Parameters
        ----------
        values : array_like
            The first axis is samples; a number counts as one.
        sample_weight : array_like, optional
            Broadcast to the values.
        """
        found, weights = _by_sample(values, sample_weight, np.mean)
        self.total.assign_add(found.sum())
        self.count.assign_add(weights.sum() if weights is not None else found.size)

    def result(self) -> Any:
        """Return the mean."""
        return divided(self.total.value, self.count.value)[()]


def _direction_of(fn: Any) -> Direction | None:
    """Return whether larger values of a function of this package are better, None for a function of someone else."""
    module = getattr(fn, "__module__", None) or ""
    if isinstance(fn, losses.Loss) or module.startswith(losses.__name__):
        return "down"
    return "up" if module == f"{__package__}._accuracy" else None


class MeanMetricWrapper(Mean):
    """Mean of a function of targets and predictions.

    Parameters
    ----------
    fn : callable
        ``fn(y_true, y_pred, **kwargs)``, which returns one value for each sample (or for each step of it), or one
        number for a batch.
    name : str, optional
        Default: mean_metric_wrapper, mean_metric_wrapper_1, ...; `compile` gives a function its own name.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.
    **kwargs
        For `fn`.

    Examples
    --------
    >>> import numpy as np
    >>> metric = MeanMetricWrapper(lambda y_true, y_pred: np.abs(y_true - y_pred) < 1, name="near")
    >>> float(metric([1.0, 2.0], [1.5, 4.0]))
    0.5
    """

    _sums_samples = False  # a function may do anything with a batch

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        if not callable(fn):
            raise TypeError(f"fn: expected a function of y_true and y_pred, got {fn!r}")
        super().__init__(name=name, dtype=dtype)  # type: ignore[arg-type]
        self._direction = _direction_of(fn) or self._direction
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take a batch into account; see `Metric.update_state`."""
        values = self._fn(np.asarray(y_true), np.asarray(y_pred), **self._fn_kwargs)
        super().update_state(values, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "fn": self._fn, **self._fn_kwargs}


class MeanOfFunction(MeanMetricWrapper):
    """Base class of the metrics that are the mean of a function of this package."""

    _sums_samples = True

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype, **self._fn_kwargs}
