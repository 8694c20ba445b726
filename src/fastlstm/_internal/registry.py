"""Registry: the classes of one kind by name, the basis of `get`, `serialize` and `deserialize`."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import numpy as np

from .names import lookup, snake_case

Entry = TypeVar("Entry", bound=Callable[..., Any])
Registered = TypeVar("Registered", bound=Callable[..., Any])


def class_name(name: str) -> tuple[str, ...]:
    """Return the class name as the only name."""
    return (name,)


def snake_case_and_class_name(name: str) -> tuple[str, ...]:
    """Return both names that Keras accepts for most classes: max_norm and MaxNorm."""
    return (snake_case(name), name)


class Registry(Generic[Entry]):
    """The classes (or functions) of one kind. Each is added by the decorator `register`.

    Parameters
    ----------
    kind : str
        The kind in error messages, such as 'loss'.
    spellings : callable
        Returns the names that `find` accepts for an entry, given its ``__name__``.

    Attributes
    ----------
    entries : dict
        The entries by ``__name__``, as in Keras's files.
    names : dict
        The callable for each accepted name: an entry, or a function that makes an object of one.
    """

    def __init__(self, kind: str, spellings: Callable[[str], tuple[str, ...]] = class_name) -> None:
        self.kind = kind
        self.entries: dict[str, Entry] = {}
        self.names: dict[str, Callable[..., Any]] = {}
        self._spellings = spellings

    def register(self, *aliases: str) -> Callable[[Registered], Registered]:
        """Return a decorator that adds a class or function, optionally under further names."""

        def enter(entry: Any) -> Any:
            self.entries[entry.__name__] = entry
            for name in (*self._spellings(entry.__name__), *aliases):
                self.names[name] = entry
            return entry

        return enter

    def __contains__(self, value: object) -> bool:
        """Return whether `value` is one of the entries."""
        return any(entry is value for entry in self.entries.values())

    @property
    def listed(self) -> str:
        """The names of all entries, for messages."""
        return ", ".join(sorted(self.entries))

    def find(self, name: str) -> Callable[..., Any]:
        """Return the callable of a name; an unknown one raises ValueError with similar names."""
        return lookup(self.kind, name, self.names)

    def from_config(self, config: Mapping[str, Any]) -> Any:
        """Return the object that a dict with 'class_name' and perhaps 'config' describes, as Keras writes it."""
        return self.find(config["class_name"])(**config.get("config", {}))

    def resolve(self, identifier: Any) -> Any:
        """Return the object for a name, an entry or a configuration; anything else is returned unchanged."""
        if isinstance(identifier, str):
            return self.find(identifier)()
        if is_config(identifier):
            return self.from_config(identifier)
        return identifier() if identifier in self else identifier


def is_config(value: Any) -> bool:
    """Return whether a value is a dict that names a class, as `configuration` writes it."""
    return isinstance(value, dict) and isinstance(value.get("class_name"), str)


def configuration(value: Any) -> dict[str, Any]:
    """Return an object's class name and arguments as Keras writes them."""
    return {"class_name": type(value).__name__, "config": value.get_config()}


def plain(value: Any) -> Any:
    """Return a constructor argument as plain data that the constructor also accepts."""
    if hasattr(value, "get_config"):
        return configuration(value)
    return value.tolist() if isinstance(value, np.ndarray) else value
