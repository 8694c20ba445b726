"""Scaling of series that can be inverted. Fit a scaler to the training part only."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .._internal import checks
from .._internal.arrays import finite_array, moments, numbers

Self = TypeVar("Self", bound="_Scaler")


class _Scaler:
    """Computes ``(x - shift) / scale`` per feature: the last axis, or the only feature of a series (steps,)."""

    _fitted: tuple[NDArray[np.float64], ...] | None = None
    """The statistics of the data that the subclass uses, (D,) each."""

    def _statistics(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        raise NotImplementedError(f"{type(self).__name__} must define _statistics(rows)")

    def _shift_and_scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        raise NotImplementedError(f"{type(self).__name__} must define _shift_and_scale()")

    def _restore(self, **statistics: Any) -> None:
        """Set the statistics of an earlier fit: all of them or none."""
        given = [value is not None for value in statistics.values()]
        if any(given) and not all(given):
            raise ValueError(f"{', '.join(statistics)}: expected all of them or none")
        if all(given):
            arrays = [finite_array(name, value, "float64") for name, value in statistics.items()]
            if any(array.ndim != 1 or array.shape != arrays[0].shape for array in arrays):
                raise ValueError(
                    f"{', '.join(statistics)}: expected one number for each feature, got shapes"
                    f" {[array.shape for array in arrays]}"
                )
            self._fitted = tuple(arrays)

    def fit(self: Self, data: Any) -> Self:
        """Compute the statistics of each feature over all other axes.

        Parameters
        ----------
        data : array_like (steps,), (steps, D) or (N, T, D)
            The training part, without NaN or Inf.

        Returns
        -------
        StandardScaler or MinMaxScaler
            The scaler itself.

        Raises
        ------
        TypeError
            If the data does not hold real numbers.
        ValueError
            If there is no row, or a value is NaN or Inf.
        """
        array = finite_array("data", data, "float64")
        if array.size == 0 or array.ndim == 0:
            raise ValueError(f"data: expected shape (steps,) or (..., D) with at least one row, got {array.shape}")
        self._fitted = self._statistics(array.reshape(-1, 1 if array.ndim == 1 else array.shape[-1]))
        return self

    def transform(self, data: Any) -> NDArray[Any]:
        """Scale data. NaN and Inf are passed through.

        Parameters
        ----------
        data : array_like (steps,), (steps, D) or (N, T, D)
            The data, with the features that the scaler was fitted to.

        Returns
        -------
        ndarray
            The scaled data, of the same shape; float32 for float32, otherwise float64.

        Raises
        ------
        TypeError
            If the data does not hold real numbers.
        ValueError
            If the scaler is not fitted, or was for another number of features.
        """
        array = self._checked(data)
        shift, scale = self._shift_and_scale()
        return _in_precision(array, (array.astype(np.float64) - shift) / scale)

    def inverse_transform(self, data: Any) -> NDArray[Any]:
        """Undo the scaling of data such as predictions. NaN and Inf are passed through.

        Parameters
        ----------
        data : array_like (steps,), (steps, D) or (N, T, D)
            Scaled data, with the features that the scaler was fitted to.

        Returns
        -------
        ndarray
            The data in the original units, of the same shape; float32 for float32, otherwise float64.

        Raises
        ------
        TypeError
            If the data does not hold real numbers.
        ValueError
            If the scaler is not fitted, or was for another number of features.
        """
        array = self._checked(data)
        shift, scale = self._shift_and_scale()
        return _in_precision(array, array.astype(np.float64) * scale + shift)

    def fit_transform(self, data: Any) -> NDArray[Any]:
        """Fit to the data and return it scaled: ``fit(data).transform(data)``.

        Parameters
        ----------
        data : array_like (steps,), (steps, D) or (N, T, D)
            The training part, without NaN or Inf.

        Returns
        -------
        ndarray
            The scaled data, of the same shape; float32 for float32, otherwise float64.

        Raises
        ------
        TypeError
            If the data does not hold real numbers.
        ValueError
            If there is no row, or a value is NaN or Inf.
        """
        return self.fit(data).transform(data)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, with the statistics of the fit.

        Returns
        -------
        dict
            Plain numbers and lists by argument; None for the statistics of a scaler that is not fitted.
        """
        raise NotImplementedError(f"{type(self).__name__} must define get_config()")

    @classmethod
    def from_config(cls: type[Self], config: dict[str, Any]) -> Self:
        """Return the scaler that `get_config` describes.

        Parameters
        ----------
        config : dict
            As returned by `get_config`.

        Returns
        -------
        StandardScaler or MinMaxScaler
            A scaler of this class, fitted if the other one was.

        Raises
        ------
        TypeError
            If an argument is unknown or has the wrong type.
        ValueError
            If an argument is out of range.
        """
        return cls(**config)

    def _checked(self, data: Any) -> NDArray[Any]:
        array = numbers("data", data)
        if self._fitted is None:
            raise ValueError(f"{type(self).__name__} is not fitted: call fit(training_data) first")
        features, got = len(self._fitted[0]), 1 if array.ndim < 2 else array.shape[-1]
        if got != features:
            raise ValueError(
                f"data: expected {features} features, as the scaler was fitted to, got {got} in {array.shape}"
            )
        return array

    def _lists(self, *names: str) -> dict[str, Any]:
        return dict(
            zip(names, (value.tolist() for value in self._fitted) if self._fitted else [None] * len(names), strict=True)
        )


