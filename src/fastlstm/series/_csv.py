"""A CSV file as a table of text: separator, header, and rows with their line numbers."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .._internal.text import counted
from . import _dates

SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma", " ": "blank"}
"""Separators of fields by name; the first one wins if two fit a file equally well."""

_SAMPLE = 200  # rows used to find the separator
_MISSING = {"", "na", "n/a", "nan", "null"}
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Row:
    """A row of a table, and the line of the file on which it starts."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """The text of a CSV file.

    Attributes
    ----------
    path : str
        The path as given.
    names : list of str, or None
        The header, or None if the file has none.
    rows : list of Row
        All other rows that are not blank, each with the same number of cells; cells are stripped.
    comma_separated : bool
        Whether a comma separates fields.
    """

    path: str
    names: list[str] | None
    rows: list[Row]
    comma_separated: bool

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0].cells)

    def column(self, number: int) -> list[str]:
        """Return the cells of a column, counted from 0."""
        return [row.cells[number] for row in self.rows]

    def label(self, number: int) -> str:
        """Return the name of a column, counted from 0, or its number, counted from 1, if it has none."""
        return (self.names[number] if self.names else "") or str(number + 1)


def kind(cell: str) -> str:
    """Return what a cell looks like: 'missing', 'number', 'date' or 'text'."""
    if cell.lower() in _MISSING:
        return "missing"
    if _NUMBER.fullmatch(cell):
        return "number"
    return "date" if _dates.looks_like_date(cell) else "text"


def mostly(cells: list[str], wanted: str) -> bool:
    """Return whether more than half of the cells that are not missing are of this kind."""
    kinds = Counter(kind(cell) for cell in cells)
    return 2 * kinds[wanted] > len(cells) - kinds["missing"]


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a CSV file.

    Parameters
    ----------
    path : path-like
        A text file in UTF-8, or in UTF-16 with a byte-order mark.

    Returns
    -------
    Table
        The header and the rows.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file is not text, is empty or has only a header, or its rows differ in their number of fields.
    """
    name = os.fspath(path)
    text = _decode(name, Path(path).read_bytes())
    separator = _separator(text)
    rows = _rows(name, text, separator, strict=True)
    if not rows:
        raise ValueError(f"{name}: expected a series, got an empty file")
    width = len(rows[0].cells)
    for row in rows:
        if len(row.cells) != width:
            raise ValueError(
                f"{name}, line {row.line}: expected {counted(width, 'field')} (separator: {SEPARATORS[separator]}) "
                f"as in line {rows[0].line}, got {len(row.cells)}"
            )
    names = rows.pop(0).cells if _has_header(name, rows) else None
    if not rows:
        raise ValueError(f"{name}: expected values below the header, got none")
    return Table(name, names, rows, comma_separated=separator == ",")


def _decode(name: str, data: bytes) -> str:
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{name}, line {line}: expected text in UTF-8, got byte 0x{data[error.start]:02x} (save the file as UTF-8)"
        ) from error
    if "\0" in text:
        raise ValueError(f"{name}: expected a text file, got one with null characters")
    return text


def _rows(name: str, text: str, separator: str, *, strict: bool, limit: int | None = None) -> list[Row]:
    """Split the text into rows without blank lines. Malformed quotes raise ValueError if `strict`."""
    lines: io.StringIO | list[str] = io.StringIO(text, newline="")
    if separator == " ":
        lines = [line.strip(" ") for line in lines]
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)
    rows: list[Row] = []
    previous_line = 0
    try:
        for cells in reader:
            if len(cells) > 1 or (cells and cells[0].strip()):
                rows.append(Row(previous_line + 1, [cell.strip() for cell in cells]))
            previous_line = reader.line_num
            if len(rows) == limit:
                break
    except csv.Error as error:
        raise ValueError(f"{name}, line {previous_line + 1}: {error} (check the quotation marks)") from error
    return rows


def _separator(text: str) -> str:
    """Return the separator that gives the most rows of one width and, below the first row, the fewest cells of text.

    A file of one column is read with a comma, which then separates nothing, or with a semicolon if it has decimal
    commas.
    """
    scores = {separator: _score(_rows("", text, separator, strict=False, limit=_SAMPLE)) for separator in SEPARATORS}
    best = max(scores, key=lambda separator: scores[separator])
    alone = _score([Row(0, [line.strip()]) for line in text.splitlines()[:_SAMPLE] if line.strip()], width=1)
    if alone > scores[best]:
        return ";"
    return best if scores[best] > 0 else ","


def _score(rows: list[Row], width: int | None = None) -> float:
    if not rows:
        return 0.0
    if width is None:
        width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
        if width == 1:
            return 0.0
    fitting = [row for row in rows if len(row.cells) == width]
    cells = [cell for row in fitting[1:] or fitting for cell in row.cells]
    return len(fitting) / len(rows) * sum(kind(cell) != "text" for cell in cells) / len(cells)


def _has_header(name: str, rows: list[Row]) -> bool:
    """Tell a header from data by comparing the first row with the rows below it.

    Text above numbers, and text or nothing above dates, indicate a header; a number above numbers and a date above
    dates indicate data. A row with both indications is refused; one with neither is a header if it is all text.
    """
    header, data = [], []
    for number, cell in enumerate(rows[0].cells):
        column = [row.cells[number] for row in rows[1:]]
        below = next((wanted for wanted in ("date", "number") if mostly(column, wanted)), None)
        if below is not None and kind(cell) == below:
            data.append(cell)
        elif (kind(cell), below) in {("text", "number"), ("text", "date"), ("missing", "date")}:
            header.append(cell)
    if header and data:
        raise ValueError(
            f"{name}, line {rows[0].line}: expected a header or data, got {header[0]!r} beside {data[0]!r}"
        )
    return bool(header) or {kind(cell) for cell in rows[0].cells if cell} == {"text"}
