"""The cross-entropy of labels given as class numbers."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._crossentropies import log_probabilities
from ._native import NativeLoss, axis_of, registry
from ._pairs import classes_and_predictions, require_classes

__all__ = ["SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"]


_EXACT = 2**24
"""float32 represents all integers up to this one exactly."""


@registry.register()
class SparseCategoricalCrossentropy(NativeLoss):
    """Categorical cross-entropy, ``-log p`` of the target class, for targets that are class numbers from 0 to O - 1.

    Parameters
    ----------
    from_logits : bool
        Whether outputs are logits z, with ``p = softmax(z)``. The logarithm is then computed without p, which is
        accurate for large z. Otherwise outputs are probabilities, normalized to sum to 1 and clipped to [1e-7, 1 -
        1e-7].
    ignore_class : int, optional
        A class number, which need not be that of a class (such as -1), whose samples and steps are ignored as if
        masked.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    axis : int
        The axis of the classes or features. The core computes that of the last one; others are computed in NumPy.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `ignore_class` or `axis` is not an integer, or `name` is not a string.
    ValueError
        If `ignore_class` is out of range, or `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.SparseCategoricalCrossentropy`.

    Examples
    --------
    >>> round(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]), 6)
    0.693147
    >>> round(SparseCategoricalCrossentropy(ignore_class=-1)([1, -1], [[0.5, 0.5], [0.9, 0.1]]), 6)
    0.693147
    """

    _of_rows = True
    _settings = ("from_logits", "ignore_class")

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: Any = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = checks.flag("from_logits", from_logits)
        self.ignore_class = (
            None if ignore_class is None else checks.integer("ignore_class", ignore_class, -_EXACT, _EXACT)
        )
        self.axis = axis_of(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
            "axis": self.axis,
        }

    def _output_width(self, targets: Array) -> int:
        """Return the smallest possible number of classes."""
        return max(1, int(targets.max()) + 1)

    def _require_targets(self, name: str, y: Array, outputs: int) -> None:
        require_classes(name, y if self.ignore_class is None else np.where(y == self.ignore_class, 0, y), outputs)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Array:
    """Return ``-log p`` of the target class, for targets that are class numbers.

    Parameters
    ----------
    y_true : array_like
        Class numbers (N,) or (N, T), optionally with a last axis of size 1.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    from_logits : bool
        Whether `y_pred` are logits, with ``p = softmax(y_pred)``; otherwise they are probabilities, normalized to sum
        to 1 and clipped to [1e-7, 1 - 1e-7].
    ignore_class : int, optional
        A class number whose samples or steps have the value 0.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        The value of each sample (N,), or of each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or `from_logits` is not True or False.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or a target is not a class number.
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Keras 3, `keras.losses.sparse_categorical_crossentropy`.

    Examples
    --------
    >>> sparse_categorical_crossentropy([1, 0], [[0.5, 0.5], [0.9, 0.1]]).round(4)
    array([0.6931, 0.1054])
    """
    classes, predictions = classes_and_predictions(y_true, y_pred, axis)
    ignored = np.zeros(classes.shape, bool) if ignore_class is None else classes == ignore_class
    require_classes("y_true", np.where(ignored, 0, classes), predictions.shape[axis])
    chosen = np.where(ignored, 0, classes).astype(np.int64)
    logs = log_probabilities(predictions, checks.flag("from_logits", from_logits), axis)
    picked = np.take_along_axis(logs, np.expand_dims(chosen, axis), axis).squeeze(axis)
    return np.where(ignored, 0.0, -picked).astype(np.float64)
