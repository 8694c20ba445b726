"""HDF5 files: opened in memory, checked for links to other files, and read dataset by dataset."""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._internal.arrays import Array
from .._internal.files import RefusedError

if TYPE_CHECKING:
    import h5py

LARGEST_ATTRIBUTE = 64512
_SMALL, _EXPANSION = 2**32, 1000  # Keras's bounds, as in archive.py


def opened(contents: bytes) -> "h5py.File":
    """Open a file for reading; links, external and virtual datasets raise RefusedError."""
    import h5py

    try:
        file = h5py.File(io.BytesIO(contents), "r")
    except OSError as error:
        raise ValueError(f"the file is damaged or not an HDF5 file ({error})") from error
    _refuse_external_data(file)
    return file


def _refuse_external_data(group: "h5py.Group") -> None:
    """Raise RefusedError for anything stored outside the file, without following any link."""
    import h5py

    seen: set[Any] = set()
    rest = [group]
    while rest:
        group = rest.pop()
        for name in group:
            link = group.get(name, getlink=True)
            where = f"{group.name.rstrip('/')}/{name}"
            if not isinstance(link, h5py.HardLink):
                raise RefusedError(f"{where} is a link ({type(link).__name__}), which can point outside the file")
            found = group[name]
            if isinstance(found, h5py.Dataset):
                if found.external:
                    raise RefusedError(f"{where} is an external dataset, whose data is in another file")
                if found.is_virtual:
                    raise RefusedError(f"{where} is a virtual dataset, whose data is in other files")
            elif isinstance(found, h5py.Group):
                address = h5py.h5o.get_info(found.id).addr
                if address not in seen:
                    seen.add(address)
                    rest.append(found)


def group_at(group: "h5py.Group", path: str) -> "h5py.Group | None":
    """Return a group by its path, or None if there is none."""
    import h5py

    for name in path.split("/"):
        found = group.get(name)
        if found is None:
            return None
        if not isinstance(found, h5py.Group):
            raise ValueError(f"{group.name}/{name}: expected a group, got {type(found).__name__}")
        group = found
    return group


def dataset(group: "h5py.Group", name: str) -> "h5py.Dataset":
    """Return a dataset of numbers."""
    import h5py

    found = group.get(name)
    if not isinstance(found, h5py.Dataset):
        raise ValueError(f"{group.name}/{name}: expected numbers, got {'nothing' if found is None else found}")
    if found.dtype.kind not in "fiu" and not _is_bfloat16(found):
        raise RefusedError(f"{found.name}: expected numbers, got dtype {found.dtype}")
    return found


def numbers(found: "h5py.Dataset", dtype: str) -> Array:
    """Return a dataset's numbers in a dtype; raise RefusedError if they are far larger than their storage."""
    if found.size is None:
        raise ValueError(f"{found.name}: expected numbers, got an empty dataset")
    size = found.size * found.dtype.itemsize
    if size > _SMALL and size > _EXPANSION * found.id.get_storage_size():
        raise RefusedError(f"{found.name} would expand to {size} bytes, far more than the file stores")
    array = np.asarray(found[()])
    if _is_bfloat16(found):
        array = (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    shaped: Array = np.ascontiguousarray(array, dtype=dtype).reshape(found.shape)
    return shaped


def _is_bfloat16(found: "h5py.Dataset") -> bool:
    return (found.dtype.kind, found.dtype.itemsize, found.attrs.get("dtype")) == ("V", 2, "bfloat16")


def texts(group: "h5py.Group", name: str) -> list[str]:
    """Return a list of texts from an attribute, or from the several attributes of a long list."""
    if name in group.attrs:
        return list(_texts(group.attrs[name]))
    return list(_numbered(group, name))


def _numbered(group: "h5py.Group", name: str) -> Iterator[str]:
    i = 0
    while f"{name}{i}" in group.attrs:
        yield from _texts(group.attrs[f"{name}{i}"])
        i += 1


def _texts(values: Any) -> Iterator[str]:
    for value in np.ravel(values):
        yield value.decode("utf-8") if isinstance(value, bytes) else str(value)


def text(value: Any) -> str:
    """Return an attribute as text."""
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def write_texts(group: "h5py.Group", name: str, values: Sequence[str]) -> None:
    """Write a list of texts to an attribute, or to several if the list exceeds the largest size."""
    array = np.array([value.encode("utf-8") for value in values]) if values else np.zeros(0)
    parts = [array]
    while max(part.nbytes for part in parts) > LARGEST_ATTRIBUTE:
        parts = np.array_split(array, len(parts) + 1)
    for i, part in enumerate(parts):
        group.attrs[f"{name}{i}" if len(parts) > 1 else name] = part
