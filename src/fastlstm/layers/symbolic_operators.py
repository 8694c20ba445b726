"""What operators and indexing of symbolic tensors do: calls of layers."""

from operator import getitem
from typing import Any

import numpy as np

from .._internal.names import given_or_automatic
from .get_item import GetItem
from .lambda_layer import Lambda
from .merging import Add, Merge, Multiply, Subtract
from .rescaling import Rescaling
from .symbolic import OPERATIONS, SymbolicTensor


def _number(name: str, value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} of a symbolic tensor: expected a number or a symbolic tensor, got {value!r}")
    return float(value)


def _of_two(merge: type[Merge], function: Any, x: SymbolicTensor, other: SymbolicTensor) -> Any:
    """Return what a layer gives for two tensors of equal shapes, or a function for those that are broadcast."""
    return merge(dtype=x.dtype)([x, other]) if x.shape == other.shape else _apply(function, ((x, other), {}))


def _add(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return _of_two(Add, np.add, x, other)
    return Rescaling(1.0, _number("+", other), dtype=x.dtype)(x)


def _subtract(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return _of_two(Subtract, np.subtract, x, other)
    return Rescaling(1.0, -_number("-", other), dtype=x.dtype)(x)


def _subtract_from(x: SymbolicTensor, other: Any) -> Any:
    return Rescaling(-1.0, _number("-", other), dtype=x.dtype)(x)


def _multiply(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return _of_two(Multiply, np.multiply, x, other)
    return Rescaling(_number("*", other), dtype=x.dtype)(x)


def _divide(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return _apply(np.true_divide, ((x, other), {}))
    return Rescaling(1.0 / _number("/", other), dtype=x.dtype)(x)


def _get_item(x: SymbolicTensor, key: Any) -> Any:
    try:
        layer = GetItem(key, dtype=x.dtype)
    except (TypeError, ValueError):  # what is more than some of the steps
        return _apply(getitem, ((x, key), {}))
    return layer(x)


def _apply(function: Any, given: tuple[Any, dict[str, Any]]) -> Any:
    """Return what a function of NumPy, called with symbolic tensors, gives."""
    arguments, options = given
    tensors: list[SymbolicTensor] = []

    def found(value: Any) -> Any:
        """Return a value with the places of its tensors instead of these."""
        if isinstance(value, SymbolicTensor):
            tensors.append(value)
            return _Place(len(tensors) - 1)
        return type(value)(map(found, value)) if isinstance(value, (list, tuple)) else value

    places = [found(value) for value in arguments], {name: found(value) for name, value in options.items()}

    def called(arrays: Any) -> Any:
        arrays = arrays if isinstance(arrays, list) else [arrays]

        def filled(value: Any) -> Any:
            if isinstance(value, _Place):
                return arrays[value.number]
            return type(value)(map(filled, value)) if isinstance(value, (list, tuple)) else value

        return function(*map(filled, places[0]), **{name: filled(value) for name, value in places[1].items()})

    name = getattr(function, "__name__", "function")
    return Lambda(called, name=given_or_automatic(None, type(name, (), {})), dtype=tensors[0].dtype)(tensors)


class _Place:
    """Where a tensor is among those of a call."""

    def __init__(self, number: int) -> None:
        self.number = number


OPERATIONS.update(
    add=_add,
    subtract=_subtract,
    subtract_from=_subtract_from,
    multiply=_multiply,
    divide=_divide,
    get_item=_get_item,
    apply=_apply,
)
