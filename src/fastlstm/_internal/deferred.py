"""Functions of values that are not there yet, such as symbolic tensors: what they are called with is kept for later.

A class whose objects stand for later values has a property `_defers`, and a method ``_defer(function, arguments,
options)`` that returns what stands for the result.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def deferring_in(values: Iterable[Any]) -> Any:
    """Return the first of the values, also of those in lists, tuples and dicts, that stands for a later one."""
    for value in values:
        if isinstance(value, (list, tuple)):
            found = deferring_in(value)
        elif isinstance(value, dict):
            found = deferring_in(value.values())
        else:
            found = value if getattr(type(value), "_defers", None) is not None and value._defers else None
        if found is not None:
            return found
    return None


def deferring(function: Function) -> Function:
    """Return a function that is called later if an argument is a value that is not there yet."""

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        found = deferring_in(args)
        if found is None and options:
            found = deferring_in(options.values())
        return function(*args, **options) if found is None else found._defer(call, args, options)

    return call  # type: ignore[return-value]


def defer_functions(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Make functions of a module `deferring`."""
    namespace.update({name: deferring(namespace[name]) for name in names})
