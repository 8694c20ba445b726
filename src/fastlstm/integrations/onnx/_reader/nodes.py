"""Nodes of a graph, the registry of operators, and how a recurrent node is resolved to a layer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from onnx import NodeProto, helper

from ...._internal.arrays import Array
from ....layers import (
    Activation,
    Bidirectional,
    Dense,
    Flatten,
    LayerNormalization,
    Normalization,
    Recurrent,
    Rescaling,
)
from .values import (
    Axis,
    ComputedIndices,
    Filled,
    LayerSpec,
    Mask,
    OpenSize,
    PendingRecurrent,
    StackedStates,
    Tensor,
    Unsupported,
    Value,
)


class TimeFirstError(ValueError):
    """The graph's input has the steps before the batch."""


@dataclass(frozen=True)
class Node:
    """A node, its context in the file, and its error messages."""

    proto: NodeProto
    opset: int
    functions: dict[str, Any]
    """The functions in the file that this package has written, by name."""
    captured: dict[str, Any] = field(default_factory=dict)
    """The values that the graphs inside the node use from outside, by name."""

    @property
    def operator(self) -> str:
        """Name of the operator."""
        return str(self.proto.op_type)

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """The attributes by name, with decoded strings."""
        found = {attribute.name: helper.get_attribute_value(attribute) for attribute in self.proto.attribute}
        return {name: _decoded(value) for name, value in found.items()}

    def error(self, message: str) -> ValueError:
        """Return the error for an operation that is not a layer of this package."""
        return ValueError(f"{self.label}: {message}")

    @property
    def label(self) -> str:
        """The node's name and operator."""
        name = self.proto.name or (self.proto.output[0] if self.proto.output else "")
        return f"node {name!r} ({self.operator})"

    def integers(self, name: str, inputs: Sequence[Value | None], place: int) -> list[Any] | None:
        """Return integers that are an attribute or, in later opsets, an input; None if there are none."""
        if name in self.attributes:
            value = self.attributes[name]
            return list(value) if isinstance(value, (list, tuple)) else [value]
        if place >= len(inputs) or inputs[place] is None:
            return None
        value = inputs[place]
        if not isinstance(value, np.ndarray):
            raise self.error(f"expected {name} to be a constant, got {described(value)}")
        return [entry if isinstance(entry, OpenSize) else int(entry) for entry in value.reshape(-1)]

    def axis(self, value: int, tensor: Tensor) -> int:
        """Return an axis as a non-negative index."""
        rank = len(tensor.axes)
        if not -rank <= value < rank:
            raise self.error(f"axis {value} of a tensor with {rank} axes")
        return value % rank


def _decoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return [_decoded(entry) for entry in value] if isinstance(value, (list, tuple)) else value


Handler = Callable[[Node, list[Any]], Sequence[Value]]

handlers: dict[str, Handler] = {}
"""Readers of the nodes whose inputs depend on the input of the graph, by operator."""


def reads(*operators: str) -> Callable[[Handler], Handler]:
    """Register a function that reads some operators."""

    def register(handler: Handler) -> Handler:
        handlers.update(dict.fromkeys(operators, handler))
        return handler

    return register


def described(value: Any) -> str:
    """Describe a value in a few words for messages."""
    if value is None:
        return "nothing"
    if isinstance(value, np.ndarray):
        return f"a constant of shape {value.shape}"
    if isinstance(value, Filled):
        return f"a constant of {value.value!r} everywhere"
    if isinstance(value, Tensor):
        return f"a tensor with the axes ({', '.join(value.kinds)})"
    return _DESCRIPTIONS.get(type(value), type(value).__name__)


_DESCRIPTIONS: dict[type, str] = {
    ComputedIndices: "computed indices",
    Mask: "a mask",
    StackedStates: "stacked final states",
    Unsupported: "an unsupported value",
}


def constant(node: Node, name: str, value: Any) -> Array:
    """Return an input, which must be a constant."""
    if isinstance(value, Filled) and all(isinstance(size, int) for size in value.shape):
        return np.full(value.shape, value.value)
    if not isinstance(value, np.ndarray) or value.dtype == object:
        raise node.error(f"expected {name} to be a constant, got {described(value)}")
    return value


def is_all(value: Any, number: Any) -> bool:
    """Return whether all entries of a constant equal this number."""
    if isinstance(value, Filled):
        return bool(value.value == number)
    return isinstance(value, np.ndarray) and all(entry == number for entry in np.unique(value.astype(object)))


EACH_STEP = (Activation, Dense, LayerNormalization, Normalization, Rescaling)
"""Layers that treat each step alike."""


