"""The axis of the features, as an argument of layers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal.checks import integer
from .base import Shape


def only_axis(axis: Any) -> int:
    """Return an axis that is given as a number or as a sequence of one."""
    given = list(axis) if isinstance(axis, (Sequence, np.ndarray)) else [axis]
    if len(given) != 1:
        raise ValueError(f"axis: only one axis, the last one, is supported, got {axis!r}")
    return integer("axis", given[0], -1, 2)


def require_last(name: str, axis: int, shape: Shape) -> None:
    """Raise ValueError unless the axis is the last one of an input."""
    if axis not in (-1, len(shape) - 1):
        raise ValueError(f"axis: layer {name!r} supports -1, the last axis, got {axis} for an input of shape {shape}")
