"""Operations with indices, which Keras and TensorFlow share: places, segments and classes."""

from typing import Any

import numpy as np

from .._internal import tape
from ._arrays import cast, convert_to_tensor, plain, tensor


def meshgrid(*x: Any, indexing: Any = "xy") -> list[Any]:
    """Return the coordinates of a grid."""
    axes = [np.ravel(convert_to_tensor(each)) for each in x]
    order = np.arange(len(axes))
    if indexing == "xy":
        order[:2] = order[:2][::-1]
    elif indexing != "ij":
        raise ValueError(f"indexing: expected 'xy' or 'ij', got {indexing!r}")
    sizes = [axes[k].shape[0] for k in order]
    shapes = [[-1 if k == place else 1 for k in order] for place in range(len(axes))]
    return [tensor(np.broadcast_to(np.reshape(*each), sizes)) for each in zip(axes, shapes, strict=True)]


def searchsorted(sorted_sequence: Any, values: Any, side: Any = "left") -> Any:
    """Return the places at which values would be inserted into a sorted sequence, or row by row into several."""
    rows, wanted = plain(sorted_sequence), plain(values)
    if rows.ndim < 2:
        return cast(np.searchsorted(rows, wanted, side), "int32")
    return tensor(np.stack([searchsorted(row, each, side) for row, each in zip(rows, wanted, strict=True)]))


def replaced(inputs: Any, key: Any, updates: Any) -> Any:
    """Return an array with elements replaced; gradients go back to both arrays."""
    inputs, updates = convert_to_tensor(inputs), convert_to_tensor(updates)
    sources = np.arange(inputs.size).reshape(inputs.shape)
    sources[key] = inputs.size + np.arange(updates.size).reshape(updates.shape)
    both = np.concatenate([np.ravel(inputs), np.ravel(updates.astype(inputs.dtype))])
    return tensor(np.take(both, sources))


def scatter(indices: Any, values: Any, shape: Any) -> Any:
    """Return zeros with values added at places."""
    return _added(_places(indices), values, shape)


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """Return an array with elements at places replaced or, by the name of a reduction, joined with others.

    Gradients go back through replacing and 'add'; 'max', 'min' and 'mul' refuse arrays whose gradient is recorded.
    """
    combine = {"max": np.maximum, "min": np.minimum, "mul": np.multiply}
    if reduction not in (None, "add", *combine):
        raise ValueError(f"reduction: expected one of {[None, 'add', *combine]}, got {reduction!r}")
    places = _places(indices)
    if reduction is None:
        return replaced(inputs, places, updates)
    inputs, updates = convert_to_tensor(inputs), convert_to_tensor(updates)
    if reduction == "add":
        return tensor(inputs + _added(places, updates.astype(inputs.dtype), inputs.shape))
    if tape.is_traced(inputs) or tape.is_traced(updates):
        raise tape.NotDifferentiableError(f"scatter_update has no derivative here with reduction={reduction!r}")
    found = np.array(inputs)
    combine[str(reduction)].at(found, places, updates)
    return tensor(found)


def _places(indices: Any) -> tuple[Any, ...]:
    return tuple(np.moveaxis(plain(indices), -1, 0))


def _added(places: Any, values: Any, shape: Any) -> Any:
    """Return zeros with values added at places, through which gradients go back to the values."""

    @tape.with_backward(lambda d, values, _: np.broadcast_to(d[places], values.shape))
    def add_at_places(values: Any) -> Any:
        found = np.zeros(tuple(shape), values.dtype)
        np.add.at(found, places, values)
        return found

    return tensor(add_at_places(convert_to_tensor(values)))


def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Return the sums of the rows that belong to each segment."""
    data, ids, size = convert_to_tensor(data), *_segments(segment_ids, num_segments)
    inside = (ids >= 0) & (ids < size)
    return _added(ids[inside], data[inside], (size, *data.shape[ids.ndim :]))


def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Return the largest values of the rows that belong to each segment; equal ones share the gradient."""
    return _extremes(np.maximum, data, segment_ids, num_segments)


def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Return the smallest values of the rows that belong to each segment; equal ones share the gradient."""
    return _extremes(np.minimum, data, segment_ids, num_segments)


def _extremes(ufunc: np.ufunc, data: Any, segment_ids: Any, num_segments: int | None) -> Any:
    data, ids, size = convert_to_tensor(data), *_segments(segment_ids, num_segments)
    inside = (ids >= 0) & (ids < size)
    ids = ids[inside]

    def backward(d: Any, rows: Any, extremes: Any) -> Any:
        is_extreme = rows == extremes[ids]
        counts = np.zeros(extremes.shape, rows.dtype)
        np.add.at(counts, ids, is_extreme)
        return np.where(is_extreme, d[ids] / np.maximum(counts, 1)[ids], 0)

    @tape.with_backward(backward)
    def extremes_of(rows: Any) -> Any:
        whole = None if rows.dtype.kind == "f" else np.iinfo(rows.dtype)
        least, largest = (-np.inf, np.inf) if whole is None else (whole.min, whole.max)
        found = np.full((size, *rows.shape[1:]), least if ufunc is np.maximum else largest, rows.dtype)
        ufunc.at(found, ids, rows)
        return found

    return tensor(extremes_of(data[inside]))


def _segments(segment_ids: Any, count: int | None) -> tuple[Any, int]:
    """Return the segment of each row, and the number of segments."""
    ids = plain(segment_ids)
    return ids, int(ids.max(initial=-1)) + 1 if count is None else int(count)


def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Return whether the class of each sample is among those with the `k` highest predictions."""
    targets, predictions = plain(targets).astype(int), plain(predictions)
    own = np.take_along_axis(predictions, targets[:, None], -1)
    return tensor((predictions > own).sum(axis=-1) < k)
