"""Layers inside others, given as objects or as their configurations."""

from typing import Any

from .._internal.registry import is_config
from .base import Layer, registry


def layer_from(argument: str, value: Any) -> Layer:
    """Return a layer, given as an object or as a dict of its class name and arguments."""
    layer = registry.from_config(value) if is_config(value) else value
    if not isinstance(layer, Layer):
        raise TypeError(f"{argument}: expected a layer, got {layer!r}")
    return layer
