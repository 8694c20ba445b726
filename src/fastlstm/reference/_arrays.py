"""Checks of arrays, shared by all of the reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]


def check_array(
    name: str, array: FloatArray, shape: tuple[int | None, ...], letters: str, like: FloatArray | None = None
) -> None:
    """Require an array of floats with this shape (None: any size) and, if given, the dtype of `like`."""
    if not isinstance(array, np.ndarray) or not np.issubdtype(array.dtype, np.floating):
        kind = f"dtype {array.dtype}" if isinstance(array, np.ndarray) else type(array).__name__
        raise TypeError(f"{name}: expected a NumPy array of floats, got {kind}")
    if like is not None and array.dtype != like.dtype:
        raise TypeError(f"{name}: expected dtype {like.dtype} like the other arrays, got {array.dtype}")
    if array.ndim != len(shape) or any(want not in (None, size) for want, size in zip(shape, array.shape, strict=True)):
        sizes = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"{name}: expected shape {letters} = ({sizes}), got {array.shape}")


def shape_of(letters: str, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """Return the shape that letters such as "(D, 4H)" stand for: ``{"D": 2, "H": 5}`` gives (2, 20)."""
    factors = (re.fullmatch(r"(\d*)([A-Z]?)", part.strip()) for part in letters.strip("(),").split(","))
    return tuple(int(f[1] or 1) * (sizes[f[2]] if f[2] else 1) for f in factors if f)
