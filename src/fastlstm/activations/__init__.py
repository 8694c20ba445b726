"""Activations, by the names that layers accept, each also a NumPy function.

Layers do not call these functions: they pass the name to the compiled core, which computes the function with its
default arguments. All of them propagate NaN.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from .._internal.arrays import Array
from .._internal.names import lookup
from .._internal.tensor import plain_function
from . import _gated, _rectifiers, _rows, _shrinking, _sigmoids
from ._definitions import LAYERS, definitions, registry
from ._gated import *
from ._rectifiers import *
from ._rows import *
from ._shrinking import *
from ._sigmoids import *

__all__ = ["get"]
__all__ += _gated.__all__
__all__ += _rectifiers.__all__
__all__ += _rows.__all__
__all__ += _shrinking.__all__
__all__ += _sigmoids.__all__

Activation: TypeAlias = Callable[..., Array]

_OF_LAYERS = {"ReLU": "relu", "ELU": "elu", "Softmax": "softmax"}
"""Layers that without arguments are an activation; Keras 2 took their names."""


def get(identifier: str | Activation | None) -> Activation:
    """Return the activation with a given name.

    Parameters
    ----------
    identifier : str, function of this module, or None
        A name, or the function itself. None means 'linear'.

    Returns
    -------
    callable
        One of this module's functions.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If `identifier` is neither a name, None, nor one of this module's functions.

    Examples
    --------
    >>> get("relu")([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return _find("activation", identifier)


def name_of(argument: str, identifier: Any, *, elementwise: bool = False) -> str:
    """Return the core's name of a layer's activation given by name, function or None."""
    if elementwise and callable(identifier) and not isinstance(identifier, str) and not is_known(identifier):
        raise TypeError(
            f"{argument}: expected a name or a function of fastlstm.activations, got {identifier!r}; for a recurrent"
            " layer with another function, write its cell, a layer with a state_size, and pass it to RNN"
        )
    function = _find(argument, identifier)
    name = function.__name__
    if name not in definitions:
        raise ValueError(f"{argument}: {name!r} has arguments without defaults, which a layer cannot set")
    if elementwise and not definitions[name].elementwise:
        raise ValueError(f"{argument}: a recurrent layer takes an elementwise activation, got {name!r}")
    return ActivationName(name)


def is_known(function: Any) -> bool:
    """Return whether a function is one of this module's, also as one that returns tensors."""
    plain = plain_function(function)
    return plain is not None and registry.names.get(getattr(plain, "__name__", "")) is plain


class ActivationName(str):
    """The name of a layer's activation, which can be called on arrays, as the function can."""

    def __call__(self, x: Any) -> Array:
        """Return the activation of an array."""
        values: Array = registry.names[str(self)](x)
        return values

    @property
    def __name__(self) -> str:
        """The name, as a function has it."""
        return str(self)

    def __eq__(self, other: object) -> bool:
        """Return whether the other is this name, or the function of this name."""
        return str.__eq__(self, other) is True or registry.names.get(str(self)) is plain_function(other)

    def __ne__(self, other: object) -> bool:
        """Return whether the other is neither this name nor the function."""
        return not self == other

    __hash__ = str.__hash__


def _find(argument: str, identifier: Any) -> Activation:
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier in LAYERS:
            raise ValueError(
                f"{argument}: {identifier!r} is a layer with arguments or weights of its own; put"
                f" layers.{identifier}() after this one"
            )
        return lookup(argument, _OF_LAYERS.get(identifier, str(identifier)), registry.names)
    identifier = plain_function(identifier)
    if not is_known(identifier):
        raise TypeError(f"{argument}: expected a name or a function of fastlstm.activations, got {identifier!r}")
    return identifier  # type: ignore[no-any-return]
