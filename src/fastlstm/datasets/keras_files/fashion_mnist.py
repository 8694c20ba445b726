"""Fashion-MNIST: 60,000 pictures of clothes to train on and 10,000 to test on, of 28 by 28 pixels."""

from __future__ import annotations

import gzip

import numpy as np

from ..._internal.arrays import Array
from ..._internal.keras_home import cached
from ._archives import reading

__all__ = ["load_data"]


def load_data() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return the images and the kinds of clothes, from the four .gz files in Keras's cache folder.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        x: (N, 28, 28), uint8 from 0 to 255; y: (N,), uint8 from 0 to 9.

    Raises
    ------
    FileNotFoundError
        If a file is not there; the message says where to put it.
    ValueError
        If a file is damaged.

    References
    ----------
    Keras 3, `keras.datasets.fashion_mnist`; Xiao, Rasul and Vollgraf, "Fashion-MNIST" (2017).

    Examples
    --------
    >>> from fastlstm.datasets.keras_files import fashion_mnist
    >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
    >>> x_train.shape, y_test.shape  # doctest: +SKIP
    ((60000, 28, 28), (10000,))
    """
    train, test = (_part(f"{name}-images-idx3-ubyte.gz", f"{name}-labels-idx1-ubyte.gz") for name in ("train", "t10k"))
    return train, test


def _part(images: str, labels: str) -> tuple[Array, Array]:
    return _bytes(images, 16).reshape(-1, 28, 28), _bytes(labels, 8)


def _bytes(name: str, header: int) -> Array:
    """Return what follows the header of a file in the IDX format."""
    path = cached("fashion_mnist", name, subfolder="fashion-mnist")
    with reading(path), gzip.open(path) as file:
        return np.array(np.frombuffer(file.read(), np.uint8, offset=header))
