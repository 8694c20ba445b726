"""True and false positives and negatives at thresholds, and the ratios of these counts."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ..losses._pairs import floats, pair
from ._base import Metric, divided, registry

__all__ = ["FalseNegatives", "FalsePositives", "Precision", "Recall", "TrueNegatives", "TruePositives"]

_LOWEST = -1e10  # replaces all but the top k predictions, and is their threshold


class Counts(NamedTuple):
    """Weighted counts at each threshold, (thresholds,) or (thresholds, labels)."""

    true_positives: Array
    false_positives: Array
    true_negatives: Array
    false_negatives: Array


def counts(y_true: Array, y_pred: Array, weights: Array, thresholds: Array) -> Counts:
    """Return the weighted counts of predictions above and below each threshold.

    Parameters
    ----------
    y_true : ndarray
        Labels; 0 is negative, anything else positive.
    y_pred, weights : ndarray
        Predictions and their weights, of the shape of `y_true`.
    thresholds : ndarray
        Thresholds (K,), in any order. Neither a prediction equal to a threshold nor NaN is above it.

    Returns
    -------
    Counts
        Arrays (K,).
    """
    labels, predictions, weights = (y_true != 0).ravel(), y_pred.ravel(), weights.ravel()
    ascending = np.argsort(thresholds, kind="stable")
    limits = thresholds[ascending].astype(predictions.dtype)
    passed = np.searchsorted(limits, predictions, side="left")  # the number of thresholds below each
    passed[np.isnan(predictions)] = 0
    above = np.empty((2, len(limits)))
    total = np.empty(2)
    for row, chosen in enumerate((labels, ~labels)):
        found = np.bincount(passed[chosen], weights=weights[chosen], minlength=len(limits) + 1)
        total[row] = found.sum()
        above[row, ascending] = found[::-1].cumsum()[::-1][1:]
    return Counts(above[0], above[1], total[1] - above[1], total[0] - above[0])


def broadcast_weights(sample_weight: Any, shape: tuple[int, ...]) -> Array:
    """Return a weight for each prediction; the axes of the weights are the first ones."""
    if sample_weight is None:
        return np.ones(shape)
    weights = floats("sample_weight", sample_weight).astype(np.float64, copy=False)
    if weights.ndim > len(shape) and weights.shape[-1] == 1:
        weights = weights[..., 0]
    return np.broadcast_to(weights.reshape(weights.shape + (1,) * (len(shape) - weights.ndim)), shape)


def thresholds_of(thresholds: Any, default: float) -> list[float]:
    """Return thresholds as a list of numbers in [0, 1]."""
    if thresholds is None:
        return [default]
    listed = list(thresholds) if isinstance(thresholds, Iterable) and not isinstance(thresholds, str) else [thresholds]
    if not listed:
        raise ValueError(f"thresholds: expected at least one number, got {thresholds!r}")
    return [checks.number("thresholds", value, 0.0, 1.0) for value in listed]


def _top(predictions: Array, k: int) -> Array:
    """Return predictions with all but the k largest of each sample set very low; ties go to the first."""
    largest = np.argsort(-predictions, axis=-1, kind="stable")[..., :k]
    result = np.full_like(predictions, _LOWEST)
    np.put_along_axis(result, largest, np.take_along_axis(predictions, largest, axis=-1), axis=-1)
    return result


def of_class(labels: Array, predictions: Array, class_id: int | None) -> tuple[Array, Array]:
    """Return the column of a class with an axis of size 1, or everything for None."""
    if class_id is None:
        return labels, predictions
    if predictions.ndim == 1 or class_id >= predictions.shape[-1]:
        raise ValueError(f"y_pred: expected more than {class_id} classes, got shape {predictions.shape}")
    chosen = slice(class_id, class_id + 1)
    return labels[..., chosen], predictions[..., chosen]


class _AtThresholds(Metric):
    """Base class of metrics made of two counts at thresholds."""

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
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Labels, 0 or 1, of the shape of `y_pred`.
        y_pred : array_like
            Predictions (N,) or (N, ..., classes).
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the shapes do not match, or there is no class `class_id`.
        """
        labels, predictions = pair(y_true, y_pred)
        if self.top_k is not None:
            predictions = _top(predictions, self.top_k)
        labels, predictions = of_class(labels, predictions, self.class_id)
        weights = broadcast_weights(sample_weight, predictions.shape)
        found = counts(labels, predictions, weights, np.array(self.thresholds))
        for counted in self._counted:
            getattr(self, counted).assign_add(getattr(found, counted))

    def _one_or_all(self, values: Array) -> Any:
        return values[0] if len(self.thresholds) == 1 else values


