"""Permute: the axes of each sample in another order."""

from typing import Any

from .._internal.checks import integer
from .._internal.native import Branch
from .base import Layer, Shape, registry


@registry.register()
class Permute(Layer):
    """Change the order of the axes of each sample. A mask is not passed on, as in Keras.

    Parameters
    ----------
    dims : tuple of int
        The axes of the input in the order of the output, counted from 1: ``(2, 1)`` turns (N, T, D) into (N, D, T).
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If `dims` is no order of one or two axes. When built or called: if the input has another number of axes, or
        an unknown number of steps.
    TypeError
        If `dims` is not made of integers.

    Examples
    --------
    >>> from fastlstm.layers import Permute
    >>> Permute((2, 1))([[[1.0, 2.0], [3.0, 4.0]]]).tolist()
    [[[1.0, 3.0], [2.0, 4.0]]]
    """

    supports_masking = False

    def __init__(self, dims: tuple[int, ...], **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(dims, (tuple, list)):
            raise TypeError(f"dims: expected a tuple such as (2, 1), got {dims!r}")
        self.dims = tuple(integer("dims", axis, 1) for axis in dims)
        if self.dims not in ((1,), (1, 2), (2, 1)):
            raise ValueError(f"dims: expected an order of the axes 1 and 2, or (1,), got {self.dims}")

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        if len(shape) != len(self.dims) + 1:
            raise ValueError(f"dims: layer {self.name!r} got an input of shape {shape} for {self.dims}")
        if self.dims == (2, 1) and not shape[1]:
            raise ValueError(f"layer {self.name!r} needs to know the number of steps, got {shape}")
        return (shape[0], *(shape[axis] for axis in self.dims))

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if self.dims == (2, 1):
            branch.add("permute", steps=shape[1] or 0)
        elif self.dims == (1, 2):
            branch.add("step_range")  # the same, without the mask

    def _arguments(self) -> dict[str, Any]:
        return {"dims": self.dims}
