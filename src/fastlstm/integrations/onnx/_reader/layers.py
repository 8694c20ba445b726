"""Reads operators that are layers with weights, or activations."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...._internal.arrays import Array
from ....layers import Activation, Dense, LayerNormalization
from .._writer.activations import OPERATORS, READ_ONLY
from .nodes import Node, constant, reads, resolved
from .values import LayerSpec, Tensor, Value

_DEFAULTS: dict[str, dict[str, float]] = {
    "Celu": {"alpha": 1.0},
    "Elu": {"alpha": 1.0},
    "HardSigmoid": {"alpha": 0.2, "beta": 0.5},
    "LeakyRelu": {"alpha": 0.01},
    "LogSoftmax": {"axis": -1},
    "Selu": {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875},
    "Shrink": {"bias": 0.0, "lambd": 0.5},
    "Softmax": {"axis": -1},
}
"""Default attributes of activations."""


@reads("MatMul")
def _matmul(node: Node, inputs: list[Any]) -> Sequence[Value]:
    return [_dense(node, inputs[0], constant(node, "the second factor", inputs[1]), None)]


@reads("Gemm")
def _gemm(node: Node, inputs: list[Any]) -> Sequence[Value]:
    if node.attributes.get("transA", 0):
        raise node.error("transA: expected 0, got 1")
    kernel = constant(node, "B", inputs[1]) * np.float32(node.attributes.get("alpha", 1.0))
    bias = None
    if len(inputs) > 2 and inputs[2] is not None:
        bias = constant(node, "C", inputs[2]) * np.float32(node.attributes.get("beta", 1.0))
    return [_dense(node, inputs[0], kernel.T if node.attributes.get("transB", 0) else kernel, bias)]


def _dense(node: Node, x: Any, kernel: Array, bias: Array | None) -> Tensor:
    tensor = resolved(node, x, any_rows=True)
    features = tensor.shape[-1]
    if kernel.ndim != 2 or kernel.shape[0] != features:
        raise node.error(f"expected weights of shape ({features}, units), got {kernel.shape}")
    units = kernel.shape[1]
    spec = LayerSpec(Dense, {"units": units, "use_bias": False}, (kernel,))
    if bias is not None:
        spec = with_bias(spec, _each_feature(node, bias, units))
    return tensor.then(spec, features=units)


def with_bias(spec: LayerSpec, bias: Array) -> LayerSpec:
    """Return a Dense with a bias."""
    return replace(spec.with_(use_bias=True), weights=(spec.weights[0], bias))


def takes_bias(tensor: Tensor) -> bool:
    """Return whether a term added to the tensor is the bias of a Dense."""
    last = tensor.layers[-1] if tensor.layers else None
    return last is not None and last.layer_class is Dense and not last.arguments["use_bias"] and _is_linear(last)


def _each_feature(node: Node, value: Array, width: int) -> Array:
    """Return a constant as one number per feature."""
    if value.size not in (1, width) or value.shape[-1:] not in ((), (1,), (width,)):
        raise node.error(f"expected a constant for each of {width} features, got shape {value.shape}")
    return np.ascontiguousarray(np.broadcast_to(value.reshape(-1), (width,)))


def each_feature(node: Node, tensor: Tensor, value: Any) -> Array:
    """Return the other operand of an operation on a tensor as one number per feature."""
    width = tensor.shape[-1]
    assert isinstance(width, int)
    return _each_feature(node, constant(node, "the other operand", value), width)


def _is_linear(spec: LayerSpec) -> bool:
    return bool(spec.arguments.get("activation", "linear") == "linear")


def activated(node: Node, x: Any, name: str) -> Tensor:
    """Return a tensor with an activation: that of the Dense before it if it has none yet, else a new layer."""
    tensor = resolved(node, x, any_rows=True)
    width = tensor.shape[-1]
    features = width // 2 if name == "glu" and isinstance(width, int) else None
    last = tensor.layers[-1] if tensor.layers else None
    if last is not None and last.layer_class is Dense and _is_linear(last):
        merged = last.with_(activation=name)
        return replace(tensor, layers=tensor.layers[:-1]).then(merged, features=features)
    return tensor.then(LayerSpec(Activation, {"activation": name}), features=features)


def is_activated(x: Any, y: Any, name: str) -> bool:
    """Return whether y is an activation of x."""
    if not (isinstance(x, Tensor) and isinstance(y, Tensor)) or not y.layers or x.node or y.node:
        return False
    last = y.layers[-1]
    if last.arguments.get("activation") != name:
        return False
    if last.layer_class is Activation:
        return y.layers[:-1] == x.layers
    if not x.layers or y.layers[:-1] != x.layers[:-1] or last.layer_class is not Dense or not _is_linear(x.layers[-1]):
        return False
    return x.layers[-1].weights is last.weights


@reads(*{operator.name for operator in (OPERATORS | READ_ONLY).values()})
def _activation(node: Node, inputs: list[Any]) -> Sequence[Value]:
    if node.attributes.get("approximate", "none") != "none":
        raise node.error(f"approximate: expected 'none', got {node.attributes['approximate']!r}")
    tensor = resolved(node, inputs[0], any_rows=True)
    given = {**_DEFAULTS.get(node.operator, {}), **node.attributes}
    if node.operator in ("Softmax", "LogSoftmax"):
        if node.opset < 13:
            given["axis"] = node.attributes.get("axis", 1)
        given["axis"] = -1 if node.axis(given["axis"], tensor) == len(tensor.axes) - 1 else given["axis"]
    constants = [
        np.float32(constant(node, "a bound", value).reshape(-1)[0]) for value in inputs[1:] if value is not None
    ]
    for name, operator in (OPERATORS | READ_ONLY).items():
        if (
            operator.name == node.operator
            and all(np.float32(given.get(key, 0)) == np.float32(value) for key, value in operator.attributes.items())
            and len(constants) == len(operator.constants)
            and all(np.float32(value) == number for value, number in zip(operator.constants, constants, strict=True))
        ):
            return [activated(node, tensor, name)]
    raise node.error(f"no activation of this package has {given or constants}")


@reads("LayerNormalization")
def _layer_normalization(node: Node, inputs: list[Any]) -> Sequence[Value]:
    tensor = resolved(node, inputs[0], any_rows=True)
    if node.axis(node.attributes.get("axis", -1), tensor) != len(tensor.axes) - 1:
        raise node.error("expected the last axis to be normalised")
    weights = [each_feature(node, tensor, value) for value in inputs[1:] if value is not None]
    arguments = {"epsilon": float(str(np.float32(node.attributes.get("epsilon", 1e-5)))), "center": len(weights) == 2}
    return [tensor.then(LayerSpec(LayerNormalization, arguments, tuple(weights)))]
