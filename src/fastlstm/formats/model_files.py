"""Writing models to files of each format, and reading them."""

import io
import os
import warnings
from collections.abc import Mapping
from functools import partial
from typing import Any

from .._internal.checks import flag
from .._internal.native import version
from . import (
    adopt,
    archive,
    build,
    hdf5,
    keras2,
    legacy_h5,
    places,
    safetensors,
    serialize,
    training_state,
    weight_tree,
)
from .deserialize import Deserializer
from .saved_model import LayersOf, ModelClasses, SavedModel
from .vocabularies import filled_in

_ENDINGS = (".keras", ".h5", ".hdf5")
_ZIP, _HDF5 = b"PK", b"\x89HDF\r\n\x1a\n"


def save_model(
    model: SavedModel, filepath: str | os.PathLike[str], overwrite: bool = True, *, any_ending: bool = False
) -> None:
    """Write a model, as `Sequential.save` describes; with `any_ending` in the format of .keras unless it is .h5."""
    path, overwrite = places.name_of(filepath), flag("overwrite", overwrite)
    if path and not (any_ending or path.endswith(_ENDINGS)):
        raise ValueError(f"filepath: expected a path that ends with .keras (or .h5), got {path!r}")
    if not model.built:
        warnings.warn(f"save: model {model.name!r} is not built; the file will have no weights", stacklevel=3)
    config = serialize.of_model(model)
    if not path.endswith(_ENDINGS[1:]):
        weights = _weights(model, weight_tree.order_in_files(model))
        with places.written(filepath, overwrite) as file:
            archive.write(file, config, weights, version)
    else:
        contents = legacy_h5.contents(model, config)
        with places.written(filepath, overwrite) as file:
            file.write(contents)


def save_weights(
    model: SavedModel, filepath: str | os.PathLike[str], overwrite: bool = True, *, any_ending: bool = False
) -> None:
    """Write a model's weights, as `Sequential.save_weights` describes.

    With `any_ending`, those of Keras 2 stand for its format, and others for .weights.h5.
    """
    path, overwrite = places.name_of(filepath), flag("overwrite", overwrite)
    if path and not any_ending and not path.endswith((".weights.h5", ".safetensors")):
        raise ValueError(f"filepath: expected a path that ends with .weights.h5 or .safetensors, got {path!r}")
    model._require_built()
    if path.endswith(".safetensors"):
        contents = safetensors.contents(model)
    elif path.endswith(_ENDINGS[1:]) and not path.endswith(".weights.h5"):
        contents = legacy_h5.weights_alone(model)
    else:
        contents = _weights(model)
    with places.written(filepath, overwrite) as file:
        file.write(contents)


def _weights(model: SavedModel, layers_of: LayersOf | None = None) -> bytes:
    """Return an HDF5 file of the weights and the training state, in Keras's order or in that of `layers_of`."""
    import h5py

    contents = io.BytesIO()
    with h5py.File(contents, "w") as file:
        weight_tree.write(file, model, layers_of)
        if model.built:
            training_state.write(file, model, layers_of)
    return contents.getvalue()


def load_weights(
    model: SavedModel, filepath: str | os.PathLike[str], skip_mismatch: bool = False, *, by_name: bool = False
) -> None:
    """Read a model's weights, as `Sequential.load_weights` describes; `by_name` for files of the format of Keras 2."""
    skip_mismatch = flag("skip_mismatch", skip_mismatch)
    model._require_built()
    with places.read(filepath) as file:
        if places.name_of(filepath).endswith(".safetensors"):
            _require_order(by_name)
            safetensors.load(file.read(), model, skip_mismatch)
            return
        is_archive = _begins_with(file, _ZIP)
        contents = archive.read_weights(file) if is_archive else file.read()
        with hdf5.opened(contents) as tree:
            if legacy_h5.is_legacy(tree):
                legacy_h5.load(tree, model, skip_mismatch, by_name=by_name)
                return
            _require_order(by_name)
            layers_of = training_state.order_in(tree, model) if is_archive else None
            adopt.replace(model, partial(weight_tree.arrays_of, tree), skip_mismatch, layers_of)
            training_state.restore_arguments(tree, model)
            saved = training_state.saved_optimizer_variables(tree)
            training_state.restore_training(tree, model, saved, layers_of)


def _require_order(by_name: bool) -> None:
    if by_name:
        raise ValueError("by_name: expected a file with the names of layers, whose path ends with .h5, not .weights.h5")


def _begins_with(file: Any, beginning: bytes) -> bool:
    found = file.read(len(beginning)) == beginning
    file.seek(0)
    return bool(found)


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    *,
    model_classes: ModelClasses,
) -> Any:
    """Return the model in a file, of these classes or a subclass in `custom_objects`, as `fastlstm.load_model` does."""
    flag("safe_mode", safe_mode)
    compile = flag("compile", compile)
    deserializer = Deserializer(custom_objects)
    with places.read(filepath) as file:
        if places.name_of(filepath).endswith(".safetensors"):
            return safetensors.model(file.read(), deserializer, compile, model_classes)
        if _begins_with(file, _HDF5):
            with hdf5.opened(file.read()) as tree:
                return legacy_h5.model(tree, deserializer, compile, model_classes)
        description, contents, keras_version, vocabularies = archive.read(file)
        older = keras2.wrote(keras_version)
        if older:
            description = keras2.translated(description)
        description = filled_in(description, vocabularies)
        with hdf5.opened(contents) as tree:
            model = build.subclassed(description, deserializer)
            if model is not None:
                if model.built:
                    adopt.replace(model, partial(weight_tree.arrays_of, tree), False)
                if compile:
                    adopt.compile_as_described(model, description.get("compile_config"), deserializer)
                if model.built:
                    saved = training_state.saved_optimizer_variables(tree)
                    training_state.restore(tree, model, saved, training_state.order_in(tree, model))
                return model
            unbuilt = build.unbuilt(description, deserializer, model_classes)
            model = unbuilt.model
            adopt.adopt(unbuilt, adopt.declared(unbuilt), partial(weight_tree.arrays_of, tree))
            if compile:
                adopt.compile_as_described(model, description.get("compile_config"), deserializer)
            if model.built:
                if older:
                    keras2.warn_about_masks(model)
                changed = older and keras2.scale_hard_sigmoids(model)
                variables = [] if changed else training_state.saved_optimizer_variables(tree)
                training_state.restore(tree, model, variables, unbuilt.layers_of)
    return model
