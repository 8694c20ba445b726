"""Losses: their names, their classes, and the targets that each one takes. The core has the arithmetic.

Every loss is the mean over all elements of the output but the class axis, averaged over the samples of a batch.
"""

from typing import Any, ClassVar, cast

import numpy as np

from ._engine import Array, finite_array, numbers, real_array
from ._names import lookup, snake_case

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "get",
]


class Loss:
    """Base class of the losses that the core knows; `compile` takes an instance or a name."""

    sparse: ClassVar[bool] = False
    """Whether the targets are class numbers, one for each O outputs, instead of one number for each output."""

    @property
    def name(self) -> str:
        """The long name, such as 'mean_squared_error'."""
        return snake_case(type(self).__name__)

    def targets(self, name: str, y: Any, output_shape: tuple[int, ...], dtype: str, *, finite: bool) -> Array:
        """Return `y` as the core takes it.

        Parameters
        ----------
        name : str
            Of the argument, for messages.
        y : array_like
            The shape of the output; or without its last axis where that is 1, or with one more axis of 1.
            For a sparse loss: class numbers from 0 to O - 1, the shape of the output without its last axis, or with
            1 in its place.
        output_shape : tuple of int
            (N, O) or (N, T, O).
        dtype : {'float32', 'float64'}
            Of the model.
        finite : bool
            Whether NaN and Inf raise.

        Returns
        -------
        ndarray
            Of shape `output_shape`; for a sparse loss, with 1 in place of O.

        Raises
        ------
        ValueError
            If the shape differs (nothing is broadcast), or a class number is not one.
        TypeError
            If `y` is not made of real integers or floats.
        """
        *leading, classes = output_shape
        wanted = (*leading, 1) if self.sparse else output_shape
        y = numbers(name, y)
        allowed = [wanted, (*wanted, 1)] + ([tuple(leading)] if wanted[-1] == 1 else [])
        if y.shape not in allowed:
            others = f" or {tuple(leading)}" if wanted[-1] == 1 else ""
            raise ValueError(f"{name}: expected shape {wanted}{others} for an output {output_shape}, got {y.shape}")
        if self.sparse:
            _require_classes(name, y, classes)
        return (finite_array if finite else real_array)(name, y, dtype).reshape(wanted)


def _require_classes(name: str, y: Array, classes: int) -> None:
    good = (y >= 0) & (y < classes) & (y == np.floor(y))
    if not good.all():
        place = tuple(int(i) for i in np.unravel_index(int(good.argmin()), y.shape))
        raise ValueError(
            f"{name}: expected class numbers, integers from 0 to {classes - 1}, got {y[place]!s} at {list(place)}"
        )


class MeanSquaredError(Loss):
    """Mean of ``(y - p)**2``.

    Examples
    --------
    >>> MeanSquaredError().name
    'mean_squared_error'
    """


class MeanAbsoluteError(Loss):
    """Mean of ``abs(y - p)``.

    Examples
    --------
    >>> MeanAbsoluteError().name
    'mean_absolute_error'
    """


class BinaryCrossentropy(Loss):
    """Mean of ``-(y log p + (1 - y) log(1 - p))``, p clipped to [1e-7, 1 - 1e-7]. For a sigmoid output.

    Examples
    --------
    >>> BinaryCrossentropy().name
    'binary_crossentropy'
    """


class CategoricalCrossentropy(Loss):
    """Mean of ``-sum(y log p)`` over the last axis, y being one-hot or probabilities. For a softmax output.

    Examples
    --------
    >>> CategoricalCrossentropy().name
    'categorical_crossentropy'
    """


class SparseCategoricalCrossentropy(Loss):
    """The same with class numbers for targets instead of one-hot rows.

    Examples
    --------
    >>> SparseCategoricalCrossentropy().sparse
    True
    """

    sparse = True


_classes: tuple[type[Loss], ...] = (
    MeanSquaredError,
    MeanAbsoluteError,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
_by_name: dict[str, type[Loss]] = {
    **{snake_case(cls.__name__): cls for cls in _classes},
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
}


def get(identifier: Any) -> Loss:
    """Return a loss.

    Parameters
    ----------
    identifier : str or Loss
        'mse' (or 'mean_squared_error'), 'mae' (or 'mean_absolute_error'), 'binary_crossentropy',
        'categorical_crossentropy', 'sparse_categorical_crossentropy', also as 'MSE' or 'MeanSquaredError'; a loss is
        returned as it is.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is neither a name nor a loss.

    Examples
    --------
    >>> get("mse").name
    'mean_squared_error'
    """
    if type(identifier) in _classes:
        return cast(Loss, identifier)
    if isinstance(identifier, str):
        name = snake_case(identifier)
        return lookup("loss", name if name in _by_name else identifier, _by_name)()
    known = ", ".join(cls.__name__ for cls in _classes)
    raise TypeError(f"loss: expected a name or an instance of {known} from fastlstm.losses, got {identifier!r}")
