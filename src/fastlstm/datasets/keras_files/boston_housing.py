"""Boston housing: 506 districts with 13 features, and the median price of a house."""

from __future__ import annotations

from typing import Any

from ..._internal.arrays import Array
from ._housing import houses

__all__ = ["load_data"]


def load_data(
    path: Any = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return the features of the districts, and the median prices in 1,000 dollars.

    Parameters
    ----------
    path : str or path
        The file's name in Keras's cache folder, or its path.
    test_split : float
        Fraction of the districts to test on.
    seed : int
        Seed of the order.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        x: (N, 13); y: (N,).

    Raises
    ------
    FileNotFoundError
        If the file is not there; the message says where to put it.
    ValueError, TypeError
        If an argument is out of range, or the file is damaged.

    References
    ----------
    Keras 3, `keras.datasets.boston_housing`.

    Examples
    --------
    >>> from fastlstm.datasets.keras_files import boston_housing
    >>> (x_train, y_train), (x_test, y_test) = boston_housing.load_data()  # doctest: +SKIP
    >>> x_train.shape, x_test.shape  # doctest: +SKIP
    ((404, 13), (102, 13))
    """
    return houses(path, test_split, seed, None)