def resolved(node: Node, value: Any, *, any_rows: bool = False) -> Tensor:
    """Return a tensor as the input of a layer: its recurrent node resolved to a layer, and features in the last axis.

    With `any_rows` the other axes may be anything, as for layers that act on the last axis only.
    """
    if not isinstance(value, Tensor):
        raise node.error(f"expected the output of a layer, got {described(value)}")
    tensor = value if value.node is None else _as_layer(node, value, value.node)
    if tensor.kinds[-1] == "time*features" and [kind for kind in tensor.kinds[:-1] if kind != "one"] == ["batch"]:
        if tensor.time_reversed:
            raise node.error("flattens steps in reverse order")
        size = tensor.shape[-1]
        if not isinstance(size, int):
            raise node.error("flattens an open number of steps; Flatten needs a fixed one")
        return tensor.reshaped_by(LayerSpec(Flatten, {}), axes=(*tensor.axes[:-1], (Axis("features", size),)))
    if tensor.kinds[-1] != "features":
        raise node.error(f"expected features in the last axis, got the axes ({', '.join(tensor.kinds)})")
    rows = sorted(kind for kind in tensor.kinds[:-1] if kind != "one")
    if not any_rows and (rows not in (["batch"], ["batch", "time"]) or len(rows) + 1 < len(tensor.axes)):
        raise node.error(f"expected the axes batch, time, features, got ({', '.join(tensor.kinds)})")
    return tensor


def _as_layer(node: Node, tensor: Tensor, recurrent: PendingRecurrent) -> Tensor:
    """Return a tensor whose recurrent node has been resolved to a layer."""
    specs = [recurrent.directions[i] for i in tensor.directions]
    sequence = any(part.kind == "time" for parts in tensor.axes for part in parts)
    merge = tensor.merge
    if len(specs) == 2 and merge is None:
        if tensor.kinds[-1] != "direction*features":
            raise node.error(f"the two directions of a recurrent node are not merged: axes ({', '.join(tensor.kinds)})")
        merge = "concat"
    if len(specs) == 1 and sequence and tensor.time_reversed != specs[0].arguments["go_backwards"]:
        raise node.error(
            "the outputs of a node that goes backwards are used in the order of time; a layer of this package with"
            " go_backwards=True gives them in the order of processing"
        )
    if len(specs) == 2 and (
        tensor.time_reversed or [spec.arguments["go_backwards"] for spec in specs] != [False, True]
    ):
        raise node.error("expected a forward and a backward direction, in this order")
    used = tensor.directions, sequence, merge
    spec = recurrent.layers.setdefault(used, _layer([spec.with_(return_sequences=sequence) for spec in specs], merge))
    units = sum(spec.arguments["units"] for spec in (specs if merge == "concat" else specs[:1]))
    rest = [
        (Axis("one", 1),) if all(part.kind == "direction" for part in parts) else parts for parts in tensor.axes[:-1]
    ]
    return replace(
        tensor,
        layers=(*tensor.layers, spec),
        axes=(*rest, (Axis("features", units),)),
        node=None,
        directions=(),
        merge=None,
        time_reversed=False,
        mask=tensor.mask if sequence else None,
    )


def _layer(specs: list[LayerSpec], merge: str | None) -> LayerSpec:
    """Return the layer for one direction or two."""
    if len(specs) == 1:
        return specs[0]
    arguments = {"layer": specs[0], "backward_layer": specs[1], "merge_mode": merge}
    return LayerSpec(Bidirectional, arguments, (*specs[0].weights, *specs[1].weights))


def last_step(node: Node, tensor: Tensor, *, first: bool) -> Tensor:
    """Return the last or the first step of a sequence, which must be the last output of a recurrent layer."""
    place = tensor.place("time")
    assert place is not None
    axes = tuple(parts for i, parts in enumerate(tensor.axes) if i != place)
    if tensor.mask is not None:
        raise node.error("takes one step of a masked sequence; no layer does that")
    if tensor.node is not None:
        for i in tensor.directions:
            backwards = tensor.node.directions[i].arguments["go_backwards"]
            if (backwards != tensor.time_reversed) != first:
                raise node.error(
                    f"takes the {'first' if first else 'last'} step, which is not the last one that a recurrent node"
                    f" has processed ({'backwards' if backwards else 'forwards'}); no layer does that"
                )
        return replace(tensor, axes=axes, time_reversed=False, mask=None)
    chain = list(tensor.layers)
    for i in reversed(range(len(chain))):
        if issubclass(chain[i].layer_class, Recurrent) and chain[i].arguments["return_sequences"] and not first:
            chain[i] = chain[i].with_(return_sequences=False)
            return replace(tensor, layers=tuple(chain), axes=axes, mask=None)
        if chain[i].layer_class not in EACH_STEP:
            break
    raise node.error("takes one step of a sequence that does not come from a recurrent node; no layer does that")
