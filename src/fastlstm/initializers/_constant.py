"""Initializers with fixed values."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
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
    value : float
        The value.

    Raises
    ------
    TypeError
        If `value` is not a real number.
    ValueError
        If `value` is NaN or infinite.

    References
    ----------
    Keras 3, `keras.initializers.Constant`.

    Examples
    --------
    >>> Constant(0.5)((2,)).tolist()
    [0.5, 0.5]
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = checks.number("value", value)

    def _values(self, shape: tuple[int, ...]) -> Array:
        return np.full(shape, self.value)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {"value": self.value}


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
