"""Carrying gradients back through what has been recorded."""

import heapq
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ._traced import Traced


def carry_back(results: Sequence[tuple[Traced, Any]], sources: Sequence[Traced]) -> list[Array | None]:
    """Return the gradient with respect to each source, given those with respect to results.

    Parameters
    ----------
    results : sequence of (Traced, ndarray)
        Traced arrays, each with the gradient with respect to it.
    sources : sequence of Traced
        What they were computed from.

    Returns
    -------
    list of ndarray or None
        Of the shapes and dtypes of the sources; None for those on which no result depends.
    """
    waiting: dict[int, Traced] = {}
    gradients: dict[int, Any] = {}
    order: list[int] = []

    def add(node: Traced, d: Any) -> None:
        d = _fitted(d, node.value)
        if node.number in gradients:
            gradients[node.number] = gradients[node.number] + d
        else:
            gradients[node.number] = d
            waiting[node.number] = node
            heapq.heappush(order, -node.number)

    for node, d in results:
        add(node, d)
    wanted = {source.number for source in sources}
    while order:  # the latest one first: all that depends on it has been visited
        number = -heapq.heappop(order)
        node = waiting.pop(number)
        d = gradients[number] if number in wanted else gradients.pop(number)
        for parent, pull in node.parents:
            add(parent, pull(d))
    found = (gradients.get(source.number) for source in sources)
    return [None if d is None else np.asarray(d) for d in found]


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
