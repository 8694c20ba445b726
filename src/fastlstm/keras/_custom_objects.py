"""Classes and functions of a script by name, which loading a model finds without `custom_objects`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .._internal.custom_objects import registered


def get_custom_objects() -> dict[str, Any]:
    """Return the dict of registered objects, which may be changed."""
    return registered


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """Return a decorator that registers a class or function under its name."""

    def register(value: Any) -> Any:
        own = name or value.__name__
        registered[own] = registered[f"{package}>{own}"] = value
        if isinstance(value, type):
            value._registered_name = f"{package}>{own}"  # type: ignore[attr-defined]
        return value

    return register


def get_registered_name(obj: Any) -> Any:
    """Return the name under which a class or function is registered, otherwise its own name."""
    return next((name for name, value in registered.items() if value is obj and ">" in name), obj.__name__)


def get_registered_object(
    name: str, custom_objects: Mapping[str, Any] | None = None, module_objects: Mapping[str, Any] | None = None
) -> Any:
    """Return the class or function that is registered under a name, None if there is none."""
    return {**(module_objects or {}), **all_custom_objects(custom_objects)}.get(name)


@contextmanager
def custom_object_scope(*objects: Mapping[str, Any]) -> Iterator[None]:
    """Register objects inside a ``with``."""
    before = dict(registered)
    for each in objects:
        registered.update(each)
    try:
        yield
    finally:
        registered.clear()
        registered.update(before)


def all_custom_objects(custom_objects: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the registered objects and those of a call."""
    return {**registered, **(custom_objects or {})}
