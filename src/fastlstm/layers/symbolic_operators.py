"""What operators and indexing of symbolic tensors do: calls of layers."""

from typing import Any

import numpy as np

from .get_item import GetItem
from .merging import Add, Multiply, Subtract
from .rescaling import Rescaling
from .symbolic import OPERATIONS, SymbolicTensor


def _number(name: str, value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} of a symbolic tensor: expected a number or a symbolic tensor, got {value!r}")
    return float(value)


def _add(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return Add(dtype=x.dtype)([x, other])
    return Rescaling(1.0, _number("+", other), dtype=x.dtype)(x)


def _subtract(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return Subtract(dtype=x.dtype)([x, other])
    return Rescaling(1.0, -_number("-", other), dtype=x.dtype)(x)


def _subtract_from(x: SymbolicTensor, other: Any) -> Any:
    return Rescaling(-1.0, _number("-", other), dtype=x.dtype)(x)


def _multiply(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return Multiply(dtype=x.dtype)([x, other])
    return Rescaling(_number("*", other), dtype=x.dtype)(x)


def _divide(x: SymbolicTensor, other: Any) -> Any:
    return Rescaling(1.0 / _number("/", other), dtype=x.dtype)(x)


def _get_item(x: SymbolicTensor, key: Any) -> Any:
    return GetItem(key, dtype=x.dtype)(x)


OPERATIONS.update(
    add=_add, subtract=_subtract, subtract_from=_subtract_from, multiply=_multiply, divide=_divide, get_item=_get_item
)
