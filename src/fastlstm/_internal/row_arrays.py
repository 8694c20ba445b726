"""Arrays of the same rows: one for each input or output of a model with several."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from .arrays import Array


class RowArrays:
    """Several arrays with the same number of rows, to be sliced together.

    Parameters
    ----------
    arrays : sequence of ndarray or None
        At least one; None where there is nothing, such as the targets of an output without a loss.
    rows : int, optional
        The number of rows; default: that of the arrays.
    """

    def __init__(self, arrays: Sequence[Array | None], rows: int | None = None) -> None:
        self.arrays = list(arrays)
        self._rows = next(len(array) for array in arrays if array is not None) if rows is None else rows

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._rows

    def __getitem__(self, rows: Any) -> "RowArrays":
        """Return a slice of the rows, or those with these indices."""
        count = len(range(*rows.indices(self._rows))) if isinstance(rows, slice) else len(rows)
        return RowArrays([None if array is None else array[rows] for array in self.arrays], count)


Rows: TypeAlias = Array | RowArrays
"""The only array of a model, or those of several inputs or outputs."""


def parts(rows: Rows | None) -> list[Any]:
    """Return the arrays of each input or output."""
    return list(rows.arrays) if isinstance(rows, RowArrays) else [rows]


def elements(rows: Rows) -> int:
    """Return the number of elements of all arrays."""
    if isinstance(rows, RowArrays):
        return sum(array.size for array in rows.arrays if array is not None)
    return rows.size


def for_core(rows: Rows | None) -> Any:
    """Return the form in which the core takes arrays of several inputs or outputs, a list, or the only array."""
    return rows.arrays if isinstance(rows, RowArrays) else rows


def from_core(outputs: Any) -> Rows:
    """Return what the core gave for the outputs."""
    return RowArrays(outputs) if isinstance(outputs, list) else outputs


def concatenated(blocks: Sequence[Rows]) -> Rows:
    """Return blocks of rows one after the other."""
    if len(blocks) == 1:
        return blocks[0]
    joined = [np.concatenate(arrays) for arrays in zip(*map(parts, blocks), strict=True)]
    return RowArrays(joined) if isinstance(blocks[0], RowArrays) else joined[0]
