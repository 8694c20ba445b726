"""Building models of their descriptions, without weights."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .._internal import files
from .._internal.preprocessors import Preprocessor
from .._internal.without_weights import WithoutWeights
from ..layers import InputLayer
from ..layers._unbuilt import leaving_unbuilt
from ..layers.base import Layer
from ..layers.symbolic import SymbolicTensor, listed
from . import functional_graph, kinds
from .calls import Call, Tensor, filled
from .deserialize import Deserializer
from .functional_graph import Graph, described_layers, is_functional
from .mask_operations import is_operation
from .operations import Operation
from .saved_model import LayersOf, LoadedModel, ModelClasses

_WITHOUT_DTYPE = (Operation, Preprocessor)

MODELS = ("Sequential", "Functional", "Model")
"""Keras's classes of models."""


class Unbuilt(NamedTuple):
    """A model without weights."""

    model: LoadedModel
    layers_of: LayersOf
    """The layers of this model, and of those inside, in the order of the description."""


def unbuilt(
    description: Any, deserializer: Deserializer, model_classes: ModelClasses, *, chains: bool = True
) -> Unbuilt:
    """Return the model of a description; a graph in which layers form a chain becomes a Sequential if `chains`."""
    if not is_model(description):
        raise ValueError(f"expected the description of a model with layers, got {str(description)[:100]}")
    builder = _Builder(deserializer, model_classes)
    with leaving_unbuilt():
        return Unbuilt(builder.model(description, chains=chains), builder.layers_of)


def subclassed(description: Any, deserializer: Deserializer) -> Any:
    """Return the model of a user's class with a `call`, with initial weights; None if it is another one."""
    own = deserializer.of_caller(description) if isinstance(description, dict) and "class_name" in description else None
    if not getattr(own, "_is_subclassed", False):
        return None
    model = deserializer.deserialize(description, "model")
    shape = (description.get("build_config") or {}).get("input_shape")
    if shape is not None:
        model._build_whole(shape)
    return model


def with_initial_weights(
    description: Any, deserializer: Deserializer, model_classes: ModelClasses, *, chains: bool = True
) -> LoadedModel:
    """Return the model of a description with initial weights; the arguments are those of `unbuilt`."""
    model = unbuilt(description, deserializer, model_classes, chains=chains).model
    if model.built:
        model._build(model._inputs)
    return model


def is_model(description: Any) -> bool:
    """Return whether this is the description of a model, and not of a layer."""
    return (
        isinstance(description, dict)
        and isinstance(description.get("class_name"), str)
        and isinstance(description.get("config"), dict)
        and isinstance(description["config"].get("layers"), list)
    )


