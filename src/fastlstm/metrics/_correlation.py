"""Correlations of targets and predictions along an axis, and their means."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ..losses._pairs import EPSILON, pair
from ._base import registry
from ._reduction import MeanOfFunction

__all__ = ["ConcordanceCorrelation", "PearsonCorrelation", "concordance_correlation", "pearson_correlation"]


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """Return the correlation of targets and predictions along an axis.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    axis : int
        The axis to correlate along.

    Returns
    -------
    ndarray
        The correlations, float64: -1 to 1, NaN where targets or predictions do not vary.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Keras 3, `keras.metrics.pearson_correlation`.

    Examples
    --------
    >>> pearson_correlation([[0.0, 1.0, 0.5], [1.0, 1.0, 0.2]], [[0.1, 0.9, 0.5], [1.0, 0.9, 0.2]]).round(4)
    array([1.    , 0.9934])
    """
    targets, predictions = (_centred(one, axis) for one in pair(y_true, y_pred))
    scale = np.sqrt(np.square(targets).mean(axis=axis) * np.square(predictions).mean(axis=axis))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Array = (targets * predictions).mean(axis=axis) / scale
    return found


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """Return the concordance correlation along an axis, which also falls with a difference of means or variances.

    It is ``2 * covariance / (variance of y_true + variance of y_pred + (difference of means)**2 + 1e-7)``.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions (N, O) or (N, T, O).
    axis : int
        The axis to correlate along.

    Returns
    -------
    ndarray
        The correlations, -1 to 1, float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans.
    ValueError
        If the shapes differ (nothing is broadcast), or an argument is ragged.
    IndexError
        If there is no axis `axis`.

    References
    ----------
    Lin, "A concordance correlation coefficient to evaluate reproducibility", Biometrics 45, 1989.

    Examples
    --------
    >>> concordance_correlation([[0.0, 1.0, 0.5], [1.0, 1.0, 0.2]], [[0.1, 0.9, 0.5], [1.0, 0.9, 0.2]]).round(4)
    array([0.9756, 0.9877])
    """
    given = [one.astype(np.float64) for one in pair(y_true, y_pred)]
    apart = given[0].mean(axis=axis) - given[1].mean(axis=axis)
    targets, predictions = (_centred(one, axis) for one in given)
    variances = np.square(targets).mean(axis=axis) + np.square(predictions).mean(axis=axis)
    found: Array = 2 * (targets * predictions).mean(axis=axis) / (variances + np.square(apart) + EPSILON)
    return found


def _centred(values: Array, axis: int) -> Array:
    wide = values.astype(np.float64)
    centred: Array = wide - wide.mean(axis=axis, keepdims=True)
    return centred


@registry.register()
class PearsonCorrelation(MeanOfFunction):
    """Pearson correlation: the mean of the correlations of targets and predictions along an axis.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    axis : int
        The axis to correlate along: -1 for the outputs of each sample or step, -2 for the steps of each sample.

    Raises
    ------
    TypeError
        If `axis` is not an integer, or `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.PearsonCorrelation`.

    Examples
    --------
    >>> targets, predictions = [[0.0, 1.0, 0.5], [1.0, 1.0, 0.2]], [[0.1, 0.9, 0.5], [1.0, 0.9, 0.2]]
    >>> round(float(PearsonCorrelation()(targets, predictions)), 4)
    0.9967
    """

    _direction = "up"
    _sums_samples = False  # along the axis of the samples, batches matter

    def __init__(self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=checks.integer("axis", axis, -64, 64))


@registry.register()
class ConcordanceCorrelation(MeanOfFunction):
    """Concordance correlation: the mean of the correlations along an axis that also fall with a difference of means.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    axis : int
        The axis to correlate along: -1 for the outputs of each sample or step, -2 for the steps of each sample.

    Raises
    ------
    TypeError
        If `axis` is not an integer, or `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.ConcordanceCorrelation`.

    Examples
    --------
    >>> targets, predictions = [[0.0, 1.0, 0.5], [1.0, 1.0, 0.2]], [[0.1, 0.9, 0.5], [1.0, 0.9, 0.2]]
    >>> round(float(ConcordanceCorrelation()(targets, predictions)), 4)
    0.9816
    """

    _direction = "up"
    _sums_samples = False  # along the axis of the samples, batches matter

    def __init__(self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=checks.integer("axis", axis, -64, 64))
