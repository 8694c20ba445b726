"""Regression metrics."""

import warnings
from typing import Any

import numpy as np

from .. import losses
from .._internal import checks
from .._internal.arrays import Array
from ..losses._pairs import floats, pair
from ._base import Metric, registry
from ._reduction import Mean, MeanOfFunction

__all__ = [
    "CosineSimilarity",
    "LogCoshError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "R2Score",
    "RootMeanSquaredError",
]


@registry.register("mse", "MSE")
class MeanSquaredError(MeanOfFunction):
    """Mean squared error, ``(y - p)**2``.

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
    Keras 3, `keras.metrics.MeanSquaredError`.

    Examples
    --------
    >>> float(MeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.25
    """

    _direction = "down"

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


@registry.register("mae", "MAE")
class MeanAbsoluteError(MeanOfFunction):
    """Mean absolute error, ``abs(y - p)``.

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
    Keras 3, `keras.metrics.MeanAbsoluteError`.

    Examples
    --------
    >>> float(MeanAbsoluteError()([[0, 1], [0, 0]], [[3, 1], [0, 0]]))
    0.75
    """

    _direction = "down"

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


@registry.register("mape", "MAPE")
class MeanAbsolutePercentageError(MeanOfFunction):
    """Mean absolute percentage error, ``100 * abs(y - p) / max(abs(y), 1e-7)``.

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
    Keras 3, `keras.metrics.MeanAbsolutePercentageError`.

    Examples
    --------
    >>> float(MeanAbsolutePercentageError()([[1.0], [2.0]], [[2.0], [2.0]]))
    50.0
    """

    _direction = "down"

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


@registry.register("msle", "MSLE")
class MeanSquaredLogarithmicError(MeanOfFunction):
    """Mean squared logarithmic error, ``(log(1 + y) - log(1 + p))**2``; values below 1e-7 count as 1e-7.

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
    Keras 3, `keras.metrics.MeanSquaredLogarithmicError`.

    Examples
    --------
    >>> float(MeanSquaredLogarithmicError()([[1.0]], [[1.0]]))
    0.0
    """

    _direction = "down"

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


@registry.register("log_cosh")
class LogCoshError(MeanOfFunction):
    """Mean of ``log(cosh(p - y))``.

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
    Keras 3, `keras.metrics.LogCoshError`.

    Examples
    --------
    >>> round(float(LogCoshError()([[0.0], [0.0]], [[1.0], [0.0]])), 4)
    0.2169
    """

    _direction = "down"

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.log_cosh, name, dtype)


def _cosine(y_true: Any, y_pred: Any, axis: int) -> Array:
    return -losses.cosine_similarity(y_true, y_pred, axis)


@registry.register()
class CosineSimilarity(MeanOfFunction):
    """Mean cosine similarity of target and prediction: 1 for the same direction, -1 for opposite ones.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    axis : int
        The axis of the vectors, at least -1.

    Raises
    ------
    TypeError
        If `axis` is not an integer, or `name` is not a string.
    ValueError
        If `axis` is less than -1, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.CosineSimilarity`.

    Examples
    --------
    >>> round(float(CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]])), 4)
    0.5
    """

    _direction = "up"

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        self.axis = checks.integer("axis", axis, -1)
        super().__init__(_cosine, name, dtype, axis=self.axis)


@registry.register()
class RootMeanSquaredError(Mean):
    """Root of the mean squared error, ``sqrt(mean((y - p)**2))``.

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
    Keras 3, `keras.metrics.RootMeanSquaredError`.

    Examples
    --------
    >>> float(RootMeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.5
    """

    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Targets.
        y_pred : array_like
            Predictions.
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the shapes do not match.
        """
        targets, predictions = pair(y_true, y_pred)
        super().update_state(np.square(predictions - targets), sample_weight=sample_weight)

    def result(self) -> Any:
        """Return the root mean squared error as a float."""
        return np.sqrt(super().result())


@registry.register()
class R2Score(Metric):
    """Coefficient of determination: 1 - (sum of squared errors) / (sum of squared deviations from the mean target).

    The best value is 1; predicting the mean target gives 0.

    Parameters
    ----------
    class_aggregation : {'uniform_average', 'variance_weighted_average'} or None
        How the scores of several outputs are combined; None returns one for each.
    num_regressors : int
        The number of independent variables for the adjusted score; 0 for the score itself.
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `num_regressors` is not an integer, or `name` is not a string.
    ValueError
        If `class_aggregation` is unknown, `num_regressors` is negative, `name` is empty, or `dtype` is neither
        'float32' nor 'float64'.

    Warns
    -----
    UserWarning
        In `result`, if there are too few samples to adjust the score.

    References
    ----------
    Keras 3, `keras.metrics.R2Score`.

    Examples
    --------
    >>> round(float(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
    0.5714
    """

    _direction = "up"
    _sums_samples = True

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in (None, "uniform_average", "variance_weighted_average"):
            raise ValueError(
                "class_aggregation: expected 'uniform_average', 'variance_weighted_average' or None, got"
                f" {class_aggregation!r}"
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = checks.integer("num_regressors", num_regressors, 0)
        self.num_samples = self.add_variable((), name="num_samples")
        self._sums: list[Array] = []

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Targets (N, O).
        y_pred : array_like
            Predictions (N, O).
        sample_weight : array_like, optional
            The weight of each sample (N,), or of each target (N, O).

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If the shapes do not match, or are not (N, O).
        """
        targets, predictions = (one.astype(np.float64, copy=False) for one in pair(y_true, y_pred))
        if targets.ndim != 2:
            raise ValueError(f"y_pred: expected shape (N, O) for an R2Score, got {predictions.shape}")
        weights = floats("sample_weight", 1.0 if sample_weight is None else sample_weight)
        weights = np.broadcast_to(weights[:, None] if weights.ndim == 1 else weights, targets.shape)
        if not self._sums:
            width = targets.shape[1:]
            self.sum, self.squared_sum = self.add_variable(width, name="sum"), self.add_variable(width, name="squared")
            self.total_mse, self.count = self.add_variable(width, name="residual"), self.add_variable(width, name="n")
            self._sums = [self.sum.value, self.squared_sum.value, self.total_mse.value, self.count.value]
        errors = np.square(targets - predictions)
        for total, terms in zip(self._sums, (targets, np.square(targets), errors, np.ones(())), strict=True):
            np.add(total, (terms * weights).sum(axis=0), out=total)
        self.num_samples.assign_add(targets.size)

    def result(self) -> Any:
        """Return the score; 0 before the first batch.

        Returns
        -------
        float or ndarray
            One score, or with ``class_aggregation=None`` an array (O,).
        """
        if not self._sums:
            return 0.0
        sums, squares, residuals, count = self._sums
        with np.errstate(divide="ignore", invalid="ignore"):
            total = squares - sums * (sums / count)
            scores = 1 - residuals / total
            scores = np.where(np.isinf(scores), 0.0, scores)
            if self.class_aggregation == "uniform_average":
                scores = scores.mean()
            elif self.class_aggregation == "variance_weighted_average":
                scores = (total * scores).sum() / total.sum()
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, score: Any) -> Any:
        spare = float(self.num_samples) - 1 - self.num_regressors
        if spare > 0:
            return 1 - (1 - score) * (float(self.num_samples) - 1) / spare
        warnings.warn(
            f"R2Score: num_regressors={self.num_regressors} needs more than {float(self.num_samples):.0f} samples;"
            " the score is not adjusted",
            UserWarning,
            stacklevel=3,
        )
        return score

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