class _Builder:
    def __init__(self, deserializer: Deserializer, model_classes: ModelClasses) -> None:
        self._deserializer, self._classes = deserializer, model_classes
        deserializer.model_inside = lambda description: self.model(description) if is_model(description) else None
        self._made: dict[tuple[str, str], list[Any]] = {}
        """By class and name, for layers that are shared by several models."""
        self._shared: dict[tuple[Any, str, str], Any] = {}
        """The same by the number of the shared object."""
        self.layers_of: dict[int, Sequence[Any]] = {}

    def model(self, description: Mapping[str, Any], *, chains: bool = False) -> LoadedModel:
        config = description["config"]
        if not is_functional(config):
            return self._chain(description, self._layers(described_layers(config)))
        graph = functional_graph.of_config(config)
        layers = dict(zip(graph.layers, self._layers(list(graph.layers.values())), strict=True))
        joins = chains and self._classes.joins_chains and not self._is_graph_of_caller(description)
        names = graph.as_chain() if joins else None
        if names is not None and not any(_gives_several(layers[name]) for name in names):
            return self._chain(description, [layers[name] for name in names])
        return self._graph(description, graph, layers)

    def _chain(self, description: Mapping[str, Any], layers: Sequence[Any]) -> LoadedModel:
        """Return a model of layers one after the other."""
        cls, config = self._class(description, self._classes.chain), description["config"]
        model: LoadedModel = cls(name=config.get("name"), trainable=bool(config.get("trainable", True)))
        shape = config.get("build_input_shape")
        if shape and layers and not isinstance(layers[0], InputLayer):
            model.add(InputLayer(batch_shape=tuple(shape)))
        for layer in layers:
            model.add(layer)
        self.layers_of[id(model)] = [layer for layer in layers if not isinstance(layer, WithoutWeights)]
        return model

    def _graph(self, description: Mapping[str, Any], graph: Graph, layers: dict[str, Any]) -> LoadedModel:
        """Return a model of layers that were called on each other's outputs."""
        cls, config = self._class(description, self._classes.graph), description["config"]
        made: dict[str, list[list[SymbolicTensor]]] = {}
        for name, layer in layers.items():
            made[name] = [[layer.output]] if isinstance(layer, InputLayer) else []

        def tensor(one: Tensor) -> SymbolicTensor:
            calls = made.get(one.layer, [])
            if not 0 <= one.call < len(calls) or one.output >= len(calls[one.call]):
                raise files.RefusedError(
                    f"expected an output of the model's calls of {one.layer!r}, got output {one.output} of call"
                    f" {one.call}"
                )
            return calls[one.call][one.output]

        for call in graph.calls:
            made[call.layer].append(_called(layers[call.layer], call, tensor))
        model: LoadedModel = cls(name=config.get("name"), trainable=bool(config.get("trainable", True)))
        model._connect_structures(filled(graph.inputs, tensor), filled(graph.outputs, tensor))
        self.layers_of[id(model)] = [
            layer for layer in layers.values() if not isinstance(layer, (WithoutWeights, Operation))
        ]
        return model

    def _layers(self, descriptions: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return layers, Inputs and models inside."""
        made = [None if one["class_name"] == "InputLayer" else self._layer(one) for one in descriptions]
        dtype = next(
            (layer.dtype for layer in made if layer is not None and not isinstance(layer, _WITHOUT_DTYPE)), None
        )
        pairs = zip(descriptions, made, strict=True)
        return [self._deserializer.input(one, dtype) if layer is None else layer for one, layer in pairs]

    def _layer(self, description: Mapping[str, Any]) -> Any:
        """Return a layer or a model inside; the same one as before if models share it."""
        if is_operation(description):
            return Operation(description)
        config = description.get("config")
        kind = description["class_name"], str(config.get("name") if isinstance(config, dict) else None)
        number = description.get(kinds.SHARED, description.get("shared_object_id"))
        key = (number, *kind)
        if number is not None:
            # Keras 3 gives the first of several descriptions no number, so names have to tell.
            same = self._made.get(kind, []) if kinds.SHARED not in description else []
            shared = self._shared.get(key, same[0] if len(same) == 1 else None)
            if shared is not None:
                self._shared[key] = shared
                return shared
        is_inside = is_model(description)
        layer = self.model(description) if is_inside else self._deserializer.deserialize(description, "layer")
        self._made.setdefault(kind, []).append(layer)
        if number is not None:
            self._shared[key] = layer
        return layer

    def _is_graph_of_caller(self, description: Mapping[str, Any]) -> bool:
        """Return whether the caller has given a class for a model that is not a Sequential."""
        own = self._deserializer.of_caller(description)
        return isinstance(own, type) and not issubclass(own, self._classes.chain)

    def _class(self, description: Mapping[str, Any], cls: Any) -> Any:
        """Return the class of a model: this one, or a subclass that the caller has given."""
        name, module = description["class_name"], description.get("module")
        own = self._deserializer.of_caller(description)
        if own is not None:
            if not isinstance(own, type) or not issubclass(own, cls):
                raise TypeError(f"custom_objects: expected a subclass of {cls.__name__} for {name!r}, got {own!r}")
            return own
        if name not in MODELS or (module is not None and not str(module).startswith("keras")):
            raise files.RefusedError(
                f"expected a Sequential or a Functional model, got {name!r} of the module {module!r};"
                f" pass your own class as custom_objects={{{name!r}: ...}}"
            )
        return cls


def _called(layer: Any, call: Call, tensor: Callable[[Tensor], SymbolicTensor]) -> list[SymbolicTensor]:
    """Return the symbolic outputs of a call."""
    args, given = filled(call.args, tensor), filled(call.kwargs, tensor)
    try:
        outputs = layer(*args, **given)
    except (TypeError, ValueError) as error:
        if not given:
            raise
        arguments = ", ".join(call.kwargs)
        raise files.RefusedError(f"layer {call.layer!r} is called with {arguments}: {error}") from error
    return listed(outputs)


def _gives_several(layer: Any) -> bool:
    """Return whether calls of a layer, or of a model inside, return several outputs, or it cannot be in a chain."""
    if isinstance(layer, WithoutWeights):
        return False
    if isinstance(layer, Operation):  # whose layer is made when it is called
        return True
    return layer._gives_several if isinstance(layer, Layer) else len(layer._outputs) > 1
