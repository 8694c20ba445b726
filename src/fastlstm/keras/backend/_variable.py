"""Variables: arrays that are changed in place."""

from typing import Any

import numpy as np

from ... import config
from ..._internal.tape import plain
from .._arrays import Tensor, convert_to_tensor, dtype_of


class Variable(Tensor):
    """An array whose elements `assign` replaces.

    Parameters
    ----------
    initial_value : array_like
        The elements.
    dtype : dtype, optional
        Default: that of an array, the default dtype for other values.
    trainable, name : optional
        Accepted as in Keras, without effect.
    """

    def __new__(
        cls, initial_value: Any = None, dtype: Any = None, trainable: bool = True, name: str | None = None, **_: Any
    ) -> "Variable":
        value = convert_to_tensor(initial_value)
        if dtype is None and not hasattr(initial_value, "dtype"):
            dtype = config.floatx() if value.dtype.kind == "f" else value.dtype
        return np.array(value, None if dtype is None else dtype_of(dtype)).view(cls)

    def assign(self, value: Any) -> "Variable":
        """Replace the elements, and return the variable."""
        self[...] = plain(value)
        return self

    def assign_add(self, value: Any) -> "Variable":
        """Add to the elements, and return the variable."""
        return self.assign(np.asarray(self) + plain(value))

    def assign_sub(self, value: Any) -> "Variable":
        """Subtract from the elements, and return the variable."""
        return self.assign(np.asarray(self) - plain(value))

    read_value = value = Tensor.numpy
