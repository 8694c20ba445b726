"""Operations of Keras on arrays that are neither functions of NumPy nor shared with older versions and TensorFlow."""

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import config
from .._internal import tape
from .._internal.deferred import defer_functions, deferring_in
from .._internal.not_available import NotAvailableError
from . import _arrays
from ._arrays import cast, convert_to_tensor, dtype_of, eye, plain, reduction, tensor
from ._control import cond, is_list, map, stacked, while_loop
from ._indexed import (
    in_top_k,
    meshgrid,
    replaced,
    scatter,
    scatter_update,
    searchsorted,
    segment_max,
    segment_sum,
)
from ._parts import moments, normalized, pad, slice, split, window
from .backend._epsilon import epsilon as _epsilon
from .tensorflow._functions import count_nonzero, divide_no_nan, erf, log_sigmoid, rsqrt, top_k
from .tensorflow._selection import unstack

__all__ = [
    "allclose",
    "array",
    "array_split",
    "average",
    "batch_normalization",
    "cond",
    "copy",
    "count_nonzero",
    "divide_no_nan",
    "empty",
    "empty_like",
    "erf",
    "eye",
    "fori_loop",
    "full_like",
    "get_item",
    "hsplit",
    "hstack",
    "identity",
    "in_top_k",
    "layer_normalization",
    "log_sigmoid",
    "logdet",
    "logspace",
    "map",
    "median",
    "meshgrid",
    "moments",
    "multi_hot",
    "nonzero",
    "normalize",
    "pad",
    "quantile",
    "rms_normalization",
    "rsqrt",
    "saturate_cast",
    "scan",
    "scatter",
    "scatter_update",
    "searchsorted",
    "segment_max",
    "segment_sum",
    "select",
    "slice",
    "slice_update",
    "slogdet",
    "split",
    "switch",
    "top_k",
    "tri",
    "unique",
    "unstack",
    "vectorized_map",
    "vsplit",
    "vstack",
    "where",
    "while_loop",
]

median = reduction(np.median, averages=True)


def array(x: Any, dtype: Any = None) -> Any:
    """Return a value as a tensor."""
    return convert_to_tensor(x, dtype)


def copy(x: Any) -> Any:
    """Return a copy of an array."""
    return tensor(np.copy(x))


def empty(shape: Any, dtype: Any = None) -> Any:
    """Return zeros, of the default dtype if none is given."""
    return _arrays.zeros(shape, dtype)


def empty_like(x: Any, dtype: Any = None) -> Any:
    """Return zeros of the shape of an array."""
    return _arrays.zeros_like(x, dtype)


def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """Return an array filled with a value, of the shape of another one."""
    return tensor(np.full_like(x, fill_value, None if dtype is None else dtype_of(dtype)))


def identity(n: int, dtype: Any = None) -> Any:
    """Return the identity matrix."""
    return eye(n, dtype=dtype)


def allclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Return whether two arrays are equal up to tolerances."""
    return bool(np.allclose(tape.plain(x1), tape.plain(x2), rtol, atol, equal_nan))


def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """Return the weighted mean of all elements, or along an axis."""
    return tensor(np.average(x, axis=axis, weights=weights))


def quantile(x: Any, q: Any, axis: Any = None, method: Any = "linear", keepdims: bool = False) -> Any:
    """Return quantiles of all elements, or along an axis."""
    return tensor(np.quantile(x, q, axis=axis, method=method, keepdims=keepdims))


def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10, dtype: Any = None) -> Any:
    """Return numbers that are evenly spaced on a logarithmic scale."""
    return cast(np.logspace(start, stop, num, endpoint, base), dtype or config.floatx())


# Parts and joins --------------------------------------------------------------------------------------------------


def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Return the parts of an array, a number of about equal ones, or those between indices."""
    return [tensor(part) for part in np.array_split(x, indices_or_sections, axis)]


def hsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """Return the parts of an array along the second axis."""
    return split(x, indices_or_sections, 1 if np.ndim(x) > 1 else 0)


def vsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """Return the parts of an array along the first axis."""
    return split(x, indices_or_sections, 0)


def hstack(xs: Any) -> Any:
    """Join arrays along the second axis."""
    return tensor(np.hstack([*xs]))


def vstack(xs: Any) -> Any:
    """Join arrays along the first axis."""
    return tensor(np.vstack([*xs]))


def nonzero(x: Any) -> tuple[Any, ...]:
    """Return the places of the elements that are not 0, one array for each axis."""
    _require_known("nonzero", x)
    return tuple(tensor(each) for each in np.nonzero(tape.plain(x)))


def unique(
    x: Any, sorted: bool = True, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False
) -> Any:
    """Return the different elements of an array, and where and how often they are."""
    _require_known("unique", x)
    options: Any = {"return_index": return_index, "return_inverse": return_inverse, "return_counts": return_counts}
    found = np.unique(tape.plain(x), **options)
    return tuple(tensor(each) for each in found) if isinstance(found, tuple) else tensor(found)


