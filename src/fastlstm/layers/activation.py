"""Activation: an activation as a layer."""

from typing import Any

from .. import activations
from .._internal.native import Network
from .base import Layer, Shape, registry


@registry.register()
class Activation(Layer):
    """An activation of the last axis.

    Parameters
    ----------
    activation : str or function of `fastlstm.activations`
        Any of them; 'glu' halves the width. None means linear.
    **options
        What every layer takes, by keyword: see `Layer`.

    Raises
    ------
    ValueError, TypeError
        If it is not an activation.

    Examples
    --------
    >>> from fastlstm.layers import Activation
    >>> Activation("relu")([[-3.0, 0.0, 2.0]]).tolist()
    [[0.0, 0.0, 2.0]]
    """

    _each_step = True

    def __init__(self, activation: Any, **options: Any) -> None:
        super().__init__(**options)
        self.activation = activations.name_of("activation", activation)

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], width_after(self.activation, shape[-1] or 0))

    def _append_to(self, network: Network, shape: Shape) -> None:
        network.add_activation(activation=self.activation)

    def _arguments(self) -> dict[str, Any]:
        return {"activation": self.activation}


def width_after(activation: str, width: int) -> int:
    """Return the width of an activation's output; one that the activation does not take raises ValueError."""
    if activation != "glu":
        return width
    if width % 2:
        raise ValueError(f"activation: 'glu' multiplies one half of its input by the other, got a width of {width}")
    return width // 2
