"""Activation: an activation function as a layer."""

from typing import Any

from .. import activations
from .._internal.native import Branch
from ._pair_scores import are_pair_scores, normalized_scores
from .base import Layer, Shape, registry


@registry.register()
class Activation(Layer):
    """Apply an activation function to the last axis.

    Parameters
    ----------
    activation : str or function of `fastlstm.activations`
        Any activation; 'glu' halves the width. None means linear.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`.

    Raises
    ------
    ValueError
        If no activation has this name. When built or called: if the width is odd and the activation is 'glu'.
    TypeError
        If `activation` is neither a name nor a function of `fastlstm.activations`.

    Examples
    --------
    >>> from fastlstm.layers import Activation
    >>> Activation("relu")([[-3.0, 0.0, 2.0]]).tolist()
    [[0.0, 0.0, 2.0]]
    """

    _each_step = True
    _any_width = False
    """Whether it is called on products with steps, whose number of features is that of steps."""

    def __init__(self, activation: Any, **options: Any) -> None:
        super().__init__(**options)
        self.activation = activations.name_of("activation", activation)

    def _check_shape(self, argument: str, shape: Any) -> int:
        if self.activation == "softmax" and are_pair_scores(shape):
            self._any_width = True
        if self._any_width and len(shape) == 3:
            return self._features or 1
        return super()._check_shape(argument, shape)

    def _output_shape(self, shape: Shape) -> Shape:
        if are_pair_scores(shape):
            return shape
        return (*shape[:-1], width_after(self.activation, shape[-1] or 0))

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if normalized_scores(branch):
            return
        branch.add("activation", activation=self.activation)

    def _arguments(self) -> dict[str, Any]:
        return {"activation": self.activation}


def width_after(activation: str, width: int) -> int:
    """Return the width of an activation's output; 'glu' raises ValueError for an odd one."""
    if activation != "glu":
        return width
    if width % 2:
        raise ValueError(f"activation: 'glu' multiplies one half of its input by the other, got a width of {width}")
    return width // 2