def _require_known(name: str, x: Any) -> None:
    """Raise an error for a value that is not there yet: the shape of the result depends on its elements."""
    if deferring_in([x]) is not None:
        raise NotAvailableError(
            f"fastlstm does not have keras.ops.{name} of symbolic tensors, as the shape of the result depends on their"
            " elements: call it on arrays, or choose elements with where"
        )


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """Return elements of the one or the other array; the places of what is true, one array for each axis, if none."""
    return nonzero(condition) if x1 is None and x2 is None else _arrays.where(condition, x1, x2)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Return a matrix with ones at and below a diagonal, of the default dtype if none is given."""
    return tensor(np.tri(N, M, k, dtype_of(dtype or config.floatx())))


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Return elements of the first array whose condition is true."""
    return tensor(np.select([*condlist], [*choicelist], default))


def get_item(x: Any, key: Any) -> Any:
    """Return a part of an array."""
    return x[key]


def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """Return an array with a part replaced that begins at some place."""
    return replaced(inputs, window(np.shape(inputs), start_indices, np.shape(updates)), updates)


# Neural networks --------------------------------------------------------------------------------------------------


def normalize(x: Any, axis: Any = -1, order: Any = 2, epsilon: float | None = None) -> Any:
    """Return an array divided by its norms along an axis."""
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"order: expected an integer of at least 1, got {order!r}")
    norms = np.power(np.sum(np.power(np.absolute(x), order), axis=axis, keepdims=True), 1 / order)
    return tensor(x / np.maximum(norms, _epsilon() if epsilon is None else epsilon))


def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> Any:
    """Return an array normalized with given means and variances of the entries of an axis."""
    shape = [1] * np.ndim(x)
    shape[axis] = -1
    given = (mean, variance, offset, scale)
    mean, variance, offset, scale = (None if each is None else np.reshape(each, shape) for each in given)
    return normalized(x, mean, variance, offset, scale, epsilon)


def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Any:
    """Return an array normalized along an axis, or several."""
    mean, variance = moments(x, axis, keepdims=True)
    found = (x - mean) / np.sqrt(variance + (_epsilon() if epsilon is None else epsilon))
    sizes = np.ones(np.ndim(x), int)
    normalized = builtins.list(axis) if is_list(axis) else [axis]
    sizes[normalized] = np.array(np.shape(x))[normalized]

    def along(weights: Any) -> Any:
        return weights if np.ndim(weights) == np.ndim(x) else np.reshape(weights, sizes)

    found = found if gamma is None else found * along(gamma)
    return tensor(found if beta is None else found + along(beta))


def rms_normalization(x: Any, scale: Any = 1, axis: Any = -1, epsilon: float | None = None) -> Any:
    """Return an array divided by the root of its mean square along an axis."""
    squares = np.mean(np.square(x), axis=axis, keepdims=True)
    return tensor(x / np.sqrt(squares + (_epsilon() if epsilon is None else epsilon)) * scale)


def multi_hot(inputs: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Any:
    """Return a 1 for each class that is among the numbers of a row."""
    hot = np.moveaxis(plain(inputs)[..., None] == np.arange(num_classes), -1, axis)
    return cast(hot.any(axis=1 if hot.ndim > 2 else 0), dtype or config.floatx())


def saturate_cast(x: Any, dtype: Any) -> Any:
    """Return an array in another dtype, with elements beyond its limits set to these."""
    kind = dtype_of(dtype)
    limits = np.iinfo(kind) if kind.kind in "iu" else np.finfo(kind)
    return cast(np.clip(x, limits.min, limits.max), kind)


def slogdet(x: Any) -> tuple[Any, Any]:
    """Return the signs of determinants and the logarithms of their absolute values."""
    x = convert_to_tensor(x)
    return tensor(np.linalg.slogdet(plain(x))[0]), tensor(_log_of_determinant(x))


@tape.with_backward(lambda d, x, y: d[..., None, None] * np.swapaxes(np.linalg.inv(x), -1, -2), traceable=False)
def _log_of_determinant(x: Any) -> Any:
    return np.linalg.slogdet(x)[1]


def logdet(x: Any) -> Any:
    """Return the logarithms of the determinants of positive definite matrices."""
    return slogdet(x)[1]


# Functions of functions -------------------------------------------------------------------------------------------


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """Return the result of one of several functions."""
    return branches[int(np.clip(index, 0, len(branches) - 1))](*operands)


def fori_loop(lower: int, upper: int, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Return the value after a function has been applied for each number of an interval."""
    found = init_val
    for i in range(int(lower), int(upper)):
        found = body_fun(i, found)
    return found


vectorized_map = map


def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: Any = 1,
) -> Any:
    """Return the last state of a function applied step by step, and its outputs."""
    steps = [None] * int(length or 0) if xs is None else [*zip(*xs, strict=True)] if is_list(xs) else [*xs]
    state, outputs = init, []
    for x in reversed(steps) if reverse else steps:
        state, y = f(state, x)
        outputs.append(y)
    return state, stacked(outputs[::-1] if reverse else outputs)


_CALLED_AT_ONCE = ("cond", "fori_loop", "map", "scan", "switch", "vectorized_map", "while_loop")
_NOT_DEFERRED = (*_CALLED_AT_ONCE, "moments", "nonzero", "pad", "slice", "split", "unique", "unstack", "where")
defer_functions(globals(), [name for name in __all__ if name not in _NOT_DEFERRED])
