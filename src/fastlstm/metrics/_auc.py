"""The area under a curve over thresholds."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ..losses._pairs import floats, pair
from ._base import Metric, divided, registry
from ._confusion import Counts, broadcast_weights, counts

__all__ = ["AUC"]

_EPSILON = 1e-7  # how far the outer thresholds lie outside of [0, 1]
_CURVES = ("ROC", "PR", "PRGAIN")
_METHODS = ("interpolation", "majoring", "minoring")


def _choice(name: str, value: Any, known: tuple[str, ...]) -> str:
    for one in known:
        if isinstance(value, str) and value.lower() == one.lower():
            return one
    raise ValueError(f"{name}: expected one of {', '.join(map(repr, known))}, got {value!r}")


@registry.register()
class AUC(Metric):
    """The area under the ROC or precision-recall curve, by a Riemann sum over thresholds.

    Parameters
    ----------
    num_thresholds : int
        The number of thresholds, evenly spaced over [0, 1]; at least 2.
    curve : {'ROC', 'PR', 'PRGAIN'}
        Recall over false-positive rate, precision over recall, or precision gain over recall gain.
    summation_method : {'interpolation', 'majoring', 'minoring'}
        The height between two thresholds: the mean of both heights (for 'PR' the interpolated precision), the larger,
        or the smaller.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    thresholds : iterable of float, optional
        Thresholds in [0, 1] to use instead of `num_thresholds`; -1e-7 and 1 + 1e-7 are added.
    multi_label : bool
        Whether to compute one area for each output (N, labels) and average them, instead of pooling all outputs.
    num_labels : int, optional
        For Keras compatibility; the number is taken from the predictions.
    label_weights : array_like, optional
        One weight for each output: of its area with `multi_label`, otherwise of its predictions.
    from_logits : bool
        Whether predictions are logits, to which the sigmoid is applied first.

    Raises
    ------
    TypeError
        If a threshold or a label weight is not a real number, `num_thresholds` is not an integer, a flag is not True or
        False, or `name` is not a string.
    ValueError
        If an argument is out of range or unknown, `num_labels` is given without `multi_label`, `name` is empty, or
        `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Davis and Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006 (interpolation of 'PR').
    Flach and Kull, "Precision-recall-gain curves", NeurIPS 2015. Keras 3, `keras.metrics.AUC`.

    Examples
    --------
    >>> float(AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
    0.75
    """

    _direction = "up"
    _sums_samples = True

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._given = thresholds is not None
        if thresholds is None:
            count = checks.integer("num_thresholds", num_thresholds, 2)
            inner = [i / (count - 1) for i in range(1, count - 1)]
        else:
            inner = sorted(checks.number("thresholds", value, 0.0, 1.0) for value in thresholds)
        self._thresholds = np.array([-_EPSILON, *inner, 1 + _EPSILON])
        self.num_thresholds = len(self._thresholds)
        even = np.arange(self.num_thresholds) / (self.num_thresholds - 1)
        self._clips = self.num_thresholds > 2 and np.allclose(self._thresholds, even, atol=_EPSILON)
        self.curve = _choice("curve", curve, _CURVES)
        self.summation_method = _choice("summation_method", summation_method, _METHODS)
        self.multi_label = checks.flag("multi_label", multi_label)
        if num_labels and not multi_label:
            raise ValueError(f"num_labels: expected None without multi_label, got {num_labels!r}")
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else floats("label_weights", label_weights)
        self._from_logits = checks.flag("from_logits", from_logits)
        self._sums: Counts | None = None

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, in ascending order."""
        return [float(value) for value in self._thresholds]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Labels, 0 or 1, of the shape of `y_pred`.
        y_pred : array_like
            Probabilities (N, ...), or logits with `from_logits`; (N, labels) with `multi_label`.
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the shapes do not match, or are not (N, labels) with `multi_label`.
        """
        labels, predictions = pair(y_true, y_pred)
        if self.multi_label and predictions.ndim != 2:
            raise ValueError(f"y_pred: expected shape (N, labels) with multi_label, got {predictions.shape}")
        if self._from_logits:
            predictions = 1 / (1 + np.exp(-predictions))
        if self._clips:
            predictions = np.clip(predictions, 0, 1)
        weights = broadcast_weights(sample_weight, predictions.shape)
        if self.label_weights is not None and not self.multi_label:
            weights = weights * self.label_weights
        found = self._counts(labels, predictions, weights)
        if self._sums is None:
            self._sums = Counts(*(self.add_variable(one.shape).value for one in found))
        for total, one in zip(self._sums, found, strict=True):
            np.add(total, one, out=total)

    def _counts(self, labels: Array, predictions: Array, weights: Array) -> Counts:
        if not self.multi_label:
            return counts(labels, predictions, weights, self._thresholds)
        columns = zip(labels.T, predictions.T, weights.T, strict=True)
        each = [counts(*column, self._thresholds) for column in columns]
        return Counts(*(np.stack(one, axis=1) for one in zip(*each, strict=True)))

    def result(self) -> Any:
        """Return the area; 0 before the first batch.

        Returns
        -------
        float
            The area in [0, 1], averaged over the labels with `multi_label`.
        """
        if self._sums is None:
            return 0.0
        sums = self._sums
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated(sums)
        else:
            x, y = self._course(sums)
            low, high = y[:-1], y[1:]
            heights = {
                "interpolation": (low + high) / 2,
                "majoring": np.maximum(low, high),
                "minoring": np.minimum(low, high),
            }
            areas = (x[:-1] - x[1:]) * heights[self.summation_method]
        area = areas.sum(axis=0)
        if not self.multi_label:
            return area
        if self.label_weights is None:
            return area.mean()
        return divided((area * self.label_weights).sum(), self.label_weights.sum())[()]

    def _course(self, sums: Counts) -> tuple[Array, Array]:
        """Return the x and y coordinates of the curve at each threshold."""
        tp, fp, tn, fn = sums
        recall = divided(tp, tp + fn)
        if self.curve == "ROC":
            return divided(fp, fp + tn), recall
        if self.curve == "PR":
            return recall, divided(tp, tp + fp)
        odds = divided(tp + fn, tn + fp)
        recall_gain = np.where(tp == 0, 0.0, 1 - odds * divided(fn, tp))
        return np.maximum(recall_gain, 0), np.where(tp == 0, 1.0, 1 - odds * divided(fp, tp))

    @staticmethod
    def _interpolated(sums: Counts) -> Array:
        """Return the areas between thresholds, with false positives growing linearly with true positives."""
        tp, fp, _, fn = sums
        positives = tp + fp
        gained = tp[:-1] - tp[1:]
        slope = divided(gained, np.maximum(positives[:-1] - positives[1:], 0))
        intercept = tp[1:] - slope * positives[1:]
        both = (positives[:-1] > 0) & (positives[1:] > 0)
        ratio = np.where(both, divided(positives[:-1], positives[1:]), 1.0)
        return divided(slope * (gained + intercept * np.log(ratio)), np.maximum(tp[1:] + fn[1:], 0))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else self.label_weights.tolist(),
            "from_logits": self._from_logits,
        }
        return {**config, "thresholds": self.thresholds[1:-1]} if self._given else config
