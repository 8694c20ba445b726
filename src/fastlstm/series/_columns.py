"""Columns of numbers from a CSV file with their axis; the docstring of `fastlstm.series` says what is read."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import _axis, _axis_column, _csv

_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")


class ArgumentNeededError(ValueError):
    """Raised for a file that `read_series` could read with another argument, which the error names.

    Attributes
    ----------
    problem : str
        The problem, with the file and the line.
    argument, value : str
        The argument that would help, and a value for it.
    effect : str
        What that value would do.

    Examples
    --------
    >>> error = ArgumentNeededError("a.csv, line 3: expected a number, got ''", "fill", "linear", "would fill it")
    >>> str(error)
    "a.csv, line 3: expected a number, got '' (fill='linear' would fill it)"
    """

    def __init__(self, problem: str, argument: str, value: str, effect: str) -> None:
        super().__init__(f"{problem} ({argument}={value!r} {effect})")
        self.problem, self.argument, self.value, self.effect = problem, argument, value, effect


@dataclass(frozen=True, eq=False)
class Columns:
    """Columns of numbers along one axis.

    Attributes
    ----------
    names : tuple of str
        Names of the columns of `values`.
    index : ndarray (steps,)
        The axis: rising dates (datetime64), rising numbers, or labels (str).
    values : ndarray (steps, C), float64
        The values.
    index_name : str
        Name of the axis: that of its column, or 'index'.
    notes : tuple of str
        Notes for the user on how the file was interpreted.
    known : ndarray (steps + later, K), float64, or None
        The covariates known in advance, for these steps and the later ones; None if none were asked for.
    later : ndarray (later,), or None
        The axis of the later steps.
    """

    names: tuple[str, ...]
    index: _axis.Index
    values: NDArray[np.float64]
    index_name: str
    notes: tuple[str, ...]
    known: NDArray[np.float64] | None
    later: _axis.Index | None


def read_columns(
    path: str | os.PathLike[str],
    columns: Sequence[str | int] | None = None,
    fill: str | None = None,
    known: Sequence[str | int] = (),
) -> Columns:
    r"""Read columns of a CSV file, and columns of covariates that are known in advance.

    Parameters
    ----------
    path : path-like
        The CSV file.
    columns : sequence of str or int, optional
        Names, or numbers counted from 1. Default: all columns of numbers besides the axis and `known`.
    fill : {None, 'linear'}
        None refuses gaps, 'linear' interpolates linearly between the neighbouring rows.
    known : sequence of str or int
        Columns of covariates that are known in advance, by name or number.

    Returns
    -------
    Columns
        The values, their axis, and notes.

    Raises
    ------
    OSError
        If the file cannot be read.
    TypeError
        If a column is neither a str nor an int.
    ArgumentNeededError
        If there is a gap and `fill` is not given, or there is no column of numbers. It is a ValueError.
    ValueError
        If a column does not exist, is ambiguous or is given twice; the file is empty; a column has a gap at its start
        or end, text or an infinite number; dates do not rise; or rows differ in their number of fields. The message
        names the file and the line.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "sales.csv")
    ...     size = path.write_text("month;sold;price\n2020-01;1,5;7\n2020-02;2;8\n")
    ...     columns = read_columns(path)
    >>> columns.names
    ('sold', 'price')
    >>> columns.values
    array([[1.5, 7. ],
           [2. , 8. ]])
    """
    table = _csv.read_table(path)
    covariates = [find_column(table, each) for each in known]
    if columns is None:
        numbers = [i for i in _numeric_columns(table) if i not in covariates] or [only_column(table)]
    else:
        numbers = [find_column(table, each) for each in columns]
    return columns_of(table, numbers, fill, covariates)


def columns_of(table: _csv.Table, numbers: Sequence[int], fill: str | None, known: Sequence[int]) -> Columns:
    """Return the columns `numbers` of a table, counted from 0, and those of the covariates `known`."""
    if fill not in (None, "linear"):
        raise ValueError(f"fill: expected None or 'linear', got {fill!r}")
    chosen = [*numbers, *known]
    if len(set(chosen)) < len(chosen):
        own, others = ([table.label(number) for number in part] for part in (numbers, known))
        if others:
            raise ValueError(f"known: expected columns other than {_listed(own)}, each once, got {others}")
        raise ValueError(f"columns: expected each once, got {own}")
    steps = len(table.rows)
    while known and steps > 0 and all(_csv.kind(table.rows[steps - 1].cells[i]) == "missing" for i in numbers):
        steps -= 1
    axis = _axis_column.find_axis(table, chosen)
    notes: list[str] = []

    def values(columns: Sequence[int], count: int) -> NDArray[np.float64]:
        read = [_values(table, number, fill, count) for number in columns]
        notes.extend(note for _, noted in read for note in noted)
        return np.stack([column for column, _ in read], axis=1)

    found = values(numbers, steps)
    notes += axis.notes
    return Columns(
        names=tuple(table.label(number) for number in numbers),
        index=axis.index[:steps],
        values=found,
        index_name=axis.name,
        known=values(known, len(table.rows)) if known else None,
        later=axis.index[steps:] if known else None,
        notes=tuple(notes),
    )


def _numeric_columns(table: _csv.Table) -> list[int]:
    """Return the columns of numbers besides the axis."""
    axis = _axis_column.find_axis(table).column
    return [i for i in range(table.width) if i != axis and _csv.mostly(table.column(i), "number")]


def only_column(table: _csv.Table) -> int:
    """Return the only column of numbers besides the axis; raise ArgumentNeededError if there are several or none."""
    numeric = _numeric_columns(table)
    if len(numeric) != 1:
        axis = _axis_column.find_axis(table).column
        raise _unclear_column(table, numeric, [i for i in range(table.width) if i != axis])
    return numeric[0]


def find_column(table: _csv.Table, column: str | int) -> int:
    """Return the number, counted from 0, of a column given by name or by number from 1."""
    if isinstance(column, bool) or not isinstance(column, (str, int)):
        raise TypeError(f"column: expected a name or a number, got {column!r}")
    names = table.names or []
    labels = [table.label(number) for number in range(table.width)]
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
    """Return the error for a file that has several columns of numbers besides the axis, or none."""
    expected = f"{table.path}: expected one column of numbers besides the axis"
    if numeric:
        labels = [table.label(number) for number in numeric]
        return ArgumentNeededError(f"{expected}, got {_listed(labels)}", "column", labels[0], "would choose the first")
    cells = [(cell, row.line, i) for i in others or range(table.width) for row in table.rows if (cell := row.cells[i])]
    # A cell with a digit is the one most likely meant as a number.
    with_digit = (entry for entry in cells if any(map(str.isdigit, entry[0])))
    cell, line, number = next(with_digit, (*cells, ("", table.rows[0].line, table.width - 1))[0])
    return ArgumentNeededError(
        f"{expected}, got none: column {table.label(number)!r} has {cell!r} in line {line}",
        "column",
        table.label(number),
        "would choose it anyway",
    )


def _listed(labels: list[str]) -> str:
    return ", ".join(map(repr, labels))


def _values(table: _csv.Table, number: int, fill: str | None, steps: int) -> tuple[NDArray[np.float64], list[str]]:
    """Read the first `steps` numbers of a column and fill its gaps; return notes on that, too."""
    label, cells = table.label(number), table.column(number)[:steps]
    where = [f"{table.path}, line {row.line}, column {label!r}" for row in table.rows]
    decimal_comma = any("," in cell and _COMMA.fullmatch(cell) for cell in cells)
    with_comma = [position for position, cell in enumerate(cells) if "," in cell]
    if decimal_comma and table.comma_separated and all(_THOUSANDS.fullmatch(cells[i]) for i in with_comma):
        raise ValueError(
            f"{where[with_comma[0]]}: expected a number, got {cells[with_comma[0]]!r}, "
            "which could have a decimal comma or a thousands separator"
        )
    present = [position for position, cell in enumerate(cells) if _csv.kind(cell) != "missing"]
    values = np.empty(len(cells))
    for position, cell in enumerate(cells):
        if _csv.kind(cell) == "missing":
            problem = f"{where[position]}: expected a number, got {cell!r}, a gap"
            if not present or not present[0] < position < present[-1]:
                end = "start" if not present or position < present[0] else "end"
                raise ValueError(f"{problem} at the {end} of the series, where interpolation is impossible")
            if fill is None:
                raise ArgumentNeededError(problem, "fill", "linear", "would fill it")
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
