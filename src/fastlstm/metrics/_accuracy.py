"""Accuracies: the fraction of predictions that match their targets."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ..losses._pairs import classes_and_predictions, pair, require_classes
from ._base import registry
from ._reduction import MeanOfFunction

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


def _numbers(matches: Any) -> Array:
    """Return 1 for True and 0 for False."""
    return np.asarray(matches, np.float64)


def accuracy(y_true: Any, y_pred: Any) -> Array:
    """Return 1 where prediction and target are equal, else 0."""
    targets, predictions = pair(y_true, y_pred)
    return _numbers(targets == predictions)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Array:
    """Return 1 where target and thresholded prediction are equal, else 0.

    Parameters
    ----------
    y_true : array_like
        Targets, 0 or 1, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions of any shape.
    threshold : float
        Predictions above it count as 1.

    Returns
    -------
    ndarray
        0 or 1 for each prediction, of the shape of `y_pred`, float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or `threshold` is not a real number.
    ValueError
        If the shapes do not match, an argument is ragged, or `threshold` is not finite.

    References
    ----------
    Keras 3, `keras.metrics.binary_accuracy`.

    Examples
    --------
    >>> binary_accuracy([[1.0], [0.0]], [[0.7], [0.6]]).tolist()
    [[1.0], [0.0]]
    """
    targets, predictions = pair(y_true, y_pred)
    return _numbers(targets == (predictions > checks.number("threshold", threshold)))


def categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """Return 1 where the largest prediction is that of the target class, else 0.

    Parameters
    ----------
    y_true : array_like
        One-hot targets, of the shape of `y_pred`.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        0 or 1 for each sample (N,), or for each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes do not match, or an argument is ragged.

    References
    ----------
    Keras 3, `keras.metrics.categorical_accuracy`.

    Examples
    --------
    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
    array([1., 0.])
    """
    targets, predictions = pair(y_true, y_pred)
    return _numbers(targets.argmax(axis=-1) == predictions.argmax(axis=-1))


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """Return 1 where the largest prediction is that of the target class, given by number, else 0.

    Parameters
    ----------
    y_true : array_like
        Class numbers (N,) or (N, T), optionally with a last axis of size 1.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).

    Returns
    -------
    ndarray
        0 or 1 for each sample (N,), or for each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes do not match, or an argument is ragged.

    References
    ----------
    Keras 3, `keras.metrics.sparse_categorical_accuracy`.

    Examples
    --------
    >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]])
    array([1., 0.])
    """
    classes, predictions = classes_and_predictions(y_true, y_pred)
    return _numbers(classes == predictions.argmax(axis=-1))


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> Array:
    """Return 1 where fewer than k predictions exceed that of the target class, given by number, else 0.

    Parameters
    ----------
    y_true : array_like
        Class numbers (N,) or (N, T), optionally with a last axis of size 1.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    k : int
        The number of predictions considered, at least 1.
    from_sorted_ids : bool
        Whether predictions are class numbers, the best first, instead of one score per class.

    Returns
    -------
    ndarray
        0 or 1 for each sample (N,), or for each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, `k` is not an integer, or `from_sorted_ids`
        is not True or False.
    ValueError
        If the shapes do not match, an argument is ragged, `k` is less than 1, or a target is not a class number.

    References
    ----------
    Keras 3, `keras.metrics.sparse_top_k_categorical_accuracy`.

    Examples
    --------
    >>> sparse_top_k_categorical_accuracy([0, 2], [[0.3, 0.5, 0.2], [0.3, 0.5, 0.2]], k=2)
    array([1., 0.])
    """
    classes, predictions = classes_and_predictions(y_true, y_pred)
    k = checks.integer("k", k, 1)
    if checks.flag("from_sorted_ids", from_sorted_ids):
        return _numbers((classes[..., None] == predictions[..., :k]).any(axis=-1))
    require_classes("y_true", classes, predictions.shape[-1])
    own = np.take_along_axis(predictions, classes.astype(np.int64)[..., None], axis=-1)
    own = np.where(np.isnan(own), -np.inf, own)
    return _numbers((predictions > own).sum(axis=-1) < k)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Array:
    """Return 1 where fewer than k predictions exceed that of the target class, else 0.

    Parameters
    ----------
    y_true : array_like
        One-hot targets, of the shape of `y_pred`.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    k : int
        The number of predictions considered, at least 1.

    Returns
    -------
    ndarray
        0 or 1 for each sample (N,), or for each step (N, T), float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or `k` is not an integer.
    ValueError
        If the shapes do not match, an argument is ragged, or `k` is less than 1.

    References
    ----------
    Keras 3, `keras.metrics.top_k_categorical_accuracy`.

    Examples
    --------
    >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.3, 0.5, 0.2]], k=2)
    array([0.])
    """
    targets, predictions = pair(y_true, y_pred)
    return sparse_top_k_categorical_accuracy(targets.argmax(axis=-1), predictions, k)


@registry.register()
class Accuracy(MeanOfFunction):
    """The fraction of predictions that equal their targets.

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
    Keras 3, `keras.metrics.Accuracy`.

    Examples
    --------
    >>> float(Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
    0.75
    """

    _direction = "up"

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


@registry.register()
class BinaryAccuracy(MeanOfFunction):
    """The fraction of thresholded predictions that equal their targets, 0 or 1.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    threshold : float
        Predictions above it count as 1.

    Raises
    ------
    TypeError
        If `threshold` is not a real number, or `name` is not a string.
    ValueError
        If `threshold` is not finite, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.BinaryAccuracy`.

    Examples
    --------
    >>> float(BinaryAccuracy()([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]))
    0.75
    """

    _direction = "up"

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        self.threshold = checks.number("threshold", threshold)
        super().__init__(binary_accuracy, name, dtype, threshold=self.threshold)


@registry.register()
class CategoricalAccuracy(MeanOfFunction):
    """The fraction of samples whose largest prediction is that of the target class; targets are one-hot.

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
    Keras 3, `keras.metrics.CategoricalAccuracy`.

    Examples
    --------
    >>> float(CategoricalAccuracy()([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


@registry.register()
class SparseCategoricalAccuracy(MeanOfFunction):
    """The fraction of samples whose largest prediction is that of the target class, given by number.

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
    Keras 3, `keras.metrics.SparseCategoricalAccuracy`.

    Examples
    --------
    >>> float(SparseCategoricalAccuracy()([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


@registry.register()
class TopKCategoricalAccuracy(MeanOfFunction):
    """The fraction of samples whose target class is among the k largest predictions; targets are one-hot.

    Parameters
    ----------
    k : int
        The number of predictions considered, at least 1.
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `k` is not an integer, or `name` is not a string.
    ValueError
        If `k` is less than 1, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.TopKCategoricalAccuracy`.

    Examples
    --------
    >>> float(TopKCategoricalAccuracy(k=2)([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0, 0.95]]))
    0.5
    """

    _direction = "up"

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        self.k = checks.integer("k", k, 1)
        super().__init__(top_k_categorical_accuracy, name, dtype, k=self.k)


@registry.register()
class SparseTopKCategoricalAccuracy(MeanOfFunction):
    """The fraction of samples whose target class, given by number, is among the k largest predictions.

    Parameters
    ----------
    k : int
        The number of predictions considered, at least 1.
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    from_sorted_ids : bool
        Whether predictions are class numbers, the best first, instead of one score per class.

    Raises
    ------
    TypeError
        If `k` is not an integer, `from_sorted_ids` is not True or False, or `name` is not a string.
    ValueError
        If `k` is less than 1, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.SparseTopKCategoricalAccuracy`.

    Examples
    --------
    >>> float(SparseTopKCategoricalAccuracy(k=2)([2, 1], [[0.1, 0.9, 0.8], [0.05, 0, 0.95]]))
    0.5
    """

    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        self.k, self.from_sorted_ids = checks.integer("k", k, 1), checks.flag("from_sorted_ids", from_sorted_ids)
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=self.k, from_sorted_ids=self.from_sorted_ids)
