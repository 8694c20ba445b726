"""The small part of TensorFlow that scripts of Keras touch: seeds, settings, data sets, and maths on NumPy arrays."""

import builtins
import logging as _logging
import time as _time
from functools import partial
from typing import Any

import numpy as np

from ..._internal.deferred import defer_functions as _defer_functions
from ..._internal.deferred import deferring as _deferring
from ..._internal.names import snake_case as _snake_case
from ..._internal.tensor import TensorShape
from ...utils import set_random_seed
from .. import initializers, losses, metrics, optimizers
from .._arrays import *
from .._arrays import absolute as abs
from .._arrays import all_ as reduce_all
from .._arrays import any_ as reduce_any
from .._arrays import concatenate as concat
from .._arrays import constant, eye, norm, repeat
from .._arrays import dtype_of as as_dtype
from .._arrays import full as fill
from .._arrays import logsumexp as reduce_logsumexp
from .._arrays import max_ as reduce_max
from .._arrays import mean as reduce_mean
from .._arrays import min_ as reduce_min
from .._arrays import plain_constant as _plain_constant
from .._arrays import power as pow
from .._arrays import prod as reduce_prod
from .._arrays import round_ as round
from .._arrays import sum_ as reduce_sum
from .._arrays import tensor as _tensor
from .._inert import Inert
from .._missing import missing_names_of
from .._spec import TensorSpec
from ..backend import name_scope, shape
from ..backend._variable import Variable
from . import (
    app,
    config,
    data,
    distribute,
    dtypes,
    errors,
    io,
    linalg,
    logging,
    math,
    nest,
    nn,
    random,
    raw_ops,
    signal,
    strings,
    test,
    train,
)
from ._control import *
from ._functions import *
from ._gradient_tape import *
from ._loops import *
from ._places import *
from ._ragged import RaggedTensor, SparseTensor, ragged, sparse
from ._selection import *
from .app import flags
from .dtypes import (
    bfloat16,
    bool,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from .linalg import matmul
from .math import log, sigmoid
from .random import multinomial, truncated_normal
from .random import normal as random_normal
from .random import shuffle as random_shuffle
from .random import uniform as random_uniform

__getattr__ = missing_names_of(__name__)

__version__ = "2.21.0"
"""The version whose names this module has."""
VERSION = version = __version__

_WITHOUT_EFFECT = """
    assert_equal assert_greater assert_greater_equal assert_less assert_less_equal assert_rank
    Assert ConfigProto GPUOptions Graph InteractiveSession Session autograph debugging device disable_eager_execution
    disable_v2_behavior enable_eager_execution enable_v2_behavior get_default_graph get_default_session
    global_variables_initializer initialize_all_variables local_variables_initializer profiler reset_default_graph
    summary tables_initializer variable_scope
    """
globals().update({name: Inert(f"tf.{name}") for name in _WITHOUT_EFFECT.split()})

_INITIALIZERS = """
    Constant GlorotNormal GlorotUniform Ones Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros
    """
globals().update({f"{_snake_case(name)}_initializer": getattr(initializers, name) for name in _INITIALIZERS.split()})

trace = linalg.trace
newaxis = None
gfile = io.gfile
print = builtins.print
to_float, to_double = partial(cast, dtype="float32"), partial(cast, dtype="float64")
to_int32, to_int64 = partial(cast, dtype="int32"), partial(cast, dtype="int64")
mod, floordiv, truediv, realdiv, div, mul, sub = np.mod, np.floor_divide, *[divide] * 3, multiply, subtract


def range(*bounds: Any, start: Any = 0, limit: Any = None, delta: Any = 1, dtype: Any = None, name: Any = None) -> Any:
    """Return numbers from a start to a limit, in steps."""
    if not bounds:
        bounds = (start, limit, delta)
    return _numbers(*(bounds if len(bounds) < 3 else (*bounds[:2], bounds[2])), delta=delta, dtype=dtype)


@_deferring
def _numbers(*bounds: Any, delta: Any = 1, dtype: Any = None) -> Any:
    if len(bounds) < 3:
        bounds = (*((0,) if len(bounds) == 1 else ()), *bounds, delta)
    return convert_to_tensor(np.arange(*bounds).tolist(), dtype)


def complex(real: Any, imag: Any, name: str | None = None) -> Any:
    """Return complex numbers, given their real and imaginary parts. They have no derivative here."""
    first, second = (_plain_constant("tf.complex", part) for part in (real, imag))
    return _tensor(first + second * np.array(1j, np.result_type(first, np.complex64)))


def timestamp(name: str | None = None) -> Any:
    """Return the seconds since 1970."""
    return _tensor(np.float64(_time.time()))


def executing_eagerly() -> builtins.bool:
    """Return True."""
    return True


def size(input: Any, name: str | None = None) -> Any:
    """Return the number of elements of an array."""
    return _tensor(np.int32(np.size(input)))


def rank(input: Any, name: str | None = None) -> Any:
    """Return the number of axes of an array."""
    return _tensor(np.int32(np.ndim(input)))


def get_logger() -> _logging.Logger:
    """Return TensorFlow's logger, to which nothing is written here."""
    return _logging.getLogger("tensorflow")


_defer_functions(globals(), ["size"])
