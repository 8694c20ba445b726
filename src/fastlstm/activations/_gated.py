"""Activations that multiply x by a gate of x, and the two plainest functions."""

import math
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._arrays import floats, like, quiet
from ._definitions import elementwise
from ._rectifiers import softplus
from ._sigmoids import hard_sigmoid, sigmoid

__all__ = ["exponential", "gelu", "hard_silu", "hard_swish", "linear", "mish", "silu", "swish"]

_erfc = np.vectorize(math.erfc, otypes=[np.float64])  # NumPy has none


def _twice_normal(x: Array) -> Array:
    """Return twice the standard normal distribution function in float64: erfc(-u) for 1 + erf(u), which cancels."""
    values: Array = _erfc(x.astype(np.float64) * -math.sqrt(0.5))
    return values


def _slope_of_mish(x: Array, y: Array) -> Array:
    t = np.tanh(softplus(x))
    slope: Array = t + x * (1 - t * t) * sigmoid(x)
    return slope


@elementwise(lambda x, y: np.ones_like(x))
def linear(x: Any) -> Array:
    """``x`` itself, as a new array.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    Examples
    --------
    >>> linear([-1.0, 2.0]).tolist()
    [-1.0, 2.0]
    """
    return np.array(floats(x))


@elementwise(lambda x, y: y)
def exponential(x: Any) -> Array:
    """``exp(x)``, positive.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers. Inf where the result is too large.

    Examples
    --------
    >>> exponential([0.0]).tolist()
    [1.0]
    """
    x = floats(x)
    with quiet():
        return like(x, np.exp(x))


@elementwise(lambda x, y: sigmoid(x) * (1 + x * sigmoid(-x)), "swish")
def silu(x: Any) -> Array:
    """``x * sigmoid(x)``; also known as `swish`.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers. NaN where `x` is -Inf, as in Keras.

    References
    ----------
    Hendrycks and Gimpel, "Gaussian error linear units", 2016. Ramachandran, Zoph and Le, "Searching for activation
    functions", 2017.

    Examples
    --------
    >>> silu([0.0, 1000.0]).tolist()
    [0.0, 1000.0]
    """
    x = floats(x)
    with quiet():
        return like(x, x * sigmoid(x))


swish = silu


@elementwise(lambda x, y: hard_sigmoid(x) + x * (np.abs(x) < 3) / 6, "hard_swish")
def hard_silu(x: Any) -> Array:
    """``x * hard_sigmoid(x)``; also known as `hard_swish`.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers. NaN where `x` is -Inf, as in Keras.

    References
    ----------
    Howard et al., "Searching for MobileNetV3", ICCV 2019, section 5.2.

    Examples
    --------
    >>> hard_silu([0.0, 1.5, 3.0]).tolist()
    [0.0, 1.125, 3.0]
    """
    x = floats(x)
    with quiet():
        return like(x, x * hard_sigmoid(x))


hard_swish = hard_silu


@elementwise(lambda x, y: _twice_normal(x) / 2 + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi))
def gelu(x: Any, approximate: bool = False) -> Array:
    """``x`` times the standard normal distribution function of ``x``, ``x * (1 + erf(x / sqrt(2))) / 2``.

    Without `approximate`, each element goes through `math.erfc`, because NumPy has no such function: right, and slow
    for large arrays. Layers have their own.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    approximate : bool
        Whether to compute ``x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2``.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers. NaN where `x` is -Inf, as in Keras.

    References
    ----------
    Hendrycks and Gimpel, "Gaussian error linear units", 2016.

    Examples
    --------
    >>> gelu([-1.0, 0.0, 1.0]).round(4).tolist()
    [-0.1587, 0.0, 0.8413]
    """
    x = floats(x)
    with quiet():
        if checks.flag("approximate", approximate):
            argument = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
            return like(x, x * sigmoid(2 * argument))  # (1 + tanh(u)) / 2 without its cancellation for negative u
        return like(x, x * _twice_normal(x) / 2)


@elementwise(_slope_of_mish)
def mish(x: Any) -> Array:
    """``x * tanh(softplus(x))``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers. NaN where `x` is -Inf, as in Keras.

    References
    ----------
    Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.

    Examples
    --------
    >>> mish([0.0, 1.0]).round(4).tolist()
    [0.0, 0.8651]
    """
    x = floats(x)
    with quiet():
        return like(x, x * np.tanh(softplus(x)))
