"""Axes as arguments of layers: those over which a layer goes, which are brought to the last place for the core."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal.checks import integer
from .._internal.native import Branch
from .base import Layer, Shape, step_shape


def given_axes(axis: Any, least: int = -3, most: int = 3) -> int | tuple[int, ...]:
    """Return one axis, or several in a tuple, as a constructor got them."""
    if not isinstance(axis, (Sequence, np.ndarray)) or isinstance(axis, str):
        return integer("axis", axis, least, most)
    axes = tuple(integer("axis", each, least, most) for each in axis)
    if not axes:
        raise ValueError("axis: expected at least one, got none")
    return axes if len(axes) > 1 else axes[0]


def axes_of(name: str, axis: int | tuple[int, ...], shape: Shape) -> tuple[int, ...]:
    """Return the axes of an input that an argument means, in their order, counted from the front."""
    axes = sorted((axis,) if isinstance(axis, int) else axis, key=lambda one: one % len(shape))
    found = tuple(one % len(shape) for one in axes)
    if any(not -len(shape) <= one < len(shape) for one in axes) or 0 in found or len(set(found)) < len(found):
        raise ValueError(
            f"axis: layer {name!r} expected different axes from 1 to {len(shape) - 1} for an input of shape {shape},"
            f" got {axis}"
        )
    return found


def require_possible(name: str, axes: tuple[int, ...], shape: Shape) -> None:
    """Raise ValueError unless a layer with weights can go over these axes of an input."""
    last = len(shape) - 1
    if axes not in ((last,), tuple(range(1, last + 1)), *([(1,)] if last == 2 else [(2, 3)])):
        wanted = "1, 2 or both" if last == 2 else f"{last}, (2, 3) or (1, 2, 3)"
        raise ValueError(f"axis: layer {name!r} supports {wanted} for an input of shape {shape}, got {axes}")
    require_known(name, axes, shape)


def require_known(name: str, axes: tuple[int, ...], shape: Shape) -> None:
    """Raise ValueError unless the sizes of an input that `append_over` needs for these axes are known."""
    last = len(shape) - 1
    of_steps = (1, 2) if last == 3 and axes in ((2,), (1, 2), (1, 3)) else (1,) if 1 in axes and last > 1 else ()
    if not all(shape[axis] for axis in of_steps):
        raise ValueError(f"layer {name!r} needs to know the number of steps, got {shape}")


def append_over(owner: Layer, branch: Branch, shape: Shape, axes: tuple[int, ...], layer: str, **options: Any) -> None:
    """Add a layer of the core that goes over the features, so that it goes over these axes."""
    last = len(shape) - 1
    if axes == (last,) and last == 3:
        branch.divide(*owner._network_input(step_shape(shape)))
        branch.add(layer, **options)
        branch.unite(shape[2] or 0)
    elif axes in ((last,), (2, 3)):
        branch.add(layer, **options)
    elif axes == (1,):
        branch.add("permute", steps=shape[1] or 0)
        branch.add(layer, **options)
        branch.add("permute", steps=math.prod(extent or 0 for extent in shape[2:]))
    elif axes == (2,):  # of rows of each step of the first axis
        branch.divide(*owner._network_input(step_shape(shape)))
        branch.add("permute", steps=shape[2] or 0)
        branch.add(layer, **options)
        branch.add("permute", steps=shape[3] or 0)
        branch.unite(shape[2] or 0)
    elif last == 3 and axes in ((1, 2), (1, 3)):
        _append_over_two(branch, axes, (shape[1] or 0, shape[2] or 0, shape[3] or 0), layer, options)
    else:
        features = math.prod(extent or 0 for extent in shape[2:])
        branch.add("reshape", steps=1, features=(shape[1] or 0) * features, sequence=False)
        branch.add(layer, **options)
        branch.add("reshape", steps=shape[1] or 0, features=features, sequence=True)


def _append_over_two(
    branch: Branch, axes: tuple[int, ...], sizes: tuple[int, int, int], layer: str, options: dict[str, Any]
) -> None:
    """Add a layer of the core that goes over the first of three axes and one of the others."""
    first, second, third = sizes
    if axes == (1, 2):
        branch.add("reshape", steps=first * second, features=third, sequence=True)
        branch.add("permute", steps=first * second)
        branch.add(layer, **options)
        branch.add("permute", steps=third)
        branch.add("reshape", steps=first, features=second * third, sequence=True)
    else:
        branch.add("permute", steps=first)
        branch.add("reshape", steps=second, features=third * first, sequence=True)
        branch.add(layer, **options)
        branch.add("reshape", steps=second * third, features=first, sequence=True)
        branch.add("permute", steps=second * third)


def extents_of(axes: tuple[int, ...], shape: Shape) -> tuple[int, ...]:
    """Return the sizes of axes."""
    return tuple(shape[axis] or 0 for axis in axes)
