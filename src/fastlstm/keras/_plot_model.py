"""Pictures of models: a box for each layer, drawn by matplotlib."""

from __future__ import annotations

import io
import os
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from ..layers import InputLayer
from ..models.model import Model

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINE, _GAP, _CHARACTER, _MARGIN = 0.22, 0.35, 0.085, 0.15  # inches
_FILL, _EDGE = "#eaf1f8", "#1f77b4"


class ModelPicture:
    """A picture of a model, with the methods of pydot's graphs that scripts use.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture.
    dpi : int
        Pixels per inch.
    """

    def __init__(self, figure: Figure, dpi: int) -> None:
        self.figure = figure
        self._dpi = dpi

    def create(self, prog: Any = None, format: str = "png") -> bytes:
        """Return the contents of an image file."""
        contents = io.BytesIO()
        self.figure.savefig(contents, format=format, dpi=self._dpi)
        return contents.getvalue()

    def write(self, path: str | os.PathLike[str], prog: Any = None, format: str | None = None) -> None:
        """Write an image file, of the format that the path's ending names."""
        self.figure.savefig(path, format=format, dpi=self._dpi)

    write_png = write_svg = write_pdf = write

    def _repr_png_(self) -> bytes:
        """Return the picture for notebooks."""
        return self.create()


def model_to_dot(
    model: Model,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    **_: Any,
) -> ModelPicture:
    """Return a picture of a model.

    Parameters
    ----------
    model : Model
        The model; unless it is built, its shapes are shown as '?'.
    show_shapes, show_dtype, show_layer_names : bool
        Whether boxes show the output's shape, the dtype, and the layer's name.
    rankdir : {'TB', 'LR'}
        Whether the layers are below each other or side by side.
    expand_nested
        Accepted as in Keras, without effect.
    dpi : int
        Pixels per inch.

    Returns
    -------
    ModelPicture
        With the methods `write` and `create`.
    """
    boxes = _boxes(model, show_shapes, show_dtype, show_layer_names)
    return ModelPicture(_drawn(boxes, across=rankdir == "LR"), dpi)


def plot_model(model: Model, to_file: str | os.PathLike[str] = "model.png", *args: Any, **options: Any) -> ModelPicture:
    """Write a picture of a model to a file.

    Parameters
    ----------
    model : Model
        The model.
    to_file : path-like
        The path, whose ending names the format: .png, .svg, .pdf, ...
    *args, **options
        The arguments of `model_to_dot`.

    Returns
    -------
    ModelPicture
        The picture, which notebooks show.
    """
    picture = model_to_dot(model, *args, **options)
    if to_file is not None:
        picture.write(to_file)
    return picture


class _Box(NamedTuple):
    text: str
    sources: tuple[int, ...]
    """The boxes whose arrows lead here."""


def _boxes(model: Model, shapes: bool, dtypes: bool, names: bool) -> list[_Box]:
    """Return a box for each layer, beginning with the input."""
    entries = model._entries()
    found: list[_Box] = []
    if model.built and not isinstance(entries[0].layer, InputLayer):
        found.append(_Box("\n".join(["Input", *([f"{model.input_shape}"] if shapes else [])]), ()))
    places = {entry.layer.name: i + len(found) for i, entry in enumerate(entries)}
    for layer, shape, sources in entries:
        title = f"{layer.name} ({type(layer).__name__})" if names else type(layer).__name__
        dtype = layer.dtype or model.dtype
        text = "\n".join([title, *([str(shape or "?")] if shapes else []), *([dtype] if dtypes else [])])
        before = tuple(places[source.layer] for source in sources) or tuple(range(len(found)))[-1:]
        found.append(_Box(text, () if isinstance(layer, InputLayer) else before))
    return found


class _Cell(NamedTuple):
    text: str | None
    """None where only a line passes."""
    sources: tuple[int, ...]
    depth: int


def _cells(boxes: list[_Box]) -> list[_Cell]:
    """Return a cell for each box, and for each line one at every depth that it passes; each after its sources."""
    found: list[_Cell] = []
    places: list[int] = []  # of boxes among the cells
    for box in boxes:
        depth = 1 + max((found[places[source]].depth for source in box.sources), default=-1)
        sources = []
        for source in box.sources:
            last = places[source]
            while found[last].depth < depth - 1:
                found.append(_Cell(None, (last,), found[last].depth + 1))
                last = len(found) - 1
            sources.append(last)
        places.append(len(found))
        found.append(_Cell(box.text, tuple(sources), depth))
    return found


def _drawn(boxes: list[_Box], *, across: bool) -> Figure:
    """Return a figure of boxes that arrows connect: each a place further than the last of its sources."""
    from matplotlib.figure import Figure

    from ..plotting._fonts import legible

    cells = _cells(boxes)
    lines = [cell.text.split("\n") for cell in cells if cell.text is not None]
    width = _CHARACTER * max((_columns(line) for text in lines for line in text), default=1) + 2 * _MARGIN
    height = _LINE * max(map(len, lines), default=1) + _MARGIN
    beside = Counter(cell.depth for cell in cells)
    columns, rows = max(beside.values(), default=1), max(beside, default=0) + 1
    steps = (width + _GAP, height + _GAP)
    counts = (rows, columns) if across else (columns, rows)
    extent = [count * step - _GAP + 2 * _MARGIN for count, step in zip(counts, steps, strict=True)]
    figure = Figure(figsize=(extent[0], extent[1]))
    axes: Any = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, extent[0]), ylim=(extent[1], 0))
    axes.axis("off")
    before: Counter[int] = Counter()
    corners: list[tuple[float, float]] = []
    for cell in cells:
        place = before[cell.depth] + (columns - beside[cell.depth]) / 2  # those of one depth stand in the middle
        before[cell.depth] += 1
        column, row = (cell.depth, place) if across else (place, cell.depth)
        x, y = _MARGIN + column * steps[0], _MARGIN + row * steps[1]
        corners.append((x, y))
        start, end = _ends((x, y), width, height, across)
        if cell.text is None:
            axes.plot(*zip(start, end, strict=True), color=_EDGE, linewidth=1)
        else:
            axes.add_patch(_rounded(x, y, width, height))
            middle = x + width / 2, y + height / 2
            legible(axes.text(*middle, cell.text, ha="center", va="center", fontsize=9, linespacing=1.4))
        for source in cell.sources:
            begin = _ends(corners[source], width, height, across)[1]
            style = {"arrowstyle": "-" if cell.text is None else "-|>", "color": _EDGE, "shrinkA": 0, "shrinkB": 0}
            axes.annotate("", start, begin, arrowprops=style)
    return figure


def _columns(line: str) -> int:
    """Return how many Latin characters are as wide as a line; Chinese ones are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def _ends(corner: tuple[float, float], width: float, height: float, across: bool) -> tuple[Any, Any]:
    """Return where arrows lead into a cell, and where they leave it."""
    x, y = corner
    if across:
        return (x, y + height / 2), (x + width, y + height / 2)
    return (x + width / 2, y), (x + width / 2, y + height)


def _rounded(x: float, y: float, width: float, height: float) -> Any:
    from matplotlib.patches import FancyBboxPatch

    style = "round,pad=0,rounding_size=0.06"
    return FancyBboxPatch((x, y), width, height, boxstyle=style, facecolor=_FILL, edgecolor=_EDGE)
