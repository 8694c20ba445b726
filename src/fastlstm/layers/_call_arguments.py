"""The arguments of a call of a custom layer or model: which of them are symbolic, and what `call` takes."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from .._internal import nested
from .symbolic import SymbolicTensor


class Place:
    """Where an input is among the arguments of a call.

    Parameters
    ----------
    number : int
        Which input it is.
    """

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"Place({self.number})"


def taken_out(value: Any, tensors: list[SymbolicTensor]) -> Any:
    """Return arguments with places instead of symbolic tensors, which are added to `tensors`."""
    if isinstance(value, SymbolicTensor):
        tensors.append(value)
        return Place(len(tensors) - 1)
    return _each(value, lambda one: taken_out(one, tensors))


def put_in(value: Any, tensors: Sequence[Any]) -> Any:
    """Return arguments with tensors in the place of places."""
    return tensors[value.number] if isinstance(value, Place) else _each(value, lambda one: put_in(one, tensors))


def in_places(structure: Any, value: Any) -> list[Any] | None:
    """Return what a value has in each place of a structure, None if it is arranged in another way or there is none."""
    found = None if structure is None else nested.leaves_as(structure, value)
    if found is None:
        return None
    numbers = [place.number for place in nested.flatten(structure)]
    return [found[numbers.index(k)] for k in range(len(numbers))]


def structured(value: Any, replace: Callable[[Any], Any]) -> Any:
    """Return lists, tuples and dicts with what `replace` returns for each entry that is none of them."""
    if type(value) in (list, tuple, dict) or hasattr(value, "_fields"):
        return _each(value, lambda one: structured(one, replace))
    return replace(value)


def _each(value: Any, replace: Callable[[Any], Any]) -> Any:
    if isinstance(value, (list, tuple)):
        parts = [replace(one) for one in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts) if type(value) is tuple else parts
    if isinstance(value, dict):
        return {name: replace(one) for name, one in value.items()}
    return value


def completed(call: Callable[..., Any], options: Mapping[str, Any], training: Any, mask: Any = None) -> dict[str, Any]:
    """Return the keyword arguments of a call with `training` and `mask` if it takes them, and without otherwise."""
    found = dict(options)
    for name, value in (("training", training), ("mask", mask)):
        if not takes(call, name):
            found.pop(name, None)
        elif found.get(name) is None and value is not None:
            found[name] = value
    return found


def with_names(call: Callable[..., Any], args: tuple[Any, ...], options: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return arguments of which `training` and `mask`, and those after them, are keyword arguments.

    Raises
    ------
    TypeError
        If there are more arguments than `call` takes, or one is given by position and by name.
    """
    names, takes_more = _names(call)
    if len(args) > len(names):
        if takes_more:
            return args, options
        raise TypeError(f"call: expected at most {len(names)} arguments by position, got {len(args)}")
    first = next((place for place, name in enumerate(names) if place and name in ("training", "mask")), len(args))
    named = dict(zip(names[first:], args[first:], strict=False))
    for name in named:
        if name in options:
            raise TypeError(f"{name}: expected once, got it by position and by name")
    return args[:first], {**named, **options}


@cache
def _names(method: Callable[..., Any]) -> tuple[list[str], bool]:
    """Return the names of the arguments by position of a method after `self`, and whether there may be more."""
    kinds = {name: one.kind for name, one in inspect.signature(method).parameters.items()}
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [name for name, kind in kinds.items() if kind in by_position]
    return names[1:], inspect.Parameter.VAR_POSITIONAL in kinds.values()


@cache
def takes(function: Callable[..., Any], name: str) -> bool:
    """Return whether a function has an argument of this name."""
    parameters = inspect.signature(function).parameters
    return name in parameters


@cache
def name_of_first(function: Callable[..., Any]) -> str | None:
    """Return the name of the first argument of a method after `self`."""
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    return names[0] if names else None
