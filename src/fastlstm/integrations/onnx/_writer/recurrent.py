"""Writes recurrent layers as nodes of a graph: an operator of ONNX if one fits, else a function with a loop."""

import numpy as np

from .... import layers
from .. import _recurrent_nodes
from . import scan
from .equations import EQUATIONS
from .graph import Symbol
from .layers import Value, write

MERGES = {"sum": "ReduceSum", "mul": "ReduceProd", "ave": "ReduceMean"}
"""The operators that merge the outputs of both directions."""

_FAR = np.iinfo(np.int64).min  # as the end of a slice: before the first entry


@write.register
def _(layer: layers.Recurrent, x: Value) -> tuple[Symbol, Symbol | None]:
    mask = x.mask
    if layer.go_backwards and mask is not None:
        mask = _reversed(mask, 1)
    return _one_direction(layer, x, in_order_of_time=False), mask


@write.register
def _(layer: layers.RNN, x: Value) -> Symbol | tuple[Symbol, Symbol | None]:
    return write(layer._as_recurrent(), x)


@write.register
def _(layer: layers.Bidirectional, x: Value) -> Symbol:
    if layer.merge_mode is None:
        raise ValueError(f"layer {layer.name!r}: expected a merge_mode other than None for ONNX")
    pair = layer.forward_layer._as_recurrent(), layer.backward_layer._as_recurrent()
    if x.mask is None and _fit_one_node(*pair):
        return _bidirectional_node(layer, x)
    forward, backward = (_one_direction(one, x, in_order_of_time=True) for one in pair)
    if layer.merge_mode == "concat":
        return x.graph.node("Concat", forward, backward, axis=-1)[0]
    merged = forward * backward if layer.merge_mode == "mul" else forward + backward
    return merged * 0.5 if layer.merge_mode == "ave" else merged


def _one_direction(layer: layers.Recurrent, x: Value, *, in_order_of_time: bool) -> Symbol:
    """Return the outputs of one recurrent layer: (N, T, H), in the order of processing or of time, or (N, H)."""
    reverses = layer.go_backwards and layer.return_sequences
    if x.mask is None and _recurrent_nodes.is_native(layer):
        y, last = _node([layer], x, "reverse" if layer.go_backwards else "forward")
        axis, found = (1, y) if layer.return_sequences else (0, last)
        symbol = found.apply("Squeeze", x.graph.integers(axis))
        if reverses and not in_order_of_time:
            symbol = _reversed(symbol, 0)
        return symbol.apply("Transpose", perm=[1, 0, 2]) if layer.return_sequences else symbol
    symbol = _function(layer, x)
    return _reversed(symbol, 1) if reverses and in_order_of_time else symbol


def _function(layer: layers.Recurrent, x: Value) -> Symbol:
    """Call a function that computes a layer without an operator of ONNX."""
    if layer.cell.name not in EQUATIONS:
        raise ValueError(f"layer {layer.name!r}: ONNX has no operator for the cell {layer.cell.name!r}")
    names = layer.cell.weight_names(layer.use_bias)
    inputs = {"x": x.symbol}
    for name, weight in zip(names, layer.weights, strict=True):
        inputs[name] = x.graph.constant(weight, f"{layer.name}_{name}")
    if x.mask is not None:
        inputs["mask"] = x.mask
    body = scan.body_of(layer, list(inputs))
    return x.graph.call(layer.cell.name, inputs, body, {"layer": scan.description(layer)})[0]


def _fit_one_node(forward: layers.Recurrent, backward: layers.Recurrent) -> bool:
    """Return whether one node of ONNX can be both directions, which then differ in weights and activations only."""
    shared = ("cell", "units", "clip", "use_bias")
    return all(map(_recurrent_nodes.is_native, (forward, backward))) and all(
        getattr(forward, name) == getattr(backward, name) for name in shared
    )


def _bidirectional_node(layer: layers.Bidirectional, x: Value) -> Symbol:
    y, last = _node([layer.forward_layer._as_recurrent(), layer.backward_layer._as_recurrent()], x, "bidirectional")
    if layer.return_sequences:
        outputs = y.apply("Transpose", perm=[2, 0, 1, 3])  # (N, T, directions, H)
        leading = [0, 0]  # axes that stay
    else:
        outputs = last.apply("Transpose", perm=[1, 0, 2])  # (N, directions, H)
        leading = [0]
    if layer.merge_mode == "concat":
        return outputs.apply("Reshape", x.graph.integers(*leading, 2 * layer.forward_layer.units))
    operator = MERGES[layer.merge_mode or ""]
    return outputs.apply(operator, x.graph.integers(-2), keepdims=0)


def _node(parts: list[layers.Recurrent], x: Value, direction: str) -> tuple[Symbol, Symbol]:
    """Add an RNN, LSTM or GRU node, and return Y (T, directions, N, H) and Y_h (directions, N, H)."""
    node = parts[0].cell.onnx
    assert node is not None
    weights = {
        name: x.graph.constant(value, f"{parts[0].name}_{name}")
        for name, value in _recurrent_nodes.inputs_of(parts).items()
    }
    y, last, *_ = x.graph.node(
        node.operator,
        x.symbol.apply("Transpose", perm=[1, 0, 2]),
        weights["W"],
        weights["R"],
        weights.get("B"),
        *([None] * 3 if node.operator == "LSTM" else []),
        *([weights.get("P")] if node.operator == "LSTM" else []),
        outputs=2,
        hint=parts[0].name,
        **_recurrent_nodes.attributes_of(parts, direction),
    )
    return y, last


def _reversed(symbol: Symbol, axis: int) -> Symbol:
    """Return a tensor reversed along an axis."""
    graph = symbol.graph
    bounds = [graph.integers(value) for value in (-1, _FAR, axis, -1)]
    return symbol.apply("Slice", *bounds)
