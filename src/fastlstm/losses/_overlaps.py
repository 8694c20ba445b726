"""Losses of the overlap of two sets: Dice, Tversky."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._batch_loss import BatchLoss, targets_like
from ._native import registry
from ._pairs import EPSILON, pair
from ._shares import masked_weights

__all__ = ["Dice", "Tversky", "dice", "tversky"]


class _Overlap(BatchLoss):
    """Base class of losses ``1 - a / b``, with sums a and b over some axes of the batch."""

    axis: tuple[int, ...] | None

    def _converted(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        return targets_like(name, y, output_shape, dtype, finite=finite)

    def _ratio(self, y: Array, p: Array, axes: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
        """Return a and b, with their axes of size 1, and their derivatives by each prediction."""
        raise NotImplementedError

    def _values(self, y_true: Array, y_pred: Array) -> Array:
        axes = _axes(self.axis, y_pred.ndim)
        a, b, _, _ = self._ratio(y_true.astype(np.float64), y_pred.astype(np.float64), axes)
        return np.squeeze(1 - a / b, axes)

    def _masked_values(self, values: Array, valid: Array) -> Array:
        """Return values with zeros for those of masked steps alone."""
        return values * self._counted(values, valid)

    def reduced(
        self, y_true: Array, y_pred: Array, weight: Array | None, valid: Array | None = None
    ) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient."""
        axes = _axes(self.axis, y_pred.ndim)
        a, b, da, db = self._ratio(y_true.astype(np.float64), y_pred.astype(np.float64), axes)
        values = np.squeeze(1 - a / b, axes)
        shares = self._shares(values, weight, None if valid is None else self._counted(values, valid))
        gradient = np.expand_dims(shares, axes) * (a * db - b * da) / np.square(b)
        return float((values * shares).sum()), gradient

    def _counted(self, values: Array, valid: Array) -> Array:
        """Return whether each value is one of valid steps, some of them at least."""
        rank = values.ndim + len(self.axis) if self.axis is not None else valid.ndim + 1
        axes = _axes(self.axis, rank)
        of_steps = valid.reshape(valid.shape + (1,) * (rank - valid.ndim)).any(axis=axes)
        return np.broadcast_to(of_steps, values.shape)

    def _shares(self, values: Array, weight: Array | None, counted: Array | None) -> Array:
        """Return the derivative of the reduced loss by each value."""
        if values.ndim == 0:  # one value, of which each sample has one
            weights = np.ones(1) if weight is None else weight.astype(np.float64)
            divisor = 1 if self.reduction == "sum" else weights.size
            if self.reduction == "mean_with_sample_weight":
                divisor = weights.sum()
            return np.asarray(weights.sum() / divisor if divisor != 0 else 0.0)
        if weight is not None and self.axis is not None and 0 in _axes(self.axis, values.ndim + len(self.axis)):
            raise ValueError(
                f"sample_weight: expected None, since the values of the loss {self.name!r} are sums over the samples"
            )
        weights = np.ones(values.shape) if counted is None else masked_weights(None, counted, self.reduction)
        if weight is not None:
            weights = weights * self._weight_of_each(values, weight)
        divisor = {"sum": 1.0, "mean_with_sample_weight": weights.sum()}.get(str(self.reduction), float(values.size))
        shares: Array = weights / divisor if divisor != 0 else np.zeros(values.shape)
        return shares


