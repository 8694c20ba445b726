"""TensorFlow's functions that choose elements of arrays and move them."""

from typing import Any

import numpy as np

from ..._internal import tape
from ..._internal.deferred import defer_functions
from .. import _parts
from .._arrays import cast, clip, is_tensor, tensor
from .._arrays import one_hot as _one_hot

__all__ = [
    "argsort",
    "boolean_mask",
    "clip_by_value",
    "ensure_shape",
    "gather",
    "gather_nd",
    "identity",
    "one_hot",
    "pad",
    "reverse",
    "sequence_mask",
    "slice",
    "sort",
    "split",
    "squeeze",
    "unstack",
]

_slice = slice


def _array(x: Any) -> Any:
    return x if is_tensor(x) else np.asarray(x)


def identity(input: Any, name: str | None = None) -> Any:
    """Return a copy of an array."""
    given = tape.current(input)
    return given if type(given) is tape.Traced else tensor(np.array(given))


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """Return an array unchanged."""
    return x


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Return an array with its elements limited to an interval."""
    return clip(t, clip_value_min, clip_value_max)


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Any:
    """Return an array without some axes of size 1, or without all of them."""
    axis = squeeze_dims if axis is None else axis
    return tensor(np.squeeze(input, tuple(axis) if isinstance(axis, list) else axis))


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """Return an array with the elements along some axes in reverse order."""
    return identity(np.flip(tensor, tuple(axis) if isinstance(axis, (list, np.ndarray)) else axis))


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Any:
    """Return a part of an array: its beginning and its size along each axis, -1 for all that follows."""
    return _parts.slice(input_, begin, size)


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: str | None = None) -> Any:
    """Return an array with elements added before and after each axis."""
    mode = mode.lower()
    return _parts.pad(tensor, np.asarray(paddings).tolist(), mode, constant_values if mode == "constant" else None)


def boolean_mask(tensor: Any, mask: Any, axis: int | None = None, name: str | None = None) -> Any:
    """Return the entries of an array at which a mask is True."""
    return identity(_array(tensor)[(_slice(None),) * (axis or 0) + (np.asarray(mask, bool),)])


def gather(params: Any, indices: Any, axis: Any = None, name: str | None = None, batch_dims: int = 0, **_: Any) -> Any:
    """Return the entries of an array at the indices."""
    axis = batch_dims if axis is None else axis
    if not batch_dims:
        return tensor(np.take(params, tape.plain(indices), axis=axis))
    rows = zip(params, indices, strict=True)
    return tensor(np.stack([gather(row, i, axis - 1, None, batch_dims - 1) for row, i in rows]))


def gather_nd(params: Any, indices: Any, batch_dims: int = 0, name: str | None = None) -> Any:
    """Return the entries of an array at indices of its first axes, which are in the last axis of `indices`."""
    places = np.asarray(indices)
    if not batch_dims:
        return tensor(_array(params)[tuple(np.moveaxis(places, -1, 0))])
    return tensor(np.stack([gather_nd(row, i, batch_dims - 1) for row, i in zip(params, places, strict=True)]))


def one_hot(
    indices: Any,
    depth: int,
    on_value: Any = 1,
    off_value: Any = 0,
    axis: int = -1,
    dtype: Any = "float32",
    name: str | None = None,
) -> Any:
    """Return a value at each index and another elsewhere, in a new axis of size `depth`."""
    found = np.moveaxis(np.asarray(_one_hot(indices, int(depth))), -1, axis)
    return cast(np.where(found == 1, on_value, off_value), dtype)


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool", name: str | None = None) -> Any:
    """Return whether each place is before the end of a sequence of a length."""
    lengths = np.asarray(lengths)
    steps = np.arange(lengths.max(initial=0) if maxlen is None else int(maxlen))
    return cast(steps < lengths[..., None], dtype)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str | None = None) -> list[Any]:
    """Return the entries of an array along an axis."""
    return [tensor(each) for each in np.moveaxis(_array(value), axis, 0)]


def split(value: Any, num_or_size_splits: Any, axis: int = 0, num: int | None = None, name: str | None = None) -> Any:
    """Return the parts of an array: a number of equal ones, or ones of given sizes."""
    several = np.ndim(num_or_size_splits) > 0
    return _parts.split(value, np.cumsum(num_or_size_splits)[:-1] if several else num_or_size_splits, axis)


def argsort(
    values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Any:
    """Return the places of the elements along an axis, in the order of their size."""
    given = tape.plain(_array(values))
    return tensor(np.argsort(-given if direction == "DESCENDING" else given, axis=axis, kind="stable"))


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """Return an array with the elements along an axis in the order of their size."""
    return tensor(np.take_along_axis(_array(values), np.asarray(argsort(values, axis, direction)), axis))


defer_functions(globals(), [name for name in __all__ if name != "ensure_shape"])
