"""What initializers, regularizers and constraints share: objects from names, classes and configurations, and back."""

from collections.abc import Callable, Mapping
from typing import Any

from ._names import lookup


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