@registry.register()
class Dice(_Overlap):
    """Dice loss: ``1 - 2 * sum(y * p) / (sum(y) + sum(p) + 1e-7)``, with sums over the whole batch.

    The loss has one value for a batch, however it is distributed among the samples. Its gradient is exact. Sample
    weights multiply it by their mean (or sum, as the reduction says), as in Keras.

    Parameters
    ----------
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How several values, if `axis` leaves any, become one number; `Loss` defines each.
    name : str, optional
        For display.
    axis : int or sequence of int, optional
        The axes of the outputs, of which 0 is that of the samples, to sum over. Default: all.
    dtype : None
        For Keras compatibility; the sums are computed in float64.

    Raises
    ------
    TypeError
        If `axis` does not consist of integers, or `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Milletari, Navab and Ahmadi, "V-Net: fully convolutional neural networks for volumetric medical image segmentation",
    3DV 2016.

    Examples
    --------
    >>> round(Dice()([[1.0, 0.0], [1.0, 1.0]], [[0.5, 0.5], [1.0, 1.0]]), 6)
    0.166667
    >>> Dice(axis=1, reduction=None)([[1.0, 0.0], [1.0, 1.0]], [[0.5, 0.5], [1.0, 1.0]]).round(6)
    array([0.5, 0. ])
    """

    def __init__(
        self,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "dice",
        axis: int | Sequence[int] | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = _axis(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "axis": _plain(self.axis)}

    def _ratio(self, y: Array, p: Array, axes: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
        a, b = 2 * _sum(y * p, axes), _sum(y, axes) + _sum(p, axes) + EPSILON
        return a, b, 2 * y, np.ones(())


@registry.register()
class Tversky(_Overlap):
    """Tversky loss: ``1 - I / (I + alpha * M + beta * S + 1e-7)``, with sums over the whole batch.

    I is ``sum(y * p)``, M what the predictions miss, ``sum(y * (1 - p))``, and S what they have in excess, ``sum((1 -
    y) * p)``. With both weights 1/2 it is the Dice loss. The loss has one value for a batch, however it is distributed
    among the samples. Its gradient is exact. Sample weights multiply it by their mean (or sum, as the reduction says),
    as in Keras.

    Parameters
    ----------
    alpha : float
        The weight of what is missed.
    beta : float
        The weight of what is in excess.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How several values, if `axis` leaves any, become one number; `Loss` defines each.
    name : str, optional
        For display.
    axis : int or sequence of int, optional
        The axes of the outputs, of which 0 is that of the samples, to sum over. Default: all.
    dtype : None
        For Keras compatibility; the sums are computed in float64.

    Raises
    ------
    TypeError
        If a weight is not a real number, `axis` does not consist of integers, or `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Salehi, Erdogmus and Gholipour, "Tversky loss function for image segmentation using 3D fully convolutional deep
    networks", MLMI 2017.

    Examples
    --------
    >>> round(Tversky(alpha=0.2, beta=0.8)([[1.0, 0.0]], [[0.5, 0.5]]), 6)
    0.5
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: int | Sequence[int] | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.alpha, self.beta = checks.number("alpha", alpha), checks.number("beta", beta)
        self.axis = _axis(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "alpha": self.alpha, "beta": self.beta, "axis": _plain(self.axis)}

    def _ratio(self, y: Array, p: Array, axes: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
        common = _sum(y * p, axes)
        missed, excess = _sum(y * (1 - p), axes), _sum((1 - y) * p, axes)
        whole = common + self.alpha * missed + self.beta * excess + EPSILON
        return common, whole, y, y * (1 - self.alpha) + self.beta * (1 - y)


def dice(y_true: Any, y_pred: Any, axis: int | Sequence[int] | None = None) -> Array:
    """Return ``1 - 2 * sum(y * p) / (sum(y) + sum(p) + 1e-7)``, with sums over axes.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions.
    axis : int or sequence of int, optional
        The axes to sum over. Default: all.

    Returns
    -------
    ndarray
        The values, of the shape that is left, float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or `axis` does not consist of integers.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or there is no axis `axis`.

    References
    ----------
    Milletari, Navab and Ahmadi, "V-Net: fully convolutional neural networks for volumetric medical image segmentation",
    3DV 2016.

    Examples
    --------
    >>> dice([[1.0, 0.0], [1.0, 1.0]], [[0.5, 0.5], [1.0, 1.0]], axis=1).round(4)
    array([0.5, 0. ])
    """
    return Dice(axis=axis)._values(*pair(y_true, y_pred))


def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: int | Sequence[int] | None = None
) -> Array:
    """Return ``1 - I / (I + alpha * M + beta * S + 1e-7)``, with sums over axes.

    I is ``sum(y * p)``, M what the predictions miss, ``sum(y * (1 - p))``, and S what they have in excess, ``sum((1 -
    y) * p)``.

    Parameters
    ----------
    y_true : array_like
        Targets, of the shape of `y_pred`; a last axis of size 1 may be omitted.
    y_pred : array_like
        Predictions.
    alpha : float
        The weight of what is missed.
    beta : float
        The weight of what is in excess.
    axis : int or sequence of int, optional
        The axes to sum over. Default: all.

    Returns
    -------
    ndarray
        The values, of the shape that is left, float64.

    Raises
    ------
    TypeError
        If the targets or predictions are neither real numbers nor booleans, or another argument has the wrong type.
    ValueError
        If the shapes differ (nothing is broadcast), an argument is ragged, or there is no axis `axis`.

    References
    ----------
    Salehi, Erdogmus and Gholipour, "Tversky loss function for image segmentation using 3D fully convolutional deep
    networks", MLMI 2017.

    Examples
    --------
    >>> round(float(tversky([[1.0, 0.0]], [[0.5, 0.5]], alpha=0.2, beta=0.8)), 4)
    0.5
    """
    return Tversky(alpha, beta, axis=axis)._values(*pair(y_true, y_pred))


def _axis(axis: Any) -> tuple[int, ...] | None:
    if axis is None:
        return None
    given = axis if isinstance(axis, (Sequence, np.ndarray)) else (axis,)
    return tuple(checks.integer("axis", each, -64, 64) for each in given)


def _plain(axis: tuple[int, ...] | None) -> int | list[int] | None:
    return axis if axis is None else axis[0] if len(axis) == 1 else list(axis)


def _axes(axis: tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    """Return the axes as numbers from 0; one that does not exist raises ValueError."""
    if axis is None:
        return tuple(range(rank))
    if not all(-rank <= each < rank for each in axis):
        raise ValueError(f"axis: expected axes of predictions with {rank}, got {list(axis)}")
    return tuple(each % rank for each in axis)


def _sum(values: Array, axes: tuple[int, ...]) -> Array:
    total: Array = values.sum(axis=axes, keepdims=True)
    return total
