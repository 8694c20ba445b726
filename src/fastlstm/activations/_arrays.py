"""Helpers shared by the activations: float input, warnings switched off, output in the input's dtype."""

from typing import Any

import numpy as np

from .. import config
from .._internal import checks
from .._internal.arrays import Array, numbers
from .._internal.tape import Traced


def floats(x: Any) -> Array:
    """Return `x` as a float array: in its own dtype, or in `config.floatx()` for integers."""
    if type(x) is np.ndarray and x.dtype.kind == "f":
        return x
    if type(x) is Traced:
        return x  # type: ignore[return-value]  # it behaves as an array of floats
    array = numbers("x", x)
    return array if array.dtype.kind == "f" else array.astype(config.floatx())


def quiet() -> np.errstate:
    """Return a context in which NaN, Inf and overflow raise no warnings."""
    return np.errstate(all="ignore")


def like(x: Array, y: Any) -> Array:
    """Return `y` as an array of the dtype of `x`, also where NumPy has returned a scalar."""
    return y.astype(x.dtype) if type(y) is Traced else np.asarray(y, dtype=x.dtype)


def axis_of(x: Array, axis: Any) -> int:
    """Return `axis` after checking that `x` has it."""
    if x.ndim == 0:
        raise ValueError("x: expected at least one axis, got a scalar")
    return checks.integer("axis", axis, -x.ndim, x.ndim - 1)
