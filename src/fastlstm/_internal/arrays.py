"""The one conversion of arrays, from user input to the form that the compiled core takes.

The core requires aligned arrays of its dtype in C order; everything else is converted here.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from . import keras_scripts

Array: TypeAlias = NDArray[Any]

_REAL = (int, float, np.integer, np.floating, np.bool_)
_dtypes = {"float32": np.dtype(np.float32), "float64": np.dtype(np.float64)}


def dtype_name(name: str, value: Any) -> str:
    """Return 'float32' or 'float64' for a dtype in any of NumPy's spellings; anything else raises."""
    try:
        found = "none" if value is None else str(np.dtype(value))
    except TypeError:
        found = "none"
    if found not in _dtypes:
        raise ValueError(f"{name}: expected 'float32' or 'float64', got {value!r}")
    return found


def numbers(name: str, value: Any) -> Array:
    """Return `value` as an array of integers, floats or booleans of any size; other types raise TypeError."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name}: expected an array without a mask, got a MaskedArray (fill or drop the masked values)")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name}: expected a rectangular array of numbers, got {type(value).__name__}") from error
    if array.dtype.kind == "O" and all(kind in "fiub" for kind in _kinds_of_a_frame(value)):
        array = value.to_numpy(dtype="float64", na_value=np.nan)
    if array.dtype.kind == "O" and keras_scripts.is_running() and all(isinstance(one, _REAL) for one in array.flat):
        try:
            array = array.astype("float64")  # as in TensorFlow 1
        except OverflowError as error:
            raise ValueError(f"{name}: expected numbers that float64 can hold, got larger ones") from error
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real integers or floats, got dtype {array.dtype}")
    return array


def _kinds_of_a_frame(value: Any) -> list[str]:
    """Return the dtype kinds of a pandas frame or series, whose numbers with missing values NumPy sees as objects."""
    dtypes = getattr(value, "dtypes", None)
    if dtypes is None or not hasattr(value, "to_numpy"):
        return ["O"]
    return [getattr(dtype, "kind", "O") for dtype in (dtypes if value.ndim == 2 else [dtypes])]


def real_array(name: str, value: Any, dtype: str) -> Array:
    """Return `value` as an aligned, C-contiguous array of exactly `dtype`, without a copy if it is one."""
    array: Array = value
    if type(value) is not np.ndarray or value.dtype is not _dtypes[dtype]:
        array = np.asarray(numbers(name, value), dtype=dtype)
    flags = array.flags
    return array if flags.c_contiguous and flags.aligned else array.copy(order="C")


def mask_for(x: Array, value: Any) -> Array:
    """Return `value` as a mask of x (N, T, D): booleans (N, T), True where a step is valid."""
    array = np.asarray(value)
    if array.dtype != np.bool_:
        raise TypeError(f"mask: expected True or False for each step, got dtype {array.dtype}")
    if x.ndim != 3:
        raise ValueError(f"mask: expected None for an input {x.shape}, which has no steps, got shape {array.shape}")
    if array.shape != x.shape[:2]:
        raise ValueError(f"mask: expected shape {x.shape[:2]}, one entry for each step, got {array.shape}")
    return np.ascontiguousarray(array)


def finite_array(name: str, value: Any, dtype: str) -> Array:
    """Like `real_array`, but NaN and Inf raise ValueError naming the first place."""
    with np.errstate(over="ignore"):  # a number too large for float32 becomes Inf and is reported below
        array = real_array(name, value, dtype)
    finite = np.isfinite(array)
    if not finite.all():
        place = [int(i) for i in np.unravel_index(int(finite.argmin()), array.shape)]
        what = "NaN" if np.isnan(array[tuple(place)]) else "Inf"
        raise ValueError(f"{name}: {what} at {place}, expected finite numbers ({dtype})")
    return array


def moments(rows: Array) -> tuple[Array, Array]:
    """Return the mean and the variance (D,) of each feature of rows (n, D), both divided by n."""
    mean = rows.mean(axis=0)
    return mean, np.square(rows - mean).mean(axis=0)
