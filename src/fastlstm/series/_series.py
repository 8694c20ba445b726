"""One series of numbers from a CSV file, with its axis; `fastlstm.series._columns` says what is read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import _columns, _csv, _spacing
from ._columns import ArgumentNeededError

__all__ = ["ArgumentNeededError", "Series", "read_series"]


@dataclass(frozen=True, eq=False)
class Series:
    """A series of numbers along an axis.

    Attributes
    ----------
    name : str
        What the values are: the column's name.
    index : ndarray (steps,)
        The axis: rising dates (datetime64), rising numbers, or labels (str).
    values : ndarray (steps,), float64
        The values.
    index_name : str
        What the axis is: that column's name, or 'index'.
    notes : tuple of str
        What a reader should know about how the file was understood.
    known : ndarray (steps + later, K), float64, optional
        What is known in advance, of these steps and of later ones.
    later : ndarray (later,), optional
        The axis of the later steps.
    """

    name: str
    index: _spacing.Index
    values: NDArray[np.float64]
    index_name: str = "index"
    notes: tuple[str, ...] = ()
    known: NDArray[np.float64] | None = None
    later: _spacing.Index | None = None

    def __post_init__(self) -> None:
        """Require an entry of the index for every value, and of what is known for every step."""
        if self.values.ndim != 1 or self.index.shape != self.values.shape:
            raise ValueError(f"index: expected shape (steps,) like values {self.values.shape}, got {self.index.shape}")
        if self.known is not None:
            steps = len(self.index) + (0 if self.later is None else len(self.later))
            if self.known.ndim != 2 or len(self.known) != steps:
                raise ValueError(f"known: expected shape ({steps}, K), got {self.known.shape}")

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self.values)

    def future_index(self, steps: int) -> _spacing.Index:
        """Return the axis of the next values.

        Parameters
        ----------
        steps : int
            How many, at least 0.

        Returns
        -------
        ndarray (steps,)
            Where something is known in advance, the first of `later`. Otherwise dates and numbers at the distance of
            those before (calendar months, years and business days are kept), or at the median distance where it
            varies. After labels: '+1', '+2' and so on.

        Raises
        ------
        TypeError
            Steps that are not an integer.
        ValueError
            Too few steps, more than something is known of, an empty series, or dates beyond the year 9999 (in
            nanoseconds: 2262).

        Examples
        --------
        >>> Series("sunspots", np.array([2007, 2008]), np.array([7.5, 2.9]), "year").future_index(2)
        array([2009, 2010])
        """
        later = self.later
        if self.known is not None and later is None:
            later = self.index[:0]
        return _spacing.future(self.index, steps, later)


def read_series(
    path: str | os.PathLike[str],
    column: str | int | None = None,
    fill: str | None = None,
    known: Sequence[str | int] = (),
) -> Series:
    r"""Read one column of a CSV file, and others that are known in advance.

    Parameters
    ----------
    path : path-like
        The file. `fastlstm.series._columns` says what is read.
    column : str or int, optional
        The column's name, or its number counted from 1. None takes the only column of numbers besides the axis.
    fill : {None, 'linear'}
        What to do with gaps: refuse them, or put values on a straight line from neighbour to neighbour, row by row.
    known : sequence of str or int
        Columns that are known in advance, in the way of `column`, which is needed then.

    Returns
    -------
    Series
        The values, the axis, and notes.

    Raises
    ------
    OSError
        A file that cannot be read.
    TypeError
        A `column` that is neither text nor an integer.
    ArgumentNeededError
        A gap without `fill`; no column, or several, that could be meant without `column`. It is a ValueError.
    ValueError
        No such column, several of the name, or one twice; an empty file; a gap, text, or a number without end in the
        column; dates that do not rise; rows that differ in their number of fields. The message names file and line.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "sales.csv")
    ...     size = path.write_text("month;sold\n2020-01;1,5\n2020-02;2\n")
    ...     series = read_series(path, "sold")
    >>> series.values
    array([1.5, 2. ])
    >>> series.index
    array(['2020-01', '2020-02'], dtype='datetime64[M]')
    """
    table = _csv.read_table(path)
    number = _columns.only_column(table) if column is None else _columns.find_column(table, column)
    beside = [_columns.find_column(table, each) for each in known]
    found = _columns.columns_of(table, [number], fill, beside)
    values = found.values[:, 0]
    return Series(found.names[0], found.index, values, found.index_name, found.notes, found.known, found.later)
