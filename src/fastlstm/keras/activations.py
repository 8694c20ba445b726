"""Activation functions: `fastlstm.activations`."""

from typing import Any

from .. import activations as _activations
from .._internal.tensor import plain_function
from ..activations import *
from ._missing import missing_names_of
from ._script_functions import functions_of

__all__ = [*_activations.__all__, "deserialize", "serialize"]

__getattr__ = missing_names_of(__name__)

_functions = functions_of(_activations)
globals().update(_functions)


def get(identifier: Any) -> Any:  # type: ignore[no-redef]
    """Return an activation given by name, function or None, which stands for the linear one.

    Parameters
    ----------
    identifier : str, callable or None
        The activation.

    Returns
    -------
    callable
        A function of this module if it is one of `fastlstm.activations`.
    """
    found = _activations.get(identifier)
    own = _functions.get(getattr(found, "__name__", ""))
    return own if own is not None and plain_function(own) is found else found


deserialize = get


def serialize(activation: Any) -> str:
    """Return the name of an activation, which `deserialize` and `get` read.

    Parameters
    ----------
    activation : callable or str
        A function of this module, or a layer's activation.

    Returns
    -------
    str
        The name.
    """
    return str(get(activation).__name__)
