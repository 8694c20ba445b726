"""Carrying gradients back through what has been recorded."""

import heapq
from collections.abc import Sequence
from typing import Any

import numpy as np

from ._traced import Traced


def carry_back(results: Sequence[tuple[Traced, Any]], sources: Sequence[Traced], *, stops: bool = False) -> list[Any]:
    """Return the gradient with respect to each source, given those with respect to results.

    Gradients that are given as traced arrays give traced ones, which have gradients themselves.

    Parameters
    ----------
    results : sequence of (Traced, ndarray)
        Traced arrays, each with the gradient with respect to it.
    sources : sequence of Traced
        What they were computed from.
    stops : bool
        Whether gradients are carried no further than to the sources, which otherwise have no parents.

    Returns
    -------
    list of ndarray or None
        Of the shapes and dtypes of the sources; None for those on which no result depends.
    """
    gradients: dict[int, Any] = {}
    waiting: list[tuple[int, Traced]] = []

    def add(node: Traced, d: Any) -> None:
        place, d = -node.number, _fitted(d, node.value)
        if place in gradients:
            gradients[place] = gradients[place] + d
        else:
            gradients[place] = d
            heapq.heappush(waiting, (place, node))

    for node, d in results:
        add(node, d)
    ends = {source.number for source in sources} if stops else set()
    while waiting:  # the latest one first: all that depends on it has been visited
        place, node = heapq.heappop(waiting)
        if node.parents and node.number not in ends:
            d = gradients.pop(place)
            for parent, pull in node.parents:
                add(parent, pull(d))
    found = (gradients.get(-source.number) for source in sources)
    return [d if d is None or type(d) is Traced else np.asarray(d) for d in found]


def _fitted(d: Any, value: Any) -> Any:
    """Return a gradient in the shape and dtype of the value: summed over the axes along which it was broadcast."""
    shape = value.shape
    if d.shape != shape:
        extra = d.ndim - len(shape)
        if extra > 0:
            d = d.sum(axis=tuple(range(extra)))
        stretched = tuple(i for i, size in enumerate(shape) if size == 1 and d.shape[i] != 1)
        if stretched:
            d = d.sum(axis=stretched, keepdims=True)
        if d.shape != shape:  # the gradient of a value that was reduced
            d = np.broadcast_to(d, shape)
    return d if d.dtype == value.dtype else d.astype(value.dtype)
