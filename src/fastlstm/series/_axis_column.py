"""Find the column of a table that is the axis, and read its dates, numbers or labels."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import _axis, _csv, _dates


@dataclass(frozen=True, eq=False)
class Axis:
    """The entries of an axis, its name, notes on how it was read, and its column (from 0) if it has one."""

    index: _axis.Index
    name: str = "index"
    notes: tuple[str, ...] = ()
    column: int | None = None


def find_axis(table: _csv.Table, values_columns: Collection[int] = ()) -> Axis:
    """Find the axis among the columns that hold no values."""
    dated = (i for i in range(table.width) if i not in values_columns and _csv.mostly(table.column(i), "date"))
    column = next(dated, None)
    if column is not None:
        return _dates_of(table, column)
    notes = []
    if table.width > 1:
        axis = None if 0 in values_columns else _first_column(table)
        if axis is not None:
            return axis
        other = (
            "there are no dates"
            if 0 in values_columns
            else f"column {table.label(0)!r} has neither dates nor rising numbers"
        )
        notes.append(f"{other}; the values are numbered from 0 instead")
    return Axis(np.arange(len(table.rows)), notes=tuple(notes))


def _first_column(table: _csv.Table) -> Axis | None:
    cells = table.column(0)
    if _csv.mostly(cells, "text"):
        return _with_notes(table, 0, np.array(cells), "entries such as {!r} are not recognised as dates")
    dates = _compact_dates(cells)
    index = _rising_numbers(table) if dates is None else dates
    return None if index is None else _with_notes(table, 0, index)


def _with_notes(table: _csv.Table, column: int, index: _axis.Index, note: str = "") -> Axis:
    """Return the axis with `note`, in which an entry of the column replaces {!r}, and a note if it is uneven."""
    name = (table.names[column] if table.names else "") or "index"
    notes = []
    if note:
        example = next((cell for cell in table.column(column) if any(map(str.isdigit, cell))), table.column(column)[0])
        notes.append(f"{name}: {note.format(example)}" + "; kept as labels" * (index.dtype.kind == "U"))
    if not _axis.spacing(index).even:
        notes.append(f"{name}: not evenly spaced, but treated as if it were; a gap should be a row with an empty cell")
    return Axis(index, name, tuple(notes), column)


def _dates_of(table: _csv.Table, number: int) -> Axis:
    """Return a column of rising dates, or labels if day and month cannot be told apart."""
    cells = table.column(number)

    def place(position: int) -> str:
        return f"{table.path}, line {table.rows[position].line}, column {table.label(number)!r}"

    try:
        dates, converted = _dates.parse_dates(cells)
    except _dates.AmbiguousDates:
        return _with_notes(table, number, np.array(cells), "entries such as {!r} could be day/month or month/day")
    except _dates.InvalidDate as error:
        example = next(cell for cell in cells if _csv.kind(cell) == "date")
        raise ValueError(
            f"{place(error.position)}: expected a date like {example!r}, got {cells[error.position]!r}"
        ) from None
    not_rising = np.flatnonzero(dates[1:] <= dates[:-1])
    if len(not_rising):
        before, after = int(not_rising[0]), int(not_rising[0]) + 1
        raise ValueError(
            f"{place(after)}: expected a date after {cells[before]!r}, got {cells[after]!r} "
            "(sort the rows by date, one row per date)"
        )
    return _with_notes(table, number, dates, "times such as {!r} were converted to UTC" if converted else "")


def _compact_dates(cells: list[str]) -> NDArray[np.datetime64] | None:
    """Return rising dates such as 20200131, or None if a cell is not such a date or they do not rise."""
    if not all(re.fullmatch(r"(18|19|20)\d{6}", cell) for cell in cells):
        return None
    try:
        dates = _dates.parse_dates(cells).moments
    except _dates.InvalidDate:
        return None
    return dates if (dates[1:] > dates[:-1]).all() else None


def _rising_numbers(table: _csv.Table) -> NDArray[np.int64] | NDArray[np.float64] | None:
    """Return the numbers of the first column, or None if they do not rise; evenly falling ones raise ValueError."""
    cells = table.column(0)
    if len(cells) < 2 or not all(_csv.kind(cell) == "number" for cell in cells):
        return None
    numbers = np.array([float(cell.replace(",", ".")) for cell in cells])
    differences = np.diff(numbers)
    if (differences < 0).all() and np.allclose(differences, differences[0]):
        raise ValueError(
            f"{table.path}, line {table.rows[1].line}, column {table.label(0)!r}: expected the axis to rise, "
            f"got {cells[1]} after {cells[0]} (sort the rows, the oldest first)"
        )
    if not (differences > 0).all():
        return None
    whole = all(cell.lstrip("+-").isdecimal() for cell in cells) and np.abs(numbers).max() < 2**53
    return numbers.astype(np.int64) if whole else numbers
