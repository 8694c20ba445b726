"""TensorFlow's functions that put values in places, count them, and sum those of the same number."""

from typing import Any

import numpy as np

from ..._internal.deferred import defer_functions
from ..._internal.not_available import NotAvailableError
from .. import _indexed
from .._arrays import cast, convert_to_tensor, plain, plain_constant, tensor, wrapped

__all__ = [
    "bincount",
    "broadcast_to",
    "histogram_fixed_width",
    "invert_permutation",
    "meshgrid",
    "reverse_sequence",
    "scatter_nd",
    "searchsorted",
    "segment_max",
    "segment_mean",
    "segment_min",
    "segment_sum",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "unique",
    "unique_with_counts",
    "unsorted_segment_mean",
    "unsorted_segment_sum",
    "zero_fraction",
]

broadcast_to = wrapped(np.broadcast_to)


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Any:
    """Return zeros with values added at indices of the first axes, which are in the last axis of `indices`."""
    return _indexed.scatter(indices, updates, [int(n) for n in shape])


def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """Return an array with values added at indices of its first axes."""
    return _indexed.scatter_update(tensor, indices, updates, "add")


def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """Return an array with values subtracted at indices of its first axes."""
    return tensor_scatter_nd_add(tensor, indices, np.negative(convert_to_tensor(updates)))


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """Return an array with other values at indices of its first axes."""
    return _indexed.scatter_update(tensor, indices, updates)


def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: int | None = None,
    batch_axis: int | None = None,
    name: str | None = None,
    seq_dim: int | None = None,
    batch_dim: int | None = None,
) -> Any:
    """Return sequences with the steps before their ends in reverse order."""
    axis = next(one for one in (seq_axis, seq_dim, 1) if one is not None)
    rows = next(one for one in (batch_axis, batch_dim, 0) if one is not None)
    shape = np.shape(input)
    ends, steps = plain(seq_lengths).astype(np.int64)[:, None], np.arange(shape[axis])
    places = np.where(steps < ends, ends - 1 - steps, steps)
    places = places if rows < axis else places.T
    extents = [size if k in (axis, rows) else 1 for k, size in enumerate(shape)]
    return tensor(np.take_along_axis(input, np.broadcast_to(places.reshape(extents), shape), axis))


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[Any]:
    """Return the coordinates of a grid, of which each axis is given."""
    return _indexed.meshgrid(*args, indexing=indexing)


def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = "int32", name: str | None = None
) -> Any:
    """Return the places at which values belong in sorted ones."""
    return cast(_indexed.searchsorted(sorted_sequence, values, side), out_type)


def unique(x: Any, out_idx: Any = "int32", name: str | None = None) -> tuple[Any, Any]:
    """Return the values of an array in the order in which they come first, and the place of each element's value."""
    return unique_with_counts(x, out_idx)[:2]


def unique_with_counts(x: Any, out_idx: Any = "int32", name: str | None = None) -> tuple[Any, Any, Any]:
    """Return what `unique` does, and how often each value comes."""
    values, first, inverse, counts = np.unique(
        plain(convert_to_tensor(x)), return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    places = np.argsort(order)[np.ravel(inverse)]
    return tensor(values[order]), cast(places, out_idx), cast(counts[order], out_idx)


def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = "int32",
    name: str | None = None,
    axis: int | None = None,
    binary_output: bool = False,
) -> Any:
    """Return how often each number from 0 on comes, or the sum of its weights, which has no derivative here."""
    if axis not in (None, 0) or binary_output:
        raise NotAvailableError(
            "fastlstm does not have tf.math.bincount with axis or binary_output: sum tf.one_hot of the numbers along an"
            " axis, or take its maximum"
        )
    numbers = np.ravel(plain(arr))
    given = None if weights is None else np.ravel(plain_constant("tf.math.bincount", convert_to_tensor(weights)))
    found = np.bincount(numbers, given, 0 if minlength is None else int(minlength))
    return cast(found if maxlength is None else found[: int(maxlength)], dtype if given is None else given.dtype)


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: int = 100, dtype: Any = "int32", name: str | None = None
) -> Any:
    """Return how many values are in each of several parts of a range; others count for the first or the last one."""
    low, high = (float(one) for one in plain(value_range))
    inside = np.clip(np.ravel(plain(values)), low, high)
    return cast(np.histogram(inside, int(nbins), (low, high))[0], dtype)


def invert_permutation(x: Any, name: str | None = None) -> Any:
    """Return the permutation that undoes another one."""
    numbers = plain(convert_to_tensor(x))
    return tensor(np.argsort(numbers).astype(numbers.dtype))


def zero_fraction(value: Any, name: str | None = None) -> Any:
    """Return the share of elements that are 0."""
    return cast(np.mean(plain(value) == 0), "float32")


def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """Return the sum of the rows of each number; rows with negative numbers are left out."""
    return _indexed.segment_sum(data, segment_ids, int(num_segments))


def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """Return the mean of the rows of each number, 0 where there is none."""
    total = unsorted_segment_sum(data, segment_ids, num_segments)
    counts = _indexed.segment_sum(np.ones(np.shape(segment_ids), total.dtype), segment_ids, int(num_segments))
    return tensor(total / np.maximum(counts, 1).reshape(-1, *[1] * (total.ndim - 1)))


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Return the sum of the rows of each number."""
    return _indexed.segment_sum(data, segment_ids)


def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Return the mean of the rows of each number."""
    return unsorted_segment_mean(data, segment_ids, _count(segment_ids))


def _count(segment_ids: Any) -> int:
    return int(plain(segment_ids).max(initial=-1)) + 1


def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Return the largest values of the rows of each number, 0 where there is none."""
    return _zero_without_rows(_indexed.segment_max(data, segment_ids), segment_ids)


def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Return the smallest values of the rows of each number, 0 where there is none."""
    return _zero_without_rows(_indexed.segment_min(data, segment_ids), segment_ids)


def _zero_without_rows(found: Any, segment_ids: Any) -> Any:
    present = np.isin(np.arange(len(found)), plain(segment_ids)).reshape(-1, *[1] * (found.ndim - 1))
    return tensor(np.where(present, found, np.zeros((), found.dtype)))


defer_functions(globals(), __all__)
