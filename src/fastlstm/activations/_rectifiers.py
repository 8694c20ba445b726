"""Rectifiers: activations that grow like x for positive x and stay small for negative x."""

import math
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from .._internal.old_names import accepts_old_names
from ._arrays import floats, like, quiet
from ._definitions import Operator, elementwise

__all__ = ["celu", "elu", "leaky_relu", "relu", "relu6", "selu", "softplus", "sparse_plus", "squareplus"]

# Klambauer et al. 2017, equation 14: the fixed point with mean 0 and variance 1.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


@elementwise(lambda x, y: x > 0, onnx=Operator("Relu"))
@accepts_old_names
def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Array:
    """Rectified linear unit: ``max(x, 0)``, optionally with a slope, an upper limit and a threshold.

    The result is ``x`` above `threshold` and ``negative_slope * (x - threshold)`` elsewhere. With `max_value`, values
    above the threshold are clipped to [0, max_value]. Layers use the defaults.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    negative_slope : float
        The slope at and below the threshold.
    max_value : float, optional
        The largest value, at least 0.
    threshold : float
        The largest `x` that is not passed through.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or another argument is not a real number.
    ValueError
        If `x` is ragged, another argument is not finite, or `max_value` is negative.

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


@elementwise(lambda x, y: (x > 0) & (x < 6), onnx=Operator("Clip", constants=(0.0, 6.0)))
def relu6(x: Any) -> Array:
    """Rectified linear unit limited to 6: ``clip(x, 0, 6)``.

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
    Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.

    Examples
    --------
    >>> relu6([-1.0, 2.0, 9.0]).tolist()
    [0.0, 2.0, 6.0]
    """
    x = floats(x)
    return like(x, np.clip(x, 0, 6))


@elementwise(lambda x, y: np.where(x < 0, 0.2, 1), onnx=Operator("LeakyRelu", {"alpha": 0.2}))
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Array:
    """Leaky rectified linear unit: ``x`` if not negative, else ``negative_slope * x``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    negative_slope : float
        The slope for negative `x`.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `negative_slope` is not a real number.
    ValueError
        If `x` is ragged, or `negative_slope` is not finite.

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


@elementwise(lambda x, y: np.exp(np.minimum(x, 0)), onnx=Operator("Elu", {"alpha": 1.0}))
def elu(x: Any, alpha: float = 1.0) -> Array:
    """Exponential linear unit: ``x`` if positive, else ``alpha * (exp(x) - 1)``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    alpha : float
        The negative of the limit for large negative `x`.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `alpha` is not a real number.
    ValueError
        If `x` is ragged, or `alpha` is not finite.

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


@elementwise(
    lambda x, y: np.exp(np.minimum(x, 0)), onnx=lambda x: x.apply("Relu") + (x.apply("Min", 0.0).apply("Exp") - 1.0)
)
def celu(x: Any, alpha: float = 1.0) -> Array:
    """Continuously differentiable ELU: ``x`` if positive, else ``alpha * (exp(x / alpha) - 1)``.

    Unlike `elu`, it has slope 1 at 0 for every alpha.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    alpha : float
        The negative of the limit for large negative `x`; not 0.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `alpha` is not a real number.
    ValueError
        If `x` is ragged, or `alpha` is 0 or not finite.

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


@elementwise(
    lambda x, y: _SELU_SCALE * np.where(x > 0, 1, _SELU_ALPHA * np.exp(np.minimum(x, 0))), onnx=Operator("Selu")
)
def selu(x: Any) -> Array:
    """Scaled exponential linear unit: ``1.0507009873554805 * elu(x, alpha=1.6732632423543772)``.

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
    Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", NIPS 2017, equation 2.

    Examples
    --------
    >>> selu([0.0, 1.0]).round(4).tolist()
    [0.0, 1.0507]
    """
    x = floats(x)
    return like(x, _SELU_SCALE * elu(x, _SELU_ALPHA))


@elementwise(lambda x, y: -np.expm1(-y), onnx=Operator("Softplus"))
def softplus(x: Any) -> Array:
    """Softplus: ``log(1 + exp(x))``.

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


@elementwise(lambda x, y: y / np.hypot(x, 2), onnx=lambda x: 0.5 * (x + (x * x + 4.0).apply("Sqrt")))
def squareplus(x: Any, b: float = 4) -> Array:
    """Squareplus: ``(x + sqrt(x**2 + b)) / 2``, an algebraic alternative to `softplus`.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    b : float
        The smoothness, at least 0; with 0 the result is `relu`.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `b` is not a real number.
    ValueError
        If `x` is ragged, or `b` is negative or not finite.

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
        # For negative x the formula cancels; f(x) = b / 4 / f(-x) does not.
        above = np.abs(x) / 2 + np.hypot(x, math.sqrt(b)) / 2
        return like(x, np.where(x < 0, b / 4 / above, above))


def _sparse_plus_in_onnx(x: Any) -> Any:
    bent = 0.5 * (x.apply("Clip", -1.0, 1.0) + 1.0)
    return bent * bent + (x - 1.0).apply("Relu")


@elementwise(lambda x, y: np.clip(x / 2 + 0.5, 0, 1), onnx=_sparse_plus_in_onnx)
def sparse_plus(x: Any) -> Array:
    """Sparse plus: 0 for ``x <= -1``, ``(x + 1)**2 / 4`` for ``-1 < x < 1``, and ``x`` for ``x >= 1``.

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
    Blondel, Martins and Niculae, "Learning classifiers with Fenchel-Young losses", AISTATS 2019: the sparsemax loss for
    two classes.

    Examples
    --------
    >>> sparse_plus([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.25, 2.0]
    """
    x = floats(x)
    middle = np.clip(x, -1, 1) + 1
    return like(x, np.where(x >= 1, x, middle * middle / 4))
