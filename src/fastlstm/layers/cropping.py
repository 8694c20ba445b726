"""Cropping1D: a sequence without its first and last steps."""

from typing import Any

from .._internal.native import Branch
from .base import SEQUENCES, Layer, Shape, registry
from .zero_padding import both_ends


@registry.register()
class Cropping1D(Layer):
    """Drop steps at the ends of a sequence. A mask is not passed on, as in Keras.

    Parameters
    ----------
    cropping : int or tuple of two int
        Number of steps to drop at both ends, or in front and behind.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range. When built or called: if no step is left.
    TypeError
        If `cropping` is not made of integers.

    Examples
    --------
    >>> from fastlstm.layers import Cropping1D
    >>> Cropping1D((1, 0))([[[1.0], [2.0], [3.0]]]).tolist()
    [[[2.0], [3.0]]]
    """

    supports_masking = False
    _axes = SEQUENCES

    def __init__(self, cropping: int | tuple[int, int] = (1, 1), **options: Any) -> None:
        super().__init__(**options)
        self.cropping = both_ends("cropping", cropping)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        rows, steps, features = shape
        if steps is None:
            return shape
        left = steps - sum(self.cropping)
        if left < 1:
            raise ValueError(f"cropping: layer {self.name!r} leaves no step of {shape}, got {self.cropping}")
        return (rows, left, features)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        before, after = self.cropping
        branch.add("step_range", before=-before, after=-after)

    def _arguments(self) -> dict[str, Any]:
        return {"cropping": self.cropping}
