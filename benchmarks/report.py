"""Tables of a result of `measure`, for a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .._internal.text import counted
from .summary import NAMES, Result, Table, best_peer, in_order, percent, share, spread, tables, times, with_unit

Entry = tuple[str, str]  # of a table: the main text, and the note below or behind it

_LIMITS = {
    "multiply_adds": "multiply-adds",
    "product_numpy": "a product of 2048³ by NumPy",
    "product_torch": "the same by PyTorch",
}
_NOTHING: Entry = ("-", "")


def heading(result: Result) -> list[str]:
    """Return lines about the machine, its limits, the contenders, and those left out."""
    machine = result["machine"]
    rates = {name: f"{rate / 1e9:,.0f}" for name, rate in result["limits"].items()}
    lines = [
        f"{machine['cpu']}, {machine['isa']}, {counted(machine['cores'], 'core')}, "
        f"{counted(machine['threads'], 'thread')}; Python {machine['python']}, {machine['platform']}"
    ]
    if rates:
        said = [f"{words} {rates[name]}" for name, words in _LIMITS.items() if name in rates]
        lines.append(f"At best, in float32: {', '.join(said)} Gflop/s")
    lines += [result["versions"][name] for name in in_order(result["versions"])]
    lines += [
        f"{NAMES[name]} is left out: {result['left_out'][name]} (pip install 'fastlstm[bench]')"
        for name in in_order(result["left_out"])
    ]
    rounds = max((len(values) for row in result["rows"] for values in row["values"].values()), default=0)
    lines.append(f"Medians of {counted(rounds, 'round')}" + ", and quartiles" * (rounds > 1))
    lines.append(
        "Ratio: the median of the best peer divided by that of fastlstm; NumPy is not a peer but the reference"
    )
    lines.append("Share: the fraction of the machine's peak rate of multiply-adds that fastlstm reaches")
    return lines


def text(result: Result, width: int = 120) -> str:
    """Format a result for a terminal.

    Parameters
    ----------
    result : dict
        From `measure`.
    width : int
        Number of columns of the terminal; a wider table is split.

    Returns
    -------
    str
        The heading, then tables with a column for each row of the result, with quartiles below medians.
    """
    lines = heading(result)
    for table in tables(result):
        names, columns = _entries(table, result)
        labels = [[", ".join(label[i : i + 2]) for i in range(0, len(label), 2)] for label in table.labels]
        height = max(len(label) for label in labels)
        left = [""] * height + [line for name in names for line in (name, "")]
        filled = [
            [""] * (height - len(label)) + label + [line for entry in column for line in entry]
            for label, column in zip(labels, columns, strict=True)
        ]
        lines += ["", table.title]
        for i, part in enumerate(_side_by_side(left, filled, width)):
            lines += [""] * (i > 0) + part
    return "\n".join(lines)


def markdown(result: Result) -> str:
    """Format a result in Markdown: the heading, then tables with a line for each row of the result."""
    lines = [f"- {line}" for line in heading(result)]
    for table in tables(result):
        names, columns = _entries(table, result)
        lines += ["", f"### {table.title}", "", f"| | {' | '.join(names)} |", "|---" + "|--:" * len(names) + "|"]
        for label, column in zip(table.labels, columns, strict=True):
            cells = [top + (f" ({below})" if below else "") for top, below in column]
            lines.append(f"| {', '.join(label)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _entries(table: Table, result: Result) -> tuple[list[str], list[list[Entry]]]:
    """Return the names of the entries of a row, and the entries of each row."""
    contenders = in_order(name for row in table.rows for name in row["values"])
    names, columns = [NAMES[name] for name in contenders], []
    peers, shares = [best_peer(row) for row in table.rows], [share(row, result) for row in table.rows]
    for row, peer, part in zip(table.rows, peers, shares, strict=True):
        entries = [_time(row["values"].get(name), row["unit"]) for name in contenders]
        if any(peers):
            entries.append((times(peer[1]), NAMES[peer[0]]) if peer else _NOTHING)
        if any(shares):
            entries.append((percent(part), "") if part else _NOTHING)
        columns.append(entries)
    return names + ["ratio"] * any(peers) + ["share"] * any(shares), columns


def _time(values: Sequence[float] | None, unit: str) -> Entry:
    if values is None:
        return _NOTHING
    median, low, high = spread(values)
    shown, *quartiles = with_unit(median, unit, low, high)
    return shown, "-".join(quartiles) if len(values) > 1 else ""


def _side_by_side(left: list[str], columns: list[list[str]], width: int) -> Iterator[list[str]]:
    """Yield the lines of as many columns at a time as fit into the width."""
    first = max(len(line) for line in left)
    while columns:
        widths = [max(len(line) for line in column) + 2 for column in columns]
        fit = max(1, sum(first + sum(widths[: i + 1]) <= width for i in range(len(widths))))
        part, columns = columns[:fit], columns[fit:]
        rows = zip(left, *part, strict=True)
        yield [
            name.ljust(first)
            + "".join(cell.rjust(wide) for cell, wide in zip(cells, widths[:fit], strict=True)).rstrip()
            for name, *cells in rows
            if name or any(cells)
        ]
