"""Objects from names, classes and configurations, and back; options that a base class declares for all its classes."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .names import lookup


def resolve(kind: str, identifier: Any, by_name: Mapping[str, Callable[..., Any]]) -> Any:
    """Return the object that a name, a class or a configuration stands for; anything else comes back as it is."""
    if isinstance(identifier, str):
        return lookup(kind, identifier, by_name)()
    if isinstance(identifier, dict) and isinstance(identifier.get("class_name"), str):
        return lookup(kind, identifier["class_name"], by_name)(**identifier.get("config", {}))
    if isinstance(identifier, type) and identifier in by_name.values():
        return identifier()
    return identifier


def configuration(value: Any) -> dict[str, Any]:
    """Return an object's class name and arguments as Keras writes them."""
    return {"class_name": type(value).__name__, "config": value.get_config()}


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
