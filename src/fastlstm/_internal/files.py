"""Atomic writing of files, and clear errors for damaged ones."""

import contextlib
import os
from collections.abc import Iterator
from typing import BinaryIO


class RefusedError(ValueError):
    """Something in a file that is unsafe to load or not supported."""


@contextlib.contextmanager
def written(path: str | os.PathLike[str], overwrite: bool) -> Iterator[BinaryIO]:
    """Yield a temporary file in the same folder, which replaces `path` once everything is on the disk.

    If anything fails, `path` is unchanged.
    """
    target = os.path.realpath(path)  # replace the target of a link, not the link
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
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Wait until a folder's entries are on the disk, if the system supports it."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):  # not supported by some file systems
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def read(path: str | os.PathLike[str]) -> Iterator[None]:
    """Convert errors in a file's contents to ValueErrors that name the file."""
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
