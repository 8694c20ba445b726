"""Models in files of every kind, told apart by their endings."""

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


_OURS = (".keras", ".h5", ".hdf5", ".safetensors")
_READERS: Mapping[str, Callable[[Path], Sequential]] = {
    **dict.fromkeys(_OURS, saving.load_model),
    ".onnx": _load_onnx,
    ".pt": _load_torch,
    ".pth": _load_torch,
}
_WRITERS: Mapping[str, Callable[[Sequential, Path], None]] = {
    **dict.fromkeys(_OURS, saving.save_model),
    ".safetensors": _save_weights,
    ".onnx": _export_onnx,
    ".pt": _save_torch,
    ".pth": _save_torch,
}
ENDINGS = ", ".join(_READERS)


def reader(path: Path) -> Callable[[Path], Sequential]:
    """Return what reads such a file, with what its training needs to go on where that is in it."""
    return _of_ending(path, _READERS)


def writer(path: Path) -> Callable[[Sequential, Path], None]:
    """Return what writes such a file."""
    return _of_ending(path, _WRITERS)


def read_to_predict(path: Path) -> Sequential:
    """Return a model that is not to be trained."""
    return saving.load_model(path, compile=False) if path.suffix in _OURS else reader(path)(path)


def _of_ending(path: Path, table: Mapping[str, _T]) -> _T:
    if path.suffix not in table or path.name.endswith(".weights.h5"):
        raise ValueError(f"{path}: expected a file of a whole model, which ends with {ENDINGS}")
    return table[path.suffix]
