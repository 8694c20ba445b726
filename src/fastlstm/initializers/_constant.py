"""Initializers with fixed values."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array, finite_array
from ._base import Initializer, registry


@registry.register("zero")
class Zeros(Initializer):
    """All zeros.

    References
    ----------
    Keras 3, `keras.initializers.Zeros`.

    Examples
    --------
    >>> Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def _values(self, shape: tuple[int, ...]) -> Array:
        return np.zeros(shape)


@registry.register("one")
class Ones(Initializer):
    """All ones.

    References
    ----------
    Keras 3, `keras.initializers.Ones`.

    Examples
    --------
    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def _values(self, shape: tuple[int, ...]) -> Array:
        return np.ones(shape)


@registry.register()
class Constant(Initializer):
    """The same value everywhere.

    Parameters
    ----------
    value : float or array_like
        The value of all elements, or an array that is broadcast to the shape.

    Raises
    ------
    TypeError
        If `value` does not consist of real numbers.
    ValueError
        If `value` contains NaN or infinity; when called, if an array does not fit the shape.

    References
    ----------
    Keras 3, `keras.initializers.Constant`.

    Examples
    --------
    >>> Constant(0.5)((2,)).tolist()
    [0.5, 0.5]
    """

    def __init__(self, value: Any = 0.0) -> None:
        if np.ndim(value) == 0:
            self.value: float | Array = checks.number("value", value)
        else:
            self.value = finite_array("value", value, "float64")

    def _values(self, shape: tuple[int, ...]) -> Array:
        try:
            return np.broadcast_to(self.value, shape)
        except ValueError:
            raise ValueError(f"value: expected an array that fits {shape}, got shape {np.shape(self.value)}") from None

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {"value": self.value if isinstance(self.value, float) else self.value.tolist()}


@registry.register("IdentityInitializer")
class Identity(Initializer):
    """The identity matrix times `gain`, padded with zero rows or columns if the shape is not square.

    Parameters
    ----------
    gain : float
        The value on the diagonal.

    Raises
    ------
    TypeError
        If `gain` is not a real number.
    ValueError
        If `gain` is NaN or infinite; when called, if the shape does not have two axes.

    References
    ----------
    Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified linear units", 2015.

    Examples
    --------
    >>> Identity(2.0)((2, 3)).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = checks.number("gain", gain)

    def _values(self, shape: tuple[int, ...]) -> Array:
        if len(shape) != 2:
            raise ValueError(f"shape: Identity expected two axes, got {shape}")
        return self.gain * np.eye(*shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {"gain": self.gain}
