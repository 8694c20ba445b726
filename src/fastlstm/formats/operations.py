"""Operations between layers, such as + and indexing, in functional models of Keras: read as layers that do the same."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from .._internal.files import RefusedError
from ..layers import Activation, Add, Concatenate, GetItem, Maximum, Minimum, Multiply, Rescaling, Subtract
from ..layers.base import Layer
from ..layers.symbolic import SymbolicTensor

Made: TypeAlias = tuple[Layer, Any]
"""A layer and what it is called on."""

MODULE = "keras.src.ops.numpy"
"""Of Keras's operations on arrays."""


class Operation(NamedTuple):
    """An operation, which is called like a layer.

    Parameters
    ----------
    description : mapping
        Its entry among the layers of a model.
    """

    description: Mapping[str, Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the symbolic output of a layer in place of the operation."""
        config, make = self.description["config"], _KNOWN[self.description["class_name"]]
        tensors = [one for one in args if isinstance(one, SymbolicTensor)] or list(args[0])
        options = {"name": config.get("name"), "dtype": tensors[0].dtype}
        layer, inputs = make(list(args), {**config, **kwargs}, options)
        return layer(inputs)


def is_known(entry: Mapping[str, Any]) -> bool:
    """Return whether there is a layer for an operation."""
    return entry["class_name"] in _KNOWN and isinstance(entry.get("config"), dict)


def _merge(cls: Any, of_number: Callable[[float, bool], tuple[float, float]] | None = None) -> Any:
    """Return a function for an operation of two tensors, or of a tensor and a number.

    `of_number` returns the factor and the offset for a number, given whether it comes first.
    """

    def make(args: list[Any], config: Mapping[str, Any], options: Mapping[str, Any]) -> Made:
        numbers = [one for one in args if not isinstance(one, SymbolicTensor)]
        if not numbers:
            return cls(**options), args
        if of_number is None or len(args) != 2 or not isinstance(numbers[0], (int, float)):
            raise RefusedError(f"{options['name']!r}: expected a tensor and a number, or two tensors, got {numbers!r}")
        (tensor,) = (one for one in args if isinstance(one, SymbolicTensor))
        return Rescaling(*of_number(numbers[0], args[0] is not tensor), **options), tensor

    return make


def _divide(args: list[Any], config: Mapping[str, Any], options: Mapping[str, Any]) -> Made:
    tensor, number = args
    if not isinstance(number, (int, float)) or number == 0:
        raise RefusedError(f"{options['name']!r}: only quotients by a number are supported")
    return Rescaling(1.0 / number, **options), tensor


def _activation(name: str) -> Any:
    def make(args: list[Any], config: Mapping[str, Any], options: Mapping[str, Any]) -> Made:
        if config.get("axis", -1) not in (-1, None):
            raise RefusedError(f"{options['name']!r}: expected the last axis, got axis {config['axis']!r}")
        return Activation(name, **options), args[0]

    return make


def _get_item(args: list[Any], config: Mapping[str, Any], options: Mapping[str, Any]) -> Made:
    tensor, key = args
    return GetItem(tuple(key) if isinstance(key, list) else key, **options), tensor


_KNOWN: Mapping[str, Callable[[list[Any], Mapping[str, Any], Mapping[str, Any]], Made]] = {
    "Add": _merge(Add, lambda number, first: (1.0, number)),
    "Subtract": _merge(Subtract, lambda number, first: (-1.0, number) if first else (1.0, -number)),
    "Multiply": _merge(Multiply, lambda number, first: (number, 0.0)),
    "Maximum": _merge(Maximum),
    "Minimum": _merge(Minimum),
    "Divide": _divide,
    "TrueDivide": _divide,
    "Negative": lambda args, config, options: (Rescaling(-1.0, **options), args[0]),
    "Concatenate": lambda args, config, options: (Concatenate(axis=config.get("axis", -1), **options), args[0]),
    "GetItem": _get_item,
    **{name: _activation(name.lower()) for name in ("Relu", "Sigmoid", "Softmax", "Tanh")},
}


def key_described(key: Sequence[Any]) -> list[Any]:
    """Return the key of a GetItem as Keras writes it."""
    return [
        {"class_name": "__slice__", "config": {"start": one.start, "stop": one.stop, "step": one.step}}
        if isinstance(one, slice)
        else one
        for one in key
    ]
