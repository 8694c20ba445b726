"""The base class of initializers."""

from typing import Any

import numpy as np

from .. import config
from .._internal import checks
from .._internal.arrays import Array, dtype_name
from .._internal.registry import Registry, snake_case_and_class_name


class Initializer:
    """Base class: calling an initializer with a shape returns a new array. Subclass it to write one."""

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        """Return a new array.

        Parameters
        ----------
        shape : tuple of int
            Shape of the weight.
        dtype : {'float32', 'float64'}, optional
            Default: `fastlstm.config.floatx()`.
        """
        dtype = config.floatx() if dtype is None else dtype_name("dtype", dtype)
        shape = tuple(checks.integer("shape", size, 0) for size in shape)
        return np.asarray(self._values(shape), dtype=dtype)

    def _values(self, shape: tuple[int, ...]) -> Array:
        raise NotImplementedError(f"{type(self).__name__} must define _values(shape)")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Initializer":
        """Return the initializer that `get_config` describes."""
        return cls(**config)


registry: Registry[type[Initializer]] = Registry("initializer", snake_case_and_class_name)
