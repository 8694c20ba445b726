"""The derivatives of NumPy's ufuncs.

Where the slope of a function jumps, it is that of JAX: zero for the absolute value at 0, half for the larger of two.
"""

import math
from typing import Any

import numpy as np

from ..arrays import Array
from ._traced import SLOPES

_LOG_2, _LOG_10 = math.log(2), math.log(10)


def _share(d: Any, other: Any, mine: Any) -> Any:
    """Return the gradient for the larger of two: all of it, half where they are equal, nothing."""
    return d * (np.greater(mine, other) + 0.5 * np.equal(mine, other)).astype(d.dtype)


def _power_by_base(d: Any, y: Any, a: Any, b: Any) -> Any:
    return d * (b * np.power(a, np.where(np.equal(b, 0), 1, np.subtract(b, 1)).astype(d.dtype)))


def _power_by_exponent(d: Any, y: Any, a: Any, b: Any) -> Any:
    return d * (y * np.log(np.where(np.greater(a, 0), a, 1)))


def _switched(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


def _matmul_left(d: Any, y: Any, a: Array, b: Array) -> Any:
    if np.ndim(b) == 1:
        return d[..., None] * b
    if np.ndim(a) == 1:
        return (d[..., None, :] @ _switched(b))[..., 0, :]
    return d @ _switched(b)


def _matmul_right(d: Any, y: Any, a: Array, b: Array) -> Any:
    if np.ndim(a) == 1:
        return a[:, None] * d[..., None, :] if np.ndim(b) > 1 else d * a
    if np.ndim(b) == 1:
        return (_switched(a) @ d[..., None])[..., 0]
    return _switched(a) @ d


SLOPES.update(
    {
        np.add: (lambda d, y, a, b: d, lambda d, y, a, b: d),
        np.subtract: (lambda d, y, a, b: d, lambda d, y, a, b: -d),
        np.multiply: (lambda d, y, a, b: d * b, lambda d, y, a, b: d * a),
        np.divide: (lambda d, y, a, b: d / b, lambda d, y, a, b: -d * y / b),
        np.negative: (lambda d, y, a: -d,),
        np.positive: (lambda d, y, a: d,),
        np.conjugate: (lambda d, y, a: d,),
        np.absolute: (lambda d, y, a: d * np.sign(a),),
        np.fabs: (lambda d, y, a: d * np.sign(a),),
        np.power: (_power_by_base, _power_by_exponent),
        np.float_power: (_power_by_base, _power_by_exponent),
        np.square: (lambda d, y, a: d * (a + a),),
        np.sqrt: (lambda d, y, a: d / (y + y),),
        np.cbrt: (lambda d, y, a: d / (3 * y * y),),
        np.reciprocal: (lambda d, y, a: -d * y * y,),
        np.remainder: (lambda d, y, a, b: d, lambda d, y, a, b: -d * np.floor_divide(a, b)),
        np.fmod: (lambda d, y, a, b: d, lambda d, y, a, b: -d * np.trunc(np.divide(a, b))),
        np.exp: (lambda d, y, a: d * y,),
        np.exp2: (lambda d, y, a: d * y * _LOG_2,),
        np.expm1: (lambda d, y, a: d * (y + 1),),
        np.log: (lambda d, y, a: d / a,),
        np.log2: (lambda d, y, a: d / (a * _LOG_2),),
        np.log10: (lambda d, y, a: d / (a * _LOG_10),),
        np.log1p: (lambda d, y, a: d / (a + 1),),
        np.logaddexp: (lambda d, y, a, b: d * np.exp(a - y), lambda d, y, a, b: d * np.exp(b - y)),
        np.logaddexp2: (lambda d, y, a, b: d * np.exp2(a - y), lambda d, y, a, b: d * np.exp2(b - y)),
        np.sin: (lambda d, y, a: d * np.cos(a),),
        np.cos: (lambda d, y, a: -d * np.sin(a),),
        np.tan: (lambda d, y, a: d * (1 + y * y),),
        np.arcsin: (lambda d, y, a: d / np.sqrt(1 - a * a),),
        np.arccos: (lambda d, y, a: -d / np.sqrt(1 - a * a),),
        np.arctan: (lambda d, y, a: d / (1 + a * a),),
        np.arctan2: (lambda d, y, a, b: d * b / (a * a + b * b), lambda d, y, a, b: -d * a / (a * a + b * b)),
        np.sinh: (lambda d, y, a: d * np.cosh(a),),
        np.cosh: (lambda d, y, a: d * np.sinh(a),),
        np.tanh: (lambda d, y, a: d * (1 - y * y),),
        np.arcsinh: (lambda d, y, a: d / np.sqrt(a * a + 1),),
        np.arccosh: (lambda d, y, a: d / np.sqrt(a * a - 1),),
        np.arctanh: (lambda d, y, a: d / (1 - a * a),),
        np.hypot: (lambda d, y, a, b: d * a / y, lambda d, y, a, b: d * b / y),
        np.deg2rad: (lambda d, y, a: d * (math.pi / 180),),
        np.rad2deg: (lambda d, y, a: d * (180 / math.pi),),
        np.maximum: (lambda d, y, a, b: _share(d, b, a), lambda d, y, a, b: _share(d, a, b)),
        np.minimum: (lambda d, y, a, b: _share(d, a, b), lambda d, y, a, b: _share(d, b, a)),
        np.fmax: (lambda d, y, a, b: _share(d, b, a), lambda d, y, a, b: _share(d, a, b)),
        np.fmin: (lambda d, y, a, b: _share(d, a, b), lambda d, y, a, b: _share(d, b, a)),
        np.matmul: (_matmul_left, _matmul_right),
    }
)
_CONSTANT = """
    sign signbit floor ceil trunc rint floor_divide heaviside equal not_equal less less_equal greater greater_equal
    logical_and logical_or logical_xor logical_not isnan isinf isfinite
    """
SLOPES.update({getattr(np, name): () for name in _CONSTANT.split()})
