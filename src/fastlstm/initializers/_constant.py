"""Initializers that draw nothing."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._base import Initializer, registry


@registry.register("zero")
class Zeros(Initializer):
    """All zeros.

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

    Examples
    --------
    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def _values(self, shape: tuple[int, ...]) -> Array:
        return np.ones(shape)


@registry.register()
class Constant(Initializer):
    """One value everywhere.

    Parameters
    ----------
    value : float
        The value, a finite number.

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
        """Return the constructor's arguments."""
        return {"value": self.value}


@registry.register("IdentityInitializer")
class Identity(Initializer):
    """The identity matrix times `gain`; where the shape is not square, with rows or columns of zeros after it.

    Parameters
    ----------
    gain : float
        Factor.

    Raises
    ------
    ValueError
        When called with a shape of other than two axes.

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
        """Return the constructor's arguments."""
        return {"gain": self.gain}
