"""`tf.data.TextLineDataset`."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._arrays import tensor
from .._data import Dataset


class TextLineDataset(Dataset):
    """The lines of text files.

    Parameters
    ----------
    filenames : str or sequence of str
        The paths.
    *options
        Compression and buffers, of which only files without compression are read.
    """

    def __init__(self, filenames: Any, *options: Any, **named: Any) -> None:
        given = [filenames] if isinstance(filenames, (str, bytes, os.PathLike)) else filenames
        paths = [os.fsdecode(np.asarray(each).item() if isinstance(each, np.ndarray) else each) for each in given]
        if any(options[:1]) or named.get("compression_type"):
            raise ValueError("compression_type: expected none, uncompress the files first")

        def make() -> Iterator[Any]:
            for path in paths:
                with open(path, encoding="utf-8", newline="") as lines:
                    for line in lines:
                        yield tensor(np.array(line.rstrip("\r\n")))

        super().__init__(make)
