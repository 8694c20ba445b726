"""Splits in chronological order: training, validation and test parts, and folds with a moving origin."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._internal import checks


def split(*arrays: Any, validation: float | int | None = None, test: float | int | None = None) -> tuple[Any, ...]:
    """Split data in chronological order into training, validation and test parts, without shuffling.

    Split a series before making windows, so that no window spans two parts.

    Parameters
    ----------
    *arrays : array_like (n, ...)
        One or more arrays of the same length.
    validation, test : float or int, optional
        A fraction of the rows, rounded up, or a number of rows. At least one of the two is required; only the parts
        that are requested are returned.

    Returns
    -------
    tuple
        (training, validation, test), without the part that was not requested, if any. Each part is an array, or a tuple
        of arrays if several were given. Arrays are views; pandas objects stay pandas objects.

    Raises
    ------
    TypeError
        If there is no array, or a size is not a number.
    ValueError
        If lengths differ, no size is given, or a part would be empty.

    Examples
    --------
    >>> training, validation, test = split([10, 20, 30, 40, 50], validation=1, test=0.4)
    >>> training, validation, test
    (array([10, 20]), array([30]), array([40, 50]))
    >>> (x, y), validation_data = split([[1.0], [2.0], [3.0]], [4.0, 5.0, 6.0], validation=1)
    >>> validation_data
    (array([[3.]]), array([6.]))
    """
    if not arrays:
        raise TypeError("split: expected at least one array, got none")
    if validation is None and test is None:
        raise ValueError("split: expected validation, test or both, got neither")
    given = [value if hasattr(value, "iloc") else np.asarray(value) for value in arrays]
    lengths = [value.shape[0] if value.shape else None for value in given]
    rows = lengths[0]
    if rows is None or any(length != rows for length in lengths):
        raise ValueError(f"split: expected arrays of one length, got lengths {lengths}")
    sizes = [
        _rows_of(name, size, rows) for name, size in (("validation", validation), ("test", test)) if size is not None
    ]
    first = rows - sum(sizes)
    if first < 1:
        raise ValueError(f"split: expected at least one training row, got parts of {sizes} of {rows} rows")
    ends = np.cumsum([first, *sizes]).tolist()
    parts = []
    for begin, end in zip([0, *ends], ends, strict=False):
        part = tuple((value.iloc if hasattr(value, "iloc") else value)[begin:end] for value in given)
        parts.append(part if len(part) > 1 else part[0])
    return tuple(parts)


def _rows_of(name: str, size: float | int, rows: int) -> int:
    """Return the number of rows of a part given as a fraction or as a number of rows."""
    if isinstance(size, (float, np.floating)):
        fraction = checks.number(name, size, 0.0, 1.0, below_high=True)
        if not fraction:
            raise ValueError(f"{name}: expected a fraction above 0, got {size!r}")
        return rows - math.floor(rows * (1.0 - fraction))
    return checks.integer(name, size, 1)


def time_series_folds(
    data: Any, n_splits: int = 5, *, max_train_size: int | None = None, test_size: int | None = None, gap: int = 0
) -> Iterator[tuple[slice, slice]]:
    """Return the training and test rows of folds with a moving origin: each test part follows its training part.

    The folds equal those of scikit-learn's TimeSeriesSplit, but are slices: ``series[training]`` is a view.

    Parameters
    ----------
    data : array_like (n, ...) or int
        The data, or its number of rows.
    n_splits : int
        Number of folds, at least 2.
    max_train_size : int, optional
        Largest number of training rows, for a rolling window. Default: an expanding window from the first row.
    test_size : int, optional
        Number of rows in each test part. Default: ``n // (n_splits + 1)``.
    gap : int
        Number of rows to leave out between the two parts; at least the horizon of the targets.

    Returns
    -------
    iterator of (slice, slice)
        For each fold, the training and the test rows.

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If there are too few rows for this number of folds.

    References
    ----------
    Tashman, "Out-of-sample tests of forecasting accuracy: an analysis and review", International Journal of Forecasting
    16, 2000 (rolling origins).

    Examples
    --------
    >>> for training, test in time_series_folds(6, n_splits=3):
    ...     print(list(range(6)[training]), list(range(6)[test]))
    [0, 1, 2] [3]
    [0, 1, 2, 3] [4]
    [0, 1, 2, 3, 4] [5]
    """
    rows = len(data) if hasattr(data, "__len__") else checks.integer("data", data, 0)
    folds = checks.integer("n_splits", n_splits, 2)
    longest = rows if max_train_size is None else checks.integer("max_train_size", max_train_size, 1)
    between = checks.integer("gap", gap, 0)
    size = rows // (folds + 1) if test_size is None else checks.integer("test_size", test_size, 1)
    first = rows - folds * size
    if rows < folds + 1 or first - between < 1:
        raise ValueError(
            f"data: expected more rows than n_splits * test_size + gap = {folds * size + between}, and than n_splits ="
            f" {folds}, got {rows}"
        )

    def folds_in_order() -> Iterator[tuple[slice, slice]]:
        for begin in range(first, rows, size):
            end = begin - between
            yield slice(max(0, end - longest), end), slice(begin, begin + size)

    return folds_in_order()
