"""The older .h5 format of a whole model: descriptions in attributes, and weights by layer name."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .._internal.arrays import Array
from ..layers import Layer
from ..layers._weights import Weight
from . import build, hdf5, keras2, optimizer_state, training_state, weight_tree
from .archive import KERAS_VERSION
from .deserialize import Deserializer
from .saved_model import LoadedModel, ModelClasses, SavedModel

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
    found, first = build.bare_model(description, deserializer, model_classes)
    if first is not None and found._layers:
        saved = dict(_layers(file))
        build.adopt(found, first, partial(_arrays_of, {layer.name: saved.get(layer.name) for layer in found._layers}))
    if compile and training is not None:
        training["optimizer"] = training.get("optimizer_config")
        build.compile_as_described(found, training, deserializer)
    if found.built:
        changed = older and keras2.scale_hard_sigmoids(found)
        training_state.restore(file, found, [] if changed else _saved_optimizer_variables(file), by_slot=by_slot)
    return found


def _is_weights(file: "h5py.File") -> bool:
    return is_legacy(file) or "layers" in file


def load(file: "h5py.File", model: SavedModel, skip_mismatch: bool) -> None:
    """Replace the weights of a built model by those of a file, layer by layer in their order."""
    weighty = [layer for layer in model._layers if layer.weights and not layer._weights_are_arguments]
    saved = [datasets for _, datasets in _layers(file) if datasets]
    if len(weighty) != len(saved):
        raise ValueError(f"expected weights of {len(weighty)} layers, got those of {len(saved)}")
    by_name = {layer.name: datasets for layer, datasets in zip(weighty, saved, strict=True)}
    build.replace(model, partial(_arrays_of, by_name), skip_mismatch)
    training_state.restore_arguments(file, model)
    training_state.restore_training(file, model, _saved_optimizer_variables(file))


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
        inner = hdf5.group_at(group, folder) if folder else group
        if inner is None:
            raise ValueError(f"{group.name}: expected a group {folder!r}, got none")
        found.append(hdf5.dataset(inner, name))
    return found


def _saved_optimizer_variables(file: "h5py.File") -> list[Any]:
    group = hdf5.group_at(file, _OPTIMIZER)
    return [] if group is None else _listed(group)


def _arrays_of(
    saved: Mapping[str, list[Any] | None], leaf: weight_tree.Leaf, declared: Sequence[Weight]
) -> list[Array]:
    """Return the weights of a leaf from those of its layer."""
    datasets = saved.get(leaf.owner.name) or []
    parts = [part for _, part in leaf.owner._leaves("")]
    counts = [len(part._declare(1)) for part in parts] if len(parts) > 1 else [len(declared)]  # whatever the features
    extra = len(leaf.layer._keras_extra)
    if len(datasets) != sum(counts) + extra:
        raise ValueError(f"layer {leaf.owner.name!r}: expected {sum(counts) + extra} weights, got {len(datasets)}")
    first = sum(counts[: parts.index(leaf.layer)])
    return weight_tree.numbers_of(leaf, declared, datasets[first : first + len(declared)])


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
        weights = file.create_group(_WEIGHTS)
        for group in (file, weights):
            group.attrs["keras_version"], group.attrs["backend"] = KERAS_VERSION, "fastlstm"
        hdf5.write_texts(weights, _LAYERS, [layer.name for layer in model._layers])
        for layer in model._layers:
            arrays = [] if layer._weights_are_arguments or not layer.built else _named(layer)
            _write_list(weights.create_group(layer.name), arrays)
        if model.built:
            if model.optimizer is not None:
                variables = optimizer_state.variables(model.optimizer, model._native_model().network)
                saved = [(f"{model.optimizer.name}/{i}", array) for i, array in enumerate(variables)]
                _write_list(file.create_group(_OPTIMIZER), saved)
            training_state.write_ours(file, model)
    return stream.getvalue()


def _named(layer: Layer) -> list[tuple[str, Array]]:
    """Return the weights of a layer and Keras's variables after them, by name."""
    names = [weight.name for weight in layer._weights.declared]
    extra = [(name, np.array(value, np.int32)) for name, value in layer._keras_extra]
    return [(f"{layer.name}/{name}", array) for name, array in [*zip(names, layer.weights, strict=True), *extra]]


def _write_list(group: "h5py.Group", arrays: Sequence[tuple[str, Array]]) -> None:
    hdf5.write_texts(group, _NAMES, [name for name, _ in arrays])
    for name, array in arrays:
        group[name] = array


def _describe(file: "h5py.File", name: str, value: Any) -> None:
    text = json.dumps(value, allow_nan=False).encode()
    if len(text) > hdf5.LARGEST_ATTRIBUTE:
        raise ValueError(f"the description of this model is too long for an .h5 file ({len(text)} bytes); use .keras")
    file.attrs[name] = text
