"""Reading and writing files: whole ones only, and nothing beside the folder of the model."""

import contextlib
import os
import secrets


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file that takes the place of `path` once all of it is on the disk; until then `path` is as it was."""
    target = os.path.realpath(path)  # where it is a link, what it leads to is replaced
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(6)}")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
