"""The small part of TensorFlow that scripts of Keras touch: seeds, settings, data sets, and maths on NumPy arrays."""

import builtins
import logging as _logging
from typing import Any

import numpy as np

from ..._internal import tape as _tape
from ...utils import set_random_seed
from .. import initializers, losses, metrics, optimizers
from .._arrays import *
from .._arrays import absolute as abs
from .._arrays import all_ as reduce_all
from .._arrays import any_ as reduce_any
from .._arrays import clip as _clip
from .._arrays import concatenate as concat
from .._arrays import dtype_of as as_dtype
from .._arrays import full as fill
from .._arrays import logsumexp as reduce_logsumexp
from .._arrays import max_ as reduce_max
from .._arrays import mean as reduce_mean
from .._arrays import min_ as reduce_min
from .._arrays import norm
from .._arrays import one_hot as _one_hot
from .._arrays import power as pow
from .._arrays import prod as reduce_prod
from .._arrays import round_ as round
from .._arrays import sum_ as reduce_sum
from .._arrays import take as _take
from .._arrays import tensor as _tensor
from .._inert import Inert
from .._missing import missing_names_of
from ..backend import name_scope, shape
from ..backend._variable import Variable
from . import config, data, distribute, dtypes, io, linalg, logging, math, nn, random, test
from ._functions import *
from .dtypes import bfloat16, bool, float16, float32, float64, int8, int16, int32, int64, string, uint8
from .linalg import matmul
from .math import log, sigmoid

__getattr__ = missing_names_of(__name__)

__version__ = "2.21.0"
"""The version whose names this module has."""
VERSION = version = __version__

_WITHOUT_EFFECT = """
    ConfigProto GPUOptions Graph InteractiveSession Session autograph debugging device disable_eager_execution
    disable_v2_behavior enable_eager_execution enable_v2_behavior get_default_graph get_default_session
    global_variables_initializer initialize_all_variables local_variables_initializer profiler reset_default_graph
    tables_initializer variable_scope
    """
globals().update({name: Inert(f"tf.{name}") for name in _WITHOUT_EFFECT.split()})

gfile = io.gfile
print = builtins.print
mod, floordiv, truediv, div, mul, sub = np.mod, np.floor_divide, divide, divide, multiply, subtract


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """Return a value as a tensor, spread over a shape if there is one."""
    found = convert_to_tensor(value, dtype)
    return (
        found
        if shape is None
        else _tensor(np.broadcast_to(found, shape).copy() if found.ndim == 0 else found.reshape(shape))
    )


def function(func: Any = None, **_: Any) -> Any:
    """Return a function as it is: there are no graphs to compile."""
    return func if func is not None else lambda decorated: decorated


def executing_eagerly() -> builtins.bool:
    """Return True."""
    return True


def identity(input: Any, name: str | None = None) -> Any:
    """Return a copy of an array."""
    return input if type(input) is _tape.Traced else _tensor(np.array(input))


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """Return an array unchanged."""
    return x


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Return an array with its elements limited to an interval."""
    return _clip(t, clip_value_min, clip_value_max)


def boolean_mask(tensor: Any, mask: Any, axis: int | None = None, name: str | None = None) -> Any:
    """Return the entries of an array at which a mask is True."""
    values = tensor if is_tensor(tensor) else np.asarray(tensor)
    return _tensor(values[(slice(None),) * (axis or 0) + (np.asarray(mask, builtins.bool),)])


def gather_nd(params: Any, indices: Any, batch_dims: int = 0, name: str | None = None) -> Any:
    """Return the entries of an array at indices of its first axes, which are in the last axis of `indices`."""
    places = np.asarray(indices)
    if batch_dims:
        return _tensor(np.stack([gather_nd(x, i, batch_dims - 1) for x, i in zip(params, places, strict=True)]))
    return _tensor(params[tuple(np.moveaxis(places, -1, 0))])


def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: str | None = None) -> Any:
    """Return the result of the one or the other function."""
    return true_fn() if pred else false_fn()


def py_function(func: Any = None, inp: Any = (), Tout: Any = None, name: str | None = None) -> Any:
    """Return the result of a function of Python, through which no gradient is carried back."""
    found = func(*(_tensor(np.asarray(_tape.plain(each))) for each in inp))
    return cast(found, Tout) if Tout is not None and not isinstance(Tout, (list, tuple)) else found


numpy_function = py_func = py_function


def map_fn(fn: Any, elems: Any, **_: Any) -> Any:
    """Return the results of a function for the entries of the first axis, as one array."""
    return stack([fn(each) for each in elems])


def range(*bounds: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Return numbers from a start to a limit, in steps."""
    return convert_to_tensor(np.arange(*bounds).tolist(), dtype)


def size(input: Any, name: str | None = None) -> Any:
    """Return the number of elements of an array."""
    return _tensor(np.int32(np.size(input)))


def rank(input: Any, name: str | None = None) -> Any:
    """Return the number of axes of an array."""
    return _tensor(np.int32(np.ndim(input)))


def gather(params: Any, indices: Any, axis: Any = None, name: str | None = None, batch_dims: int = 0, **_: Any) -> Any:
    """Return the entries of an array at the indices."""
    axis = batch_dims if axis is None else axis
    if batch_dims:
        return _tensor(
            np.stack([gather(x, i, axis - 1, None, batch_dims - 1) for x, i in zip(params, indices, strict=True)])
        )
    return _take(params, _tape.plain(indices), axis=axis)


def one_hot(indices: Any, depth: int, dtype: Any = "float32", name: str | None = None) -> Any:
    """Return a 1 at each index, in a new last axis of size `depth`."""
    return cast(_one_hot(indices, depth), dtype)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str | None = None) -> list[Any]:
    """Return the entries of an array along an axis."""
    values = value if is_tensor(value) else np.asarray(value)
    return [_tensor(each) for each in np.moveaxis(values, axis, 0)]


def split(value: Any, num_or_size_splits: Any, axis: int = 0, name: str | None = None) -> list[Any]:
    """Return the parts of an array: a number of equal ones, or ones of given sizes."""
    several = np.ndim(num_or_size_splits) > 0
    places = np.cumsum(num_or_size_splits)[:-1] if several else num_or_size_splits
    return [_tensor(part) for part in np.split(value, places, axis=axis)]


def get_logger() -> _logging.Logger:
    """Return TensorFlow's logger, to which nothing is written here."""
    return _logging.getLogger("tensorflow")
