"""Look-up by name with suggestions, and automatic names of layers and models."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")

_used: Counter[str] = Counter()


def lookup(kind: str, name: str, table: Mapping[str, Value]) -> Value:
    """Return ``table[name]``, or raise ValueError with similar names, or all if none is similar."""
    if name in table:
        return table[name]
    import difflib

    close = difflib.get_close_matches(name.lower(), table, n=3)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"known: {', '.join(sorted(table))}"
    raise ValueError(f"unknown {kind} {name!r}; {hint}")


def snake_case(name: str) -> str:
    """Return a class name as Keras writes it in automatic names: TimeDistributed -> time_distributed, LSTM -> lstm."""
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def numbered(name: str, used: Counter[str]) -> str:
    """Return a name with a number from the second use on, as Keras numbers names and paths, and count the use."""
    count = used[name]
    used[name] += 1
    return f"{name}_{count}" if count else name


def given_or_automatic(name: str | None, cls: type) -> str:
    """Return `name`, or the next automatic name of the class: lstm, lstm_1, lstm_2."""
    if name is None:
        return numbered(snake_case(cls.__name__), _used)
    if not isinstance(name, str):
        raise TypeError(f"name: expected a string, got {name!r}")
    if not name:
        raise ValueError("name: expected a string with at least one character, got ''")
    return name


def forget() -> None:
    """Restart the numbers of automatic names."""
    _used.clear()
