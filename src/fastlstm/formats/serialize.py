"""A model's description as Keras writes it: plain data, each object with its class and arguments."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..layers import InputLayer, Layer
from ..losses._function import FunctionLoss
from ..training.native_model import MODEL_INPUT
from . import kinds
from .saved_model import SavedModel


def of_model(model: SavedModel) -> dict[str, Any]:
    """Return the description of a model, including optimizer, loss and metrics."""
    first: list[dict[str, Any]] = []
    if model._input is not None:
        first.append(_input(model._input, model.dtype))
    config: dict[str, Any] = {
        "name": model.name,
        "trainable": model.trainable,
        "layers": [*first, *(described(layer) for layer in model._layers)],
    }
    ours = type(model).__module__.partition(".")[0] == kinds.PACKAGE
    found = {**_class(type(model), "keras" if ours else None), "config": config}
    if model._listed_inputs:
        _add_connections(config, model)
        if ours:
            found |= {"module": "keras.src.models.functional", "class_name": "Functional"}
    if model.built:
        config["build_input_shape"] = list(model.input_shape)
        found["build_config"] = {"input_shape": list(model.input_shape)}
    if model.optimizer is not None:
        found["compile_config"] = _compiled(model)
    return found


def _add_connections(config: dict[str, Any], model: SavedModel) -> None:
    """Add to the description of a functional model which layer takes the outputs of which."""
    assert model._input is not None
    first, *others = config["layers"]
    first |= {"name": model._input.name, "inbound_nodes": []}
    shapes: list[Any] = []
    for entry, node in zip(others, model._nodes, strict=True):
        tensors = []
        for source in node.inputs:
            is_input = source == MODEL_INPUT
            name = model._input.name if is_input else model._layers[source].name
            shape = model.input_shape if is_input else shapes[source]
            history = {"shape": list(shape), "dtype": model.dtype, "keras_history": [name, 0, 0]}
            tensors.append({"class_name": "__keras_tensor__", "config": history})
        arguments = tensors if len(tensors) == 1 and not node.layer._takes_several else [tensors]
        entry |= {"name": node.layer.name, "inbound_nodes": [{"args": arguments, "kwargs": {}}]}
        shapes.append(node.output_shape(shapes, model.input_shape))
    config["input_layers"] = [model._input.name, 0, 0]
    config["output_layers"] = [model._layers[-1].name, 0, 0]


def _input(layer: InputLayer, dtype: str) -> dict[str, Any]:
    config = {"batch_shape": list(layer.batch_shape), "dtype": layer.dtype or dtype, "name": layer.name}
    return {**_class(InputLayer, "keras.layers"), "config": config}


def _compiled(model: SavedModel) -> dict[str, Any]:
    compiled = model._compiled
    assert compiled is not None
    loss: Any = compiled.loss
    metrics, weight = compiled.metrics, compiled.loss_weight
    return {
        "optimizer": described(compiled.optimizer),
        "loss": described(loss.function if isinstance(loss, FunctionLoss) else loss),
        "loss_weights": None if weight == 1.0 else weight,
        "metrics": described(metrics.sources(weighted=False)) or None,
        "weighted_metrics": described(metrics.sources(weighted=True)) or None,
    }


def described(value: Any) -> Any:
    """Return a value as data that JSON has."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [described(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: described(entry) for key, entry in value.items()}
    if hasattr(value, "get_config"):
        return _object(value)
    return _function(value) if callable(value) else value


def _object(value: Any) -> dict[str, Any]:
    arguments = value._constructor_arguments() if hasattr(value, "_constructor_arguments") else value.get_config()
    kind = kinds.of_class(type(value))
    module = None if kind is None else kinds.MODULES[kind]
    if isinstance(value, Layer):
        arguments = {name: given for name, given in arguments.items() if given is not None or name in _MEANING}
        if kind is not None and _keras_does_the_same(value, arguments):
            arguments = {name: given for name, given in arguments.items() if name not in value._beyond_keras}
        elif kind is not None:
            module = kinds.OURS
    elif kind is not None and not getattr(value, "_in_keras", True):
        module = kinds.OURS
    return {**_class(type(value), module), "config": described(arguments)}


_MEANING = ("merge_mode",)  # arguments for which None differs from the default


def _keras_does_the_same(layer: Layer, arguments: Mapping[str, Any]) -> bool:
    """Return whether Keras has this layer with the same arguments; inner layers are described separately."""
    others = layer._beyond_keras.items()
    return layer._in_keras and all(neutral is ... or arguments.get(name) == neutral for name, neutral in others)


def _class(cls: type, module: str | None) -> dict[str, Any]:
    """Return the fields that identify a class: Keras's, one registered with Keras or, without a module, the user's."""
    name = cls.__name__
    if module is None:
        return {"module": cls.__module__, "class_name": name, "registered_name": name}
    registered = f"{kinds.PACKAGE}>{name}" if module == kinds.OURS else None
    return {"module": module, "class_name": name, "registered_name": registered}


def _function(function: Callable[..., Any]) -> dict[str, Any]:
    name = getattr(function, "__name__", type(function).__name__)
    return {
        "module": getattr(function, "__module__", None),
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }
