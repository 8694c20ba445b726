"""The generalized cross-entropy, between the categorical cross-entropy and the absolute error."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._native import NativeLoss, registry
from ._pairs import classes_and_predictions, require_classes

__all__ = ["CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy"]


@registry.register()
class CategoricalGeneralizedCrossEntropy(NativeLoss):
    """Generalized cross-entropy: ``(1 - p**q) / q``, where p is the output of the target class.

    Targets are class numbers from 0 to O - 1, outputs probabilities. The smaller q, the nearer to the cross-entropy;
    the larger, the less the loss follows labels that are wrong. The slope at a p below 1e-7 is that at 1e-7.

    Parameters
    ----------
    q : float
        Above 0 and below 1.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `q` is not a real number, or `name` is not a string.
    ValueError
        If `q` is out of range, or `reduction` or `dtype` is not supported.

    References
    ----------
    Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels", NeurIPS
    2018.

    Examples
    --------
    >>> CategoricalGeneralizedCrossEntropy(q=0.5)([1], [[0.75, 0.25]])
    1.0
    """

    _of_rows = True
    _settings = ("q",)

    def __init__(
        self,
        q: float = 0.5,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.q = _q(q)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "q": self.q}

    def _output_width(self, targets: Array) -> int:
        """Return the smallest possible number of classes."""
        return max(1, int(targets.max()) + 1)

    def _require_targets(self, name: str, y: Array, outputs: int) -> None:
        require_classes(name, y, outputs)


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Array:
    """Return ``(1 - p**q) / q``, where p is the prediction of the target class.

    Parameters
    ----------
    y_true : array_like
        Class numbers (N,) or (N, T), optionally with a last axis of size 1.
    y_pred : array_like
        Probabilities (N, O) or (N, T, O).
    q : float
        Above 0 and below 1.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or `q` is not a real number.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, a target is not a class number, or `q` is
        out of range.

    References
    ----------
    Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels", NeurIPS
    2018.

    Examples
    --------
    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], 0.5)
    array([1.])
    """
    classes, predictions = classes_and_predictions(y_true, y_pred)
    require_classes("y_true", classes, predictions.shape[-1])
    p = np.take_along_axis(predictions, classes[..., None].astype(np.int64), -1)[..., 0]
    exponent = _q(q)
    values: Array = (1 - p.astype(np.float64) ** exponent) / exponent
    return values


def _q(q: Any) -> float:
    if not 0 < checks.number("q", q) < 1:
        raise ValueError(f"q: expected a number above 0 and below 1, got {q!r}")
    return float(q)
