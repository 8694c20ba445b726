"""Indices as the rows of numbers that the output modes of a vocabulary stand for."""

from __future__ import annotations

import math

import numpy as np

from .._internal.arrays import Array

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


def encoded(indices: Array, mode: str, width: int, idf: Array | None) -> Array:
    """Return indices, of which negative ones count for nothing, in any mode but 'int'.

    'one_hot' has a row for each index, the others one for the last axis of the indices.
    """
    indices = np.atleast_1d(indices)
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = indices[..., 0]
        return np.asarray(indices[..., None] == np.arange(width), np.int64)
    rows = indices.reshape(math.prod(indices.shape[:-1]), indices.shape[-1])
    used = rows >= 0
    places = (np.arange(len(rows))[:, None] * width + rows)[used]
    counts = np.bincount(places, minlength=len(rows) * width).reshape(*indices.shape[:-1], width)
    if mode == "multi_hot":
        return np.asarray(counts > 0, np.int64)
    if mode == "count":
        return counts
    assert idf is not None
    weights = np.zeros(width, np.float32)
    weights[: len(idf)] = idf
    return counts.astype(np.float32) * weights
