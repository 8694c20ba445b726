"""A model as one of the files, and back."""

import io
import os
import warnings
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from .._checks import flag
from .._engine import version
from . import _archive, _building, _configuration, _files, _hdf5, _keras2, _legacy, _safetensors, _state, _tree
from ._reviving import Reviver

if TYPE_CHECKING:
    from ..models import Sequential

_ENDINGS = (".keras", ".h5", ".hdf5")
_ZIP, _HDF5 = b"PK", b"\x89HDF\r\n\x1a\n"


def save_model(model: "Sequential", filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write a model: see `Sequential.save`."""
    path, overwrite = os.fspath(filepath), flag("overwrite", overwrite)
    if not path.endswith(_ENDINGS):
        raise ValueError(f"filepath: expected a path that ends with .keras (or .h5), got {path!r}")
    if not model.built:
        warnings.warn(f"save: model {model.name!r} is not built; the file will have no weights", stacklevel=3)
    config = _configuration.of_model(model)
    if path.endswith(".keras"):
        weights = _weights(model)
        with _files.written(path, overwrite) as file:
            _archive.write(file, config, weights, version)
    else:
        contents = _legacy.contents(model, config)
        with _files.written(path, overwrite) as file:
            file.write(contents)


def save_weights(model: "Sequential", filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write a model's weights: see `Sequential.save_weights`."""
    path, overwrite = os.fspath(filepath), flag("overwrite", overwrite)
    if not path.endswith((".weights.h5", ".safetensors")):
        raise ValueError(f"filepath: expected a path that ends with .weights.h5 or .safetensors, got {path!r}")
    model._require_built()
    contents = _weights(model) if path.endswith(".h5") else _safetensors.contents(model)
    with _files.written(path, overwrite) as file:
        file.write(contents)


def _weights(model: "Sequential") -> bytes:
    """Return the HDF5 file of the weights, and of what a training needs to go on."""
    import h5py

    contents = io.BytesIO()
    with h5py.File(contents, "w") as file:
        _tree.write(file, model.layers)
        if model.built:
            _state.write(file, model)
    return contents.getvalue()


def load_weights(model: "Sequential", filepath: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
    """Read a model's weights: see `Sequential.load_weights`."""
    skip_mismatch = flag("skip_mismatch", skip_mismatch)
    model._require_built()
    path = os.fspath(filepath)
    with open(path, "rb") as file, _files.read(path):
        if path.endswith(".safetensors"):
            _safetensors.load(file.read(), model, skip_mismatch)
            return
        contents = _archive.read_weights(file) if _begins_with(file, _ZIP) else file.read()
        with _hdf5.opened(contents) as tree:
            if _legacy.is_legacy(tree):
                _legacy.load(tree, model, skip_mismatch)
                return
            _building.replace(model, partial(_tree.arrays_of, tree), skip_mismatch)
            _state.restore_arguments(tree, model)
            _state.restore_training(tree, model, _state.kept_of_optimizer(tree))


def _begins_with(file: Any, beginning: bytes) -> bool:
    found = file.read(len(beginning)) == beginning
    file.seek(0)
    return bool(found)


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> "Sequential":
    """Return the model in a file: see `fastlstm.load_model`."""
    flag("safe_mode", safe_mode)
    compile = flag("compile", compile)
    reviver = Reviver(custom_objects)
    path = os.fspath(filepath)
    with open(path, "rb") as file, _files.read(path):
        if path.endswith(".safetensors"):
            return _safetensors.model(file.read(), reviver, compile)
        if _begins_with(file, _HDF5):
            with _hdf5.opened(file.read()) as tree:
                return _legacy.model(tree, reviver, compile)
        description, contents, keras_version = _archive.read(file)
        older = _keras2.wrote(keras_version)
        if older:
            description = _keras2.translated(description)
        with _hdf5.opened(contents) as tree:
            model, first = _building.bare_model(description, reviver)
            if first is not None and model.layers:
                _building.adopt(model, first, partial(_tree.arrays_of, tree))
            if compile:
                _building.compile_as_described(model, description.get("compile_config"), reviver)
            if model.built:
                changed = older and _keras2.scale_hard_sigmoids(model)
                _state.restore(tree, model, [] if changed else _state.kept_of_optimizer(tree))
    return model
