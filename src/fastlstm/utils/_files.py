"""Files from Keras's cache folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .._internal import keras_home
from .._internal.names import lookup

_FORMATS = {"auto": ("tar", "zip"), "tar": ("tar",), "zip": ("zip",)}


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | os.PathLike[str] | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """Return the path of a file in Keras's cache folder. Nothing is downloaded: it is there, or `origin` is local.

    Parameters
    ----------
    fname : str, optional
        The file's name in the cache folder, or its absolute path. Default: the last part of `origin`.
    origin : str, optional
        Where the file comes from: a path or file:// URL, from which it is copied to the cache folder; or the URL that
        an error names where the file is not in the cache folder.
    untar, extract : bool
        Whether the file is an archive to be unpacked.
    md5_hash, file_hash : str, optional
        The hash that the file must have.
    cache_subdir : str
        The folder in the cache folder.
    hash_algorithm : {'auto', 'md5', 'sha256'}
        The kind of `file_hash`; 'auto' tells it by its length.
    archive_format : {'auto', 'tar', 'zip'}
        The kind of the archive.
    cache_dir : str, optional
        The cache folder. Default: that of the environment variable KERAS_HOME, or ``~/.keras``.
    force_download : bool
        Whether a file from a local `origin` replaces the one in the cache folder.

    Returns
    -------
    str
        The path of the file. With `extract` or `untar`, that of the folder to which the archive was unpacked: its name
        is that of the archive with ``_extracted`` in place of the ending, as in Keras 3, or `fname` if this has no
        ending (and then that of the archive has the ending of `origin`). A folder called `fname` that is there already,
        as Keras 2 leaves it, is used as it is.

    Raises
    ------
    FileNotFoundError
        If the file is not there; the message says where to put it.
    ValueError
        If there is neither a name nor an origin, the hash differs, or the archive cannot be unpacked.

    References
    ----------
    Keras 3, `keras.utils.get_file`.

    Examples
    --------
    >>> import fastlstm, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "words.txt").write_text("one two")
    7
    >>> path = fastlstm.utils.get_file(origin=(folder / "words.txt").as_uri(), cache_dir=folder / "cache")
    >>> pathlib.Path(path).read_text()
    'one two'
    """
    if fname is None and origin is None:
        raise ValueError("origin: expected a path or a URL, or a name as fname, got None")
    from urllib.parse import urlparse

    kinds = lookup("archive_format", archive_format, _FORMATS)
    name = os.fspath(fname) if fname is not None else os.path.basename(urlparse(os.fspath(origin or "")).path)
    folder = (keras_home.home() if cache_dir is None else Path(cache_dir)) / cache_subdir
    file = folder / name
    unpacks = extract or untar
    if unpacks and file.is_dir():
        return str(file)
    if unpacks and not file.suffix:  # the name is that of the folder
        file = file.with_name(file.name + _ending(os.fspath(origin or "")))
    local = _local(origin)
    if local is not None and (force_download or not file.exists()):
        import shutil

        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(local, file)
    if not file.exists():
        raise keras_home.missing("fname", file, "its source" if origin is None else os.fspath(origin))
    _check_hash(file, file_hash or md5_hash, "md5" if file_hash is None else hash_algorithm)
    if not unpacks:
        return str(file)
    target = folder / (name.removesuffix(_ending(name)) + "_extracted" if Path(name).suffix else name)
    if not target.exists():
        _unpack(file, target, kinds)
    return str(target)


def _local(origin: Any) -> Path | None:
    """Return the path of a local origin, None for others."""
    if origin is None:
        return None
    from urllib.parse import urlparse
    from urllib.request import url2pathname

    parts = urlparse(os.fspath(origin))
    if parts.scheme == "file":
        path = Path(url2pathname(parts.path))
    elif parts.scheme in ("http", "https", "ftp"):
        return None
    else:
        path = Path(origin)
    if not path.is_file():
        raise FileNotFoundError(f"origin: expected a file, got {os.fspath(origin)!r}")
    return path


def _ending(name: str) -> str:
    """Return the ending of an archive's name."""
    known = (suffix for suffix in (".tar.gz", ".tar.bz2", ".tar.xz") if name.endswith(suffix))
    return next(known, Path(name).suffix or ".tar.gz")


def _check_hash(file: Path, expected: str | None, algorithm: str) -> None:
    if expected is None:
        return
    if algorithm == "auto":
        algorithm = "sha256" if len(expected) == 64 else "md5"
    if algorithm not in ("md5", "sha256"):
        raise ValueError(f"hash_algorithm: expected 'auto', 'md5' or 'sha256', got {algorithm!r:.80}")
    import hashlib

    found = hashlib.new(algorithm)
    with open(file, "rb") as stream:
        for block in iter(lambda: stream.read(2**20), b""):
            found.update(block)
    if found.hexdigest() != expected:
        raise ValueError(f"file_hash: expected {expected:.80} ({algorithm}), got {found.hexdigest()} of {file}")


def _unpack(file: Path, target: Path, kinds: tuple[str, ...]) -> None:
    """Unpack an archive to a folder, which exists only once it is complete."""
    import shutil
    import tarfile
    import zipfile

    partial = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    try:
        if "tar" in kinds and tarfile.is_tarfile(file):
            with tarfile.open(file) as archive:
                if hasattr(tarfile, "data_filter"):
                    archive.extractall(partial, filter="data")
                else:
                    archive.extractall(partial)
        elif "zip" in kinds and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                archive.extractall(partial)
        else:
            raise ValueError(f"archive_format: expected an archive ({' or '.join(kinds)}), got {file}")
        os.replace(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
