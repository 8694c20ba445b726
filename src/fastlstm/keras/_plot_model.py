"""Pictures of models: a box for each layer, drawn by matplotlib."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

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
    boxes = _texts(model, show_shapes, show_dtype, show_layer_names)
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


def _texts(model: Model, shapes: bool, dtypes: bool, names: bool) -> list[str]:
    """Return the text of each box, beginning with the input."""
    found, shape = [], None
    if model.built:
        shape = model.input_shape
        found.append("\n".join(["Input", *([f"{shape}"] if shapes else [])]))
    for layer in model.layers:
        shape = None if shape is None else layer.compute_output_shape(shape)
        title = f"{layer.name} ({type(layer).__name__})" if names else type(layer).__name__
        found.append("\n".join([title, *([str(shape or "?")] if shapes else []), *([layer.dtype] if dtypes else [])]))
    return found


def _drawn(boxes: list[str], *, across: bool) -> Figure:
    """Return a figure of boxes that arrows connect."""
    from matplotlib.figure import Figure

    lines = [text.split("\n") for text in boxes]
    width = _CHARACTER * max((len(line) for text in lines for line in text), default=1) + 2 * _MARGIN
    height = _LINE * max(map(len, lines), default=1) + _MARGIN
    count = max(len(boxes), 1)
    size = [width, height]
    step = size[not across] + _GAP
    size[not across] = count * step - _GAP
    extent = [side + 2 * _MARGIN for side in size]
    figure = Figure(figsize=(extent[0], extent[1]))
    axes: Any = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, extent[0]), ylim=(extent[1], 0))
    axes.axis("off")
    for i, text in enumerate(boxes):
        start = _MARGIN + i * step
        x, y = (start, _MARGIN) if across else (_MARGIN, start)
        axes.add_patch(_rounded(x, y, width, height))
        axes.text(x + width / 2, y + height / 2, text, ha="center", va="center", fontsize=9, linespacing=1.4)
        if i:
            end = (x, y + height / 2) if across else (x + width / 2, y)
            begin = (end[0] - _GAP, end[1]) if across else (end[0], end[1] - _GAP)
            axes.annotate("", end, begin, arrowprops={"arrowstyle": "-|>", "color": _EDGE, "shrinkA": 0, "shrinkB": 0})
    return figure


def _rounded(x: float, y: float, width: float, height: float) -> Any:
    from matplotlib.patches import FancyBboxPatch

    style = "round,pad=0,rounding_size=0.06"
    return FancyBboxPatch((x, y), width, height, boxstyle=style, facecolor=_FILL, edgecolor=_EDGE)
