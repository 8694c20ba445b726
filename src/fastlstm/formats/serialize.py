"""A model's description as Keras writes it: plain data, each object with its class and arguments."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .._internal.owners import Owned
from ..layers import GetItem, InputLayer, Lambda
from ..layers._call_arguments import put_in
from ..layers._own_activation import OwnActivation
from ..layers.base import Layer
from ..layers.computation import Computation
from ..losses._function import FunctionLoss
from ..training.nodes import Values, shapes_of
from . import kinds, operations, python_code, weight_tree
from .calls import Tensor
from .calls import described as tensor_described
from .saved_model import SavedModel


def of_model(model: SavedModel) -> dict[str, Any]:
    """Return the description of a model, including optimizer, loss and metrics."""
    found = _of_model(model, _shared_by_models(model))
    if model._compiled_optimizer is not None:
        found["compile_config"] = _compiled(model)
    return found


def configuration(model: SavedModel) -> dict[str, Any]:
    """Return the configuration of a model, as Keras's models return theirs."""
    found: dict[str, Any] = _of_model(model, _shared_by_models(model))["config"]
    return found


def _of_model(model: SavedModel, shared: Mapping[int, int]) -> dict[str, Any]:
    if getattr(model, "_is_subclassed", False):
        return _of_subclassed(model)
    ours = type(model).__module__.partition(".")[0] == kinds.PACKAGE
    config: dict[str, Any] = {"name": model.name, "trainable": model.trainable}
    if model._is_graph:
        config |= _graph(model, shared)
        functional = {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": None}
        return {**(functional if ours else _class(type(model), None)), "config": config}
    inputs = [one for layer in model._inputs for one in _input(layer, model.dtype)]
    config["layers"] = [*inputs, *(_layer(layer, shared) for layer in model._layers)]
    found = {**_class(type(model), "keras" if ours else None), "config": config}
    if model.built:
        config["build_input_shape"] = list(model.input_shape)
        found["build_config"] = {"input_shape": list(model.input_shape)}
    return found


def _of_subclassed(model: Any) -> dict[str, Any]:
    """Return the description of a model of a user's class with a `call`."""
    found = {**_class(type(model), None), "config": described(model.get_config())}
    shapes = model._shapes_of_build()
    return found if shapes is None else {**found, "build_config": {"input_shape": described(shapes)}}


def _shared_by_models(model: SavedModel) -> dict[int, int]:
    """Return a number for each layer that is in several of the models, by its identity."""
    occurrences = Counter(id(layer) for one in weight_tree.models_in(model) for layer in one._layers)
    return {identity: i for i, (identity, count) in enumerate(occurrences.items()) if count > 1}


def _layer(layer: Any, shared: Mapping[int, int], *, in_graph: bool = False) -> dict[str, Any]:
    """Return the description of a layer or of a model inside; in a graph, some layers are operations of Keras."""
    if in_graph and isinstance(layer, GetItem):
        names = {"class_name": "GetItem", "registered_name": "GetItem"}
        return {"module": operations.MODULE, **names, "config": {"name": layer.name}}
    if not isinstance(layer, Layer) and any(one.preprocessors for one in layer._inputs):
        raise ValueError(
            f"save: model {layer.name!r} inside another one converts its inputs: convert them outside of it, or save it"
            " by itself"
        )
    found: dict[str, Any] = described(layer) if isinstance(layer, Layer) else _of_model(layer, shared)
    if id(layer) in shared:
        found[kinds.SHARED] = shared[id(layer)]
    return found


def _graph(model: SavedModel, shared: Mapping[int, int]) -> dict[str, Any]:
    """Return the layers of a functional model with their calls, its inputs and its outputs."""
    all_layers = [*model._inputs, *model._layers_in_files]
    calls: dict[str, list[dict[str, Any]]] = {layer.name: [] for layer in all_layers}
    tensors = Values([Tensor(_last_name(layer), 0, 0) for layer in model._inputs])
    shapes = shapes_of(model._nodes, [layer.batch_shape for layer in model._inputs])
    for i, node in enumerate(model._nodes):
        of_layer = calls[node.layer.name]
        given = [tensor_described(tensors[value], shapes[value], model.dtype) for value in node.inputs]
        args, kwargs = described(node.called_on(given))
        if isinstance(node.layer, GetItem):
            args = [*args, operations.key_described(node.layer.key)]
        tensors.add([Tensor(node.layer.name, len(of_layer), output) for output in range(len(shapes.of_node(i)))])
        of_layer.append({"args": args, "kwargs": kwargs})
    layers = []
    for layer in all_layers:
        if isinstance(layer, InputLayer):
            layers += _in_graph(_input(layer, model.dtype), layer)
        else:
            found = _layer(layer, shared, in_graph=True)
            layers.append({**found, "name": layer.name, "inbound_nodes": calls[layer.name]})
    inputs = [[layer.name, 0, 0] for layer in model._inputs]
    outputs = []
    for value in model._outputs:
        tensor, layer = tensors[value], model._nodes[value[0]].layer
        is_graph = not isinstance(layer, Layer) and layer._is_graph  # whose calls are numbered from 1 here, as in Keras
        outputs.append([tensor.layer, tensor.call + is_graph, tensor.output])
    return {
        "layers": layers,
        "input_layers": _of_inputs(model, inputs),
        "output_layers": _structured(model, outputs),
    }


def _of_inputs(model: SavedModel, inputs: list[Any]) -> Any:
    """Return the inputs in the form in which they were given."""
    if model._input_structure is not None:
        return put_in(model._input_structure, inputs)
    return {one[0]: one for one in inputs} if model._inputs_are_named else _only(inputs)


def _structured(model: SavedModel, outputs: list[Any]) -> Any:
    """Return the outputs in the form in which they were given."""
    if model._output_structure is not None:
        return put_in(model._output_structure, outputs)
    return _of_outputs(model, outputs) if model._output_keys else _only(outputs)


def _only(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _of_outputs(model: SavedModel, values: Sequence[Any]) -> Any:
    """Return what belongs to each output as a list, or as a dict if the outputs were given as one."""
    if not model._output_keys:
        return list(values)
    return {key: value for key, value in zip(model._output_keys, values, strict=True) if value is not None}


def _input(layer: InputLayer, dtype: str) -> list[dict[str, Any]]:
    """Return the description of an input, and of what converts its data, as layers of Keras behind it."""
    given = layer.dtype or layer.raw_dtype or dtype
    if layer.preprocessors:
        given = layer.raw_dtype or layer.preprocessors[0]._data_dtype
    config = {"batch_shape": list(layer.raw_batch_shape), "dtype": given, "name": layer.name}
    return [{**_class(InputLayer, "keras.layers"), "config": config}, *map(_object, layer.preprocessors)]


def _in_graph(descriptions: Sequence[dict[str, Any]], layer: InputLayer) -> list[dict[str, Any]]:
    """Return the descriptions of an input, and of what converts its data, with the calls of a graph."""
    found: list[dict[str, Any]] = []
    for one in descriptions:
        called = []
        if found:
            before = tensor_described(Tensor(found[-1]["name"], 0, 0), layer.raw_batch_shape, "int64")
            called = [{"args": [before], "kwargs": {}}]
        found.append({**one, "name": one["config"]["name"], "inbound_nodes": called})
    return found


def _last_name(layer: InputLayer) -> str:
    """Return the name of what gives the input of the first layers."""
    return layer.preprocessors[-1].name if layer.preprocessors else layer.name


def _compiled(model: SavedModel) -> dict[str, Any]:
    compiled = model._compiled
    assert compiled is not None
    losses = [loss.function if isinstance(loss, FunctionLoss) else loss for loss in compiled.losses]
    weights, several = compiled.loss_weights, len(losses) > 1
    found: dict[str, Any] = {
        "loss": _of_outputs(model, losses) if several else losses[0],
        "loss_weights": None if set(weights) == {1.0} else _of_outputs(model, weights) if several else weights[0],
    }
    for name, weighted in (("metrics", False), ("weighted_metrics", True)):
        sources = compiled.metrics.sources(weighted=weighted)
        found[name] = (_of_outputs(model, sources) if several and sources else sources) or None
    return {"optimizer": described(compiled.optimizer), **described(found)}


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
    if isinstance(value, Owned) and not isinstance(value, Layer):
        model: Any = value
        return _of_model(model, {})
    if isinstance(value, OwnActivation):
        inner = value.described()
        return described(inner) if isinstance(inner, Layer) else python_code.described(inner)
    if hasattr(value, "get_config"):
        return _object(value)
    return _function(value) if callable(value) else value


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, Computation):
        return _computation(value)
    if isinstance(value, Lambda):
        return _lambda(value)
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


def _computation(value: Computation) -> dict[str, Any]:
    """Return the description of functions of symbolic tensors, which only this process reads."""
    if value._variables:
        raise ValueError(
            f"the model has {value._function!r} of symbolic tensors and variables, which is not saved: use"
            " save_weights, and create the model again before load_weights"
        )
    found = {**_class(Computation, kinds.OURS), "config": {"name": value.name, "function": value._function}}
    return {**found, python_code.KEY: python_code.token_of(value)}


def _lambda(value: Lambda) -> dict[str, Any]:
    """Return the description of a Lambda, as Keras writes it."""
    arguments = value._constructor_arguments()
    for name in ("function", "output_shape"):
        if callable(arguments[name]):
            arguments[name] = python_code.described(arguments[name])
    given = {name: one for name, one in arguments.items() if one is not None}
    return {**_class(Lambda, kinds.MODULES["layers"]), "config": described(given)}


_MEANING = ("axis", "merge_mode")  # arguments for which None differs from the default


def _keras_does_the_same(layer: Layer, arguments: Mapping[str, Any]) -> bool:
    """Return whether Keras has this layer with the same arguments; inner layers are described separately."""
    others = layer._beyond_keras.items()
    return layer._in_keras and all(neutral is ... or arguments.get(name) == neutral for name, neutral in others)


def _class(cls: type, module: str | None) -> dict[str, Any]:
    """Return the fields that identify a class: Keras's, one registered with Keras or, without a module, the user's."""
    name = cls.__name__
    if module is None:
        registered_as = vars(cls).get("_registered_name", name)
        return {"module": cls.__module__, "class_name": name, "registered_name": registered_as}
    registered = f"{kinds.PACKAGE}>{name}" if module == kinds.OURS else None
    return {"module": module, "class_name": name, "registered_name": registered}


def _function(function: Callable[..., Any]) -> dict[str, Any]:
    name = getattr(function, "__name__", type(function).__name__)
    module = getattr(function, "__module__", None)
    return {
        "module": "builtins" if str(module).partition(".")[0] == kinds.PACKAGE else module,  # where Keras's are
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }
