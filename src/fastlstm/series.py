"""One series of numbers from a CSV file, with its axis.

What is read
------------
- Fields separated by comma, semicolon, tab or blanks, with quotation marks where needed; a header or none; blank lines
  and a byte-order mark do no harm. A first row that could be a header or data is refused.
- Numbers with a decimal point, or a whole column with decimal commas. Separators of thousands are not read: in a
  comma-separated file, numbers such as "1,234" could be either and are refused.
- The axis: the first column of dates (forms: see `fastlstm._dates`), else a first column of rising numbers such as
  years, else a first column of texts as labels, else 0, 1, 2 ... Dates that could be day/month or month/day in every
  row (01/02/2020) are kept as labels, since to take either would be a guess. Dates must rise from row to row, and a
  first column of numbers that fall evenly (the newest year first) is refused.
  Labels, and values that are numbered for lack of an axis, are noted.
- An empty value, or NA, N/A, NaN or null in its place, is a gap. Where other columns are known in advance, rows at the
  end that have these and no value are the steps to come.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import _axis, _checks, _csv, _index

__all__ = ["ArgumentNeededError", "Series", "read_series"]

_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")


class ArgumentNeededError(ValueError):
    """A file that cannot be read as it was asked for, and could be with another argument of `read_series`.

    Attributes
    ----------
    problem : str
        What is wrong.
    argument, value : str
        The argument and what it could be.
    effect : str
        What that would do.
    """

    def __init__(self, problem: str, argument: str, value: str, effect: str) -> None:
        super().__init__(f"{problem} ({argument}={value!r} {effect})")
        self.problem, self.argument, self.value, self.effect = problem, argument, value, effect


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
    index: _index.Index
    values: NDArray[np.float64]
    index_name: str = "index"
    notes: tuple[str, ...] = ()
    known: NDArray[np.float64] | None = None
    later: _index.Index | None = None

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

    def future_index(self, steps: int) -> _index.Index:
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
        if self.known is None:
            return _index.extend(self.index, steps)
        later = self.index[:0] if self.later is None else self.later
        if _checks.integer("steps", steps, 0) > len(later):
            raise ValueError(f"steps: expected at most {len(later)}, of which something is known, got {steps}")
        return later[:steps]


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
        The file. The module's docstring says what is read.
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
    if fill not in (None, "linear"):
        raise ValueError(f"fill: expected None or 'linear', got {fill!r}")
    table = _csv.read_table(path)
    number = _find_column(table, column)
    columns = [number, *(_find_column(table, each) for each in known)]
    if len(set(columns)) < len(columns):
        raise ValueError(f"known: expected columns other than {table.label(number)!r}, each once, got {list(known)}")
    steps = len(table.rows)
    while known and steps > 0 and _csv.kind(table.rows[steps - 1].cells[number]) == "missing":
        steps -= 1
    values, notes = _values(table, number, fill, steps)
    axis = _axis.find_axis(table, columns)
    notes += axis.notes
    if not known:
        return Series(table.label(number), axis.index, values, axis.name, tuple(notes))
    beside = []
    for other in columns[1:]:
        found, more = _values(table, other, fill, len(table.rows))
        beside.append(found)
        notes += more
    index, later = axis.index[:steps], axis.index[steps:]
    return Series(table.label(number), index, values, axis.name, tuple(notes), np.stack(beside, axis=1), later)


def _find_column(table: _csv.Table, column: str | int | None) -> int:
    """Return the number, counted from 0, of the column that was asked for."""
    if isinstance(column, bool) or not isinstance(column, (str, int, type(None))):
        raise TypeError(f"column: expected a name or a number, got {column!r}")
    names = table.names or []
    labels = [table.label(number) for number in range(table.width)]
    if column is None:
        axis = _axis.find_axis(table).column
        numeric = [i for i in range(table.width) if i != axis and _csv.mostly(table.column(i), "number")]
        if len(numeric) != 1:
            raise _unclear_column(table, numeric, [i for i in range(table.width) if i != axis])
        return numeric[0]
    if isinstance(column, str) and names.count(column) > 1:
        places = [str(i + 1) for i, name in enumerate(names) if name == column]
        raise ValueError(
            f"{table.path}: expected a column's number, got {column!r}, the name of columns {' and '.join(places)}"
        )
    if isinstance(column, str) and column in names:
        return names.index(column)
    if str(column).isdecimal() and 1 <= int(column) <= table.width:
        return int(column) - 1
    close = difflib.get_close_matches(str(column), labels, n=len(labels), cutoff=0.5)
    rest = [label for label in labels if label not in close]
    raise ValueError(f"{table.path}: expected column to be one of {_listed(close + rest)}, got {column!r}")


def _unclear_column(table: _csv.Table, numeric: list[int], others: list[int]) -> ArgumentNeededError:
    """Return the error for a file with several columns of numbers besides the axis, or none."""
    expected = f"{table.path}: expected one column of numbers besides the axis"
    if numeric:
        labels = [table.label(number) for number in numeric]
        return ArgumentNeededError(f"{expected}, got {_listed(labels)}", "column", labels[0], "would choose the first")
    cells = [(cell, row.line, i) for i in others or range(table.width) for row in table.rows if (cell := row.cells[i])]
    # What has a digit is most likely what was meant for a number.
    with_digit = (entry for entry in cells if any(map(str.isdigit, entry[0])))
    cell, line, number = next(with_digit, (*cells, ("", table.rows[0].line, table.width - 1))[0])
    return ArgumentNeededError(
        f"{expected}, got none: column {table.label(number)!r} has {cell!r} in line {line}",
        "column",
        table.label(number),
        "would take that one all the same",
    )


def _listed(labels: list[str]) -> str:
    return ", ".join(map(repr, labels))


def _values(table: _csv.Table, number: int, fill: str | None, steps: int) -> tuple[NDArray[np.float64], list[str]]:
    """Read the first numbers of a column and fill its gaps."""
    label, cells = table.label(number), table.column(number)[:steps]
    where = [f"{table.path}, line {row.line}, column {label!r}" for row in table.rows]
    decimal_comma = any("," in cell and _COMMA.fullmatch(cell) for cell in cells)
    with_comma = [position for position, cell in enumerate(cells) if "," in cell]
    if decimal_comma and table.comma_separated and all(_THOUSANDS.fullmatch(cells[i]) for i in with_comma):
        raise ValueError(
            f"{where[with_comma[0]]}: expected a number, got {cells[with_comma[0]]!r}, "
            "which could have a decimal comma or separated thousands"
        )
    known = [position for position, cell in enumerate(cells) if _csv.kind(cell) != "missing"]
    values = np.empty(len(cells))
    for position, cell in enumerate(cells):
        if _csv.kind(cell) == "missing":
            problem = f"{where[position]}: expected a number, got {cell!r}, a gap"
            if not known or not known[0] < position < known[-1]:
                end = "start" if not known or position < known[0] else "end"
                raise ValueError(f"{problem} at the {end} of the series, where there is nothing to interpolate between")
            if fill is None:
                raise ArgumentNeededError(problem, "fill", "linear", "would close it")
            values[position] = np.nan
            continue
        if not (_COMMA if decimal_comma else _POINT).fullmatch(cell):
            form = " with a decimal comma like others in the column" if decimal_comma else ""
            raise ValueError(f"{where[position]}: expected a number{form}, got {cell!r}")
        values[position] = float(cell.replace(",", "."))
        if not np.isfinite(values[position]):
            raise ValueError(f"{where[position]}: expected a number that float64 can hold, got {cell!r}")
    gaps = np.isnan(values)
    if not gaps.any():
        return values, []
    values[gaps] = np.interp(np.flatnonzero(gaps), np.flatnonzero(~gaps), values[~gaps])
    return values, [f"{label}: gaps filled linearly: {gaps.sum()}"]
