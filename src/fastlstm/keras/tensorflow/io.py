"""`tf.io`: the functions of `tf.io.gfile` that Python has under other names."""

import glob
import os
import shutil
from types import SimpleNamespace
from typing import Any

from .._arrays import convert_to_tensor
from .._missing import missing_names_of

__all__ = ["gfile", "matching_files", "read_file", "write_file"]

__getattr__ = missing_names_of(__name__)

gfile = SimpleNamespace(
    GFile=open,
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
    """Return the text of a file."""
    with open(str(filename), encoding="utf-8") as file:
        return convert_to_tensor(file.read())


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write a text to a file."""
    with open(str(filename), "w", encoding="utf-8") as file:
        file.write(str(contents))


def matching_files(pattern: Any, name: str | None = None) -> Any:
    """Return the paths that match a pattern."""
    return convert_to_tensor(sorted(glob.glob(str(pattern))))
