"""The table that `summary` prints."""

from typing import Protocol

from .layers.base import Layer, Shape

_WIDTHS = (34, 24, 14)
_LINE = sum(_WIDTHS)


class _Described(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def layers(self) -> list[Layer]: ...
    @property
    def input_shape(self) -> Shape: ...


def table(model: _Described) -> str:
    """Return the layers of a built model, their output shapes and sizes, and the totals."""
    lines = [f'Model: "{model.name}"', "_" * _LINE, _row("Layer (type)", "Output Shape", "Param #"), "=" * _LINE]
    shape = model.input_shape
    trainable = fixed = 0
    itemsize = 4 if model.layers[0].dtype == "float32" else 8
    for layer in model.layers:
        shape = layer.compute_output_shape(shape)
        numbers = layer.count_params()
        own = layer.count_trainable_params()
        trainable += own
        fixed += numbers - own
        lines.append(_row(f"{layer.name} ({type(layer).__name__})", str(shape), f"{numbers:,}"))
    lines.append("=" * _LINE)
    for title, count in (
        ("Total params", trainable + fixed),
        ("Trainable params", trainable),
        ("Non-trainable params", fixed),
    ):
        lines.append(f" {title}: {count:,} ({_size(count * itemsize)})")
    return "\n".join(lines)


def _row(*cells: str) -> str:
    """One row; a cell that is too long pushes the others instead of being cut."""
    return "".join(f" {cell:<{width - 1}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _size(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024 or unit == "GB":
            break
        count /= 1024
    return f"{count:.2f} {unit}"
