"""Where files are: paths, open binary files, and open HDF5 files and groups."""

import contextlib
import io
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from .._internal import files


def name_of(place: Any) -> str:
    """Return the path of a file, '' for an open file without one."""
    if hasattr(place, "write") or hasattr(place, "read"):
        name = getattr(place, "name", "")
        return name if isinstance(name, str) else ""
    return "group.h5" if _is_group(place) else os.fspath(place)


@contextlib.contextmanager
def written(place: Any, overwrite: bool) -> Iterator[BinaryIO]:
    """Yield a binary file that is written to a place; what is at a path is replaced at once."""
    if _is_group(place):
        contents = io.BytesIO()
        yield contents
        _copy_to_group(contents, place)
    elif hasattr(place, "write"):
        yield place
    else:
        with files.written(place, overwrite) as file:
            yield file


@contextlib.contextmanager
def read(place: Any) -> Iterator[BinaryIO]:
    """Yield a binary file with what is at a place; errors in its contents become ValueErrors that name it."""
    if _is_group(place):
        with files.read(place.file.filename or "the HDF5 file"):
            yield io.BytesIO(_contents_of_group(place))
    elif hasattr(place, "read"):
        contents = place.read()
        if not isinstance(contents, bytes):
            raise TypeError(f"filepath: expected a file that is open in binary mode, got {type(place).__name__}")
        with files.read(name_of(place) or "the file"):
            yield io.BytesIO(contents)
    else:
        with open(place, "rb") as file, files.read(place):
            yield file


def _is_group(place: Any) -> bool:
    """Return whether this is an open HDF5 file or a group of one."""
    return type(place).__module__.partition(".")[0] == "h5py" and hasattr(place, "attrs")


def _copy_to_group(contents: BinaryIO, group: Any) -> None:
    import h5py

    with h5py.File(contents, "r") as source:
        _copy(source, group)


def _contents_of_group(group: Any) -> bytes:
    import h5py

    contents = io.BytesIO()
    with h5py.File(contents, "w") as target:
        _copy(group, target)
    return contents.getvalue()


def _copy(source: Any, target: Any) -> None:
    """Copy attributes and members; links stay links."""
    for name, value in source.attrs.items():
        target.attrs[name] = value
    for name in source:
        source.copy(name, target)
