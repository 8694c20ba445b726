"""RepeatVector: a vector becomes a sequence."""

from typing import Any

from .._internal.checks import size
from .._internal.native import Branch
from .base import VECTORS, Layer, Shape, registry


@registry.register()
class RepeatVector(Layer):
    """Repeat (N, D) n times: (N, n, D).

    Parameters
    ----------
    n : int
        Number of steps of the output, at least 1.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If `n` is not an integer of at least 1.

    Examples
    --------
    >>> from fastlstm.layers import RepeatVector
    >>> RepeatVector(2)([[1.0, 2.0]]).tolist()
    [[[1.0, 2.0], [1.0, 2.0]]]
    """

    supports_masking = False
    _axes = VECTORS

    def __init__(self, n: int, **options: Any) -> None:
        super().__init__(**options)
        self.n = size("n", n)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self.n, shape[1])

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("repeat_vector", n=self.n)

    def _arguments(self) -> dict[str, Any]:
        return {"n": self.n}
