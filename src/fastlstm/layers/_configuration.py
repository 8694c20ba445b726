"""Constructors of layers: options that a base class declares once for all, and configurations as plain data."""

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

from .._names import lookup
from .._objects import configuration

if TYPE_CHECKING:
    from .base import Layer


def takes_the_options_of(cls: type, base: type) -> None:
    """Show the keyword-only arguments of `base` in the signature of a constructor that passes ``**options`` on."""
    constructor = cls.__dict__.get("__init__")
    if constructor is None:
        return
    signature = inspect.signature(constructor)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    if len(own) < len(signature.parameters):
        theirs = inspect.signature(base.__dict__.get("__init__", base.__init__)).parameters.values()  # type: ignore[misc]
        own += [p for p in theirs if p.kind is p.KEYWORD_ONLY and p.name not in signature.parameters]
        constructor.__signature__ = signature.replace(parameters=own)


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
