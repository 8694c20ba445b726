"""MNIST: 60,000 handwritten digits to train on and 10,000 to test on, of 28 by 28 pixels."""

from __future__ import annotations

from typing import Any

from ..._internal.arrays import Array
from ..._internal.keras_home import cached
from ._archives import arrays

__all__ = ["load_data"]


def load_data(path: Any = "mnist.npz") -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return the images and the digits.

    Parameters
    ----------
    path : str or path
        The file's name in Keras's cache folder, or its path.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        x: (N, 28, 28), uint8 from 0 to 255; y: (N,), uint8 from 0 to 9.

    Raises
    ------
    FileNotFoundError
        If the file is not there; the message says where to put it.
    ValueError, TypeError
        If the file is damaged, or `path` is not a path.

    References
    ----------
    Keras 3, `keras.datasets.mnist`; LeCun, Cortes and Burges, "The MNIST database of handwritten digits".

    Examples
    --------
    >>> from fastlstm.datasets.keras_files import mnist
    >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
    >>> x_train.shape, y_test.shape  # doctest: +SKIP
    ((60000, 28, 28), (10000,))
    """
    x_train, y_train, x_test, y_test = arrays(cached("path", path), "x_train", "y_train", "x_test", "y_test")
    return (x_train, y_train), (x_test, y_test)
