"""UpSampling1D: each step several times."""

from typing import Any

from .._internal.native import Branch
from ._windows import one_size
from .base import SEQUENCES, Layer, Shape, registry


@registry.register()
class UpSampling1D(Layer):
    """Repeat each step of a sequence: (N, T, D) becomes (N, T * size, D). A mask is not passed on, as in Keras.

    Parameters
    ----------
    size : int
        How many times, at least 1.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If `size` is not an integer of at least 1.

    Examples
    --------
    >>> from fastlstm.layers import UpSampling1D
    >>> UpSampling1D(2)([[[1.0], [2.0]]]).tolist()
    [[[1.0], [1.0], [2.0], [2.0]]]
    """

    supports_masking = False
    _axes = SEQUENCES

    def __init__(self, size: int = 2, **options: Any) -> None:
        super().__init__(**options)
        self.size = one_size("size", size)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], None if shape[1] is None else shape[1] * self.size, shape[2])

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("up_sampling", size=self.size)

    def _arguments(self) -> dict[str, Any]:
        return {"size": self.size}
