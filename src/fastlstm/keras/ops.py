"""Keras's `keras.ops` on NumPy arrays, traced arrays and symbolic tensors."""

import sys
from typing import Any

import numpy as np

from .._internal.deferred import defer_functions as _defer_functions
from ..config import floatx
from ..layers.symbolic import OPERATIONS as _OPERATIONS
from ..layers.symbolic import SymbolicTensor as _SymbolicTensor
from . import _arrays
from . import activations as _activations
from ._arrays import *
from ._arrays import absolute as abs
from ._arrays import all_ as all
from ._arrays import any_ as any
from ._arrays import concatenate, norm, one_hot, repeat
from ._arrays import max_ as max
from ._arrays import min_ as min
from ._arrays import plain as convert_to_numpy
from ._arrays import round_ as round
from ._arrays import sum_ as sum
from ._missing import missing_names_of
from ._numpy_operations import *
from ._operations import *  # type: ignore[assignment]
from .backend import binary_crossentropy, categorical_crossentropy, dtype, ndim, sparse_categorical_crossentropy

__getattr__ = missing_names_of(__name__)

_OF_LAYERS = ("gelu", "deserialize", "get", "linear", "serialize", "softmax", "tanh", "exponential")
globals().update({name: getattr(_activations, name) for name in _activations.__all__ if name not in _OF_LAYERS})

# Modules of Keras, whose operations are all here.
linalg = nn = numpy = sys.modules[__name__]


def gelu(x: Any, approximate: bool = True) -> Any:
    """Return Gaussian error linear units, approximated by default."""
    return _activations.gelu(x, approximate)


def shape(x: Any) -> tuple[int, ...]:
    """Return the shape of an array; sizes that are not known yet are symbolic."""
    if isinstance(x, _SymbolicTensor):
        found = _OPERATIONS["shape"](x)
        return tuple(found[i] if size is None else size for i, size in enumerate(x.shape))
    return tuple(np.shape(x))


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Return numbers from a start to a limit, in steps."""
    first, end = (0, start) if stop is None else (start, stop)
    found = np.arange(first, end, step)
    return _arrays.cast(found, dtype or ("int32" if found.dtype.kind == "i" else floatx()))


def size(x: Any) -> int:
    """Return the number of elements of an array."""
    return int(np.size(x))


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """Return an array with its elements limited to an interval."""
    return _arrays.clip(x, x_min, x_max)


_defer_functions(globals(), ["arange", "clip"])
