"""Counts of true and false positives and negatives at thresholds, and the ratios made of them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ..losses._pairs import floats, pair
from ._base import Metric, divided, registry

__all__ = ["FalseNegatives", "FalsePositives", "Precision", "Recall", "TrueNegatives", "TruePositives"]

_LOWEST = -1e10  # the threshold of predictions that are among the top k, and what the others are set to


class Counts(NamedTuple):
    """Weighted counts at each threshold, (thresholds,) or (thresholds, labels)."""

    true_positives: Array
    false_positives: Array
    true_negatives: Array
    false_negatives: Array


def counts(y_true: Array, y_pred: Array, weights: Array, thresholds: Array) -> Counts:
    """Count predictions above each threshold, each with its weight.

    Parameters
    ----------
    y_true : ndarray
        Zero for a negative label.
    y_pred, weights : ndarray
        Of the same shape.
    thresholds : ndarray (K,)
        In any order. A prediction equal to one is not above it, nor is NaN.

    Returns
    -------
    Counts
        Of arrays (K,).
    """
    labels, predictions, weights = (y_true != 0).ravel(), y_pred.ravel(), weights.ravel()
    ascending = np.argsort(thresholds, kind="stable")
    limits = thresholds[ascending].astype(predictions.dtype)
    passed = np.searchsorted(limits, predictions, side="left")  # how many thresholds are below it
    passed[np.isnan(predictions)] = 0
    above = np.empty((2, len(limits)))
    total = np.empty(2)
    for row, chosen in enumerate((labels, ~labels)):
        found = np.bincount(passed[chosen], weights=weights[chosen], minlength=len(limits) + 1)
        total[row] = found.sum()
        above[row, ascending] = found[::-1].cumsum()[::-1][1:]
    return Counts(above[0], above[1], total[1] - above[1], total[0] - above[0])


def broadcast_weights(sample_weight: Any, shape: tuple[int, ...]) -> Array:
    """Return the weight of each prediction; the weights' axes are the first ones."""
    if sample_weight is None:
        return np.ones(shape)
    weights = floats("sample_weight", sample_weight).astype(np.float64, copy=False)
    if weights.ndim > len(shape) and weights.shape[-1] == 1:
        weights = weights[..., 0]
    return np.broadcast_to(weights.reshape(weights.shape + (1,) * (len(shape) - weights.ndim)), shape)


def thresholds_of(thresholds: Any, default: float) -> list[float]:
    """Return thresholds as a list, each from 0 to 1."""
    if thresholds is None:
        return [default]
    listed = list(thresholds) if isinstance(thresholds, Iterable) and not isinstance(thresholds, str) else [thresholds]
    if not listed:
        raise ValueError("thresholds: expected at least one")
    return [checks.number("thresholds", value, 0.0, 1.0) for value in listed]


def _top(predictions: Array, k: int) -> Array:
    """Return predictions with all but the k largest of each sample set very low; of equal ones the first count."""
    kept = np.argsort(-predictions, axis=-1, kind="stable")[..., :k]
    result = np.full_like(predictions, _LOWEST)
    np.put_along_axis(result, kept, np.take_along_axis(predictions, kept, axis=-1), axis=-1)
    return result


class _AtThresholds(Metric):
    """Base class: two counts at thresholds."""

    _sums_samples = True
    _counted: tuple[str, ...]

    def __init__(self, thresholds: Any, top_k: int | None, class_id: int | None, name: str | None, dtype: Any) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = None if top_k is None else checks.integer("top_k", top_k, 1)
        self.class_id = None if class_id is None else checks.integer("class_id", class_id, 0)
        self.thresholds = thresholds_of(thresholds, 0.5 if top_k is None else _LOWEST)
        for counted in self._counted:
            setattr(self, counted, self.add_variable((len(self.thresholds),), name=counted))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Parameters
        ----------
        y_true : array_like
            Labels, 0 or 1, of the shape of `y_pred`.
        y_pred : array_like
            (N,) or (N, ..., classes).
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.
        """
        labels, predictions = pair(y_true, y_pred)
        if self.top_k is not None:
            predictions = _top(predictions, self.top_k)
        if self.class_id is not None:
            if predictions.ndim == 1 or self.class_id >= predictions.shape[-1]:
                raise ValueError(f"y_pred: expected more than {self.class_id} classes, got shape {predictions.shape}")
            chosen = slice(self.class_id, self.class_id + 1)
            labels, predictions = labels[..., chosen], predictions[..., chosen]
        weights = broadcast_weights(sample_weight, predictions.shape)
        found = counts(labels, predictions, weights, np.array(self.thresholds))
        for counted in self._counted:
            getattr(self, counted).assign_add(getattr(found, counted))

    def _one_or_all(self, values: Array) -> Any:
        return values[0] if len(self.thresholds) == 1 else values


class _Count(_AtThresholds):
    """Base class: one of the four counts."""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(thresholds, None, None, name, dtype)

    def result(self) -> Any:
        """Return the count, or an array of one for each threshold."""
        return self._one_or_all(self.variables[0].numpy())

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


@registry.register()
class TruePositives(_Count):
    """Sum of the weights of predictions above the threshold whose label is 1.

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; default 0.5. Several give an array.
    name : str, optional
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

    Examples
    --------
    >>> float(TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
    2.0
    """

    _counted = ("true_positives",)


@registry.register()
class FalsePositives(_Count):
    """Sum of the weights of predictions above the threshold whose label is 0.

    Parameters
    ----------
    thresholds, name, dtype
        See `TruePositives`.

    Examples
    --------
    >>> float(FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
    2.0
    """

    _counted = ("false_positives",)


@registry.register()
class TrueNegatives(_Count):
    """Sum of the weights of predictions up to the threshold whose label is 0.

    Parameters
    ----------
    thresholds, name, dtype
        See `TruePositives`.

    Examples
    --------
    >>> float(TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
    2.0
    """

    _counted = ("true_negatives",)


@registry.register()
class FalseNegatives(_Count):
    """Sum of the weights of predictions up to the threshold whose label is 1.

    Parameters
    ----------
    thresholds, name, dtype
        See `TruePositives`.

    Examples
    --------
    >>> float(FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
    2.0
    """

    _counted = ("false_negatives",)


class _Ratio(_AtThresholds):
    """Base class: the first count over the sum of both."""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(thresholds, top_k, class_id, name, dtype)

    def result(self) -> Any:
        """Return the share, or an array of one for each threshold; 0 where nothing was counted."""
        first, second = self.variables
        return self._one_or_all(divided(first.value, first.value + second.value))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


@registry.register()
class Precision(_Ratio):
    """The share of positive predictions whose label is positive: TP / (TP + FP).

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; predictions above it are positive. Default 0.5, or none with `top_k`. Several give an array.
    top_k : int, optional
        Only the k largest predictions of each sample are positive.
    class_id : int, optional
        Only this class, an index of the last axis, is looked at.
    name : str, optional
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

    Examples
    --------
    >>> round(float(Precision()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
    0.6667
    """

    _direction = "up"
    _counted = ("true_positives", "false_positives")


@registry.register()
class Recall(_Ratio):
    """The share of positive labels whose prediction is positive: TP / (TP + FN).

    Parameters
    ----------
    thresholds, top_k, class_id, name, dtype
        See `Precision`.

    Examples
    --------
    >>> round(float(Recall()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
    0.6667
    """

    _direction = "up"
    _counted = ("true_positives", "false_negatives")