class StandardScaler(_Scaler):
    """Scales each feature to zero mean and unit variance: ``(x - mean) / deviation``. A constant feature becomes zeros.

    The deviation is the square root of the mean square of ``x - mean``. Inside a model, `fastlstm.layers.Normalization`
    does the same, and inverts it for the output.

    Parameters
    ----------
    mean, deviation : array_like (D,), optional
        Statistics of an earlier fit. Default: those that `fit` computes.

    Raises
    ------
    TypeError
        If the statistics are not real numbers.
    ValueError
        If only one of the two is given, their shapes differ, or a number is not finite.

    Examples
    --------
    >>> scaler = StandardScaler().fit([10.0, 30.0])
    >>> scaler.transform([10.0, 20.0])
    array([-1.,  0.])
    >>> scaler.inverse_transform([-1.0, 0.0])
    array([10., 20.])
    """

    def __init__(self, mean: Any = None, deviation: Any = None) -> None:
        self._restore(mean=mean, deviation=deviation)

    def _statistics(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        mean, variance = moments(rows)
        constant = rows.min(axis=0) == rows.max(axis=0)
        return np.where(constant, rows[0], mean), np.where(constant, 0.0, np.sqrt(variance))

    def _shift_and_scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        assert self._fitted is not None
        mean, deviation = self._fitted
        return mean, _divisor(deviation)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, with the statistics of the fit."""
        return self._lists("mean", "deviation")


class MinMaxScaler(_Scaler):
    """Scales each feature linearly, its minimum and maximum to the ends of a range.

    ``low + (x - minimum) / (maximum - minimum) * (high - low)``. A constant feature becomes the lower end.

    Parameters
    ----------
    feature_range : tuple of float
        The lower and the upper end of the range.
    minimum, maximum : array_like (D,), optional
        Statistics of an earlier fit. Default: those that `fit` computes.

    Raises
    ------
    TypeError
        If the range is not a pair of numbers, or the statistics are not real numbers.
    ValueError
        If the range has no width, only one of `minimum` and `maximum` is given, their shapes differ, or a number is
        not finite.

    Examples
    --------
    >>> scaler = MinMaxScaler((-1, 1)).fit([[10.0, 5.0], [30.0, 5.0]])
    >>> scaler.transform([[20.0, 5.0]])
    array([[ 0., -1.]])
    """

    def __init__(
        self, feature_range: tuple[float, float] = (0.0, 1.0), minimum: Any = None, maximum: Any = None
    ) -> None:
        if not isinstance(feature_range, (tuple, list)) or len(feature_range) != 2:
            raise TypeError(f"feature_range: expected two numbers, got {feature_range!r}")
        low, high = (checks.number("feature_range", end) for end in feature_range)
        if low >= high:
            raise ValueError(f"feature_range: expected the lower end first, got {feature_range!r}")
        self.feature_range = low, high
        self._restore(minimum=minimum, maximum=maximum)

    def _statistics(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        return rows.min(axis=0), rows.max(axis=0)

    def _shift_and_scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        assert self._fitted is not None
        minimum, maximum = self._fitted
        low, high = self.feature_range
        scale = _divisor((maximum - minimum) / (high - low))
        return minimum - low * scale, scale

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, with the statistics of the fit."""
        return {"feature_range": list(self.feature_range), **self._lists("minimum", "maximum")}


def _divisor(width: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the widths of the features, with 1 in place of 0."""
    return np.where(width == 0, 1.0, width)


def _in_precision(given: NDArray[Any], result: NDArray[np.float64]) -> NDArray[Any]:
    return result.astype(np.float32) if given.dtype == np.float32 else result
