"""The archive of a Keras model: a zip file with configuration, weights and metadata."""

import datetime
import json
import zipfile
from typing import Any, BinaryIO, NamedTuple

from .._internal.files import RefusedError

KERAS_VERSION = "3.15.1"  # the format's
_METADATA, _CONFIG, _WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
_ASSETS, _VOCABULARY = "assets/", "/vocabulary.txt"
_PICKLED_WEIGHTS = "model.weights.npz"
_LARGEST_CONFIG = 2**26
_SMALL, _EXPANSION = 2**32, 100  # Keras's bounds: above 4 GiB, a member may expand to at most 100 times its stored size


def write(file: BinaryIO, config: dict[str, Any], weights: bytes, version: str) -> None:
    """Write an archive that Keras opens: members are stored as they are."""
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata = {"keras_version": KERAS_VERSION, "date_saved": now, "fastlstm_version": version}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_METADATA, json.dumps(metadata))
        archive.writestr(_CONFIG, json.dumps(config, allow_nan=False))
        archive.writestr(_WEIGHTS, weights)


class Contents(NamedTuple):
    """What an archive contains."""

    configuration: Any
    weights: bytes
    """An HDF5 file."""
    keras_version: str
    """The version of Keras of its format."""
    vocabularies: dict[str, str]
    """The texts of vocabularies, by the path of the layer."""


def read(file: BinaryIO) -> Contents:
    """Return the contents of an archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            metadata = _json(archive, _METADATA) if _METADATA in names else {}
            vocabularies = {
                name.removeprefix(_ASSETS).removesuffix(_VOCABULARY): _member(archive, name, _LARGEST_CONFIG).decode()
                for name in names
                if name.startswith(_ASSETS) and name.endswith(_VOCABULARY)
            }
            version = str(metadata.get("keras_version", KERAS_VERSION))
            return Contents(_json(archive, _CONFIG), _weights(archive), version, vocabularies)
    except zipfile.BadZipFile as error:
        raise ValueError(f"the file is damaged or not an archive of a Keras model ({error})") from error


def read_weights(file: BinaryIO) -> bytes:
    """Return the HDF5 file of an archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _weights(archive)
    except zipfile.BadZipFile as error:
        raise ValueError(f"the file is damaged or not an archive of a Keras model ({error})") from error


def _weights(archive: zipfile.ZipFile) -> bytes:
    names = archive.namelist()
    if _WEIGHTS not in names and _PICKLED_WEIGHTS in names:
        raise RefusedError(
            f"expected the weights in {_WEIGHTS}, got {_PICKLED_WEIGHTS}, in which Keras pickles them; reading a pickle"
            " can run code, so load the model in Keras and save it with weights_format='h5'"
        )
    return _member(archive, _WEIGHTS)


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(_member(archive, name, _LARGEST_CONFIG))


def _member(archive: zipfile.ZipFile, name: str, largest: int | None = None) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ValueError(f"the archive has no {name}; it has: {', '.join(archive.namelist()) or 'nothing'}") from None
    bomb = info.file_size > _SMALL and info.file_size > _EXPANSION * info.compress_size
    if bomb or (largest is not None and info.file_size > largest):
        raise RefusedError(
            f"{name} would expand from {info.compress_size} to {info.file_size} bytes, far more than a model needs;"
            " such a file is made to exhaust the memory"
        )
    return archive.read(info)
