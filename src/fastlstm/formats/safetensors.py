"""Weights in a .safetensors file, by names such as lstm/kernel, with the model's description as metadata."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .._internal.arrays import Array
from .._internal.native import version
from ..layers._weights import Weight
from . import build, functional_graph, serialize, weight_tree
from .deserialize import Deserializer
from .saved_model import LoadedModel, ModelClasses, SavedModel

if TYPE_CHECKING:
    from types import ModuleType


_CONFIG = "config"


def _module() -> "ModuleType":
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            "a .safetensors file needs the package safetensors: pip install 'fastlstm[safetensors]'"
        ) from error
    return safetensors


def contents(model: SavedModel) -> bytes:
    """Return the file of a built model."""
    arrays = {}
    for leaf in weight_tree.leaves(model._layers):
        for weight, array in zip(leaf.layer._weights.declared, leaf.layer.weights, strict=True):
            arrays[_name(leaf.owner.name, leaf, weight)] = np.ascontiguousarray(array)
    config = json.dumps(serialize.of_model(model), allow_nan=False)
    metadata = {"format": "fastlstm", "fastlstm_version": version, _CONFIG: config}
    found: bytes = _module().numpy.save(arrays, metadata)
    return found


def _name(owner: str, leaf: weight_tree.Leaf, weight: Weight) -> str:
    """Return the name of a weight: layer, attribute of an inner layer if any, weight."""
    (path,) = (path for path, layer in leaf.owner._leaves("") if layer is leaf.layer)
    inside = [name for name in path.split("/") if name not in ("", leaf.layer._keras_path)]
    return "/".join([owner, *inside, weight.name])


def model(file: bytes, deserializer: Deserializer, compile: bool, model_classes: ModelClasses) -> LoadedModel:
    """Return the model in a file."""
    arrays, description = _read(file)
    if description is None:
        raise ValueError(
            "expected the description of a model in the metadata, got weights only: create the model and call its"
            " load_weights"
        )
    found, first = build.bare_model(description, deserializer, model_classes)
    if first is not None and found._layers:
        build.adopt(found, first, partial(_arrays_of, arrays, {}))
    if compile:
        build.compile_as_described(found, description.get("compile_config"), deserializer)
    return found


def load(file: bytes, model: SavedModel, skip_mismatch: bool) -> None:
    """Replace the weights of a built model.

    Layers are matched by name or, if no name matches and the file describes as many layers, by order.
    """
    arrays, description = _read(file)
    names = {layer.name: layer.name for layer in model._layers}
    if description is not None:
        descriptions = [entry.description for entry in functional_graph.entries(description)]
        entries = [entry for entry in descriptions if entry["class_name"] != "InputLayer"]
        if len(entries) == len(names) and not {entry["config"]["name"] for entry in entries} & set(names):
            names = {own: entry["config"]["name"] for own, entry in zip(names, entries, strict=True)}
    build.replace(model, partial(_arrays_of, arrays, names), skip_mismatch, everything=True)


def _read(file: bytes) -> tuple[dict[str, Array], Any]:
    """Return the arrays of a file by name, and the description of the model if there is one."""
    safetensors = _module()
    try:
        arrays: dict[str, Array] = safetensors.numpy.load(file)
    except safetensors.SafetensorError as error:
        raise ValueError(f"the file is damaged or not a .safetensors file ({error})") from error
    size = int.from_bytes(file[:8], "little")
    metadata = json.loads(file[8 : 8 + size]).get("__metadata__", {})
    return arrays, json.loads(metadata[_CONFIG]) if _CONFIG in metadata else None


def _arrays_of(
    arrays: Mapping[str, Array], names: Mapping[str, str], leaf: weight_tree.Leaf, declared: Sequence[Weight]
) -> list[Array]:
    """Return the weights of a leaf; `names` gives the name of its layer in the file."""
    found = []
    for weight in declared:
        name = _name(names.get(leaf.owner.name, leaf.owner.name), leaf, weight)
        array = arrays.get(name)
        if array is None:
            raise ValueError(f"layer {leaf.owner.name!r}: expected an array {name!r}, got none")
        if array.shape != weight.shape or array.dtype.kind not in "fiu":
            raise ValueError(
                f"layer {leaf.owner.name!r}: expected numbers of shape {weight.shape} as {name!r}, got"
                f" {array.dtype} {array.shape}"
            )
        found.append(np.ascontiguousarray(array, dtype=leaf.layer.dtype))
    return found
