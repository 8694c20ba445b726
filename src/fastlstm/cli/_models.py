"""Readers and writers of model files by their suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .. import saving

if TYPE_CHECKING:
    from ..models import Sequential

_T = TypeVar("_T")


def _load_onnx(path: Path) -> Sequential:
    from ..integrations import onnx

    return onnx.load(path)


def _export_onnx(model: Sequential, path: Path) -> None:
    from ..integrations import onnx

    onnx.export(model, path)


def _load_torch(path: Path) -> Sequential:
    from ..integrations import torch

    return torch.load(path)


def _save_torch(model: Sequential, path: Path) -> None:
    from ..integrations import torch

    torch.save(model, path)


def _save_weights(model: Sequential, path: Path) -> None:
    model.save_weights(path)


_NATIVE = (".keras", ".h5", ".hdf5", ".safetensors")
_READERS: Mapping[str, Callable[[Path], Sequential]] = {
    **dict.fromkeys(_NATIVE, saving.load_model),
    ".onnx": _load_onnx,
    ".pt": _load_torch,
    ".pth": _load_torch,
}
_WRITERS: Mapping[str, Callable[[Sequential, Path], None]] = {
    **dict.fromkeys(_NATIVE, saving.save_model),
    ".safetensors": _save_weights,
    ".onnx": _export_onnx,
    ".pt": _save_torch,
    ".pth": _save_torch,
}
SUFFIXES = ", ".join(_READERS)


def reader(path: Path) -> Callable[[Path], Sequential]:
    """Return the reader for a file of this name; it also restores the training state, if the file has it."""
    return _by_suffix(path, _READERS)


def writer(path: Path) -> Callable[[Sequential, Path], None]:
    """Return the writer for a file of this name."""
    return _by_suffix(path, _WRITERS)


def load_for_inference(path: Path) -> Sequential:
    """Return the model in a file, without its training state."""
    return saving.load_model(path, compile=False) if path.suffix in _NATIVE else reader(path)(path)


def _by_suffix(path: Path, table: Mapping[str, _T]) -> _T:
    if path.suffix not in table or path.name.endswith(".weights.h5"):
        raise ValueError(f"{path}: expected the file of a whole model, with a name that ends with {SUFFIXES}")
    return table[path.suffix]
