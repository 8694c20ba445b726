"""Files that are written whole or not at all, and errors that say what is wrong with one that is read."""

import contextlib
import os
from collections.abc import Iterator
from typing import BinaryIO


class RefusedError(ValueError):
    """Something in a file that loading does not do, or that can not be expressed here."""


@contextlib.contextmanager
def written(path: str | os.PathLike[str], overwrite: bool) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the place of `path` once everything is on the disk.

    It lies in the same folder until then; whatever goes wrong, `path` is as it was.
    """
    target = os.path.realpath(path)  # where it is a link, what it leads to is replaced
    if not overwrite and os.path.exists(target):
        raise FileExistsError(f"filepath: {os.fspath(path)!r} exists; overwrite=True replaces it")
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{os.urandom(6).hex()}")
    try:
        with open(temporary, "xb+") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            os.chmod(temporary, os.stat(target).st_mode)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _settle(folder)


def _settle(folder: str) -> None:
    """Wait until a folder's entries are on the disk, where systems have that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):  # some file systems have no such thing
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def read(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what goes wrong with a file's contents into ValueErrors that name the file."""
    where = os.fspath(path)
    try:
        yield
    except RefusedError as error:
        raise RefusedError(f"{where}: {error}") from error
    except (FileNotFoundError, IsADirectoryError, PermissionError, ImportError):
        raise
    except RecursionError as error:
        raise ValueError(f"{where}: the file is nested too deeply") from error
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error
    except (OSError, LookupError, AttributeError, RuntimeError, EOFError, OverflowError, MemoryError) as error:
        raise ValueError(f"{where}: the file is damaged or not what it seems to be ({error})") from error
