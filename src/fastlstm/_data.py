"""Checks of a model's data: inputs against its Input, lengths, and the part kept for validation."""

import math
from collections.abc import Iterable
from typing import Any

from . import _checks, _engine
from ._engine import Array
from .layers.base import Shape

DEFAULT_BATCH_SIZE = 32


def batch_size_of(value: Any, rows: int = 0, steps: int | None = None) -> int:
    """Return the batch size; for None 32, or what makes so many steps of the rows."""
    if value is not None:
        return _checks.integer("batch_size", value, 1)
    return DEFAULT_BATCH_SIZE if steps is None else max(1, -(-rows // steps))


def steps_of(name: str, value: Any) -> int | None:
    """Return a number of steps, None if it is left open."""
    return None if value is None else _checks.integer(name, value, 1)


def epochs_of(name: str, value: Any) -> int | frozenset[int]:
    """Return after every how many epochs, or after which ones, something is done."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return frozenset(_checks.integer(name, epoch, 1) for epoch in value)
    return _checks.integer(name, value, 1)


def require_shape(name: str, array: Array, sample_shape: Shape) -> None:
    """Raise ValueError unless the array is (N, *sample_shape), None standing for any size."""
    shape = array.shape
    if len(shape) != len(sample_shape) + 1 or any(
        want not in (None, got) for want, got in zip(sample_shape, shape[1:], strict=True)
    ):
        letters = ("N", *("T" if size is None else str(size) for size in sample_shape))
        raise ValueError(f"{name}: expected shape ({', '.join(letters)}), got {shape}")


def require_rows(x_name: str, x: Array, y_name: str, y: Any) -> Array:
    """Return y as an array; raise ValueError for empty data, and for x and y of different lengths."""
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(f"{x_name}: expected at least one sample, got shape {x.shape}")
    targets = _engine.numbers(y_name, y)
    if targets.ndim == 0 or len(targets) != len(x):
        raise ValueError(f"{y_name}: expected as many samples as {x_name}, {len(x)}, got shape {targets.shape}")
    return targets


def training_rows(rows: int, validation_split: Any) -> int:
    """Return how many of the first rows are trained on; the last fraction is kept for validation, as in Keras."""
    split = _checks.number("validation_split", validation_split, 0.0, 1.0, below_high=True)
    kept = math.floor(rows * (1.0 - split))
    if split and kept in (0, rows):
        raise ValueError(f"validation_split: {split} of {rows} samples leaves a part without samples")
    return kept


def pair(name: str, value: Any) -> tuple[Any, Any]:
    """Return the two entries of an (x, y) tuple."""
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{name}: expected a tuple (x, y), got {type(value).__name__}")
    if len(value) != 2:
        raise ValueError(f"{name}: expected a tuple (x, y), got {len(value)} entries")
    return value[0], value[1]
