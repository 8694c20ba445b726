"""Arrays from .npz files and pickles, in which nothing but arrays, lists and dicts is allowed to be."""

from __future__ import annotations

import pickle
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from ..._internal import files
from ..._internal.arrays import Array

_HARMLESS = {"_reconstruct", "ndarray", "dtype", "scalar"}
_MODULES = {"numpy", "numpy.core.multiarray", "numpy._core.multiarray"}


class _ArraysOnly(pickle.Unpickler):
    """Refuses everything but NumPy's arrays, since a pickle can run any code."""

    def find_class(self, module: str, name: str) -> Any:
        if module not in _MODULES or name not in _HARMLESS:
            raise files.RefusedError(f"the file contains {module}.{name}; expected only arrays, lists and numbers")
        return super().find_class(module, name)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the errors of a damaged file into ValueErrors that name it."""
    with files.read(path):
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, pickle.UnpicklingError) as error:
            raise ValueError(f"the file is damaged or not what it seems to be ({error})") from error


def unpickled(file: IO[bytes]) -> Any:
    """Return what a pickle holds; strings of Python 2 are bytes."""
    return _ArraysOnly(file, encoding="bytes").load()


def arrays(path: Path, *names: str) -> list[Array]:
    """Return arrays of an .npz file by their names."""
    with reading(path), zipfile.ZipFile(path) as archive:
        return [_array(archive, name) for name in names]


def _array(archive: zipfile.ZipFile, name: str) -> Array:
    with archive.open(f"{name}.npy") as file:
        version = npy.read_magic(file)
        header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = header(file)
        if dtype.hasobject:
            return np.asarray(unpickled(file)).reshape(shape)
    with archive.open(f"{name}.npy") as file:
        return np.asarray(npy.read_array(file, allow_pickle=False))
