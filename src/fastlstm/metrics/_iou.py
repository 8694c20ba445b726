"""Intersection over union of predicted and true classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ..losses._pairs import floats, same_rank
from ._base import Metric, divided, registry
from ._confusion import broadcast_weights

__all__ = ["BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"]


@registry.register()
class IoU(Metric):
    """Intersection over union, ``TP / (TP + FP + FN)`` of each class, and the mean over some classes.

    Classes that have neither been predicted nor been true do not count. Predictions and targets outside of 0 to
    `num_classes` - 1 are ignored. Weights may be fractions, which Keras truncates to integers.

    Parameters
    ----------
    num_classes : int
        The number of classes.
    target_class_ids : sequence of int
        The classes that the mean is over.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    ignore_class : int, optional
        Targets of this class are ignored.
    sparse_y_true, sparse_y_pred : bool
        Whether targets or predictions are class numbers, instead of one-hot vectors or probabilities.
    axis : int
        The axis of the classes, where they are not numbers.

    Raises
    ------
    TypeError
        If a number is not an integer, a flag is not True or False, or `name` is not a string.
    ValueError
        If a class is out of range or none is given, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.IoU`.

    Examples
    --------
    >>> round(float(IoU(2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    """

    _direction = "up"
    _sums_samples = True

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_classes = checks.integer("num_classes", num_classes, 1)
        self.target_class_ids = [
            checks.integer("target_class_ids", each, 0, self.num_classes - 1) for each in target_class_ids
        ]
        if not self.target_class_ids:
            raise ValueError("target_class_ids: expected at least one class")
        self.ignore_class = (
            None if ignore_class is None else checks.integer("ignore_class", ignore_class, -checks.LARGEST)
        )
        self.sparse_y_true = checks.flag("sparse_y_true", sparse_y_true)
        self.sparse_y_pred = checks.flag("sparse_y_pred", sparse_y_pred)
        self.axis = checks.integer("axis", axis, -64, 64)
        self.total_cm = self.add_variable((self.num_classes, self.num_classes), name="total_confusion_matrix")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Class numbers, or one-hot vectors.
        y_pred : array_like
            Class numbers, or the scores of all classes.
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the shapes do not match.
        """
        classes = self._classes("y_true", y_true, self.sparse_y_true)
        predicted = self._classes("y_pred", y_pred, self.sparse_y_pred)
        classes, predicted = same_rank(classes, predicted)
        if classes.shape != predicted.shape:
            raise ValueError(f"y_true: expected as many classes as y_pred {predicted.shape}, got {classes.shape}")
        weights = broadcast_weights(sample_weight, predicted.shape).ravel()
        self._add(classes.ravel(), predicted.ravel(), weights)

    def _classes(self, name: str, value: Any, sparse: bool) -> Array:
        array = floats(name, value)
        return array if sparse else array.argmax(axis=self.axis).astype(np.float64)

    def _add(self, classes: Array, predicted: Array, weights: Array) -> None:
        count = self.num_classes
        good = np.ones(classes.shape, bool)
        for array in (classes, predicted):
            good &= (array > -1) & (array < count)  # a fraction is truncated, and NaN is no class
        if self.ignore_class is not None:
            good &= classes != self.ignore_class
        cells = classes[good].astype(np.int64) * count + predicted[good].astype(np.int64)
        found = np.bincount(cells, weights=weights[good], minlength=count * count)
        self.total_cm.assign_add(found.reshape(count, count))

    def result(self) -> Any:
        """Return the mean over the chosen classes.

        Returns
        -------
        float
            A number in [0, 1].
        """
        matrix = self.total_cm.value
        common = np.diag(matrix)[self.target_class_ids]
        united = (matrix.sum(axis=0) + matrix.sum(axis=1))[self.target_class_ids] - common
        return divided(divided(common, united).sum(), np.count_nonzero(united))[()]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        own = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


class _Configured(IoU):
    """Base class of those with fewer arguments."""

    _arguments: tuple[str, ...]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**Metric.get_config(self), **{name: getattr(self, name) for name in self._arguments}}


@registry.register()
class BinaryIoU(_Configured):
    """Intersection over union of two classes, predictions from a threshold on being class 1.

    Parameters
    ----------
    target_class_ids : sequence of int
        The classes, 0 or 1, that the mean is over.
    threshold : float
        The least prediction of class 1.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If a number has the wrong type, or `name` is not a string.
    ValueError
        If a class is out of range or none is given, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.BinaryIoU`.

    Examples
    --------
    >>> round(float(BinaryIoU(threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
    0.3333
    """

    _arguments = ("target_class_ids", "threshold")

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = checks.number("threshold", threshold)

    def _classes(self, name: str, value: Any, sparse: bool) -> Array:
        array = super()._classes(name, value, sparse)
        return array if name == "y_true" else (array >= self.threshold).astype(np.float64)


@registry.register()
class MeanIoU(_Configured):
    """Intersection over union, the mean over all classes.

    Parameters
    ----------
    num_classes : int
        The number of classes.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    ignore_class : int, optional
        Targets of this class are ignored.
    sparse_y_true, sparse_y_pred : bool
        Whether targets or predictions are class numbers, instead of one-hot vectors or probabilities.
    axis : int
        The axis of the classes, where they are not numbers.

    Raises
    ------
    TypeError
        If a number is not an integer, a flag is not True or False, or `name` is not a string.
    ValueError
        If a number is out of range, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.MeanIoU`.

    Examples
    --------
    >>> round(float(MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    """

    _arguments = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        count = checks.integer("num_classes", num_classes, 1)
        super().__init__(count, range(count), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


@registry.register()
class OneHotIoU(_Configured):
    """Intersection over union of one-hot targets, and the mean over some classes.

    Parameters
    ----------
    num_classes : int
        The number of classes.
    target_class_ids : sequence of int
        The classes that the mean is over.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    ignore_class : int, optional
        Targets of this class are ignored.
    sparse_y_pred : bool
        Whether predictions are class numbers, instead of probabilities.
    axis : int
        The axis of the classes.

    Raises
    ------
    TypeError
        If a number is not an integer, a flag is not True or False, or `name` is not a string.
    ValueError
        If a class is out of range or none is given, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.OneHotIoU`.

    Examples
    --------
    >>> float(OneHotIoU(2, [0])([[1, 0], [0, 1]], [[0.8, 0.2], [0.6, 0.4]]))
    0.5
    """

    _arguments = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_pred", "axis")

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)


@registry.register()
class OneHotMeanIoU(_Configured):
    """Intersection over union of one-hot targets, the mean over all classes.

    Parameters
    ----------
    num_classes : int
        The number of classes.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    ignore_class : int, optional
        Targets of this class are ignored.
    sparse_y_pred : bool
        Whether predictions are class numbers, instead of probabilities.
    axis : int
        The axis of the classes.

    Raises
    ------
    TypeError
        If a number is not an integer, a flag is not True or False, or `name` is not a string.
    ValueError
        If a number is out of range, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.OneHotMeanIoU`.

    Examples
    --------
    >>> float(OneHotMeanIoU(2)([[1, 0], [0, 1]], [[0.8, 0.2], [0.6, 0.4]]))
    0.25
    """

    _arguments = ("num_classes", "ignore_class", "sparse_y_pred", "axis")

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        count = checks.integer("num_classes", num_classes, 1)
        super().__init__(count, range(count), name, dtype, ignore_class, False, sparse_y_pred, axis)
