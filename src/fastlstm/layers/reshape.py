"""Reshape: each sample in another shape."""

import math
from typing import Any

from .._internal.checks import integer
from .._internal.native import Branch
from .base import NESTED, SEQUENCES, VECTORS, Layer, Shape, registry, steps_of
from .flatten import numbers_of_a_row


@registry.register()
class Reshape(Layer):
    """Give each sample another shape, keeping the order of its numbers.

    Parameters
    ----------
    target_shape : tuple of int
        Without the batch axis: (D,), (T, D) or, before a `TimeDistributed`, (S, T, D). One entry may be -1; it is
        inferred.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If `target_shape` is not such a shape. When built or called: if the number of steps is unknown or 0, or the
        input has another number of values.
    TypeError
        If `target_shape` is not made of integers.

    Examples
    --------
    >>> from fastlstm.layers import Reshape
    >>> Reshape((-1, 2))([[1.0, 2.0, 3.0, 4.0]]).tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """

    supports_masking = False
    _axes = VECTORS | SEQUENCES | NESTED

    def __init__(self, target_shape: tuple[int, ...], **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(target_shape, (tuple, list)):
            raise TypeError(f"target_shape: expected a tuple such as (T, D), got {target_shape!r}")
        self.target_shape = tuple(integer("target_shape", extent, -1) for extent in target_shape)
        if len(self.target_shape) not in (1, 2, 3) or 0 in self.target_shape or self.target_shape.count(-1) > 1:
            raise ValueError(
                f"target_shape: expected (D,), (T, D) or (S, T, D), -1 at most once, got {self.target_shape}"
            )

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        numbers = numbers_of_a_row(self, shape)
        known = math.prod(extent for extent in self.target_shape if extent != -1)
        if numbers % known or (numbers != known and -1 not in self.target_shape):
            raise ValueError(
                f"target_shape: layer {self.name!r} can not bring the {numbers} numbers of {shape} into the shape"
                f" {self.target_shape}"
            )
        return (shape[0], *(numbers // known if extent == -1 else extent for extent in self.target_shape))

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        given = self._output_shape(shape)
        features, sequence = self._network_input(given)
        branch.add("reshape", steps=steps_of(given), features=features, sequence=sequence)

    def _arguments(self) -> dict[str, Any]:
        return {"target_shape": self.target_shape}
