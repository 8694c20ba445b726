"""What operators and indexing of symbolic tensors do: calls of layers."""

from operator import getitem
from typing import Any

import numpy as np

from ._trace import without_mask
from .expression import Expression, applied
from .get_item import GetItem
from .merging import Add, Merge, Multiply, Subtract
from .rescaling import Rescaling
from .symbolic import OPERATIONS, SymbolicTensor
from .variable import Variable


def _number(name: str, value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} of a symbolic tensor: expected a number or a symbolic tensor, got {value!r}")
    return float(value)


def _of_two(merge: type[Merge], function: Any, x: SymbolicTensor, other: SymbolicTensor) -> Any:
    """Return what a layer gives for two tensors of equal shapes, or a function for those that are broadcast."""
    alike = x.shape == other.shape and x.ndim > 1 and not (_is_pending(x) or _is_pending(other))
    return (
        merge(dtype=x.dtype)([without_mask(x), without_mask(other)]) if alike else applied(function, ((x, other), {}))
    )


def _is_pending(x: SymbolicTensor) -> bool:
    """Return whether this is an expression that no layer computes yet."""
    return isinstance(x, Expression) and not x.is_made


def _is_number(x: SymbolicTensor, value: Any) -> bool:
    """Return whether a layer can combine this with a number."""
    plain = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, (bool, np.bool_))
    return plain and not _is_pending(x) and x.ndim > 1


def _is_array(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic, Variable, list)) or type(value) in (int, float)


def _add(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return _of_two(Add, np.add, x, other)
    if not _is_number(x, other) and _is_array(other):
        return applied(np.add, ((x, other), {}))
    return Rescaling(1.0, _number("+", other), dtype=x.dtype)(without_mask(x))


def _subtract(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return _of_two(Subtract, np.subtract, x, other)
    if not _is_number(x, other) and _is_array(other):
        return applied(np.subtract, ((x, other), {}))
    return Rescaling(1.0, -_number("-", other), dtype=x.dtype)(without_mask(x))


def _subtract_from(x: SymbolicTensor, other: Any) -> Any:
    if not _is_number(x, other) and _is_array(other):
        return applied(np.subtract, ((other, x), {}))
    return Rescaling(-1.0, _number("-", other), dtype=x.dtype)(without_mask(x))


def _multiply(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return _of_two(Multiply, np.multiply, x, other)
    if not _is_number(x, other) and _is_array(other):
        return applied(np.multiply, ((x, other), {}))
    return Rescaling(_number("*", other), dtype=x.dtype)(without_mask(x))


def _divide(x: SymbolicTensor, other: Any) -> Any:
    if isinstance(other, SymbolicTensor):
        return applied(np.true_divide, ((x, other), {}))
    if not _is_number(x, other) and _is_array(other):
        return applied(np.true_divide, ((x, other), {}))
    return Rescaling(1.0 / _number("/", other), dtype=x.dtype)(without_mask(x))


def _get_item(x: SymbolicTensor, key: Any) -> Any:
    if _is_pending(x) or x.ndim != 3:
        return applied(getitem, ((x, key), {}))
    try:
        layer = GetItem(key, dtype=x.dtype)
    except (TypeError, ValueError):  # what is more than some of the steps
        return applied(getitem, ((x, key), {}))
    return layer(without_mask(x))


OPERATIONS.update(
    add=_add,
    subtract=_subtract,
    subtract_from=_subtract_from,
    multiply=_multiply,
    divide=_divide,
    get_item=_get_item,
)
