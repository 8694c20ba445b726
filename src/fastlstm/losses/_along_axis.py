"""Losses along another axis than the last one, which are computed in Python."""

from typing import Any

from .._internal.arrays import Array, finite_array, real_array
from ._base import Loss
from ._native import NativeLoss


class AlongAxis(Loss):
    """A loss whose classes or features are along an axis of steps.

    Parameters
    ----------
    loss : NativeLoss
        The loss, with this axis.
    """

    _returns_values_alone = True

    def __init__(self, loss: NativeLoss) -> None:
        super().__init__(loss.name, loss.reduction)
        self._loss = loss

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return the values of all other axes."""
        return self._loss.call(y_true, y_pred)

    def _targets(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return `y` in the given dtype; the shape is checked by the loss."""
        return (finite_array if finite else real_array)(name, y, dtype)


def along_its_axis(loss: Loss | None, ndim: int) -> Loss | None:
    """Return a loss as it trains an output with so many axes: in Python if its axis is not the last one.

    Parameters
    ----------
    loss : Loss or None
        The loss.
    ndim : int
        The number of axes of the output.

    Returns
    -------
    Loss or None
    """
    if not isinstance(loss, NativeLoss) or loss.axis in (-1, ndim - 1):
        return loss
    if not -ndim < loss.axis < ndim or loss.axis % ndim == 0:
        raise ValueError(f"axis: expected one of the axes 1 to {ndim - 1} of the output, got {loss.axis}")
    return AlongAxis(loss)
