"""The layers and models that are attributes of a layer or model that users write."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from .._internal.names import numbered, snake_case
from .._internal.owners import Owned
from .variable import Variable

_PRIVATE = """
    _own_layer _owners _calls _holder _traces _nodes _inputs _given_outputs _given_layers _given_arguments _ends
    _layers_without_masks _compiled _native _weights _added_losses history _position _resume_from
    """
_HIDDEN = frozenset(_PRIVATE.split())
"""Attributes that are no part of a layer or model."""


def parts_of(one: Any) -> list[Any]:
    """Return the layers and models that are attributes, also in lists and dicts, once each.

    In place of a cell, it is the layer that has it.
    """
    found: dict[int, Any] = {}
    for name, value in vars(one).items():
        if name not in _HIDDEN:
            for part in map(outermost, _parts_in(value)):
                found.setdefault(id(part), part)
    return list(found.values())


def outermost(part: Any) -> Any:
    """Return a part, or what it is inside of."""
    while part._in_wrapper and part._owned_by():
        part = part._owned_by()[0]
    return part


def _parts_in(value: Any) -> Iterator[Any]:
    if isinstance(value, Owned):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _parts_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _parts_in(each)


def parts_of_files(one: Any) -> Iterator[tuple[str, Any]]:
    """Yield the same with the paths that they have in Keras's files, where attributes are in alphabetical order.

    Models have the attribute `layers` as well.
    """
    seen: set[int] = set()
    attributes = {name: value for name, value in vars(one).items() if name not in _HIDDEN}
    if getattr(one, "_is_subclassed", False):
        attributes["layers"] = one.layers
    for name in sorted(attributes, key=lambda name: (name.startswith("_"), name)):
        value = attributes[name]
        if isinstance(value, Owned):
            if id(value) not in seen:
                seen.add(id(value))
                yield name, value
        elif isinstance(value, (list, tuple, dict)):
            used: Counter[str] = Counter()
            for each in value.values() if isinstance(value, dict) else value:
                if isinstance(each, Owned):
                    path = f"{name}/{numbered(snake_case(type(each).__name__), used)}"
                    if id(each) not in seen:
                        seen.add(id(each))
                        yield path, each


class FromVariables(list[Any]):
    """A list of weights to which variables can be added, which makes them weights of a layer.

    Parameters
    ----------
    arrays : list
        The weights.
    own : OwnWeights
        Holds the weights of the layer.
    trainable : bool
        Whether training changes variables that are added.
    """

    def __init__(self, arrays: list[Any], own: Any, *, trainable: bool) -> None:
        super().__init__(arrays)
        self._own, self._trainable = own, trainable

    def append(self, value: Any) -> None:
        """Add a variable."""
        if isinstance(value, Variable):
            self._own.choose([value], self._trainable)
        super().append(value)

    def extend(self, values: Any) -> None:
        """Add several variables."""
        for value in values:
            self.append(value)

    def __iadd__(self, values: Any) -> Any:  # type: ignore[misc]
        self.extend(values)
        return [one for one in self if isinstance(one, Variable)]
