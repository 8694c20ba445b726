"""Configurations of layers as plain data, and back."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .._internal.names import lookup
from .._internal.registry import configuration

if TYPE_CHECKING:
    from .base import Layer


def plain(value: Any) -> Any:
    """Return an argument of a constructor as plain data that the constructor takes as well."""
    if hasattr(value, "get_config"):
        return configuration(value)
    return value.tolist() if isinstance(value, np.ndarray) else value


def layer_of(argument: str, value: Any) -> "Layer":
    """Return a layer that is given as itself or as `plain` writes it."""
    from .. import layers

    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        known = {name: made for name, made in vars(layers).items() if isinstance(made, type)}
        value = lookup("layer", value["class_name"], known)(**value.get("config", {}))
    if not isinstance(value, layers.Layer):
        raise TypeError(f"{argument}: expected a layer, got {value!r}")
    return value
