"""Activations that grow like x for positive x and stay bounded or nearly so for negative x."""

import math
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._arrays import floats, like, quiet
from ._definitions import elementwise

__all__ = ["celu", "elu", "leaky_relu", "relu", "relu6", "selu", "softplus", "sparse_plus", "squareplus"]

# The fixed point for mean 0 and variance 1 of Klambauer et al. 2017, equation 14.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


@elementwise(lambda x, y: x > 0)
def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Array:
    """``max(x, 0)``, or a variant of it; layers use the plain one.

    `x` where it is above the threshold and else ``negative_slope * (x - threshold)``; with `max_value`, what is above
    the threshold is clipped to [0, max_value].

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    negative_slope : float
        Slope at and below the threshold.
    max_value : float, optional
        The largest value, at least 0.
    threshold : float
        Where the function begins to be `x`.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    References
    ----------
    Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.

    Examples
    --------
    >>> relu([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    >>> relu([-1.0, 2.0, 9.0], negative_slope=0.5, max_value=5.0).tolist()
    [-0.5, 2.0, 5.0]
    """
    x = floats(x)
    slope = checks.number("negative_slope", negative_slope)
    threshold = checks.number("threshold", threshold)
    with quiet():
        y = np.where(x <= threshold, 0, x)
        if max_value is not None:
            y = np.clip(y, 0, checks.number("max_value", max_value, 0.0))
        if slope != 0:
            y = y - slope * np.maximum(threshold - x, 0)
        return like(x, y)


@elementwise(lambda x, y: (x > 0) & (x < 6))
def relu6(x: Any) -> Array:
    """``clip(x, 0, 6)``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    References
    ----------
    Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.

    Examples
    --------
    >>> relu6([-1.0, 2.0, 9.0]).tolist()
    [0.0, 2.0, 6.0]
    """
    x = floats(x)
    return like(x, np.clip(x, 0, 6))


@elementwise(lambda x, y: np.where(x < 0, 0.2, 1))
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Array:
    """``x`` where it is positive, else ``negative_slope * x``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    negative_slope : float
        Slope for negative `x`.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    References
    ----------
    Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", ICML 2013.

    Examples
    --------
    >>> leaky_relu([-10.0, 2.0], negative_slope=0.5).tolist()
    [-5.0, 2.0]
    """
    x = floats(x)
    slope = checks.number("negative_slope", negative_slope)
    with quiet():
        return like(x, np.where(x >= 0, x, slope * x))


@elementwise(lambda x, y: np.exp(np.minimum(x, 0)))
def elu(x: Any, alpha: float = 1.0) -> Array:
    """``x`` where it is positive, else ``alpha * (exp(x) - 1)``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    alpha : float
        Minus the limit for negative `x`.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    References
    ----------
    Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units",
    ICLR 2016.

    Examples
    --------
    >>> elu([-1000.0, 2.0]).tolist()
    [-1.0, 2.0]
    """
    x = floats(x)
    alpha = checks.number("alpha", alpha)
    with quiet():
        return like(x, np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))))


@elementwise(lambda x, y: np.exp(np.minimum(x, 0)))
def celu(x: Any, alpha: float = 1.0) -> Array:
    """``x`` where it is positive, else ``alpha * (exp(x / alpha) - 1)``: `elu` with slope 1 at 0 for every alpha.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    alpha : float
        Minus the limit for negative `x`; not 0.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    Raises
    ------
    ValueError
        If `alpha` is 0.

    References
    ----------
    Barron, "Continuously differentiable exponential linear units", 2017.

    Examples
    --------
    >>> celu([-1000.0, 2.0], alpha=0.5).tolist()
    [-0.5, 2.0]
    """
    x = floats(x)
    alpha = checks.number("alpha", alpha)
    if alpha == 0:
        raise ValueError("alpha: expected a number other than 0, got 0")
    with quiet():
        return like(x, np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / alpha))


@elementwise(lambda x, y: _SELU_SCALE * np.where(x > 0, 1, _SELU_ALPHA * np.exp(np.minimum(x, 0))))
def selu(x: Any) -> Array:
    """`elu` with alpha 1.6732632423543772, times 1.0507009873554805.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    References
    ----------
    Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", NIPS 2017, equation 2.

    Examples
    --------
    >>> selu([0.0, 1.0]).round(4).tolist()
    [0.0, 1.0507]
    """
    x = floats(x)
    return like(x, _SELU_SCALE * elu(x, _SELU_ALPHA))


@elementwise(lambda x, y: -np.expm1(-y))
def softplus(x: Any) -> Array:
    """``log(1 + exp(x))``, positive.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    References
    ----------
    Dugas, Bengio, Bélisle, Nadeau and Garcia, "Incorporating second-order functional knowledge for better option
    pricing", NIPS 2000.

    Examples
    --------
    >>> softplus([-1000.0, 1000.0]).tolist()
    [0.0, 1000.0]
    """
    x = floats(x)
    with quiet():
        return like(x, np.logaddexp(x, 0))


@elementwise(lambda x, y: y / np.hypot(x, 2))
def squareplus(x: Any, b: float = 4) -> Array:
    """``(x + sqrt(x**2 + b)) / 2``, positive.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    b : float
        At least 0; how far the curve stays from that of `relu`.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    References
    ----------
    Barron, "Squareplus: a softplus-like algebraic rectifier", 2021.

    Examples
    --------
    >>> squareplus([0.0, 1.5]).tolist()
    [1.0, 2.0]
    """
    x = floats(x)
    b = checks.number("b", b, 0.0)
    with quiet():
        # For negative x the formula would subtract nearly equal numbers: there, b / 4 by its value for -x.
        above = np.abs(x) / 2 + np.hypot(x, math.sqrt(b)) / 2
        return like(x, np.where(x < 0, b / 4 / above, above))


@elementwise(lambda x, y: np.clip(x / 2 + 0.5, 0, 1))
def sparse_plus(x: Any) -> Array:
    """0 up to -1, ``(x + 1)**2 / 4`` from -1 to 1, ``x`` from 1 on.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers.

    References
    ----------
    Blondel, Martins and Niculae, "Learning classifiers with Fenchel-Young losses", AISTATS 2019: the loss of
    sparsemax for two classes.

    Examples
    --------
    >>> sparse_plus([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.25, 2.0]
    """
    x = floats(x)
    middle = np.clip(x, -1, 1) + 1
    return like(x, np.where(x >= 1, x, middle * middle / 4))
