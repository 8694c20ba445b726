"""Reads operators that reshape a tensor or select from it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ....layers import RepeatVector, Reshape
from .embedding import embedded
from .nodes import Node, constant, described, is_all, last_step, reads, resolved
from .values import (
    Axes,
    Axis,
    ComputedIndices,
    Filled,
    LayerSpec,
    Mask,
    OpenSize,
    StackedStates,
    Tensor,
    Value,
    size_of,
)

_ONE = (Axis("one", 1),)


@reads("Transpose")
def _transpose(node: Node, inputs: list[Any]) -> Sequence[Value]:
    tensor = _tensor(node, inputs[0])
    order = node.attributes.get("perm", list(reversed(range(len(tensor.axes)))))
    return [tensor.with_axes(tensor.axes[i] for i in order)]


@reads("Squeeze")
def _squeeze(node: Node, inputs: list[Any]) -> Sequence[Value]:
    if isinstance(inputs[0], StackedStates):
        inputs[0] = _as_tensor(node, inputs[0])
    tensor = _tensor(node, inputs[0])
    given = node.integers("axes", inputs, 1)
    axes = [i for i, size in enumerate(tensor.shape) if size == 1] if given is None else given
    places = {node.axis(axis, tensor) for axis in axes}
    for i in places:
        if tensor.kinds[i] not in ("one", "direction") or tensor.shape[i] != 1:
            raise node.error(f"squeezes the axis of {tensor.kinds[i]}, which a layer of this package keeps")
    return [tensor.with_axes(parts for i, parts in enumerate(tensor.axes) if i not in places)]


@reads("Unsqueeze")
def _unsqueeze(node: Node, inputs: list[Any]) -> Sequence[Value]:
    tensor, axes = _tensor(node, inputs[0]), node.integers("axes", inputs, 1) or []
    rank = len(tensor.axes) + len(axes)
    places, rest = {axis % rank for axis in axes}, iter(tensor.axes)
    return [tensor.with_axes(_ONE if i in places else next(rest) for i in range(rank))]


@reads("Shape")
def _shape(node: Node, inputs: list[Any]) -> Sequence[Value]:
    if not isinstance(inputs[0], Tensor):
        raise node.error("expected the shape of the output of a layer")
    sizes = inputs[0].shape[node.attributes.get("start", 0) : node.attributes.get("end")]
    vector = np.empty(len(sizes), object)
    vector[:] = sizes
    return [vector if any(isinstance(size, OpenSize) for size in sizes) else vector.astype(np.int64)]


@reads("Reshape", "Flatten")
def _reshape(node: Node, inputs: list[Any]) -> Sequence[Value]:
    if isinstance(inputs[0], StackedStates):
        inputs[0] = _as_tensor(node, inputs[0])
    tensor = _tensor(node, inputs[0])
    if node.operator == "Flatten":
        if node.attributes.get("axis", 1) != 1:
            raise node.error(f"expected axis=1, got {node.attributes['axis']}")
        target: list[Any] = [tensor.shape[0], -1]
    else:
        target = node.integers("shape", inputs, 1) or []
        if not node.attributes.get("allowzero", 0):
            target = [tensor.shape[i] if size == 0 else size for i, size in enumerate(target)]
    axes = _regrouped(tensor, target)
    if axes is not None and tensor.node is not None and len(axes[-1]) > 1 and axes[-1][0].kind == "time":
        tensor = resolved(node, tensor.with_axes((*axes[:-1], axes[-1][:1], axes[-1][1:])))
        axes = _regrouped(tensor, target)
    if axes is not None:
        return [tensor.with_axes(axes)]
    before = resolved(node, tensor)
    rest = target[1:]
    if (
        before.kinds[0] != "batch"
        or target[0] not in (before.shape[0], -1)
        or before.time_reversed
        or not 1 <= len(rest) <= 2
        or any(isinstance(size, OpenSize) for size in rest)
        or (target[0] == -1 and -1 in rest)
    ):
        raise node.error(f"brings the axes ({', '.join(before.kinds)}) into the shape {target}; no layer does that")
    sizes = [size for size in before.shape[1:] if isinstance(size, int)]
    if len(sizes) != len(before.shape) - 1:
        raise node.error("reshapes sequences with an open number of steps; Reshape needs a fixed one")
    known = int(np.prod([size for size in rest if size != -1]))
    full = [int(np.prod(sizes)) // known if size == -1 else size for size in rest]
    kinds = ("time", "features")[-len(full) :]
    spec = LayerSpec(Reshape, {"target_shape": tuple(full)})
    new_axes = (before.axes[0], *((Axis(kind, size),) for kind, size in zip(kinds, full, strict=True)))
    return [before.reshaped_by(spec, axes=new_axes)]


def _regrouped(tensor: Tensor, target: list[Any]) -> Axes | None:
    """Return the axes after a reshape that only joins or splits whole axes; None if it does anything else."""
    parts = [part for group in tensor.axes for part in group if part.kind != "one"]
    open_place = target.index(-1) if -1 in target else len(target)
    front = _taken(parts, target[:open_place])
    if front is None:
        return None
    groups, rest = front
    if open_place == len(target):
        if any(part.size != 1 for part in rest):
            return None
        return (*groups[:-1], (*groups[-1], *rest))
    back = _taken(rest[::-1], target[:open_place:-1])
    if back is None:
        return None
    behind, middle = back
    return (*groups, tuple(middle[::-1]) or _ONE, *(group[::-1] for group in behind[::-1]))


def _taken(parts: list[Axis], sizes: list[Any]) -> tuple[list[tuple[Axis, ...]], list[Axis]] | None:
    """Group parts from the front so that the groups have these sizes; return the groups and the remaining parts."""
    groups: list[tuple[Axis, ...]] = []
    left = list(parts)
    for size in sizes:
        group: list[Axis] = []
        if size == 1 and not (left and left[0].size == 1):
            groups.append(_ONE)
            continue
        while left and (not group or size_of(tuple(group)) != size):
            group.append(left.pop(0))
        if not group or size_of(tuple(group)) != size:
            return None
        groups.append(tuple(group))
    return groups, left


@reads("Expand", "Tile")
def _repeat(node: Node, inputs: list[Any]) -> Sequence[Value]:
    tensor = resolved(node, inputs[0], any_rows=True)
    wanted = node.integers("shape" if node.operator == "Expand" else "repeats", inputs, 1) or []
    times = [
        1 if node.operator == "Expand" and size == have else size
        for size, have in zip(wanted, tensor.shape, strict=False)
    ]
    if len(wanted) == len(tensor.axes) and all(count == 1 for count in times):
        return [tensor]
    places = [i for i, count in enumerate(times) if count != 1]
    kinds = [kind for kind in tensor.kinds if kind != "one"]
    if len(places) != 1 or kinds != ["batch", "features"] or tensor.kinds[places[0]] != "one":
        raise node.error(f"repeats the axes ({', '.join(tensor.kinds)}) {wanted}; expected (N, 1, D) to (N, n, D)")
    (place,), count = places, times[places[0]]
    if not isinstance(count, int):
        raise node.error("repeats an open number of times; RepeatVector needs a fixed one")
    repeated = tensor.then(LayerSpec(RepeatVector, {"n": count}))
    steps = (Axis("time", count),)
    return [repeated.with_axes(steps if i == place else parts for i, parts in enumerate(tensor.axes))]


@reads("ReverseSequence")
def _reverse(node: Node, inputs: list[Any]) -> Sequence[Value]:
    tensor, lengths = _tensor(node, inputs[0]), inputs[1]
    axis = node.axis(node.attributes.get("time_axis", 0), tensor)
    size = tensor.shape[axis]
    if tensor.kinds[axis] != "time" or not is_all(lengths, size):
        raise node.error(f"expected all steps of each row in reverse order, got {described(lengths)} as their numbers")
    return [_reversed(node, tensor)]


def _reversed(node: Node, tensor: Tensor) -> Tensor:
    """Return a tensor with its steps in reverse order."""
    whole = resolved(node, tensor) if len(tensor.directions) == 2 else tensor
    return replace(whole, time_reversed=not whole.time_reversed)


@reads("Gather")
def _gather(node: Node, inputs: list[Any]) -> Sequence[Value]:
    table, places = inputs
    if isinstance(places, (Tensor, ComputedIndices)):
        return [embedded(node, table, places)]
    index = constant(node, "indices", places)
    axis = node.attributes.get("axis", 0)
    if isinstance(table, StackedStates):
        if axis != 0 or index.size != 1:
            raise node.error("expected one of the states that are stacked")
        part = table.parts[int(index.reshape(()))]
        return [part if index.ndim == 0 else part.with_axes((_ONE, *part.axes))]
    tensor = _tensor(node, table)
    axis = node.axis(axis, tensor)
    if index.size != 1:
        raise node.error(f"takes {index.size} places along the axis of {tensor.kinds[axis]}; no layer does that")
    part = chosen(node, tensor, axis, int(index.reshape(())))
    return [part if index.ndim == 0 else part.with_axes((*part.axes[:axis], _ONE, *part.axes[axis:]))]


def chosen(node: Node, tensor: Tensor, axis: int, index: int) -> Tensor:
    """Select one index along an axis and drop the axis: a direction, the last step, or the first one."""
    kind, size = tensor.kinds[axis], tensor.shape[axis]
    axes = (*tensor.axes[:axis], *tensor.axes[axis + 1 :])
    if isinstance(size, int) and index >= 0:
        index -= size
    if kind == "one" and index == -1:
        return tensor.with_axes(axes)
    if kind == "direction" and isinstance(size, int) and -size <= index < 0:
        return replace(tensor, axes=axes, directions=(tensor.directions[index],))
    if kind == "time" and (index in (0, -1) or index == -1 * (size if isinstance(size, int) else 0)):
        return last_step(node, tensor, first=index != -1)
    raise node.error(f"takes place {index} along the axis of {kind}; no layer does that")


@reads("Slice")
def _slice(node: Node, inputs: list[Any]) -> Sequence[Value]:
    starts, ends = (node.integers(name, inputs, place) or [] for name, place in (("starts", 1), ("ends", 2)))
    axes = node.integers("axes", inputs, 3) or list(range(len(starts)))
    steps = node.integers("steps", inputs, 4) or [1] * len(starts)
    value = inputs[0]
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if isinstance(value, Mask):
            if (axis, start, step) != (1, -1, -1):
                raise node.error("takes some steps of a mask; no layer does that")
            value = replace(value, time_reversed=not value.time_reversed)
        elif isinstance(value, StackedStates):
            if axis != 0 or step != 1:
                raise node.error("expected some of the states that are stacked")
            value = stacked(value.parts[start:end])
        else:
            value = _sliced(node, _tensor(node, value), node.axis(axis, value), start, end, step)
    return [value]


def _sliced(node: Node, tensor: Tensor, axis: int, start: Any, end: Any, step: int) -> Tensor:
    kind, size = tensor.kinds[axis], tensor.shape[axis]
    whole = size if isinstance(size, int) else 2**31 - 1
    if step == 1 and start == 0 and (end == size or (isinstance(end, int) and end >= whole)):
        return tensor
    if kind == "time" and step == -1 and start in (-1, whole - 1) and isinstance(end, int) and end < -whole:
        return _reversed(node, tensor)
    bounds = range(size)[slice(start, end, step)] if isinstance(size, int) and isinstance(end, int) else None
    if bounds is not None and len(bounds) == 1:
        index = bounds[0]
    elif bounds is None and step == 1 and start == -1 and isinstance(end, int) and end >= whole:
        index = -1
    elif bounds is None and step == 1 and start == 0 and end == 1:
        index = 0
    else:
        raise node.error(f"takes [{start}:{end}:{step}] along the axis of {kind}; no layer does that")
    part = chosen(node, tensor, axis, index)
    axis_of_one = (Axis("direction", 1),) if kind == "direction" else _ONE
    return part.with_axes((*part.axes[:axis], axis_of_one, *part.axes[axis:]))


@reads("Split")
def _split(node: Node, inputs: list[Any]) -> Sequence[Value]:
    tensor = _tensor(node, inputs[0])
    axis = node.axis(node.attributes.get("axis", 0), tensor)
    if tensor.kinds[axis] != "direction":
        raise node.error(f"splits the axis of {tensor.kinds[axis]}; no layer does that")
    parts = [chosen(node, tensor, axis, i) for i in range(int(str(tensor.shape[axis])))]
    direction = (Axis("direction", 1),)
    return [part.with_axes((*part.axes[:axis], direction, *part.axes[axis:])) for part in parts]


def stacked(parts: Sequence[Tensor]) -> Tensor | StackedStates:
    """Stack final states; those of one node become an axis of directions again."""
    first = parts[0]
    if len(parts) == 1 or (len(parts) == 2 and parts[0].node is parts[1].node and first.node is not None):
        held = tuple(direction for part in parts for direction in part.directions)
        return replace(first, axes=((Axis("direction", len(parts)),), *first.axes), directions=held)
    return StackedStates(tuple(parts))


def _as_tensor(node: Node, stack: StackedStates) -> Tensor:
    tensor = stacked(stack.parts)
    if isinstance(tensor, StackedStates):
        raise node.error("takes the final states of several recurrent nodes; no layer does that")
    return tensor


def _tensor(node: Node, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, StackedStates):
        return _as_tensor(node, value)
    if isinstance(value, Filled):
        raise node.error("combines a constant with a value that depends on the input")
    raise node.error(f"expected the output of a layer, got {described(value)}")
