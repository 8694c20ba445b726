"""Batches of arrays of different lengths, which are filled up."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ._arrays import tensor


def padded(group: Sequence[Any], shapes: Any = None, values: Any = None) -> Any:
    """Return elements of one structure as a batch; each array is filled up to the largest one, or to a shape.

    Parameters
    ----------
    group : sequence
        The elements: arrays, or tuples and dicts of them.
    shapes : object, optional
        The shape of each array in the same structure, in which None and -1 stand for that of the largest array.
    values : object, optional
        What is filled in, in the same structure or one for all: by default zeros, or empty strings.

    Returns
    -------
    object
        The batch in the structure of the elements.
    """
    first = group[0]
    if isinstance(first, tuple):
        several = values if isinstance(values, (tuple, list)) else [values] * len(first)
        parts = zip(zip(*group, strict=True), [None] * len(first) if shapes is None else shapes, several, strict=True)
        return tuple(padded(arrays, shape, value) for arrays, shape, value in parts)
    if isinstance(first, dict):
        return {
            key: padded(
                [element[key] for element in group],
                None if shapes is None else shapes[key],
                values[key] if isinstance(values, dict) else values,
            )
            for key in first
        }
    return _filled([np.asarray(array) for array in group], shapes, values)


def _filled(arrays: Sequence[Any], shape: Any, value: Any) -> Any:
    largest = np.max([array.shape for array in arrays], axis=0).tolist() if arrays[0].ndim else []
    for axis, wanted in enumerate(shape or ()):
        if wanted is not None and int(wanted) >= 0:
            if largest[axis] > int(wanted):
                raise ValueError(f"padded_shapes: expected room for {largest[axis]} entries, got {int(wanted)}")
            largest[axis] = int(wanted)
    batch = np.zeros((len(arrays), *largest), np.result_type(*arrays))
    if value is not None:
        batch[...] = value
    for i, array in enumerate(arrays):
        place: Any = (i, *map(slice, array.shape))
        batch[place] = array
    return tensor(batch)


def bucketed(
    elements: Iterator[Any],
    length_of: Callable[[Any], Any],
    boundaries: Sequence[int],
    sizes: Sequence[int],
    drop_remainder: bool,
) -> Iterator[tuple[list[Any], int | None]]:
    """Yield groups of elements of similar lengths, and the length at which their bucket ends, None for the last one."""
    if len(sizes) != len(boundaries) + 1:
        raise ValueError(f"bucket_batch_sizes: expected {len(boundaries) + 1} of them, got {len(sizes)}")
    buckets: list[list[Any]] = [[] for _ in sizes]
    for element in elements:
        number = int(np.searchsorted(boundaries, int(length_of(element)), side="right"))
        buckets[number].append(element)
        if len(buckets[number]) == int(sizes[number]):
            yield buckets[number], _end(boundaries, number)
            buckets[number] = []
    for number, bucket in enumerate(buckets):
        if bucket and not drop_remainder:
            yield bucket, _end(boundaries, number)


def _end(boundaries: Sequence[int], number: int) -> int | None:
    return int(boundaries[number]) - 1 if number < len(boundaries) else None
