"""Initializers that are functions of the user."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import config
from .._internal.arrays import Array, dtype_name
from ._base import Initializer


class FunctionInitializer(Initializer):
    """A function ``f(shape, dtype)`` or ``f(shape)`` as an initializer. Files contain its name only."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__name__ = getattr(function, "__name__", type(function).__name__)

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        """Return a new array of initial values; ValueError if the function returns one of another shape."""
        dtype = config.floatx() if dtype is None else dtype_name("dtype", dtype)
        takes_dtype = "dtype" in inspect.signature(self.function).parameters
        values = self.function(shape, dtype=dtype) if takes_dtype else self.function(shape)
        array = np.array(values, dtype=dtype)
        if array.shape != tuple(shape):
            raise ValueError(f"initializer: {self.__name__} returned shape {array.shape}, expected {tuple(shape)}")
        return array

    def get_config(self) -> dict[str, Any]:
        """Return the function under its name."""
        return {"function": self.__name__}
