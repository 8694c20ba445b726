"""Activations of layers that are functions of users, or layers such as LeakyReLU."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import activations
from .._internal.arrays import Array
from .._internal.custom_objects import registered
from .._internal.native import Branch
from .._internal.owners import Owned
from ..activations._definitions import LAYERS
from ._weights import Weight
from .base import Layer, Shape, registry
from .lambda_layer import Lambda
from .rectifiers import ELU, LeakyReLU, PReLU, ReLU
from .softmax import Softmax

_ACCEPTED = (ELU, LeakyReLU, PReLU, ReLU, Softmax)
"""Classes of layers that may be an activation."""


class FunctionActivation(Lambda):
    """A function of users as an activation, which passes on the mask, since it keeps the steps."""

    supports_masking = True


class OwnActivation:
    """A layer that is applied to what another one computes, as its activation.

    Parameters
    ----------
    layer : Layer
        A `FunctionActivation`, or a rectifier or Softmax, which is not built: its weights belong to the other layer.
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    @property
    def function(self) -> Callable[..., Any] | None:
        """The function, None for another layer."""
        return self.layer.function if isinstance(self.layer, FunctionActivation) else None

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

    def weights(self, width: int) -> list[Weight]:
        """Return the weights that an output of this width needs, which are frozen if the layer is."""
        declared = self.layer._declare(width)
        given = self.layer._given_weights
        if given is not None:
            if len(given) != len(declared):
                raise ValueError(f"weights: expected {len(declared)} arrays for {self.__name__}, got {len(given)}")
            pairs = zip(declared, given, strict=True)
            declared = [weight._replace(initial=_copies_of(value)) for weight, value in pairs]
        trainable = self.layer.trainable
        return [weight._replace(trainable=weight.trainable and trainable) for weight in declared]


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
        return self.activation.weights(width) if isinstance(self.activation, OwnActivation) else []

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
        A name, also that of a layer such as 'PReLU', or of a registered function; a function; or a rectifier or
        Softmax, which is copied with its weights.

    Raises
    ------
    TypeError
        If it is another layer or a model.
    """
    if isinstance(identifier, str):
        identifier = registered.get(identifier, identifier)
    if isinstance(identifier, OwnActivation):
        identifier = identifier.described()
    if isinstance(identifier, str) and identifier in LAYERS:
        name, arguments = LAYERS[identifier]
        identifier = registry.find(name)(**arguments)
    if isinstance(identifier, Owned):
        return OwnActivation(_copy(argument, identifier))
    is_function = callable(identifier) and not isinstance(identifier, (str, type))
    if not is_function or activations.is_known(identifier):
        return activations.name_of(argument, identifier)
    return OwnActivation(FunctionActivation(identifier, name=argument))


def _copy(argument: str, layer: Owned) -> Layer:
    """Return a layer like this one, for weights of its own that start from those of this one."""
    if type(layer) not in _ACCEPTED or not isinstance(layer, Layer):
        names = ", ".join(one.__name__ for one in _ACCEPTED)
        raise TypeError(
            f"{argument}: expected a name, a function or one of the layers {names}, got {layer!r}: add it after this"
            " one instead"
        )
    if layer._activity_regularizer is not None:
        raise TypeError(
            f"{argument}: expected a layer without an activity_regularizer, got {layer!r} with one: add it after this"
            " one instead"
        )
    copy = type(layer).from_config(layer.get_config())
    copy._given_weights = layer.get_weights() if layer.built else layer._given_weights
    return copy


def _copies_of(value: Any) -> Callable[[tuple[int, ...], str], Array]:
    """Return an initializer that gives this value, whatever the shape, which is checked afterwards."""
    return lambda shape, dtype: np.array(value, dtype)


def width_after(activation: str, width: int) -> int:
    """Return the width of an activation's output; 'glu' raises ValueError for an odd one."""
    if activation != "glu":
        return width
    if width % 2:
        raise ValueError(f"activation: 'glu' multiplies one half of its input by the other, got a width of {width}")
    return width // 2