class _Count(_AtThresholds):
    """Base class of the four counts."""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(thresholds, None, None, name, dtype)

    def result(self) -> Any:
        """Return the count, or an array with one for each threshold.

        Returns
        -------
        float or ndarray
            The sum of the weights.
        """
        return self._one_or_all(self.variables[0].numpy())

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


@registry.register()
class TruePositives(_Count):
    """True positives: the sum of the weights of predictions above the threshold whose label is 1.

    Parameters
    ----------
    thresholds : float or iterable of float, optional
        From 0 to 1; default 0.5. Several thresholds give an array.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If a threshold is not a real number, or `name` is not a string.
    ValueError
        If `thresholds` is empty or not in [0, 1], `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.TruePositives`.

    Examples
    --------
    >>> float(TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
    2.0
    """

    _counted = ("true_positives",)


@registry.register()
class FalsePositives(_Count):
    """False positives: the sum of the weights of predictions above the threshold whose label is 0.

    Parameters
    ----------
    thresholds : float or iterable of float, optional
        From 0 to 1; default 0.5. Several thresholds give an array.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If a threshold is not a real number, or `name` is not a string.
    ValueError
        If `thresholds` is empty or not in [0, 1], `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.FalsePositives`.

    Examples
    --------
    >>> float(FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
    2.0
    """

    _counted = ("false_positives",)


@registry.register()
class TrueNegatives(_Count):
    """True negatives: the sum of the weights of predictions not above the threshold whose label is 0.

    Parameters
    ----------
    thresholds : float or iterable of float, optional
        From 0 to 1; default 0.5. Several thresholds give an array.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If a threshold is not a real number, or `name` is not a string.
    ValueError
        If `thresholds` is empty or not in [0, 1], `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.TrueNegatives`.

    Examples
    --------
    >>> float(TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
    2.0
    """

    _counted = ("true_negatives",)


@registry.register()
class FalseNegatives(_Count):
    """False negatives: the sum of the weights of predictions not above the threshold whose label is 1.

    Parameters
    ----------
    thresholds : float or iterable of float, optional
        From 0 to 1; default 0.5. Several thresholds give an array.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If a threshold is not a real number, or `name` is not a string.
    ValueError
        If `thresholds` is empty or not in [0, 1], `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.FalseNegatives`.

    Examples
    --------
    >>> float(FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
    2.0
    """

    _counted = ("false_negatives",)


class _Ratio(_AtThresholds):
    """Base class of ratios: the first count divided by the sum of both."""

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
        """Return the ratio, or an array with one for each threshold.

        Returns
        -------
        float or ndarray
            Values in [0, 1]; 0 where nothing was counted.
        """
        first, second = self.variables
        return self._one_or_all(divided(first.value, first.value + second.value))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {
            **super().get_config(),
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


@registry.register()
class Precision(_Ratio):
    """The fraction of positive predictions whose label is positive: TP / (TP + FP).

    Parameters
    ----------
    thresholds : float or iterable of float, optional
        Predictions above it are positive. From 0 to 1; default 0.5, or no threshold with `top_k`. Several thresholds
        give an array.
    top_k : int, optional
        If given, only the k largest predictions of each sample can be positive; at least 1.
    class_id : int, optional
        If given, only this class, an index of the last axis, is counted.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If a threshold is not a real number, `top_k` or `class_id` is not an integer, or `name` is not a string.
    ValueError
        If `thresholds` is empty or not in [0, 1], `top_k` is less than 1, `class_id` is negative, `name` is empty, or
        `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.Precision`.

    Examples
    --------
    >>> round(float(Precision()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
    0.6667
    """

    _direction = "up"
    _counted = ("true_positives", "false_positives")


@registry.register()
class Recall(_Ratio):
    """The fraction of positive labels that are predicted positive: TP / (TP + FN).

    Parameters
    ----------
    thresholds : float or iterable of float, optional
        Predictions above it are positive. From 0 to 1; default 0.5, or no threshold with `top_k`. Several thresholds
        give an array.
    top_k : int, optional
        If given, only the k largest predictions of each sample can be positive; at least 1.
    class_id : int, optional
        If given, only this class, an index of the last axis, is counted.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If a threshold is not a real number, `top_k` or `class_id` is not an integer, or `name` is not a string.
    ValueError
        If `thresholds` is empty or not in [0, 1], `top_k` is less than 1, `class_id` is negative, `name` is empty, or
        `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.Recall`.

    Examples
    --------
    >>> round(float(Recall()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
    0.6667
    """

    _direction = "up"
    _counted = ("true_positives", "false_negatives")
