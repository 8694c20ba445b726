"""What graphs of simple layers compute, in functions with derivatives: for gradients of gradients."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import activations, layers
from ..layers._own_activation import OwnActivation
from ..layers._trace import WithoutMask
from ..layers.computation import Computation
from .nodes import MODEL_INPUT, Node, Value

Weights = Sequence[Any]
Equation = Callable[[Any, list[Any], Weights, bool], Any]
"""Returns the output of a layer for inputs and weights, in training or not."""


def lacking(nodes: Sequence[Node], training: bool) -> str | None:
    """Return the class of a layer of which there is no equation, None if there are all."""
    for node in nodes:
        inside = getattr(node.layer, "_nodes", None)
        found = lacking(inside, training) if inside else None if _has_equation(node, training) else _name_of(node.layer)
        if found is not None:
            return found
    return None


def outputs_of(
    nodes: Sequence[Node],
    outputs: Sequence[Value],
    inputs: Sequence[Any],
    weights: Mapping[int, Weights],
    training: bool,
) -> list[Any]:
    """Return the outputs of a graph.

    Parameters
    ----------
    nodes, outputs
        As for `NativeModel`.
    inputs : sequence of array
        Which may be traced.
    weights : mapping of int to sequence of array
        By the identity of a layer.
    training : bool
        Whether layers are in training.

    Returns
    -------
    list of array
    """
    found: list[list[Any]] = []

    def of(value: Value) -> Any:
        node, output = value
        return inputs[output] if node == MODEL_INPUT else found[node][output]

    for node in nodes:
        given, layer = [of(value) for value in node.inputs], node.layer
        inside = getattr(layer, "_nodes", None)
        if inside:
            found.append(outputs_of(inside, layer._outputs, given, weights, training))
        else:
            found.append([_EQUATIONS[type(layer)](layer, given, weights.get(id(layer), ()), training)])
    return [of(value) for value in outputs]


def _has_equation(node: Node, training: bool) -> bool:
    layer = node.layer
    if isinstance(layer, _DROPS) and training and layer.rate:
        return False
    return type(layer) in _EQUATIONS and _activation_is_known(getattr(layer, "activation", None))


def _activation_is_known(activation: Any) -> bool:
    if not isinstance(activation, OwnActivation):
        return True
    return activation.function is not None or type(activation.layer) in _EQUATIONS


def _name_of(layer: Any) -> str:
    return f"{type(layer).__name__} {layer.name!r}"


def _activated(layer: Any, x: Any, training: bool) -> Any:
    activation = layer.activation
    if not isinstance(activation, OwnActivation):
        return activations.get(activation)(x)
    if activation.function is not None:
        return activation.function(x)
    return _EQUATIONS[type(activation.layer)](activation.layer, [x], (), training)


def _dense(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    product = np.matmul(given[0], weights[0])
    return _activated(layer, product + weights[1] if layer.use_bias else product, training)


def _same(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    return given[0]


def _reshaped(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    shape = np.shape(given[0])
    return np.reshape(given[0], (shape[0], *layer.compute_output_shape((None, *shape[1:]))[1:]))


def _computed(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    return layer.run(given, [one._current() for one in layer._variables], training)


def _relu(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    return activations.relu(given[0], layer.negative_slope, layer.max_value, layer.threshold)


def _leaky_relu(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    return activations.leaky_relu(given[0], layer.negative_slope)


def _elu(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    return activations.elu(given[0], layer.alpha)


def _sum(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    return sum(given[1:], given[0])


def _product(layer: Any, given: list[Any], weights: Weights, training: bool) -> Any:
    found = given[0]
    for one in given[1:]:
        found = found * one
    return found


_DROPS = (layers.Dropout, layers.SpatialDropout1D)
_EQUATIONS: dict[type, Equation] = {
    layers.Dense: _dense,
    layers.Activation: lambda layer, given, weights, training: _activated(layer, given[0], training),
    layers.ReLU: _relu,
    layers.LeakyReLU: _leaky_relu,
    layers.ELU: _elu,
    layers.Softmax: lambda layer, given, weights, training: activations.softmax(given[0], layer.axis),
    layers.Flatten: _reshaped,
    layers.Reshape: _reshaped,
    layers.Identity: _same,
    WithoutMask: _same,
    layers.Dropout: _same,
    layers.SpatialDropout1D: _same,
    layers.Rescaling: lambda layer, given, weights, training: given[0] * layer.scale + layer.offset,
    layers.Add: _sum,
    layers.Subtract: lambda layer, given, weights, training: given[0] - given[1],
    layers.Multiply: _product,
    layers.Average: lambda layer, given, weights, training: _sum(layer, given, weights, training) / len(given),
    layers.Concatenate: lambda layer, given, weights, training: np.concatenate(given, axis=layer.axis),
    Computation: _computed,
}
