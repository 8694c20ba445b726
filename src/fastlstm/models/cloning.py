"""Copies of models with new initial weights."""

from collections.abc import Callable
from typing import Any, TypeVar

from ..layers import InputLayer, Layer
from ..training.nodes import Node
from .model import Model
from .sequential import Sequential

AnyModel = TypeVar("AnyModel", bound=Model)


def clone_model(model: AnyModel, *, clone_function: Callable[[Layer], Layer] | None = None) -> AnyModel:
    """Return a copy of a model, not compiled, with new initial weights.

    Parameters
    ----------
    model : Model
        The model to copy. The clone and its layers have the same names.
    clone_function : callable, optional
        Takes a layer and returns the one for the clone; by default ``type(layer).from_config(layer.get_config())``.

    Returns
    -------
    Model
        The copy, of the class of `model`.

    Raises
    ------
    TypeError
        If `model` is not a model, or `clone_function` does not return a layer.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((20, 1)), layers.LSTM(32)])
    >>> clone = clone_model(model)
    >>> clone.set_weights(model.get_weights())
    """
    if not isinstance(model, Model):
        raise TypeError(f"model: expected a Model, got {model!r}")
    clone: AnyModel = _cloned(model, clone_function, {})
    return clone


def _cloned(model: Any, clone_function: Callable[[Layer], Layer] | None, made: dict[int, Any]) -> Any:
    """Return a copy; `made` has the copies of layers so far, by the identity of the originals."""

    def cloned(layer: Any) -> Any:
        if id(layer) not in made:
            if isinstance(layer, Model):
                made[id(layer)] = _cloned(layer, clone_function, made)
            elif clone_function is None or isinstance(layer, InputLayer):
                made[id(layer)] = type(layer).from_config(layer.get_config())
            else:
                made[id(layer)] = clone_function(layer)
        return made[id(layer)]

    if isinstance(model, Sequential):
        config = {name: value for name, value in model.get_config().items() if name != "layers"}
        return type(model)(map(cloned, [*model._inputs, *model.layers]), **config)
    clone = type(model)(name=model.name, trainable=model.trainable)
    clone._output_keys, clone._outputs_are_listed = model._output_keys, model._outputs_are_listed
    nodes = [Node(cloned(node.layer), node.inputs, node.arguments) for node in model._nodes]
    clone._set_graph(nodes, model._outputs, list(map(cloned, model._inputs)), list(map(cloned, model.layers)))
    clone._build(clone._inputs)
    return clone
