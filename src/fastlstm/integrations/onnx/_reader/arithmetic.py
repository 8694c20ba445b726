"""Reads arithmetic, the merging of two directions, and operators that do nothing at inference."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from onnx import TensorProto

from ....layers import Rescaling
from .layers import activated, each_feature, is_activated, takes_bias, with_bias
from .nodes import Node, constant, described, reads, resolved
from .shapes import chosen, stacked
from .values import (
    Axis,
    ComputedIndices,
    LayerSpec,
    PendingRecurrent,
    StackedStates,
    Tensor,
    Unsupported,
    Value,
    is_constant,
)

_WHOLE = (TensorProto.INT32, TensorProto.INT64)
_MERGES = {"Add": "sum", "Mul": "mul", "ReduceSum": "sum", "ReduceProd": "mul", "ReduceMean": "ave"}


@reads("Add", "Sub", "Mul", "Div")
def _arithmetic(node: Node, inputs: list[Any]) -> Sequence[Value]:
    x, y = inputs
    if not is_constant(x) and not is_constant(y):
        return [_of_two(node, x, y)]
    first = not is_constant(x)
    operand, number = (x, y) if first else (y, x)
    if isinstance(operand, Tensor) and operand.merge == "sum":
        factor = constant(node, "a factor", number)
        if factor.size == 1 and _is_half(node.operator, float(factor.reshape(())), first):
            return [replace(operand, merge="ave")]
    tensor = resolved(node, operand, any_rows=True)
    value = each_feature(node, tensor, number)
    if node.operator == "Add":
        return [_shifted(tensor, value)]
    if node.operator == "Mul":
        return [_scaled(tensor, value)]
    if node.operator == "Sub":
        return [_shifted(tensor, -value) if first else _shifted(_scaled(tensor, -np.ones_like(value)), value)]
    if not first:
        raise node.error("divides a constant by what depends on the input; no layer does that")
    return [_scaled(tensor, 1 / value)]


def _is_half(operator: str, number: float, first: bool) -> bool:
    return (operator == "Mul" and number == 0.5) or (operator == "Div" and first and number == 2)


def _shifted(tensor: Tensor, offset: Any) -> Tensor:
    """Return the sum with numbers: the bias of a Dense, the offset of a Rescaling, or a new Rescaling."""
    if takes_bias(tensor):
        return replace(tensor, layers=(*tensor.layers[:-1], with_bias(tensor.layers[-1], offset)))
    last = tensor.layers[-1] if tensor.layers else None
    if last is not None and last.layer_class is Rescaling and "offset" not in last.arguments:
        return replace(tensor, layers=(*tensor.layers[:-1], last.with_(offset=offset)))
    return tensor.then(LayerSpec(Rescaling, {"scale": np.ones_like(offset), "offset": offset}))


def _scaled(tensor: Tensor, scale: Any) -> Tensor:
    return tensor.then(LayerSpec(Rescaling, {"scale": scale}))


def _of_two(node: Node, x: Any, y: Any) -> Tensor:
    """Combine two tensors that both depend on the input: merged directions, or x * sigmoid(x)."""
    merged = _joined(x, y, _MERGES[node.operator]) if node.operator in _MERGES else None
    if merged is not None:
        return merged
    if node.operator == "Mul":
        for one, other in ((x, y), (y, x)):
            if isinstance(one, Tensor):
                base = one if one.node is None else resolved(node, one, any_rows=True)
                if is_activated(base, other, "sigmoid"):
                    return activated(node, base, "silu")
    raise node.error(
        f"takes {described(x)} and {described(y)}, both of which depend on the input; in a Sequential each layer takes"
        " the output of the one before it"
    )


def _states(node: Node, value: Tensor | StackedStates) -> Sequence[Tensor]:
    """Return the stacked final states, (N, H) each."""
    if isinstance(value, StackedStates):
        return value.parts
    return [chosen(node, value, 0, i - len(value.directions)) for i in range(len(value.directions))]


def _joined(x: Any, y: Any, merge: str) -> Tensor | None:
    """Return both directions of one recurrent layer as one tensor; None if x and y are not these."""
    if not (isinstance(x, Tensor) and isinstance(y, Tensor)) or x.node is None or y.node is None:
        return None
    if (
        x.layers != y.layers
        or x.merge
        or y.merge
        or x.time_reversed
        or y.time_reversed
        or (len(x.directions), len(y.directions)) != (1, 1)
    ):
        return None
    kinds, others = ([kind for kind in tensor.kinds if kind not in ("one", "direction")] for tensor in (x, y))
    specs = x.node.directions[x.directions[0]], y.node.directions[y.directions[0]]
    if kinds != others or [spec.arguments["go_backwards"] for spec in specs] != [False, True]:
        return None
    size = sum(spec.arguments["units"] for spec in (specs if merge == "concat" else specs[:1]))
    axes = (*x.axes[:-1], (Axis("features", size),))
    return replace(x, axes=axes, node=PendingRecurrent(specs), directions=(0, 1), merge=merge)


@reads("Concat")
def _concat(node: Node, inputs: list[Any]) -> Sequence[Value]:
    parts = [value for given in inputs for value in (given.parts if isinstance(given, StackedStates) else [given])]
    if not all(isinstance(part, Tensor) and part.node is not None for part in parts):
        raise node.error(f"joins {' and '.join(map(described, inputs))}; no layer does that")
    axis = node.attributes["axis"]
    if axis == 0 and all(isinstance(given, StackedStates) or given.kinds[0] == "direction" for given in inputs):
        return [stacked([state for given in inputs for state in _states(node, given)])]
    merged = _joined(parts[0], parts[1], "concat") if len(parts) == 2 else None
    if merged is None or node.axis(axis, parts[0]) != len(parts[0].axes) - 1:
        raise node.error("joins something other than the outputs of the two directions of a recurrent layer")
    return [merged]


@reads("ReduceSum", "ReduceProd", "ReduceMean")
def _reduce(node: Node, inputs: list[Any]) -> Sequence[Value]:
    tensor, axes = inputs[0], node.integers("axes", inputs, 1) or []
    if isinstance(tensor, Tensor) and len(axes) == 1:
        axis = node.axis(axes[0], tensor)
        if tensor.kinds[axis] == "direction" and tensor.directions == (0, 1):
            reduced = ((Axis("one", 1),),) if node.attributes.get("keepdims", 1) else ()
            rest = (*tensor.axes[:axis], *reduced, *tensor.axes[axis + 1 :])
            return [replace(tensor, axes=rest, merge=_MERGES[node.operator])]
    raise node.error(f"reduces {described(tensor)} along {axes}; no layer does that")


@reads("Identity", "Dropout")
def _nothing(node: Node, inputs: list[Any]) -> Sequence[Value]:
    """Read an operator that passes its input on, such as Dropout at inference."""
    training = inputs[2] if node.operator == "Dropout" and len(inputs) > 2 else None
    if training is not None and constant(node, "training_mode", training).any():
        raise node.error("drops numbers at inference (training_mode); no layer does that")
    return [inputs[0], Unsupported("the mask of a Dropout")][: len(node.proto.output)]


@reads("Cast")
def _cast(node: Node, inputs: list[Any]) -> Sequence[Value]:
    tensor = inputs[0]
    to = node.attributes["to"]
    if isinstance(tensor, Tensor) and not tensor.layers and to in _WHOLE:
        return [ComputedIndices(tensor, lambda numbers: numbers)]
    if isinstance(tensor, Tensor) and to == tensor.element:
        return [tensor]
    raise node.error(f"changes the type of {described(tensor)}; a model of this package has one dtype")
