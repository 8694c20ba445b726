"""ZeroPadding1D: steps of zeros at the ends of a sequence."""

from typing import Any

from .._internal.checks import integer
from .._internal.native import Branch
from ._data_format import check_data_format
from .base import SEQUENCES, Layer, Shape, registry


@registry.register()
class ZeroPadding1D(Layer):
    """Add steps of zeros at the ends of a sequence. A mask is not passed on, as in Keras.

    Parameters
    ----------
    padding : int or tuple of two int
        Number of steps at both ends, or in front and behind.
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range.
    TypeError
        If `padding` is not made of integers.

    Examples
    --------
    >>> from fastlstm.layers import ZeroPadding1D
    >>> ZeroPadding1D((2, 1))([[[1.0]]]).tolist()
    [[[0.0], [0.0], [1.0], [0.0]]]
    """

    supports_masking = False
    _axes = SEQUENCES

    def __init__(self, padding: int | tuple[int, int] = 1, data_format: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        check_data_format(data_format)
        self.padding = both_ends("padding", padding)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], None if shape[1] is None else shape[1] + sum(self.padding), shape[2])

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        before, after = self.padding
        branch.add("step_range", before=before, after=after)

    def _arguments(self) -> dict[str, Any]:
        return {"padding": self.padding}


def both_ends(name: str, value: Any) -> tuple[int, int]:
    """Return the numbers of steps in front and behind, given as one number or as two."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name}: expected one number of steps or two, got {value!r}")
        before, after = (integer(name, steps, 0) for steps in value)
        return before, after
    return (integer(name, value, 0),) * 2
