"""F-scores: weighted harmonic means of precision and recall."""

from typing import Any

import numpy as np

from .._internal import checks
from ..losses._pairs import floats, pair
from ._base import Metric, Variable, registry

__all__ = ["F1Score", "FBetaScore"]

_EPSILON = 1e-7  # added to denominators, as in Keras
_SMALLEST = 1e-9  # the smallest prediction that counts without a threshold


@registry.register()
class FBetaScore(Metric):
    """F-beta score of each class: ``(1 + beta**2) * precision * recall / (beta**2 * precision + recall)``.

    Parameters
    ----------
    average : {None, 'micro', 'macro', 'weighted'}
        None returns one score per class; 'micro' pools the counts of all classes; 'macro' is the mean over the classes;
        'weighted' is their mean weighted by their numbers of samples.
    beta : float
        The weight of recall relative to precision, greater than 0.
    threshold : float, optional
        Predictions above it are positive; in (0, 1]. Without one, the largest prediction of each sample is.
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `beta` or `threshold` is not a real number, or `name` is not a string.
    ValueError
        If `average` is unknown, `beta` or `threshold` is out of range, `name` is empty, or `dtype` is neither 'float32'
        nor 'float64'.

    References
    ----------
    Van Rijsbergen, "Information retrieval", 2nd edition, 1979, chapter 7. Keras 3, `keras.metrics.FBetaScore`.

    Examples
    --------
    >>> metric = FBetaScore(beta=2.0, threshold=0.5)
    >>> metric([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]).round(3).tolist()
    [0.385, 0.909, 0.833]
    """

    _direction = "up"
    _sums_samples = True

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(f"average: expected None, 'micro', 'macro' or 'weighted', got {average!r}")
        self.beta = checks.number("beta", beta, 0.0)
        if self.beta == 0:
            raise ValueError(f"beta: expected a number above 0, got {beta!r}")
        self.threshold = None if threshold is None else checks.number("threshold", threshold, 0.0, 1.0)
        if self.threshold == 0:
            raise ValueError(f"threshold: expected a number above 0, got {threshold!r}")
        self.average = average
        self._sums: list[Variable] = []

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Labels (N, classes), 0 or 1.
        y_pred : array_like
            Predictions (N, classes).
        sample_weight : array_like, optional
            The weight of each sample (N,).

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the shapes do not match, or are not (N, classes).
        """
        labels, predictions = pair(y_true, y_pred)
        if labels.ndim != 2:
            raise ValueError(f"y_pred: expected shape (N, classes) for {self.name}, got {predictions.shape}")
        if self.threshold is None:
            largest = predictions.max(axis=-1, keepdims=True)
            positive = (predictions >= largest) & (np.abs(predictions) > _SMALLEST)
        else:
            positive = predictions > self.threshold
        labels = labels.astype(np.float64, copy=False)
        weights = floats("sample_weight", 1.0 if sample_weight is None else sample_weight)
        weights = np.broadcast_to(weights.ravel(), len(labels))
        axis = None if self.average == "micro" else 0
        shape = () if axis is None else labels.shape[1:]
        if not self._sums:
            names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
            self._sums = [self.add_variable(shape, name=name) for name in names]
        parts = (positive * labels, positive * (1 - labels), ~positive * labels, labels)
        for total, part in zip(self._sums, parts, strict=True):
            total.assign_add((part * weights[:, None]).sum(axis=axis))

    def result(self) -> Any:
        """Return the score; 0 before the first batch.

        Returns
        -------
        float or ndarray
            One score, or with ``average=None`` an array (classes,).
        """
        if not self._sums:
            return 0.0
        tp, fp, fn, sizes = (total.value for total in self._sums)
        precision, recall = tp / (tp + fp + _EPSILON), tp / (tp + fn + _EPSILON)
        squared = self.beta**2
        scores = (1 + squared) * (precision * recall / (squared * precision + recall + _EPSILON))
        if self.average == "weighted":
            return (scores * (sizes / (sizes.sum() + _EPSILON))).sum()
        return scores if self.average is None else np.mean(scores)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "average": self.average, "beta": self.beta, "threshold": self.threshold}


@registry.register()
class F1Score(FBetaScore):
    """F1 score of each class: the harmonic mean of precision and recall.

    Parameters
    ----------
    average : {None, 'micro', 'macro', 'weighted'}
        None returns one score per class; 'micro' pools the counts of all classes; 'macro' is the mean over the classes;
        'weighted' is their mean weighted by their numbers of samples.
    threshold : float, optional
        Predictions above it are positive; in (0, 1]. Without one, the largest prediction of each sample is.
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `threshold` is not a real number, or `name` is not a string.
    ValueError
        If `average` is unknown, `threshold` is out of range, `name` is empty, or `dtype` is neither 'float32' nor
        'float64'.

    References
    ----------
    Van Rijsbergen, "Information retrieval", 2nd edition, 1979, chapter 7. Keras 3, `keras.metrics.F1Score`.

    Examples
    --------
    >>> metric = F1Score(threshold=0.5)
    >>> metric([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]).round(3).tolist()
    [0.5, 0.8, 0.667]
    """

    def __init__(
        self, average: str | None = None, threshold: float | None = None, name: str = "f1_score", dtype: Any = None
    ) -> None:
        super().__init__(average=average, threshold=threshold, name=name, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        config = super().get_config()
        del config["beta"]
        return config
