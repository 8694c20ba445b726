"""The table that `summary` prints and notebooks show."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from .._internal import html
from .._internal.checks import integer, number
from .._internal.text import counted
from ..layers.base import Shape

# As in Keras: where columns end and how long lines are, for a chain, for a graph, and for both with one more column.
_ENDS, _LONGEST = (0.45, 0.80, 1.0), 88
_ENDS_WITH_TRAINABLE, _LONGEST_WITH_TRAINABLE = (0.405, 0.72, 0.90, 1.0), 100
_ENDS_OF_GRAPH, _LONGEST_OF_GRAPH = (0.30, 0.56, 0.74, 1.0), 108
_ENDS_OF_GRAPH_WITH_TRAINABLE = (0.27, 0.504, 0.666, 0.90, 1.0)
_NARROWEST = 4  # characters of a column


class Source(NamedTuple):
    """What a layer takes in a graph."""

    layer: str
    """The name of the layer whose output it is."""
    call: int
    """Which of its calls."""
    output: int
    """Which output of the call."""

    def __str__(self) -> str:
        """Return the source as Keras writes it."""
        return f"{self.layer}[{self.call}][{self.output}]"


class Entry(NamedTuple):
    """A layer in the table."""

    layer: Any
    shape: Shape | None
    """Of the output; None if the model is not built."""
    sources: tuple[Source, ...]
    """What it takes in a graph."""


class _Described(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    def _entries(self) -> list[Entry]: ...
    def _trained(self) -> list[bool]: ...
    def _sizes(self) -> list[int]: ...


def table(
    model: _Described,
    line_length: int | None,
    positions: Sequence[float] | None,
    show_trainable: bool,
    layer_range: Sequence[str] | None,
    expand_nested: bool = False,
) -> str:
    """Return the layers of a model, their output shapes and sizes, and the totals."""
    entries = model._entries()
    columns = _columns(entries, show_trainable)
    ends: Sequence[float] = _ENDS_WITH_TRAINABLE if show_trainable else _ENDS
    longest = _LONGEST_WITH_TRAINABLE if show_trainable else _LONGEST
    if columns.connections:
        longest = _LONGEST_OF_GRAPH
        ends = _ENDS_OF_GRAPH_WITH_TRAINABLE if show_trainable else _ENDS_OF_GRAPH
    widths = _widths(line_length, longest, ends if positions is None else positions, len(columns.titles))
    first, last = _bounds([entry.layer for entry in entries], layer_range)
    rows = [columns.row(entry, depth) for entry, depth in _expanded(entries[first:last], expand_nested)]
    lines = [f'Model: "{model.name}"', *_box(columns.titles, rows, widths, columns.aligned), *_totals(model)]
    return "\n".join(lines)


def table_for_notebooks(model: _Described, *, is_open: bool = True) -> html.Markup:
    """Return the same as HTML; the layers of models inside unfold below each of these."""
    entries = model._entries()
    columns = _columns(entries, show_trainable=False)
    rows: list[list[str] | html.Markup] = []
    for entry in entries:
        rows.append(columns.row(entry, 0))
        if _has_layers(entry.layer):
            rows.append(table_for_notebooks(entry.layer, is_open=False))
    size, totals = sum(model._sizes()), [line.strip() for line in _totals(model)]
    title = f'Model "{model.name}" ({type(model).__name__}): {counted(size, "parameter")}'
    return html.section(title, html.table(columns.titles, rows, columns.aligned), *totals, is_open=is_open)


class _Columns(NamedTuple):
    """Which columns a table has."""

    connections: bool
    trainable: bool

    @property
    def titles(self) -> list[str]:
        titles = ["Layer (type)", "Output Shape", "Param #"]
        return titles + ["Connected to"] * self.connections + ["Trainable"] * self.trainable

    @property
    def aligned(self) -> str:
        """How the cells of each column are aligned: <, > or ^."""
        return "<<>" + "<" * self.connections + "^" * self.trainable

    def row(self, entry: Entry, depth: int) -> list[str]:
        """Return the cells of a layer that is inside this many models."""
        layer = entry.layer
        inner = "  " * (depth - 1) + "└ " if depth else ""
        cells = [
            f"{inner}{layer.name} ({type(layer).__name__})",
            "?" if entry.shape is None else str(entry.shape),
            f"{layer.count_params():,}" if layer.built else "0 (unbuilt)",
        ]
        if self.connections:
            cells.append(", ".join(map(str, entry.sources)) or "-")
        return cells + [_trained(layer)] * self.trainable


def _columns(entries: list[Entry], show_trainable: bool) -> _Columns:
    """Return the columns for these layers: in a chain, it is clear what they are connected to."""
    is_chain = all(entry.sources in ((), (Source(before, 0, 0),)) for before, entry in _with_names_before(entries))
    return _Columns(not is_chain, show_trainable)


def _totals(model: _Described) -> list[str]:
    """Return the lines below the table."""
    sizes = model._sizes()
    itemsize = 4 if model.dtype == "float32" else 8
    trainable = sum(size for size, trained in zip(sizes, model._trained(), strict=True) if trained)
    counts = {
        "Total params": sum(sizes),
        "Trainable params": trainable,
        "Non-trainable params": sum(sizes) - trainable,
    }
    return [f" {title}: {count:,} ({_size(count * itemsize)})" for title, count in counts.items()]


def _has_layers(layer: Any) -> bool:
    """Return whether a layer is a model."""
    return hasattr(layer, "_entries")


def _expanded(entries: list[Entry], expand_nested: bool, depth: int = 0) -> Iterator[tuple[Entry, int]]:
    """Yield entries with how many models they are in, those of models inside below each of these."""
    for entry in entries:
        yield entry, depth
        if expand_nested and _has_layers(entry.layer):
            yield from _expanded(entry.layer._entries(), expand_nested, depth + 1)


def _trained(layer: Any) -> str:
    if not (layer.built and layer.count_params()):
        return "-"
    return "Y" if layer.trainable else "N"


def _with_names_before(entries: list[Entry]) -> Iterator[tuple[str, Entry]]:
    """Yield each entry and the name of the layer before it."""
    return zip(["", *(entry.layer.name for entry in entries)], entries, strict=False)


def _widths(line_length: int | None, longest: int, ends: Sequence[float], columns: int) -> list[int]:
    """Return how many characters each column has between its lines."""
    if line_length is None:
        import shutil

        line_length = min(longest, shutil.get_terminal_size().columns - 4)
    line_length = integer("line_length", line_length, 1)
    if len(ends) != columns:
        raise ValueError(f"positions: expected {columns} numbers, one for each column, got {ends!r}")
    places = [0, *(int(number("positions", end, 0.0, 1.0) * line_length) for end in ends)]
    widths = [end - start for start, end in itertools.pairwise(places)]
    # What the lines of the table take is shared by the columns, as in Keras.
    lines = sum(widths) + columns + 1 - line_length
    for i in range(columns):
        share = round(lines / (columns - i))
        widths[i] -= share
        lines -= share
    if min(widths) < _NARROWEST:
        raise ValueError(f"line_length: expected a width that leaves room for all columns, got {line_length}")
    return widths


def _box(titles: list[str], rows: list[list[str]], widths: list[int], aligned: str) -> list[str]:
    """Return a table of cells; a cell that is too long goes on in the next line, word by word."""

    def rule(left: str, line: str, cross: str, right: str) -> str:
        return left + cross.join(line * width for width in widths) + right

    def filled(cells: list[str], bar: str) -> list[str]:
        parts = [_wrapped(cell, width - 2) for cell, width in zip(cells, widths, strict=True)]
        lines = []
        for i in range(max(map(len, parts))):
            pieces = [part[i] if i < len(part) else "" for part in parts]
            padded = [f" {text:{to}{width - 2}} " for text, to, width in zip(pieces, aligned, widths, strict=True)]
            lines.append(bar + bar.join(padded) + bar)
        return lines

    lines = [rule("┏", "━", "┳", "┓"), *filled(titles, "┃"), rule("┡", "━", "╇", "┩")]
    for i, row in enumerate(rows):
        lines += [rule("├", "─", "┼", "┤")] * (i > 0) + filled(row, "│")
    return [*lines, rule("└", "─", "┴", "┘")]


def _wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a cell; what does not fit of a long word is an ellipsis."""
    import textwrap

    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def _bounds(layers: list[Any], layer_range: Sequence[str] | None) -> tuple[int, int]:
    """Return the first layer and the end of a range of names or regular expressions."""
    if layer_range is None:
        return 0, len(layers)
    if isinstance(layer_range, str) or len(layer_range) != 2:
        raise ValueError(f"layer_range: expected the names of two layers, got {layer_range!r}")
    found = [[i for i, layer in enumerate(layers) if re.match(name, layer.name)] for name in layer_range]
    for name, matches in zip(layer_range, found, strict=True):
        if not matches:
            raise ValueError(
                f"layer_range: no layer has the name {name!r}; there are: {[layer.name for layer in layers]}"
            )
    first, last = found[0][0], found[1][-1]
    return min(first, last), max(first, last) + 1


def _size(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024 or unit == "GB":
            break
        count /= 1024
    return f"{count:.2f} {unit}"
