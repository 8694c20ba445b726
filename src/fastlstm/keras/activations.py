"""Activation functions: `fastlstm.activations`."""

from typing import Any

from .. import activations as _activations
from ..activations import *
from ..activations import get
from ._missing import missing_names_of
from ._script_functions import functions_of

__all__ = [*_activations.__all__, "deserialize", "serialize"]

__getattr__ = missing_names_of(__name__)

globals().update(functions_of(_activations))
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
