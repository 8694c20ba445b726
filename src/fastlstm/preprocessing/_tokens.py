"""Strings and integers as users give them: arrays, lists, and sources of batches of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array


def strings(name: str, value: Any, encoding: str = "utf-8") -> Array:
    """Return `value` as an array of str objects; bytes are decoded."""
    try:
        array = np.asarray(value, dtype=object)
    except ValueError as error:
        raise ValueError(f"{name}: expected a rectangular array of strings, got {type(value).__name__}") from error
    except TypeError as error:  # of a symbolic tensor
        raise TypeError(f"{name}: {_wrong('strings', value)}") from error
    result = np.empty(array.size, object)
    for i, entry in enumerate(array.flat):
        if isinstance(entry, str):
            result[i] = str(entry)  # the exact type, of a numpy.str_
        elif isinstance(entry, bytes):
            result[i] = entry.decode(encoding)
        elif isinstance(entry, (list, tuple, np.ndarray)):
            raise ValueError(f"{name}: expected a rectangular array of strings, got rows of different lengths")
        else:
            raise TypeError(f"{name}: {_wrong('strings', entry)}")
    return result.reshape(array.shape)


def integers(name: str, value: Any, encoding: str = "utf-8") -> Array:
    """Return `value` as an array of int64; whole floats and numerals are converted."""
    try:
        array = np.asarray(value)
        found = array if array.dtype.kind in "biuf" else array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: {_wrong('a rectangular array of integers', value)}") from error
    with np.errstate(invalid="ignore"):
        result = found.astype(np.int64)
    different = result != found
    if different.any():
        raise ValueError(f"{name}: expected whole numbers, got {found[different].flat[0]}")
    return result


def _wrong(expected: str, found: Any) -> str:
    return f"expected {expected}, got {type(found).__name__}"


def batches(data: Any, steps: Any) -> Iterator[Any]:
    """Yield the batches of `data`: itself if it is array-like, otherwise what it yields, at most `steps` of them."""
    limit = None if steps is None else checks.integer("steps", steps, 1)
    if isinstance(data, (str, bytes, list, tuple, np.ndarray)) or hasattr(type(data), "__array__"):
        yield data
    elif isinstance(data, Iterable):
        yield from itertools.islice(data, limit)
    else:
        raise TypeError(f"data: expected an array, a list or an iterable of batches, got {type(data).__name__}")


def terms(value: Any, convert: Callable[[str, Any, str], Array], encoding: str) -> list[Any]:
    """Return the terms of a vocabulary: of an array, or the lines of a file."""
    if isinstance(value, str):
        with open(value, encoding=encoding) as file:
            value = file.read().splitlines()
    array = convert("vocabulary", value, encoding)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"vocabulary: expected a list of at least one term, got shape {array.shape}")
    found: list[Any] = array.tolist()
    return found
