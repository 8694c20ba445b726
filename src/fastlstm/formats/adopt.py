"""Giving a model the weights and the compilation of a file."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from .._internal import files
from .._internal.arrays import Array, real_array
from ..layers._weights import Weight, Weights
from ..layers.base import Layer
from ..training.nodes import shapes_of
from . import weight_tree
from .build import Unbuilt
from .deserialize import Deserializer
from .saved_model import LayersOf, LoadedModel, SavedModel

ArraysOf: TypeAlias = Callable[[weight_tree.Leaf, Sequence[Weight]], Sequence[Array]]
"""Returns the weights of a leaf from a file; raises ValueError unless they have the declared shapes."""


class Declared(NamedTuple):
    """A leaf and the weights that it will have."""

    leaf: weight_tree.Leaf
    weights: list[Weight]
    features: Any
    """The number of features that its owner takes."""


def declared(unbuilt: Unbuilt) -> list[Declared]:
    """Return what the leaves of a model without weights declare, once for each model that they are in.

    Nothing is declared while the shape of the input is not known.
    """
    model = unbuilt.model
    if not model.built:
        return []
    features: dict[int, Any] = {}
    _find_features(model, features)
    leaves = weight_tree.all_leaves(model, unbuilt.layers_of)
    numbers = ((leaf, features[id(leaf.owner)]) for leaf in leaves)
    return [Declared(leaf, _weights_of(leaf, number), number) for leaf, number in numbers]


def _weights_of(leaf: weight_tree.Leaf, features: Any) -> list[Weight]:
    """Return the weights that a leaf has or will have; those of a layer that users write are there already."""
    has_them = leaf.owner._is_own and leaf.layer.built
    return list(leaf.layer._weights.declared) if has_them else leaf.layer._declare(features)


def _find_features(model: Any, features: dict[int, Any]) -> None:
    """Find the number of features that each layer takes, by its identity."""
    shapes = shapes_of(model._nodes, [layer.batch_shape for layer in model._inputs])
    for node in model._nodes:
        if isinstance(node.layer, Layer):
            shape = node.layer._only_shape(shapes.of(node.inputs))
            features.setdefault(id(node.layer), node.layer._check_shape("input_shape", shape))
            if node.layer._model_inside is not None:
                _find_features(node.layer._model_inside.model, features)
        else:
            _find_features(node.layer, features)


def adopt(unbuilt: Unbuilt, found: Sequence[Declared], arrays_of: ArraysOf) -> None:
    """Build a model with the weights from a file."""
    arrays: dict[int, list[Array]] = {}
    owners: dict[int, Declared] = {}
    seen: set[int] = set()
    for one in found:
        leaf = one.leaf
        if id(leaf.layer) in seen:
            continue
        seen.add(id(leaf.layer))
        owners[id(leaf.owner)] = one
        of_owner = arrays.setdefault(id(leaf.owner), [])
        if not leaf.in_tree:
            dtype = leaf.layer.dtype
            of_owner += [real_array(each.name, each.initial(each.shape, dtype), dtype) for each in one.weights]
        elif one.weights:
            of_owner += arrays_of(leaf, one.weights)
    for identity, one in owners.items():
        one.leaf.owner._adopt(one.features, arrays[identity])
    if found:
        unbuilt.model._build(unbuilt.model._inputs)


def replace(
    model: SavedModel,
    arrays_of: ArraysOf,
    skip_mismatch: bool,
    layers_of: LayersOf | None = None,
    *,
    everything: bool = False,
    is_wanted: Callable[[weight_tree.Leaf], bool] = lambda leaf: True,
) -> None:
    """Replace the weights of a built model; if one does not fit, none is replaced.

    With `skip_mismatch`, those that do not fit stay unchanged, with a warning. `layers_of` is the order of the file,
    Keras's by default. `everything` includes weights that are constructor arguments. Leaves that are not wanted stay
    unchanged.
    """
    model._native_model()
    found: list[tuple[Weights, list[Array]]] = []
    for leaf in weight_tree.leaves(model, layers_of):
        weights = leaf.layer._weights
        if not weights.declared or not (leaf.in_tree or everything) or not is_wanted(leaf):
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
