"""Activations of layers that are functions of users, or layers such as LeakyReLU."""

from collections.abc import Callable
from functools import partial
from typing import Any

from .. import activations
from .._internal.custom_objects import registered
from .._internal.native import Branch
from ._weights import Weight
from .base import Layer, Shape
from .lambda_layer import Lambda
from .rectifiers import LeakyReLU, PReLU, ReLU

_LAYERS: dict[str, Callable[..., Layer]] = {
    "LeakyReLU": LeakyReLU,
    "PReLU": PReLU,
    "ThresholdedReLU": partial(ReLU, threshold=1.0),
}
"""Layers that Keras 2 makes of these names of activations."""


class OwnActivation:
    """A layer that is applied to what another one computes, as its activation.

    Parameters
    ----------
    layer : Layer
        A `Lambda` of a function, or a layer of one input.
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    @property
    def function(self) -> Callable[..., Any] | None:
        """The function, None for another layer."""
        return self.layer.function if isinstance(self.layer, Lambda) else None

    @property
    def __name__(self) -> str:
        """The name of the function, or that of the layer."""
        return self.layer.name if self.function is None else getattr(self.function, "__name__", self.layer.name)

    def __call__(self, x: Any) -> Any:
        """Return the activation of an array."""
        return self.layer(x)

    def __repr__(self) -> str:
        """Return the name."""
        return f"<activation {self.__name__}>"

    def described(self) -> Any:
        """Return what tells another layer of the same kind which activation it has."""
        return self.layer if self.function is None else self.function


class WithActivation(Layer):
    """Base class of the layers whose `activation` may also be a function of users, or a layer."""

    activation: Any

    def _take_activation(self, identifier: Any, width: int) -> None:
        """Set the activation, which is given by name, as a function or as a layer, for an output of this width."""
        self.activation = activation_of("activation", identifier)
        self._output_width(width)

    def _output_width(self, width: int) -> int:
        return width if isinstance(self.activation, OwnActivation) else width_after(self.activation, width)

    def _check_shape(self, argument: str, shape: Any) -> int:
        features = super()._check_shape(argument, shape)
        if isinstance(self.activation, OwnActivation) and len(shape) < 4:
            self.activation.layer._check_shape(argument, self._output_shape(tuple(shape)))
        return features

    def _weights_of_activation(self, width: int) -> list[Weight]:
        """Return the weights that the activation adds to those of the layer."""
        return self.activation.layer._declare(width) if isinstance(self.activation, OwnActivation) else []

    def _activate(self, branch: Branch, shape: Shape) -> None:
        """Add the activation of an output of this shape."""
        if isinstance(self.activation, OwnActivation):
            self.activation.layer._append_to(branch, shape)
        else:
            branch.activate(self.activation)


def activation_of(argument: str, identifier: Any) -> Any:
    """Return the core's name of an activation, or an `OwnActivation`.

    Parameters
    ----------
    argument : str
        The name for error messages.
    identifier : str, callable, Layer or None
        A name, also that of a layer such as 'PReLU', or of a registered function.
    """
    if isinstance(identifier, str):
        identifier = registered.get(identifier, identifier)
    if isinstance(identifier, OwnActivation):
        identifier = identifier.described()
    if isinstance(identifier, str) and identifier in _LAYERS:
        identifier = _LAYERS[identifier]()
    if isinstance(identifier, Layer):
        return OwnActivation(type(identifier).from_config(identifier.get_config()))  # with weights of its own
    is_function = callable(identifier) and not isinstance(identifier, (str, type))
    if not is_function or activations.is_known(identifier):
        return activations.name_of(argument, identifier)
    return OwnActivation(Lambda(identifier, name=argument))


def width_after(activation: str, width: int) -> int:
    """Return the width of an activation's output; 'glu' raises ValueError for an odd one."""
    if activation != "glu":
        return width
    if width % 2:
        raise ValueError(f"activation: 'glu' multiplies one half of its input by the other, got a width of {width}")
    return width // 2
