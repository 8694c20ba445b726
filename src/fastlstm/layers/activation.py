"""Activation: an activation function as a layer."""

from typing import Any

from .._internal.native import Branch
from ._own_activation import OwnActivation, WithActivation, activation_of
from ._pair_scores import are_pair_scores, normalized_scores
from ._weights import Weight
from .base import Shape, registry


@registry.register()
class Activation(WithActivation):
    """Apply an activation function to the last axis.

    Parameters
    ----------
    activation : str, callable or layer
        A name or a function of `fastlstm.activations`, another function of arrays, as for `Lambda`, or one of the
        layers `ELU`, `LeakyReLU`, `PReLU`, `ReLU` and `Softmax`, copied with its weights. None means linear. 'glu'
        halves the width.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If no activation has this name. When built or called: if the width is odd and the activation is 'glu'.
    TypeError
        If `activation` is neither a name, a function nor a layer.

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
        self.activation = activation_of("activation", activation)

    def _check_shape(self, argument: str, shape: Any) -> int:
        if self.activation == "softmax" and are_pair_scores(shape):
            self._any_width = True
        if self._any_width and len(shape) == 3:
            return self._features or 1
        return super()._check_shape(argument, shape)

    def _output_shape(self, shape: Shape) -> Shape:
        if are_pair_scores(shape):
            return shape
        return (*shape[:-1], self._output_width(shape[-1] or 0))

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if normalized_scores(branch):
            return
        if isinstance(self.activation, OwnActivation):
            self._activate(branch, shape)
        else:
            branch.add("activation", activation=self.activation)

    def _declare(self, features: int) -> list[Weight]:
        return self._weights_of_activation(features)

    def _arguments(self) -> dict[str, Any]:
        return {"activation": self.activation}
