"""The older .h5 format of a whole model: descriptions in attributes, and weights by layer name."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._internal.arrays import Array
from ..layers._weights import Weight
from . import adopt, build, cudnn, hdf5, keras2, optimizer_state, training_state, weight_tree
from .archive import KERAS_VERSION
from .deserialize import Deserializer
from .saved_model import LayersOf, LoadedModel, ModelClasses, SavedModel

if TYPE_CHECKING:
    import h5py


_WEIGHTS, _OPTIMIZER = "model_weights", "optimizer_weights"
_LAYERS, _NAMES = "layer_names", "weight_names"


def is_legacy(file: "h5py.File") -> bool:
    """Return whether a file has weights by layer name."""
    return _WEIGHTS in file or _LAYERS in file.attrs


def model(file: "h5py.File", deserializer: Deserializer, compile: bool, model_classes: ModelClasses) -> LoadedModel:
    """Return the model in a file."""
    if "model_config" not in file.attrs:
        what = "weights only: create the model and call its load_weights" if _is_weights(file) else "none"
        raise ValueError(f"expected the description of a model in the attribute model_config, got {what}")
    older = keras2.wrote(hdf5.text(file.attrs.get("keras_version", "")))
    description, training = (
        json.loads(hdf5.text(file.attrs.get(name, "null"))) for name in ("model_config", "training_config")
    )
    by_slot = older and training is not None and keras2.saves_slot_by_slot(training)
    if older:
        description, training = keras2.translated(description), keras2.translated(training)
    unbuilt = build.unbuilt(description, deserializer, model_classes)
    found, declared = unbuilt.model, adopt.declared(unbuilt)
    adopt.adopt(unbuilt, declared, _Saved(dict(_layers(file)), declared).arrays_of)
    if compile and training is not None:
        training["optimizer"] = training.get("optimizer_config")
        adopt.compile_as_described(found, training, deserializer)
    if found.built:
        if older:
            keras2.warn_about_masks(found)
        changed = older and keras2.scale_hard_sigmoids(found)
        variables = [] if changed else _saved_optimizer_variables(file)
        training_state.restore(file, found, variables, unbuilt.layers_of, by_slot=by_slot)
    return found


def _is_weights(file: "h5py.File") -> bool:
    return is_legacy(file) or "layers" in file


def load(file: "h5py.File", model: SavedModel, skip_mismatch: bool, *, by_name: bool = False) -> None:
    """Replace the weights of a built model by those of a file, layer by layer in their order.

    With `by_name` those of the layers that have the name of one in the file are replaced, and nothing else.
    """
    layers_of = training_state.order_in(file, model)
    leaves = weight_tree.all_leaves(model, layers_of)
    declared = [adopt.Declared(leaf, leaf.layer._weights.declared, 0) for leaf in leaves]
    if by_name:
        named = dict(_layers(file))
        replacements = _Saved(named, declared).arrays_of
        adopt.replace(model, replacements, skip_mismatch, layers_of, is_wanted=lambda leaf: _group(leaf) in named)
        return
    weighty = {_group(one.leaf): None for one in declared if one.weights and one.leaf.in_tree}
    saved = [datasets for _, datasets in _layers(file) if datasets]
    if len(weighty) != len(saved):
        raise ValueError(f"expected weights of {len(weighty)} layers, got those of {len(saved)}")
    of_layers = dict(zip(weighty, saved, strict=True))
    adopt.replace(model, _Saved(of_layers, declared).arrays_of, skip_mismatch, layers_of)
    training_state.restore_arguments(file, model)
    training_state.restore_training(file, model, _saved_optimizer_variables(file), layers_of)


def _layers(file: "h5py.File") -> Iterator[tuple[str, list[Any]]]:
    """Yield the names of the layers in a file, and their weights."""
    group = hdf5.group_at(file, _WEIGHTS) if _WEIGHTS in file else file
    assert group is not None
    for name in hdf5.texts(group, _LAYERS):
        layer = hdf5.group_at(group, name)
        yield name, [] if layer is None else _listed(layer)


def _listed(group: "h5py.Group") -> list[Any]:
    """Return the datasets that a group lists by their paths."""
    found = []
    for path in hdf5.texts(group, _NAMES):
        folder, _, name = path.rpartition("/")
        base = group.file if path.startswith("/") else group
        inner = hdf5.group_at(base, folder.lstrip("/")) if folder.lstrip("/") else base
        if inner is None:
            raise ValueError(f"{group.name}: expected a group {folder!r}, got none")
        found.append(hdf5.dataset(inner, name))
    return found


def _saved_optimizer_variables(file: "h5py.File") -> list[Any]:
    group = hdf5.group_at(file, _OPTIMIZER)
    return [] if group is None else _listed(group)


def _group(leaf: weight_tree.Leaf) -> str:
    """Return the name of the layer of the outermost model, in whose group a leaf's weights are."""
    name: str = (*leaf.models, leaf.owner)[0].name
    return name


