"""Writes layers as nodes of a graph; the recurrent ones are in `recurrent`."""

from functools import singledispatch
from typing import NamedTuple

import numpy as np

from .... import layers
from ....layers.base import Layer, Shape
from .activations import applied
from .functions import FUNCTIONS
from .graph import Symbol, Writer


class Value(NamedTuple):
    """What one layer passes to the next."""

    symbol: Symbol
    shape: Shape
    """Shape, including the batch axis."""
    mask: Symbol | None
    """(N, T) bool, True where a step is valid."""

    @property
    def graph(self) -> Writer:
        """The graph of the symbol."""
        return self.symbol.graph


@singledispatch
def write(layer: Layer, x: Value) -> Symbol | tuple[Symbol, Symbol | None]:
    """Add the nodes of a layer applied to x; return its output, with its mask unless that is the mask of x."""
    raise ValueError(f"layer {layer.name!r}: {type(layer).__name__} cannot be exported to ONNX")


def written(layer: Layer, x: Value) -> Value:
    """Add the nodes of a layer, and return its output value."""
    if layer.stateful:
        raise ValueError(
            f"layer {layer.name!r} is stateful, and an ONNX graph has no memory from call to call; export a model with"
            " stateful=False and the same weights"
        )
    found, shape = write(layer, x), layer.compute_output_shape(x.shape)
    symbol, mask = (found, x.mask) if isinstance(found, Symbol) else found
    return Value(symbol, shape, mask if len(shape) == 3 else None)


@write.register
def _(layer: layers.Dense, x: Value) -> Symbol:
    y = x.symbol @ x.graph.constant(layer.kernel, f"{layer.name}_kernel")
    if layer.use_bias:
        y = y + x.graph.constant(layer.bias, f"{layer.name}_bias")
    return applied(x.graph, layer.activation, y)


@write.register
def _(layer: layers.Activation, x: Value) -> Symbol:
    return applied(x.graph, layer.activation, x.symbol)


@write.register
def _(layer: layers.Dropout, x: Value) -> Symbol:
    return x.symbol


@write.register
def _(layer: layers.TimeDistributed, x: Value) -> Symbol:
    if len(x.shape) > 3 or not getattr(layer.layer, "_each_step", False):
        raise ValueError(
            f"layer {layer.name!r}: TimeDistributed is exported for layers such as Dense on (N, T, D), not for"
            f" {layer.layer!r}"
        )
    return written(layer.layer, x).symbol


@write.register
def _(layer: layers.Rescaling, x: Value) -> Symbol:
    scale, offset = (x.graph.constant(value) for value in (layer.scale, layer.offset))
    return x.symbol * scale + offset


@write.register
def _(layer: layers.Normalization, x: Value) -> Symbol:
    inputs = {
        "x": x.symbol,
        "mean": x.graph.constant(layer.mean, f"{layer.name}_mean"),
        "variance": x.graph.constant(layer.variance, f"{layer.name}_variance"),
    }
    name = "denormalization" if layer.invert else "normalization"
    return x.graph.call(name, inputs, FUNCTIONS[name])[0]


@write.register
def _(layer: layers.LayerNormalization, x: Value) -> Symbol:
    gamma = np.ones(x.shape[-1] or 0) if layer.gamma is None else layer.gamma
    inputs = [x.graph.constant(gamma, f"{layer.name}_gamma")]
    if layer.beta is not None:
        inputs.append(x.graph.constant(layer.beta, f"{layer.name}_beta"))
    return x.symbol.apply("LayerNormalization", *inputs, axis=-1, epsilon=layer.epsilon)


@write.register
def _(layer: layers.Embedding, x: Value) -> tuple[Symbol, Symbol | None]:
    vectors = x.graph.constant(layer.embeddings, f"{layer.name}_embeddings")
    if not layer.mask_zero:
        return vectors.apply("Gather", x.symbol, axis=0), None
    y, mask = x.graph.call(
        "embedding_with_mask", {"x": x.symbol, "embeddings": vectors}, FUNCTIONS["embedding_with_mask"]
    )
    return y, mask


@write.register
def _(layer: layers.Masking, x: Value) -> tuple[Symbol, Symbol | None]:
    value = x.graph.constant(layer.mask_value, f"{layer.name}_value")
    y, mask = x.graph.call("masking", {"x": x.symbol, "mask_value": value}, FUNCTIONS["masking"])
    return y, mask


@write.register(layers.Flatten)
@write.register(layers.Reshape)
def _(layer: layers.Flatten | layers.Reshape, x: Value) -> Symbol:
    shape = layer.compute_output_shape(x.shape)
    return x.symbol.apply("Reshape", x.graph.integers(0, *(size or 0 for size in shape[1:])))


@write.register
def _(layer: layers.RepeatVector, x: Value) -> Symbol:
    steps = x.symbol.apply("Unsqueeze", x.graph.integers(1))
    return steps.apply("Expand", x.graph.integers(1, layer.n, 1))
