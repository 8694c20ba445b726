"""What the activations share: their input as an array of floats, and quiet arithmetic."""

from typing import Any

import numpy as np

from .. import config
from .._internal import checks
from .._internal.arrays import Array, numbers


def floats(x: Any) -> Array:
    """Return `x` as an array of floats: its own dtype, or `config.floatx()` if it has integers."""
    if type(x) is np.ndarray and x.dtype.kind == "f":
        return x
    array = numbers("x", x)
    return array if array.dtype.kind == "f" else array.astype(config.floatx())


def quiet() -> np.errstate:
    """Return the context in which NaN, Inf and values that overflow pass through without warnings."""
    return np.errstate(all="ignore")


def like(x: Array, y: Any) -> Array:
    """Return `y` as an array of the dtype of `x`; NumPy makes scalars of arrays without axes."""
    return np.asarray(y, dtype=x.dtype)


def axis_of(x: Array, axis: Any) -> int:
    """Return `axis`, which must be one of the axes of `x`."""
    if x.ndim == 0:
        raise ValueError("x: expected at least one axis, got a scalar")
    return checks.integer("axis", axis, -x.ndim, x.ndim - 1)
