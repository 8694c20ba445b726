"""California housing: 20,640 districts with 8 features, and the median price of a house."""

from __future__ import annotations

from typing import Any

from ..._internal.arrays import Array
from ._housing import houses

__all__ = ["load_data"]

_ROWS = {"large": None, "small": 600}


def load_data(
    version: str = "large", path: Any = "california_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return the features of the districts, and the median prices in dollars.

    Parameters
    ----------
    version : {'large', 'small'}
        All districts, or the first 600.
    path : str or path
        The file's name in Keras's cache folder, or its path.
    test_split : float
        Fraction of the districts to test on.
    seed : int
        Seed of the order.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        x: (N, 8); y: (N,).

    Raises
    ------
    FileNotFoundError
        If the file is not there; the message says where to put it.
    ValueError, TypeError
        If an argument is out of range, or the file is damaged.

    References
    ----------
    Keras 3, `keras.datasets.california_housing`; Pace and Barry, "Sparse spatial autoregressions" (1997).

    Examples
    --------
    >>> from fastlstm.datasets.keras_files import california_housing
    >>> (x_train, y_train), (x_test, y_test) = california_housing.load_data()  # doctest: +SKIP
    >>> x_train.shape, x_test.shape  # doctest: +SKIP
    ((16512, 8), (4128, 8))
    """
    if version not in _ROWS:
        raise ValueError(f"version: expected 'large' or 'small', got {version!r:.80}")
    return houses(path, test_split, seed, _ROWS[version])
