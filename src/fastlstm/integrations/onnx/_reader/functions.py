"""Reads calls of the functions that this package writes, which must be identical to those it would write."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ....layers import Masking, Normalization, Recurrent
from ....layers._from_config import layer_from
from ....layers.base import Layer
from .._writer import activations, functions, scan
from .._writer.graph import written
from .embedding import embedded
from .layers import activated
from .nodes import Node, constant, described, resolved
from .values import Axis, LayerSpec, Mask, PendingRecurrent, Tensor, Value

_DTYPES = {1: "float32", 11: "float64"}


def read_function(node: Node, inputs: list[Any]) -> Sequence[Value]:
    """Return the outputs of a call to a function of this package."""
    function = node.functions.get(node.operator)
    if function is None:
        raise node.error("the file has no such function")
    given = dict(zip(function.input, inputs, strict=False))
    if "layer" in node.attributes:
        return _recurrent(node, given)
    if node.operator in activations.FUNCTIONS:
        x = resolved(node, given.get("x"), any_rows=True)
        _require_same(node, lambda x: [activations.FUNCTIONS[node.operator](x)], ["x"], x)
        return [activated(node, x, node.operator)]
    if node.operator not in functions.FUNCTIONS:
        raise node.error("not a function that this version of the package writes")
    x = given["x"] if node.operator == "embedding_with_mask" else resolved(node, given.get("x"), any_rows=True)
    _require_same(node, functions.FUNCTIONS[node.operator], list(given), x)
    return _LAYERS[node.operator](node, x, *[constant(node, name, given[name]) for name in list(given)[1:]])


def _require_same(node: Node, body: Any, inputs: Sequence[str], x: Tensor) -> None:
    """Raise ValueError unless the function in the file is the one that this package writes."""
    function = node.functions[node.operator]
    dtype = _DTYPES.get(x.element, "float32")
    if function != written(function.name, list(inputs), body, dtype, list(function.attribute)):
        raise node.error("the file's function of this name is not the one that this version of the package writes")


def _normalization(node: Node, x: Tensor, mean: Any, variance: Any) -> Sequence[Value]:
    return [x.then(LayerSpec(Normalization, {"invert": node.operator == "denormalization"}, (mean, variance)))]


def _masking(node: Node, x: Tensor, mask_value: Any) -> Sequence[Value]:
    mask = Mask(object())
    masked = x.then(LayerSpec(Masking, {"mask_value": float(mask_value)}))
    return [replace(masked, mask=mask), mask]


def _embedding(node: Node, x: Tensor, vectors: Any) -> Sequence[Value]:
    mask = Mask(object())
    tensor = embedded(node, vectors, x)
    masking = tensor.layers[-1].with_(mask_zero=True)
    return [replace(tensor, layers=(masking,), mask=mask), mask]


_LAYERS: dict[str, Callable[..., Sequence[Value]]] = {
    "denormalization": _normalization,
    "embedding_with_mask": _embedding,
    "masking": _masking,
    "normalization": _normalization,
}


def _recurrent(node: Node, given: dict[str, Any]) -> Sequence[Value]:
    x = resolved(node, given.get("x"))
    layer = _described_layer(node)
    if x.kinds != ("batch", "time", "features") or x.time_reversed:
        raise node.error(f"expected the axes batch, time, features, got {described(x)}")
    mask = given.get("mask")
    if mask != x.mask:
        raise node.error("expected the mask of the sequence that it takes")
    _require_same(node, scan.body_of(layer, list(given)), list(given), x)
    weights = tuple(constant(node, name, given[name]) for name in layer.cell.weight_names(layer.use_bias))
    config = json.loads(node.attributes["layer"])["config"]
    spec = LayerSpec(
        type(layer), {name: value for name, value in config.items() if name != "return_sequences"}, weights
    )
    sequence, backwards = layer.return_sequences, layer.go_backwards
    features = (Axis("features", layer.units),)
    axes = (*x.axes[:2], features) if sequence else (x.axes[0], features)
    if mask is not None and sequence and backwards:
        mask = replace(mask, time_reversed=not mask.time_reversed)
    return [
        Tensor(
            x.layers,
            axes,
            x.element,
            PendingRecurrent((spec,)),
            (0,),
            time_reversed=sequence and backwards,
            mask=mask if sequence else None,
        )
    ]


def _described_layer(node: Node) -> Recurrent:
    """Return the layer that a node describes."""
    try:
        layer: Layer = layer_from("layer", json.loads(node.attributes["layer"]))
    except (ValueError, TypeError, AttributeError) as error:
        raise node.error(f"the attribute 'layer' describes no layer: {error}") from error
    if not isinstance(layer, Recurrent):
        raise node.error(f"the attribute 'layer' describes a {type(layer).__name__}, expected a recurrent layer")
    return layer
