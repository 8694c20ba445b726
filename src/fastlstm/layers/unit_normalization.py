"""UnitNormalization: each step's vector of features to length 1."""

from typing import Any

from .._internal.native import Branch
from .base import Layer, Shape, registry


@registry.register()
class UnitNormalization(Layer):
    """``x / max(norm(x), 1e-12)``, with the Euclidean norm over the last axis.

    Parameters
    ----------
    axis : -1
        The axis to normalize; only the last one is supported.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If `axis` is another one.

    Examples
    --------
    >>> from fastlstm.layers import UnitNormalization
    >>> UnitNormalization(dtype="float64")([[3.0, 4.0]]).round(12).tolist()
    [[0.6, 0.8]]
    """

    _each_step = True

    def __init__(self, axis: Any = -1, **options: Any) -> None:
        super().__init__(**options)
        if axis not in (-1, [-1], (-1,)):
            raise ValueError(f"axis: only -1, the last axis, is supported, got {axis!r}")

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("vector_normalization", unit=True, epsilon=1e-12)

    def _arguments(self) -> dict[str, Any]:
        return {"axis": -1}
