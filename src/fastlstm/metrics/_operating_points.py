"""The best of one rate under a condition on another, over thresholds."""

from typing import Any, ClassVar

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ..losses._pairs import pair
from ._base import Metric, divided, registry
from ._confusion import Counts, broadcast_weights, counts, of_class

__all__ = ["PrecisionAtRecall", "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity"]


class _AtOperatingPoint(Metric):
    """Base class of the largest value of a rate at the thresholds at which another one is large enough."""

    _direction = "up"
    _sums_samples = True
    _condition: ClassVar[str]
    """The name of the argument and of the rate that has to be large enough."""
    _best: ClassVar[str]
    """The name of the rate whose largest value is the result."""

    def __init__(self, value: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any) -> None:
        super().__init__(name=name, dtype=dtype)
        self.value = checks.number(self._condition, value, 0.0, 1.0)
        self.num_thresholds = checks.integer("num_thresholds", num_thresholds, 1)
        self.class_id = None if class_id is None else checks.integer("class_id", class_id, 0)
        last = self.num_thresholds - 1
        self.thresholds = [i / last for i in range(self.num_thresholds)] if last else [0.5]
        for counted in Counts._fields:
            setattr(self, counted, self.add_variable((self.num_thresholds,), name=counted))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Labels, 0 or 1, of the shape of `y_pred`.
        y_pred : array_like
            Probabilities (N,) or (N, ..., classes).
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the shapes do not match, or there is no class `class_id`.
        """
        labels, predictions = of_class(*pair(y_true, y_pred), self.class_id)
        weights = broadcast_weights(sample_weight, predictions.shape)
        found = counts(labels, predictions, weights, np.array(self.thresholds))
        for counted in Counts._fields:
            getattr(self, counted).assign_add(getattr(found, counted))

    def result(self) -> Any:
        """Return the largest value; 0 if no threshold fulfils the condition.

        Returns
        -------
        float
            A number in [0, 1].
        """
        tp, fp, tn, fn = (getattr(self, counted).value for counted in Counts._fields)
        rates: dict[str, Array] = {
            "precision": divided(tp, tp + fp),
            "recall": divided(tp, tp + fn),
            "sensitivity": divided(tp, tp + fn),
            "specificity": divided(tn, tn + fp),
        }
        return np.where(rates[self._condition] >= self.value, rates[self._best], 0.0).max()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        more = {self._condition: self.value, "num_thresholds": self.num_thresholds, "class_id": self.class_id}
        return {**super().get_config(), **more}


@registry.register()
class SensitivityAtSpecificity(_AtOperatingPoint):
    """The largest sensitivity ``TP / (TP + FN)`` where specificity ``TN / (TN + FP)`` is at least a value.

    Parameters
    ----------
    specificity : float
        The least specificity, from 0 to 1.
    num_thresholds : int
        The number of thresholds, evenly spaced over [0, 1]; 1 is a threshold of 0.5.
    class_id : int, optional
        The class to look at, a column of the predictions. Default: all predictions.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `specificity` is not a real number, another number is not an integer, or `name` is not a string.
    ValueError
        If an argument is out of range, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.SensitivityAtSpecificity`.

    Examples
    --------
    >>> round(float(SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 3)
    0.5
    """

    _condition, _best = "specificity", "sensitivity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = self.value


@registry.register()
class SpecificityAtSensitivity(_AtOperatingPoint):
    """The largest specificity ``TN / (TN + FP)`` where sensitivity ``TP / (TP + FN)`` is at least a value.

    Parameters
    ----------
    sensitivity : float
        The least sensitivity, from 0 to 1.
    num_thresholds : int
        The number of thresholds, evenly spaced over [0, 1]; 1 is a threshold of 0.5.
    class_id : int, optional
        The class to look at, a column of the predictions. Default: all predictions.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `sensitivity` is not a real number, another number is not an integer, or `name` is not a string.
    ValueError
        If an argument is out of range, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.SpecificityAtSensitivity`.

    Examples
    --------
    >>> round(float(SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 3)
    0.667
    """

    _condition, _best = "sensitivity", "specificity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = self.value


@registry.register()
class PrecisionAtRecall(_AtOperatingPoint):
    """The largest precision ``TP / (TP + FP)`` where recall ``TP / (TP + FN)`` is at least a value.

    Parameters
    ----------
    recall : float
        The least recall, from 0 to 1.
    num_thresholds : int
        The number of thresholds, evenly spaced over [0, 1]; 1 is a threshold of 0.5.
    class_id : int, optional
        The class to look at, a column of the predictions. Default: all predictions.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `recall` is not a real number, another number is not an integer, or `name` is not a string.
    ValueError
        If an argument is out of range, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.PrecisionAtRecall`.

    Examples
    --------
    >>> round(float(PrecisionAtRecall(0.8)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 3)
    0.5
    """

    _condition, _best = "recall", "precision"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = self.value


@registry.register()
class RecallAtPrecision(_AtOperatingPoint):
    """The largest recall ``TP / (TP + FN)`` where precision ``TP / (TP + FP)`` is at least a value.

    Parameters
    ----------
    precision : float
        The least precision, from 0 to 1.
    num_thresholds : int
        The number of thresholds, evenly spaced over [0, 1]; 1 is a threshold of 0.5.
    class_id : int, optional
        The class to look at, a column of the predictions. Default: all predictions.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `precision` is not a real number, another number is not an integer, or `name` is not a string.
    ValueError
        If an argument is out of range, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.RecallAtPrecision`.

    Examples
    --------
    >>> round(float(RecallAtPrecision(0.8)([0, 0, 0, 1, 1], [0, 0.3, 0.4, 0.3, 0.8])), 3)
    0.5
    """

    _condition, _best = "precision", "recall"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = self.value
