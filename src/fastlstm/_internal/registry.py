"""The classes of one kind by their names: what `get`, `serialize` and `deserialize` of each package are made of."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import numpy as np

from .names import lookup, snake_case

Entry = TypeVar("Entry", bound=Callable[..., Any])
Registered = TypeVar("Registered", bound=Callable[..., Any])


def class_name(name: str) -> tuple[str, ...]:
    """Return the one name of a class that is known by its own name only."""
    return (name,)


def snake_case_and_class_name(name: str) -> tuple[str, ...]:
    """Return the two names by which Keras knows most classes: max_norm and MaxNorm."""
    return (snake_case(name), name)


class Registry(Generic[Entry]):
    """The classes (or functions) of one kind. Each enters itself, with the decorator `register`.

    Parameters
    ----------
    kind : str
        What error messages call one of them, such as 'loss'.
    spellings : callable
        Gives the names by which `find` knows an entry whose ``__name__`` is its argument.

    Attributes
    ----------
    entries : dict
        The entries by their ``__name__``, which is what Keras's files have.
    names : dict
        What to call for each name that users may write: an entry, or a function that makes an object of one.
    """

    def __init__(self, kind: str, spellings: Callable[[str], tuple[str, ...]] = class_name) -> None:
        self.kind = kind
        self.entries: dict[str, Entry] = {}
        self.names: dict[str, Callable[..., Any]] = {}
        self._spellings = spellings

    def register(self, *aliases: str) -> Callable[[Registered], Registered]:
        """Return the decorator that enters a class or function, under further names if wanted."""

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
        """Return what a name stands for; an unknown one raises a ValueError that lists the close ones."""
        return lookup(self.kind, name, self.names)

    def from_config(self, config: Mapping[str, Any]) -> Any:
        """Return the object that a dict with 'class_name' and perhaps 'config' describes, as Keras writes it."""
        return self.find(config["class_name"])(**config.get("config", {}))

    def resolve(self, identifier: Any) -> Any:
        """Return the object that a name, an entry or a configuration stands for; anything else comes back as it is."""
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
    """Return an argument of a constructor as plain data that the constructor takes as well."""
    if hasattr(value, "get_config"):
        return configuration(value)
    return value.tolist() if isinstance(value, np.ndarray) else value
