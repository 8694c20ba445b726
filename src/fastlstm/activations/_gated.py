"""Activations that multiply x by a gate of x, and the linear and exponential functions."""

import math
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from .._internal.tape import with_backward
from ._arrays import floats, like, quiet
from ._definitions import Operator, elementwise
from ._rectifiers import softplus
from ._sigmoids import hard_sigmoid, sigmoid

__all__ = ["exponential", "gelu", "hard_silu", "hard_swish", "linear", "mish", "silu", "swish"]

_erfc_of_arrays = np.vectorize(math.erfc, otypes=[np.float64])  # NumPy has no erfc


@with_backward(lambda d_y, x, y: d_y * np.exp(-x * x) * (-2 / math.sqrt(math.pi)))
def _erfc(x: Array) -> Array:
    values: Array = _erfc_of_arrays(x)
    return values


def _twice_normal(x: Array) -> Array:
    """Return twice the standard normal distribution function in float64: erfc(-u) for 1 + erf(u), which cancels."""
    return _erfc(x.astype(np.float64) * -math.sqrt(0.5))


def _slope_of_mish(x: Array, y: Array) -> Array:
    t = np.tanh(softplus(x))
    slope: Array = t + x * (1 - t * t) * sigmoid(x)
    return slope


@elementwise(lambda x, y: np.ones_like(x))
def linear(x: Any) -> Array:
    """Identity: ``x``, as a new array.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats.
    ValueError
        If `x` is ragged.

    References
    ----------
    Keras 3, `keras.activations.linear`.

    Examples
    --------
    >>> linear([-1.0, 2.0]).tolist()
    [-1.0, 2.0]
    """
    return np.array(floats(x))


@elementwise(lambda x, y: y, onnx=Operator("Exp"))
def exponential(x: Any) -> Array:
    """Exponential: ``exp(x)``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers. Inf where the result overflows.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats.
    ValueError
        If `x` is ragged.

    References
    ----------
    Keras 3, `keras.activations.exponential`.

    Examples
    --------
    >>> exponential([0.0]).tolist()
    [1.0]
    """
    x = floats(x)
    with quiet():
        return like(x, np.exp(x))


@elementwise(lambda x, y: sigmoid(x) * (1 + x * sigmoid(-x)), "swish", onnx=lambda x: x * x.apply("Sigmoid"))
def silu(x: Any) -> Array:
    """Sigmoid linear unit: ``x * sigmoid(x)``. Also called `swish`.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers. NaN where `x` is -Inf, as in Keras.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats.
    ValueError
        If `x` is ragged.

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


@elementwise(lambda x, y: hard_sigmoid(x) + x * (np.abs(x) < 3) / 6, "hard_swish", onnx=Operator("HardSwish"))
def hard_silu(x: Any) -> Array:
    """Piecewise-linear approximation of SiLU: ``x * hard_sigmoid(x)``. Also called `hard_swish`.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers. NaN where `x` is -Inf, as in Keras.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats.
    ValueError
        If `x` is ragged.

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


@elementwise(
    lambda x, y: _twice_normal(x) / 2 + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi),
    onnx=lambda x: 0.5 * x * (1.0 + (x / math.sqrt(2)).apply("Erf")),
)
def gelu(x: Any, approximate: bool = False) -> Array:
    """Gaussian error linear unit: ``x * (1 + erf(x / sqrt(2))) / 2``.

    The exact form calls `math.erfc` for each element, since NumPy has no erf, and is therefore slow for large arrays.
    Layers use the core's own implementation.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    approximate : bool
        Whether to use the tanh approximation ``x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2``.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers. NaN where `x` is -Inf, as in Keras.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `approximate` is not True or False.
    ValueError
        If `x` is ragged.

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
            return like(x, x * sigmoid(2 * argument))  # (1 + tanh(u)) / 2 without the cancellation for negative u
        return like(x, x * _twice_normal(x) / 2)


@elementwise(_slope_of_mish, onnx=Operator("Mish"))
def mish(x: Any) -> Array:
    """Mish: ``x * tanh(softplus(x))``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers. NaN where `x` is -Inf, as in Keras.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats.
    ValueError
        If `x` is ragged.

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
