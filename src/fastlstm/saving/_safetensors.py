"""Weights in a .safetensors file, by names such as lstm/kernel, with the model's description beside them."""

import json
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine import Array, version
from ..layers._weights import Weight
from . import _building, _configuration, _tree
from ._reviving import Reviver

if TYPE_CHECKING:
    from types import ModuleType

    from ..models import Sequential

_CONFIG = "config"


def _module() -> "ModuleType":
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            "a .safetensors file needs the package safetensors: pip install 'fastlstm[safetensors]'"
        ) from error
    return safetensors


def contents(model: "Sequential") -> bytes:
    """Return the file of a built model."""
    arrays = {}
    for leaf in _tree.leaves(model.layers):
        for weight, array in zip(leaf.layer._weights.declared, leaf.layer.weights, strict=True):
            arrays[_name(leaf, weight)] = np.ascontiguousarray(array)
    config = json.dumps(_configuration.of_model(model), allow_nan=False)
    metadata = {"format": "fastlstm", "fastlstm_version": version, _CONFIG: config}
    found: bytes = _module().numpy.save(arrays, metadata)
    return found


def _name(leaf: _tree.Leaf, weight: Weight) -> str:
    """Return the name of a weight: that of the layer, and for the layers inside of it theirs as well."""
    inside = "" if leaf.layer is leaf.owner else f"{leaf.layer.name}/"
    return f"{leaf.owner.name}/{inside}{weight.name}"


def model(file: bytes, reviver: Reviver, compile: bool) -> "Sequential":
    """Return the model that a file has the weights of."""
    arrays, metadata = _read(file)
    if _CONFIG not in metadata:
        raise ValueError(
            "expected the description of a model in the metadata, got weights alone: make the model and call its"
            " load_weights"
        )
    description = json.loads(metadata[_CONFIG])
    found, first = _building.bare_model(description, reviver)
    if first is not None and found.layers:
        _building.adopt(found, first, partial(_arrays_of, arrays))
    if compile:
        _building.compile_as_described(found, description.get("compile_config"), reviver)
    return found


def load(file: bytes, model: "Sequential", skip_mismatch: bool) -> None:
    """Replace the weights of a built model, by their names."""
    arrays, _ = _read(file)
    _building.replace(model, partial(_arrays_of, arrays), skip_mismatch)
    names = {_name(leaf, weight) for leaf in _tree.leaves(model.layers) for weight in leaf.layer._weights.declared}
    others = sorted(set(arrays) - names)
    if others:
        warnings.warn(f"load_weights: the model has no {', '.join(others)}", UserWarning, stacklevel=4)


def _read(file: bytes) -> tuple[dict[str, Array], Mapping[str, str]]:
    safetensors = _module()
    try:
        arrays: dict[str, Array] = safetensors.numpy.load(file)
    except safetensors.SafetensorError as error:
        raise ValueError(f"the file is damaged or no .safetensors file ({error})") from error
    size = int.from_bytes(file[:8], "little")
    return arrays, json.loads(file[8 : 8 + size]).get("__metadata__", {})


def _arrays_of(arrays: Mapping[str, Array], leaf: _tree.Leaf, declared: Sequence[Weight]) -> list[Array]:
    found = []
    for weight in declared:
        name = _name(leaf, weight)
        if name not in arrays:
            raise ValueError(f"layer {leaf.owner.name!r}: expected an array {name!r}, got none")
        array = arrays[name]
        if array.shape != weight.shape or array.dtype.kind not in "fiu":
            raise ValueError(
                f"layer {leaf.owner.name!r}: expected numbers of shape {weight.shape} as {name!r}, got"
                f" {array.dtype} {array.shape}"
            )
        found.append(np.ascontiguousarray(array, dtype=leaf.layer.dtype))
    return found
