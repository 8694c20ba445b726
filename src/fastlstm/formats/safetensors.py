"""Weights in a .safetensors file, by names such as lstm/kernel, with the model's description as metadata."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .._internal.arrays import Array
from .._internal.native import version
from ..layers._weights import Weight
from . import adopt, build, serialize, weight_tree
from .deserialize import Deserializer
from .functional_graph import described_layers
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
    for leaf in weight_tree.leaves(model):
        for weight, array in zip(leaf.layer._weights.declared, leaf.layer.weights, strict=True):
            arrays[_name(leaf.where, leaf, weight)] = np.ascontiguousarray(array)
    config = json.dumps(serialize.of_model(model), allow_nan=False)
    metadata = {"format": "fastlstm", "fastlstm_version": version, _CONFIG: config}
    found: bytes = _module().numpy.save(arrays, metadata)
    return found


def _name(owner: str, leaf: weight_tree.Leaf, weight: Weight) -> str:
    """Return the name of a weight: models and layer, attribute of an inner layer if any, weight."""
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
    unbuilt = build.unbuilt(description, deserializer, model_classes)
    found = unbuilt.model
    adopt.adopt(unbuilt, adopt.declared(unbuilt), partial(_arrays_of, arrays, {}))
    if compile:
        adopt.compile_as_described(found, description.get("compile_config"), deserializer)
    return found


def load(file: bytes, model: SavedModel, skip_mismatch: bool) -> None:
    """Replace the weights of a built model.

    Layers are matched by name or, if no name matches and the file describes as many layers, by order.
    """
    arrays, description = _read(file)
    owners = list(dict.fromkeys(leaf.where for leaf in weight_tree.leaves(model)))
    names = {}
    if description is not None:
        described = list(_owners(description["config"]))
        if len(described) == len(owners) and not set(described) & set(owners):
            names = dict(zip(owners, described, strict=True))
    adopt.replace(model, partial(_arrays_of, arrays, names), skip_mismatch, everything=True)


def _owners(config: Any, prefix: str = "") -> Iterator[str]:
    """Yield the names of the layers in the configuration of a model, after those of the models that they are in."""
    for entry in described_layers(config):
        name = f"{prefix}{entry['config']['name']}"
        if build.is_model(entry):
            yield from _owners(entry["config"], f"{name}/")
        elif entry["class_name"] != "InputLayer":
            yield name


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
    """Return the weights of a leaf; `names` gives the names of models and layer in the file."""
    found = []
    for weight in declared:
        name = _name(names.get(leaf.where, leaf.where), leaf, weight)
        array = arrays.get(name)
        if array is None:
            raise ValueError(f"layer {leaf.where!r}: expected an array {name!r}, got none")
        if array.shape != weight.shape or array.dtype.kind not in "fiu":
            raise ValueError(
                f"layer {leaf.where!r}: expected numbers of shape {weight.shape} as {name!r}, got"
                f" {array.dtype} {array.shape}"
            )
        found.append(np.ascontiguousarray(array, dtype=leaf.layer.dtype))
    return found
