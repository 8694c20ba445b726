"""Flatten: a sequence becomes one vector."""

from typing import Any

from .._internal.native import Branch
from ._data_format import check_data_format
from .base import NESTED, SEQUENCES, VECTORS, Layer, Shape, registry


@registry.register()
class Flatten(Layer):
    """(N, T, D) becomes (N, T*D), one step after the other, and (N, S, T, D) becomes (N, S*T*D).

    Parameters
    ----------
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If `data_format` has another value. When built or called: if the number of steps is unknown or 0.

    Examples
    --------
    >>> from fastlstm.layers import Flatten
    >>> Flatten()([[[1.0, 2.0], [3.0, 4.0]]]).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """

    supports_masking = False
    _axes = VECTORS | SEQUENCES | NESTED | {5: "(N, R, S, T, D)"}

    def __init__(self, data_format: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        check_data_format(data_format)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], numbers_of_a_row(self, shape))

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("reshape", steps=1, features=numbers_of_a_row(self, shape), sequence=False)


def numbers_of_a_row(layer: Layer, shape: Shape) -> int:
    """Return T*D, or D; an unknown T, or one of 0, raises ValueError."""
    numbers = shape[-1] or 0
    for steps in shape[1:-1]:
        if steps is None:
            raise ValueError(
                f"layer {layer.name!r} needs to know the number of steps, got {shape}: begin the model with"
                f" Input((T, D)) instead of Input((None, D))"
            )
        if steps == 0:
            raise ValueError(f"layer {layer.name!r} expected at least one step, got {shape}")
        numbers *= steps
    return numbers
