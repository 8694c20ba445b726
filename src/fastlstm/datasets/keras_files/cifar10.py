"""CIFAR-10: 50,000 photographs to train on and 10,000 to test on, of 32 by 32 pixels and ten kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..._internal.arrays import Array
from ..._internal.keras_home import home, missing
from ._archives import reading, unpickled

__all__ = ["load_data"]

_NAME = "cifar-10-batches-py"


def load_data() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return the images and their kinds, from the unpacked folder in Keras's cache folder.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        x: (N, 32, 32, 3), uint8 from 0 to 255; y: (N, 1), uint8 from 0 to 9.

    Raises
    ------
    FileNotFoundError
        If the folder is not there; the message says where to put it.
    ValueError
        If a file is damaged.

    References
    ----------
    Keras 3, `keras.datasets.cifar10`; Krizhevsky, "Learning multiple layers of features from tiny images" (2009).

    Examples
    --------
    >>> from fastlstm.datasets.keras_files import cifar10
    >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
    >>> x_train.shape, y_test.shape  # doctest: +SKIP
    ((50000, 32, 32, 3), (10000, 1))
    """
    folder = _folder()
    train = [_batch(folder / f"data_batch_{number}") for number in range(1, 6)]
    x_train, y_train = (np.concatenate(parts) for parts in zip(*train, strict=True))
    return (x_train, y_train), _batch(folder / "test_batch")


def _folder() -> Path:
    """Return the folder: that of Keras 3, or that of Keras 2."""
    datasets = home() / "datasets"
    for folder in (datasets / f"{_NAME}-target" / _NAME, datasets / _NAME):
        if (folder / "test_batch").exists():
            return folder
    raise missing("cifar10", datasets / _NAME / "test_batch", "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz")


def _batch(path: Path) -> tuple[Array, Array]:
    with reading(path), open(path, "rb") as file:
        content = unpickled(file)
        images = np.asarray(content[b"data"], np.uint8).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return np.ascontiguousarray(images), np.array(content[b"labels"], np.uint8)[:, None]
