"""Parts and moments of arrays, and padding, which operations of Keras and functions of TensorFlow share."""

import builtins
from typing import Any

import numpy as np

from .._internal.deferred import defer_functions
from . import _arrays
from ._arrays import convert_to_tensor, plain, tensor


def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Return the parts of an array: a number of equal ones, or those between indices."""
    return [tensor(part) for part in np.split(x, plain(indices_or_sections).tolist(), axis)]


def slice(inputs: Any, start_indices: Any, shape: Any) -> Any:
    """Return the part of an array of some shape that begins at some place; -1 stands for all that follows."""
    inputs = convert_to_tensor(inputs)
    return tensor(inputs[window(inputs.shape, start_indices, shape)])


def window(whole: Any, starts: Any, shape: Any) -> tuple[Any, ...]:
    """Return the index of a part of an array, given its beginning and its shape."""
    sizes = zip(starts, shape, whole, strict=True)
    return tuple(builtins.slice(int(i), all_ if n == -1 else int(i) + int(n)) for i, n, all_ in sizes)


def pad(x: Any, pad_width: Any, mode: Any = "constant", constant_values: Any = None) -> Any:
    """Return an array with elements added at the ends of its axes."""
    if constant_values is not None and mode != "constant":
        raise ValueError(f"constant_values: expected None with the mode {mode!r}, got {constant_values!r}")
    options = {} if constant_values is None else {"constant_values": constant_values}
    return tensor(np.pad(convert_to_tensor(x), pad_width, mode, **options))


def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> tuple[Any, Any]:
    """Return means and variances along axes."""
    return _arrays.mean(x, axes, keepdims), _arrays.var(x, axes, keepdims)


def normalized(x: Any, mean: Any, variance: Any, offset: Any, scale: Any, epsilon: float) -> Any:
    """Return an array normalized with given means and variances, which are spread over its shape."""
    factor = 1 / np.sqrt(variance + epsilon) * (1 if scale is None else scale)
    return tensor((x - mean) * factor + (0 if offset is None else offset))


defer_functions(globals(), ["moments", "pad", "slice", "split"])
