"""Functions on arrays that `tf` and `tf.math` share, beyond those of Keras, with TensorFlow's arguments."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..._internal import tape
from ..._internal.deferred import defer_functions
from .. import _arrays
from .._arrays import cast, convert_to_tensor, tensor, wrapped

__all__ = [
    "acos",
    "acosh",
    "add_n",
    "argmax",
    "argmin",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cosh",
    "count_nonzero",
    "digamma",
    "divide_no_nan",
    "erf",
    "lgamma",
    "log_sigmoid",
    "logical_xor",
    "multiply_no_nan",
    "reduce_euclidean_norm",
    "rsqrt",
    "scalar_mul",
    "sinh",
    "squared_difference",
    "top_k",
]

acos, asin, atan, atan2 = map(wrapped, (np.arccos, np.arcsin, np.arctan, np.arctan2))
acosh, asinh, atanh = map(wrapped, (np.arccosh, np.arcsinh, np.arctanh))
cosh, sinh, logical_xor = map(wrapped, (np.cosh, np.sinh, np.logical_xor))
erf, lgamma, digamma = map(wrapped, (tape.erf, tape.lgamma, tape.digamma))


def _chosen(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that finds the place of an extreme, along the first axis by default."""

    def find(
        input: Any, axis: Any = None, output_type: Any = "int64", name: str | None = None, dimension: Any = None
    ) -> Any:
        axis = dimension if axis is None else axis
        return cast(function(tape.plain(input), 0 if axis is None else axis), output_type)

    return find


argmax, argmin = _chosen(np.argmax), _chosen(np.argmin)


def add_n(inputs: Any, name: str | None = None) -> Any:
    """Return the sum of a list of arrays."""
    first, *others = inputs
    total = first
    for each in others:
        total = total + each
    return tensor(total)


def rsqrt(x: Any, name: str | None = None) -> Any:
    """Return the reciprocals of square roots."""
    return tensor(1 / np.sqrt(x))


def squared_difference(x: Any, y: Any, name: str | None = None) -> Any:
    """Return the squares of differences."""
    return tensor(np.square(np.subtract(x, y)))


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """Return an array times a number."""
    return tensor(np.multiply(scalar, x))


def divide_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """Return quotients, and 0 where the divisor is 0."""
    x, y = (value if hasattr(value, "__array_ufunc__") else convert_to_tensor(value) for value in (x, y))
    zero = np.equal(y, 0)
    return tensor(np.where(zero, np.float32(0), np.divide(x, np.where(zero, np.float32(1), y))))


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """Return products, and 0 where the second factor is 0."""
    zero = np.equal(y, 0)
    return tensor(np.where(zero, np.float32(0), np.multiply(np.where(zero, np.float32(1), x), y)))


def log_sigmoid(x: Any, name: str | None = None) -> Any:
    """Return the logarithms of sigmoids."""
    return tensor(-np.logaddexp(0, np.negative(x)))


def count_nonzero(input: Any, axis: Any = None, keepdims: bool = False, dtype: Any = "int64", **_: Any) -> Any:
    """Return the number of elements that are not 0."""
    return cast(np.count_nonzero(tape.plain(input), axis=axis, keepdims=keepdims), dtype)


def reduce_euclidean_norm(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """Return the norm of all elements, or along an axis."""
    return _arrays.norm(input_tensor, axis=axis, keepdims=keepdims)


def top_k(input: Any, k: int = 1, sorted: bool = True, name: str | None = None) -> tuple[Any, Any]:
    """Return the largest entries of the last axis, and their indices."""
    given = tape.current(input)
    indices = np.argsort(-np.asarray(tape.plain(given)), axis=-1, kind="stable")[..., :k]
    values = given if isinstance(given, tape.Traced) else np.asarray(given)
    return tensor(np.take_along_axis(values, indices, -1)), tensor(indices)


defer_functions(globals(), __all__)