class _Place(NamedTuple):
    """Where a weight, or a variable that only Keras's layer has, is among those of a layer of the outermost model."""

    leaf: weight_tree.Leaf
    number: int
    """Among the weights of the leaf."""
    name: str
    trained: bool


def _places(declared: Iterable[adopt.Declared]) -> dict[str, list[_Place]]:
    """Return what is in each group, in the order of the file: first the weights that are trained."""
    found: dict[str, list[_Place]] = {}
    seen: set[tuple[str, int]] = set()
    for leaf, weights, _ in declared:
        group = _group(leaf)
        if (group, id(leaf.layer)) in seen or not leaf.in_tree:
            continue
        seen.add((group, id(leaf.layer)))
        names = [(weight.name, weight.trainable and leaf.is_trained) for weight in weights]
        names += [(name, False) for name, _ in leaf.layer._keras_extra]
        places = (_Place(leaf, i, name, trained) for i, (name, trained) in enumerate(names))
        found.setdefault(group, []).extend(places)
    return {group: sorted(places, key=lambda place: not place.trained) for group, places in found.items()}


class _Saved:
    """The weights in a file.

    Parameters
    ----------
    datasets : mapping
        By the name of a layer of the outermost model.
    declared : sequence of Declared
        All leaves of the model in the order of the file.
    """

    def __init__(self, datasets: Mapping[str, list[Any]], declared: Sequence[adopt.Declared]) -> None:
        self._datasets, self._places = datasets, _places(declared)

    def arrays_of(self, leaf: weight_tree.Leaf, declared: Sequence[Weight]) -> list[Array]:
        """Return the weights of a leaf."""
        group = _group(leaf)
        places, datasets = self._places[group], self._datasets.get(group, [])
        if len(places) != len(datasets):
            raise ValueError(f"layer {group!r}: expected {len(places)} weights, got {len(datasets)}")
        found = {
            place.number: one for place, one in zip(places, datasets, strict=True) if place.leaf.layer is leaf.layer
        }
        own = [found[i] for i in range(len(declared))]
        of_cudnn = cudnn.arrays_of(leaf, declared, own)
        return weight_tree.numbers_of(leaf, declared, own) if of_cudnn is None else of_cudnn


def contents(model: SavedModel, description: dict[str, Any]) -> bytes:
    """Return the file of a model with this description."""
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        described = {name: description[name] for name in ("class_name", "config")}
        _describe(file, "model_config", described)
        compiled = description.get("compile_config")
        if compiled:
            _describe(file, "training_config", {**compiled, "optimizer_config": compiled["optimizer"]})
        _write_version(file)
        layers_of = weight_tree.order_in_files(model)
        _write_weights(file.create_group(_WEIGHTS), model, layers_of)
        if model.built:
            trained = training_state.trained_by(model, layers_of)
            if trained is not None:
                variables = optimizer_state.variables(*trained)
                saved = [(f"{trained.optimizer.name}/{i}", array) for i, array in enumerate(variables)]
                _write_list(file.create_group(_OPTIMIZER), saved)
            training_state.write_ours(file, model)
    return stream.getvalue()


def weights_alone(model: SavedModel) -> bytes:
    """Return the file of a model's weights, which Keras 2 writes to paths that end with .h5."""
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        _write_weights(file, model, weight_tree.order_in_files(model))
    return stream.getvalue()


def _write_version(group: "h5py.Group") -> None:
    group.attrs["keras_version"], group.attrs["backend"] = KERAS_VERSION, "fastlstm"


def _write_weights(group: "h5py.Group", model: SavedModel, layers_of: LayersOf) -> None:
    _write_version(group)
    layers = [*(model._inputs if model._is_graph else ()), *model._layers_in_files]
    hdf5.write_texts(group, _LAYERS, [layer.name for layer in layers])
    leaves = [leaf for leaf in weight_tree.all_leaves(model, layers_of) if leaf.layer.built]
    places = _places(adopt.Declared(leaf, leaf.layer._weights.declared, 0) for leaf in leaves)
    for layer in layers:
        _write_list(group.create_group(layer.name), [_named(place) for place in places.get(layer.name, [])])


def _named(place: _Place) -> tuple[str, Array]:
    """Return a weight, or a variable that only Keras's layer has, by its name."""
    leaf, arrays = place.leaf, place.leaf.layer.weights
    extra = [np.array(value, np.int32) for _, value in leaf.layer._keras_extra]
    inside = [] if leaf.layer is leaf.owner else [leaf.layer.name]
    return "/".join([leaf.where, *inside, place.name]), [*arrays, *extra][place.number]


def _write_list(group: "h5py.Group", arrays: Sequence[tuple[str, Array]]) -> None:
    hdf5.write_texts(group, _NAMES, [name for name, _ in arrays])
    for name, array in arrays:
        group[name] = array


def _describe(file: "h5py.File", name: str, value: Any) -> None:
    file.attrs[name] = json.dumps(value, allow_nan=False).encode()
