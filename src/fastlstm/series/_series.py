"""A series of numbers along an axis, and its reader."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import _axis, _columns, _csv


@dataclass(frozen=True, eq=False)
class Series:
    """A series of numbers along an axis.

    Attributes
    ----------
    name : str
        Name of the values: that of their column.
    index : ndarray (steps,)
        The axis: rising dates (datetime64), rising numbers, or labels (str).
    values : ndarray (steps,), float64
        The values.
    index_name : str
        Name of the axis: that of its column, or 'index'.
    notes : tuple of str
        Notes for the user on how the file was interpreted.
    known : ndarray (steps + M, K), float64, optional
        K future covariates: their values at these steps and at the M steps that follow.
    later : ndarray (M,), optional
        The axis of the M steps that follow.

    Raises
    ------
    ValueError
        If the shapes of `index`, `values`, `known` and `later` do not match.

    Examples
    --------
    >>> import numpy as np
    >>> series = Series("sunspots", np.array([2007, 2008]), np.array([7.5, 2.9]), "year")
    >>> len(series), series.index_name
    (2, 'year')
    """

    name: str
    index: _axis.Index
    values: NDArray[np.float64]
    index_name: str = "index"
    notes: tuple[str, ...] = ()
    known: NDArray[np.float64] | None = None
    later: _axis.Index | None = None

    def __post_init__(self) -> None:
        """Require one entry of the index for each value, and covariates for each step."""
        if self.values.ndim != 1 or self.index.shape != self.values.shape:
            raise ValueError(f"index: expected shape (steps,) like values {self.values.shape}, got {self.index.shape}")
        if self.known is not None:
            steps = len(self.index) + (0 if self.later is None else len(self.later))
            if self.known.ndim != 2 or len(self.known) != steps:
                raise ValueError(f"known: expected shape ({steps}, K), got {self.known.shape}")

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self.values)

    def future_index(self, steps: int) -> _axis.Index:
        """Return the axis of the next values.

        Parameters
        ----------
        steps : int
            Number of values, at least 0.

        Returns
        -------
        ndarray (steps,)
            The first entries of `later` if there are future covariates. Otherwise dates and numbers continue at the
            same distance, which may be calendar months, years or business days, or at the median distance if it varies;
            labels are followed by '+1', '+2' ...

        Raises
        ------
        TypeError
            If `steps` is not an integer.
        ValueError
            If `steps` is negative or exceeds the future covariates, the series is empty, or the dates would go beyond
            the year 9999 (2262 for nanoseconds).

        Examples
        --------
        >>> import numpy as np
        >>> Series("sunspots", np.array([2007, 2008]), np.array([7.5, 2.9]), "year").future_index(2)
        array([2009, 2010])
        """
        later = self.later
        if self.known is not None and later is None:
            later = self.index[:0]
        return _axis.future(self.index, steps, later)


def read_series(
    path: str | os.PathLike[str],
    column: str | int | None = None,
    fill: str | None = None,
    known: Sequence[str | int] = (),
) -> Series:
    r"""Read a series from one column of a CSV file, and its future covariates from others.

    Parameters
    ----------
    path : path-like
        The CSV file; the docstring of `fastlstm.series` lists the forms that are understood.
    column : str or int, optional
        Name of the column, or its number, counted from 1. Default: the only column of numbers besides the axis.
    fill : {None, 'linear'}
        None refuses gaps, 'linear' interpolates linearly between the neighbouring rows.
    known : sequence of str or int
        Columns of future covariates, which are known in advance, by name or number. `column` is then required if
        several columns have numbers.

    Returns
    -------
    Series
        The values as float64, their axis, the future covariates, and notes on how the file was interpreted.

    Raises
    ------
    OSError
        If the file cannot be read.
    TypeError
        If a column is neither a str nor an int.
    ArgumentNeededError
        If there is a gap and `fill` is not given, or `column` is not given although there is not exactly one column of
        numbers. It is a ValueError.
    ValueError
        If a column does not exist, is ambiguous or is given twice; the file is empty; a column has a gap at its start
        or end, text or an infinite number; dates do not rise; or rows differ in their number of fields. The message
        names the file and the line.

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
    covariates = [_columns.find_column(table, each) for each in known]
    found = _columns.columns_of(table, [number], fill, covariates)
    values = found.values[:, 0]
    return Series(found.names[0], found.index, values, found.index_name, found.notes, found.known, found.later)
