"""The folder in which Keras keeps files."""

from __future__ import annotations

import os
from pathlib import Path

_SOURCE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def home() -> Path:
    """Return Keras's folder: that of KERAS_HOME, or ~/.keras."""
    given = os.environ.get("KERAS_HOME")
    return Path(given) if given else Path.home() / ".keras"


def cached(name: str, path: str | os.PathLike[str], subfolder: str = "") -> Path:
    """Return the file of a data set.

    Parameters
    ----------
    name : str
        The argument that errors name.
    path : str or path
        A name in the cache folder, or an absolute path.
    subfolder : str
        The folder in the cache folder.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{name}: expected the name or the path of a file, got {type(path).__name__}")
    file = home() / "datasets" / subfolder / path  # path alone, if it is absolute
    if not file.exists():
        raise missing(name, file, _SOURCE + file.name)
    return file


def missing(name: str, file: Path, origin: str) -> FileNotFoundError:
    """Return the error for a file that is not there."""
    return FileNotFoundError(
        f"{name}: expected the file {file}, since nothing is downloaded; get it from {origin} and put it there"
    )
