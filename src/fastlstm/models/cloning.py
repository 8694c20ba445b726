"""Copies of models with new initial weights."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..layers import InputLayer, TimeDistributed
from ..layers._call_arguments import put_in
from ..layers.base import Layer
from ..layers.symbolic import SymbolicTensor, are_symbolic, listed
from ..losses import Loss
from ..metrics import Metric
from ..training.nodes import Values
from .model import Model
from .sequential import Sequential

AnyModel = TypeVar("AnyModel", bound=Model)


def clone_model(
    model: AnyModel,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    *,
    recursive: bool = True,
) -> AnyModel:
    """Return a copy of a model with new initial weights, compiled as the model is.

    Parameters
    ----------
    model : Model
        The model to copy. The clone and its layers have the same names.
    input_tensors : SymbolicTensor, or list or dict of them, optional
        What the clone takes, in place of new Inputs.
    clone_function : callable, optional
        Takes a layer and returns the one for the clone; by default ``type(layer).from_config(layer.get_config())``.
    call_function : callable, optional
        ``call_function(layer, *args, **kwargs)`` returns the output of a call in the clone, by default
        ``layer(*args, **kwargs)``. Not for a `Sequential`.
    recursive : bool
        Whether models inside are cloned layer by layer; otherwise `clone_function` takes the model. Default: True, in
        Keras False.

    Returns
    -------
    Model
        The copy, of the class of `model`.

    Raises
    ------
    TypeError
        If `model` is not a model, `input_tensors` are not symbolic, or `clone_function` does not return a layer.
    ValueError
        If `call_function` is given for a `Sequential`.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((20, 1)), layers.LSTM(32)])
    >>> clone = clone_model(model)
    >>> clone.set_weights(model.get_weights())
    """
    if not isinstance(model, Model):
        raise TypeError(f"model: expected a Model, got {model!r}")
    if input_tensors is not None and not are_symbolic(input_tensors):
        raise TypeError(f"input_tensors: expected symbolic tensors, got {input_tensors!r}")
    if isinstance(model, Sequential) and call_function is not None:
        raise ValueError("call_function: expected none for a Sequential, whose layers are called one after the other")
    clone: AnyModel = _Cloning(clone_function, call_function, recursive).clone(model, input_tensors)
    compiled = model._compiled
    if compiled is not None:
        optimizer = type(compiled.optimizer).from_config(compiled.optimizer.get_config())
        names = dict(zip(compiled.output_names, clone._names_of_outputs(), strict=True))
        arguments = {name: _fresh(value, names) for name, value in compiled.arguments.items()}
        Model.compile(clone, optimizer, **arguments, steps_per_execution=model._steps_per_execution)
    return clone


def _fresh(value: Any, names: Mapping[str, str]) -> Any:
    """Return losses or metrics for a clone, whose outputs have other names: new objects, and functions as they are."""
    if isinstance(value, dict):
        return {names.get(name, name): _fresh(one, names) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fresh(one, names) for one in value]
    if isinstance(value, (Loss, Metric)):
        return type(value).from_config(value.get_config())
    return value


class _Cloning:
    """A copy in the making, of one or several models that may share layers."""

    def __init__(self, clone_function: Any, call_function: Any, recursive: bool) -> None:
        self._clone_function, self._call_function, self._recursive = clone_function, call_function, recursive
        self._made: dict[int, Any] = {}

    def clone(self, model: Any, input_tensors: Any = None) -> Any:
        """Return a copy of a model."""
        clone = type(model)(name=model.name, trainable=model.trainable)
        given = input_tensors
        if isinstance(given, dict):
            given = [given[layer.name] for layer in model._inputs]
        if isinstance(model, Sequential):
            inputs = model._inputs if given is None else [_input_layer(tensor) for tensor in listed(given)]
            for layer in [*map(self._layer, inputs), *map(self._layer, model._layers)]:
                clone.add(layer)
            return clone
        tensors = [self._layer(layer).output for layer in model._inputs] if given is None else listed(given)
        if len(tensors) != len(model._inputs):
            raise ValueError(f"input_tensors: expected {len(model._inputs)} for {model.name!r}, got {len(tensors)}")
        values = Values(tensors)
        for node in model._nodes:
            args, kwargs = node.called_on(values.of(node.inputs))
            layer, call = self._layer(node.layer), self._call_function
            outputs = layer(*args, **kwargs) if call is None else call(layer, *args, **kwargs)
            values.add(listed(outputs))
        structure = dict(zip(model.input_names, tensors, strict=True)) if model._inputs_are_named else tensors
        if model._input_structure is not None:
            structure = put_in(model._input_structure, tensors)
        clone._connect_structures(structure, model._packed(values.of(model._outputs)))
        return clone

    def _layer(self, layer: Any) -> Any:
        """Return the layer of the clone for a layer, an Input or a model inside."""
        if id(layer) not in self._made:
            if isinstance(layer, InputLayer):
                made: Any = type(layer).from_config(layer.get_config())
                made.preprocessors = layer.preprocessors
                made.raw_batch_shape, made.raw_dtype = layer.raw_batch_shape, layer.raw_dtype
            elif isinstance(layer, Model) and (self._recursive or self._clone_function is None):
                made = self.clone(layer)
            elif self._clone_function is not None:
                made = self._clone_function(layer)
            elif isinstance(layer, TimeDistributed):
                made = type(layer)(**{**layer._constructor_arguments(), "layer": self._layer(layer.layer)})
            else:
                made = type(layer).from_config(layer.get_config())
            self._made[id(layer)] = made
        return self._made[id(layer)]


def _input_layer(tensor: SymbolicTensor) -> InputLayer:
    """Return the Input of a symbolic tensor, or a new one for the output of a layer."""
    if isinstance(tensor.layer, InputLayer):
        return tensor.layer
    return InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype)
