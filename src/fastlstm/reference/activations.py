r"""Activation functions of Keras 3 with its default parameters, and their backward passes.

They are written independently of the kernels that they check. Cells take `ELEMENTWISE_ACTIVATIONS`; `ACTIVATIONS` adds
the four that combine the elements of the last axis (softmax, log_softmax, sparsemax, glu) and follow a dense layer.
Below, :math:`\sigma` is the logistic function.

=========================  ==================================================================================
linear                     x
exponential                exp x
sigmoid                    1 / (1 + exp(-x))
log_sigmoid                log σ(x) = -softplus(-x)
tanh, tanh_shrink          tanh x, x - tanh x
relu, relu6                max(x, 0), min(max(x, 0), 6)
leaky_relu                 x, or 0.2 x where x < 0
elu, celu                  x, or exp(x) - 1 where x < 0 (two names of one function at α = 1)
selu                       λ x, or λ α (exp(x) - 1) where x < 0, λ = 1.0507..., α = 1.6732...
silu (swish)               x σ(x)
gelu                       x Φ(x), Φ the normal distribution function (the exact form, not the one with tanh)
mish                       x tanh(softplus(x))
softplus, squareplus       log(1 + exp x), (x + √(x² + 4)) / 2
softsign                   x / (1 + abs(x))
hard_sigmoid               clip(x / 6 + 1/2, 0, 1)
hard_silu (hard_swish)     x hard_sigmoid(x)
hard_tanh                  clip(x, -1, 1)
hard_shrink, soft_shrink   x where abs(x) > 1/2, else 0; the same, shifted by 1/2 towards 0
sparse_plus                0 below -1, (x + 1)² / 4 up to 1, x above
sparse_sigmoid             clip((x + 1) / 2, 0, 1), the derivative of sparse_plus
=========================  ==================================================================================

At a kink the derivative is that of one side, as in Keras on JAX: for relu, relu6, hard_sigmoid, hard_silu, hard_shrink
and soft_shrink that of the constant side (hard_silu: 0 at -3, 1 at 3), for hard_tanh and leaky_relu that of the side
with slope 1, for selu that with slope λ α. sparse_sigmoid has 0, like hard_sigmoid, where JAX takes the mean.

No function overflows in computing a finite result, and none warns. NaN stays NaN; at ±∞ the value is that of the
formula, which is NaN for ∞ · 0 and ∞ / ∞.

Sources: the documentation of Keras 3 names a paper for each. sparsemax follows A. F. T. Martins and R. F. Astudillo,
"From Softmax to Sparsemax", ICML 2016, whose values sum to 1; Keras up to 3.15 differs if more than one value is not
zero (Keras issue 23425).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._arrays import FloatArray


class Activation(NamedTuple):
    """A function y = f(x) and its backward pass.

    Attributes
    ----------
    forward : callable
        ``forward(x)`` returns y.
    backward : callable
        ``backward(d_y, x, y)`` returns the gradient with respect to x, given that with respect to y.
    """

    forward: Callable[[FloatArray], FloatArray]
    backward: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def _quiet(forward: Callable[..., FloatArray], backward: Callable[..., FloatArray]) -> Activation:
    # Overflow to Inf or 0, and NaN from Inf · 0, are what the formulas give, so they should not warn.
    silent = np.errstate(over="ignore", invalid="ignore")
    return Activation(silent(forward), silent(backward))


def _elementwise(
    value: Callable[[FloatArray], FloatArray],
    slope: Callable[[FloatArray, FloatArray], FloatArray | NDArray[np.bool_]],
) -> Activation:
    """Return the activation y = value(x) with the derivative slope(x, y); True and False are 1 and 0."""
    return _quiet(value, lambda d_y, x, y: d_y * np.asarray(slope(x, y), x.dtype))


def _sigmoid(x: FloatArray) -> FloatArray:
    # exp(-|x|) cannot overflow, and both branches keep their relative accuracy.
    e: FloatArray = np.exp(-np.abs(x))
    y: FloatArray = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    return y


def _softplus(x: FloatArray) -> FloatArray:
    y: FloatArray = np.logaddexp(x, 0)
    return y


def _exp_below(x: FloatArray) -> FloatArray:
    # exp(x) for negative x, where it is needed, and 1 elsewhere.
    y: FloatArray = np.exp(np.minimum(x, 0))
    return y


def _elu(x: FloatArray) -> FloatArray:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _mish_slope(x: FloatArray, y: FloatArray) -> FloatArray:
    t = np.tanh(_softplus(x))
    d: FloatArray = t + x * (1 - t * t) * _sigmoid(x)
    return d


def _normal_cdf(x: FloatArray) -> FloatArray:
    # erfc instead of 1 + erf keeps the relative accuracy of the tail. NumPy has neither.
    erfc = np.vectorize(math.erfc, otypes=[np.float64])
    y: FloatArray = (erfc(x.astype(np.float64) * -math.sqrt(0.5)) / 2).astype(x.dtype)
    return y


def _gelu_slope(x: FloatArray, y: FloatArray) -> FloatArray:
    # d/dx x Φ(x) = Φ(x) + x φ(x), φ the normal density
    return _normal_cdf(x) + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _squareplus(x: FloatArray) -> FloatArray:
    # For x < 0, x + √(x² + 4) would cancel; it is 4 / (√(x² + 4) - x). hypot does not overflow.
    larger = (np.abs(x) + np.hypot(x, 2)) / 2
    return np.where(x < 0, 1 / larger, larger)


def _hard_sigmoid(x: FloatArray) -> FloatArray:
    return np.clip(x / 6 + 0.5, 0, 1)


def _sparse_sigmoid(x: FloatArray) -> FloatArray:
    return np.clip(x / 2 + 0.5, 0, 1)


def _softmax(x: FloatArray) -> FloatArray:
    e: FloatArray = np.exp(x - x.max(axis=-1, keepdims=True))
    y: FloatArray = e / e.sum(axis=-1, keepdims=True)
    return y


def _softmax_backward(d_y: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    # dy_j/dx_i = y_j (1[i = j] - y_i)
    d_x: FloatArray = y * (d_y - (d_y * y).sum(axis=-1, keepdims=True))
    return d_x


def _log_softmax(x: FloatArray) -> FloatArray:
    shifted = x - x.max(axis=-1, keepdims=True)
    y: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return y


def _log_softmax_backward(d_y: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    # dy_j/dx_i = 1[i = j] - exp(y_i)
    d_x: FloatArray = d_y - np.exp(y) * d_y.sum(axis=-1, keepdims=True)
    return d_x


def _sparsemax(x: FloatArray) -> FloatArray:
    # max(x - τ, 0) with the τ that makes the sum 1. The k largest are not zero for the largest k with
    # 1 + k x_(k) > x_(1) + ... + x_(k), and τ is that sum, less 1, over k. Shifting x by its maximum changes nothing.
    x = x - x.max(axis=-1, keepdims=True)
    descending = -np.sort(-x, axis=-1)
    sums = descending.cumsum(axis=-1)
    counts = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    k = np.maximum((1 + counts * descending > sums).sum(axis=-1, keepdims=True), 1)
    tau = (np.take_along_axis(sums, k - 1, axis=-1) - 1) / k.astype(x.dtype)
    y: FloatArray = np.maximum(x - tau, 0)
    return y


def _sparsemax_backward(d_y: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    # On the support S, y = x - τ with τ = (Σ_S x - 1) / |S|: subtract the mean of d_y over S.
    support = y > 0
    mean = (d_y * support).sum(axis=-1, keepdims=True) / support.sum(axis=-1, keepdims=True).astype(y.dtype)
    d_x: FloatArray = support * (d_y - mean)
    return d_x


def _glu(x: FloatArray) -> FloatArray:
    a, b = np.split(x, 2, axis=-1)
    y: FloatArray = a * _sigmoid(b)
    return y


def _glu_backward(d_y: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    a, b = np.split(x, 2, axis=-1)
    s = _sigmoid(b)
    return np.concatenate([d_y * s, d_y * a * s * (1 - s)], axis=-1)


_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_ALPHA = 1.6732632423543772848170429916717

_ELU = _elementwise(_elu, lambda x, y: _exp_below(x))
_SILU = _elementwise(lambda x: x * _sigmoid(x), lambda x, y: _sigmoid(x) * (1 + x * _sigmoid(-x)))
_HARD_SILU = _elementwise(lambda x: x * _hard_sigmoid(x), lambda x, y: _hard_sigmoid(x) + x * (np.abs(x) < 3) / 6)

ELEMENTWISE_ACTIVATIONS = {
    "celu": _ELU,
    "elu": _ELU,
    "exponential": _elementwise(np.exp, lambda x, y: y),
    "gelu": _elementwise(lambda x: x * _normal_cdf(x), _gelu_slope),
    "hard_shrink": _elementwise(lambda x: np.where(np.abs(x) <= 0.5, 0, x), lambda x, y: np.abs(x) > 0.5),
    "hard_sigmoid": _elementwise(_hard_sigmoid, lambda x, y: (np.abs(x) < 3) / 6),
    "hard_silu": _HARD_SILU,
    "hard_swish": _HARD_SILU,
    "hard_tanh": _elementwise(lambda x: np.clip(x, -1, 1), lambda x, y: np.abs(x) <= 1),
    "leaky_relu": _elementwise(lambda x: np.where(x < 0, 0.2 * x, x), lambda x, y: np.where(x < 0, 0.2, 1)),
    "linear": _elementwise(lambda x: x.copy(), lambda x, y: np.ones_like(x)),
    "log_sigmoid": _elementwise(lambda x: -_softplus(-x), lambda x, y: _sigmoid(-x)),
    "mish": _elementwise(lambda x: x * np.tanh(_softplus(x)), _mish_slope),
    "relu": _elementwise(lambda x: np.maximum(x, 0), lambda x, y: x > 0),
    "relu6": _elementwise(lambda x: np.clip(x, 0, 6), lambda x, y: (x > 0) & (x < 6)),
    "selu": _elementwise(
        lambda x: _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * np.expm1(np.minimum(x, 0))),
        lambda x, y: _SELU_SCALE * np.where(x > 0, 1, _SELU_ALPHA * _exp_below(x)),
    ),
    "sigmoid": _elementwise(_sigmoid, lambda x, y: y * (1 - y)),
    "silu": _SILU,
    "soft_shrink": _elementwise(lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0), lambda x, y: np.abs(x) > 0.5),
    "softplus": _elementwise(_softplus, lambda x, y: _sigmoid(x)),
    "softsign": _elementwise(lambda x: x / (1 + np.abs(x)), lambda x, y: (1 / (1 + np.abs(x))) ** 2),
    "sparse_plus": _elementwise(lambda x: np.where(x < 1, _sparse_sigmoid(x) ** 2, x), lambda x, y: _sparse_sigmoid(x)),
    "sparse_sigmoid": _elementwise(_sparse_sigmoid, lambda x, y: (np.abs(x) < 1) / 2),
    # The slope is (1 + x / √(x² + 4)) / 2.
    "squareplus": _elementwise(_squareplus, lambda x, y: y / np.hypot(x, 2)),
    "swish": _SILU,
    "tanh": _elementwise(np.tanh, lambda x, y: 1 - y * y),
    "tanh_shrink": _elementwise(lambda x: x - np.tanh(x), lambda x, y: np.tanh(x) ** 2),
}

ACTIVATIONS = {
    **ELEMENTWISE_ACTIVATIONS,
    "glu": _quiet(_glu, _glu_backward),
    "log_softmax": _quiet(_log_softmax, _log_softmax_backward),
    "softmax": _quiet(_softmax, _softmax_backward),
    "sparsemax": _quiet(_sparsemax, _sparsemax_backward),
}
