"""Building a model from its description and its weights."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from .._internal import files
from .._internal.arrays import Array, real_array
from ..layers import InputLayer
from ..layers._weights import Weight, Weights
from ..training.nodes import Node, shapes_of
from . import functional_graph, weight_tree
from .deserialize import Deserializer
from .saved_model import LoadedModel, ModelClasses, SavedModel

MODELS = ("Sequential", "Functional", "Model")
"""Keras's classes of models."""


def bare_model(
    description: Any, deserializer: Deserializer, model_classes: ModelClasses
) -> tuple[LoadedModel, InputLayer | None]:
    """Return a model without weights, and its Input if it has one."""
    if not isinstance(description, dict) or not isinstance(description.get("class_name"), str):
        raise ValueError(f"expected the description of a model, got {str(description)[:100]}")
    entries = functional_graph.entries(description)
    is_chain = all(entry.sources in ((), (i - 1,)) for i, entry in enumerate(entries))
    cls = _class(description, deserializer, model_classes, is_chain=is_chain)
    config = description["config"]
    model: LoadedModel = cls(name=config.get("name"), trainable=bool(config.get("trainable", True)))
    has_input = bool(entries) and entries[0].description["class_name"] == "InputLayer"
    nodes = []
    for entry in entries[1:] if has_input else entries:
        layer = deserializer.deserialize(entry.description, "layer")
        if is_chain:
            model.add(layer)
        nodes.append(Node(layer, tuple((i - 1, 0) for i in entry.sources)))  # the Input, 0, becomes MODEL_INPUT
    dtype = nodes[0].layer.dtype if nodes else None
    first = None
    if has_input:
        first = deserializer.input(entries[0].description, dtype)
        if not is_chain:
            model._set_graph(nodes, [(len(nodes) - 1, 0)], [first], [first, *(node.layer for node in nodes)])
    elif shape := config.get("build_input_shape"):
        first = InputLayer(batch_shape=tuple(shape))
    if first is not None and not model._layers:
        model.add(first)
    return model, first


def _class(
    description: Mapping[str, Any], deserializer: Deserializer, model_classes: ModelClasses, *, is_chain: bool
) -> Any:
    """Return the class of a model: one of `model_classes`, or a subclass that the caller has given."""
    model_class = model_classes.chain if is_chain else model_classes.graph
    name, module = description["class_name"], description.get("module")
    own = deserializer.of_caller(description)
    if own is not None:
        if not isinstance(own, type) or not issubclass(own, model_classes):
            raise TypeError(f"custom_objects: expected a subclass of {model_class.__name__} for {name!r}, got {own!r}")
        return own
    if name not in MODELS or (module is not None and not str(module).startswith("keras")):
        raise files.RefusedError(
            f"expected a Sequential or a Functional model, got {name!r} of the module {module!r};"
            f" pass your own class as custom_objects={{{name!r}: ...}}"
        )
    return model_class


ArraysOf: TypeAlias = Callable[[weight_tree.Leaf, Sequence[Weight]], Sequence[Array]]
"""Returns the weights of a leaf from a file; raises ValueError unless they have the declared shapes."""


def adopt(model: LoadedModel, first: InputLayer, arrays_of: ArraysOf) -> None:
    """Build a model with the weights from a file."""
    leaves = list(weight_tree.leaves(model._layers))
    weights = {}
    shapes = shapes_of(model._nodes, [first.batch_shape])
    for node in model._nodes:
        layer = node.layer
        shape = layer._only_shape(shapes.of(node.inputs))
        features = layer._check_shape("input_shape", shape)
        found: list[Array] = []
        for leaf in leaves:
            if leaf.owner is layer:
                declared = leaf.layer._declare(features)
                if not leaf.in_tree:
                    dtype = layer.dtype
                    found += [real_array(each.name, each.initial(each.shape, dtype), dtype) for each in declared]
                elif declared:
                    found += arrays_of(leaf, declared)
        weights[id(layer)] = found
    model._build([first], weights)


def replace(model: SavedModel, arrays_of: ArraysOf, skip_mismatch: bool, *, everything: bool = False) -> None:
    """Replace the weights of a built model; if one does not fit, none is replaced.

    With `skip_mismatch`, those that do not fit stay unchanged, with a warning. `everything` includes weights that are
    constructor arguments.
    """
    model._native_model()
    found: list[tuple[Weights, list[Array]]] = []
    for leaf in weight_tree.leaves(model._layers):
        weights = leaf.layer._weights
        if not weights.declared or not (leaf.in_tree or everything):
            continue
        try:
            found.append((weights, list(arrays_of(leaf, weights.declared))))
        except ValueError as error:
            if not skip_mismatch or isinstance(error, files.RefusedError):
                raise
            warnings.warn(f"load_weights: {error}; its weights are unchanged", UserWarning, stacklevel=5)
    for weights, arrays in found:
        weights.write(arrays)


def compile_as_described(model: LoadedModel, config: Any, deserializer: Deserializer) -> None:
    """Compile a model with the optimizer, loss and metrics of its description, if there are any."""
    if not config:
        return
    try:
        found = {
            argument: deserializer.deserialize(config.get(argument), argument)
            for argument in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
        }
        if found["optimizer"] is not None:
            model.compile(**found)
    except (ValueError, TypeError) as error:
        raise files.RefusedError(f"{error} (compile=False loads the model without optimizer and loss)") from error
