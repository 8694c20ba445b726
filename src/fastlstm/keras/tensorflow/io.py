"""`tf.io`: the functions of `tf.io.gfile` that Python has under other names."""

import contextlib
import glob
import os
import shutil
from types import SimpleNamespace
from typing import IO, Any

import numpy as np

from .._arrays import convert_to_tensor, tensor
from .._missing import missing_names_of

__all__ = ["gfile", "matching_files", "read_file", "write_file"]

__getattr__ = missing_names_of(__name__)


def _path(filename: Any) -> str:
    return os.fsdecode(filename.numpy() if hasattr(filename, "numpy") else filename)


def _open(name: Any, mode: str = "r") -> IO[Any]:
    return open(_path(name), mode, encoding=None if "b" in mode else "utf-8")


gfile = SimpleNamespace(
    GFile=_open,
    copy=shutil.copy,
    exists=os.path.exists,
    glob=glob.glob,
    isdir=os.path.isdir,
    listdir=os.listdir,
    makedirs=lambda path: os.makedirs(path, exist_ok=True),
    remove=os.remove,
    rmtree=shutil.rmtree,
)


def read_file(filename: Any, name: str | None = None) -> Any:
    """Return the content of a file: a text, or the bytes if they are none in UTF-8."""
    with open(_path(filename), "rb") as file:
        content = file.read()
    with contextlib.suppress(UnicodeDecodeError):
        if b"\0" not in content:  # which texts of NumPy lose at their ends
            return convert_to_tensor(content.decode("utf-8"))
    return tensor(np.array(content, dtype=object))


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write a text, in UTF-8, or bytes to a file, whose folder is created."""
    content = contents.numpy() if hasattr(contents, "numpy") else contents
    if not isinstance(content, (str, bytes)):
        raise TypeError(f"contents: expected a text or bytes, got {type(contents).__name__}")
    path = _path(filename)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def matching_files(pattern: Any, name: str | None = None) -> Any:
    """Return the paths that match a pattern."""
    return convert_to_tensor(sorted(glob.glob(_path(pattern))))
