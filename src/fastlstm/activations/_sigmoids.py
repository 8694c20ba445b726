"""Activations between two bounds, and the logarithm of one."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from ._arrays import floats, like, quiet
from ._definitions import elementwise
from ._rectifiers import softplus

__all__ = ["hard_sigmoid", "hard_tanh", "log_sigmoid", "sigmoid", "softsign", "sparse_sigmoid", "tanh"]


@elementwise(lambda x, y: 1 - y * y)
def tanh(x: Any) -> Array:
    """Hyperbolic tangent, between -1 and 1.

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
    >>> tanh([0.0]).tolist()
    [0.0]
    """
    x = floats(x)
    return like(x, np.tanh(x))


@elementwise(lambda x, y: np.abs(x) <= 1)
def hard_tanh(x: Any) -> Array:
    """``clip(x, -1, 1)``.

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
    Collobert, "Large scale machine learning", thesis, 2004.

    Examples
    --------
    >>> hard_tanh([-2.0, 0.5, 2.0]).tolist()
    [-1.0, 0.5, 1.0]
    """
    x = floats(x)
    return like(x, np.clip(x, -1, 1))


@elementwise(lambda x, y: (1 / (1 + np.abs(x))) ** 2)
def softsign(x: Any) -> Array:
    """``x / (1 + abs(x))``, between -1 and 1.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Of the shape of `x`, and its dtype; `config.floatx()` for integers. NaN where `x` is infinite, as in Keras.

    References
    ----------
    Bergstra, Desjardins, Lamblin and Bengio, "Quadratic polynomials learn better image features", 2009.

    Examples
    --------
    >>> softsign([-1.0, 0.0, 3.0]).tolist()
    [-0.5, 0.0, 0.75]
    """
    x = floats(x)
    with quiet():
        return like(x, x / (1 + np.abs(x)))


@elementwise(lambda x, y: y * (1 - y))
def sigmoid(x: Any) -> Array:
    """Logistic function, ``1 / (1 + exp(-x))``, between 0 and 1.

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
    >>> sigmoid([0.0]).tolist()
    [0.5]
    """
    x = floats(x)
    with quiet():
        small = np.exp(-np.abs(x))  # never overflows
        return like(x, np.where(x < 0, small, np.ones_like(small)) / (1 + small))


@elementwise(lambda x, y: (np.abs(x) < 3) / 6)
def hard_sigmoid(x: Any) -> Array:
    """``clip(x / 6 + 1 / 2, 0, 1)``, as in Keras 3.

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
    Courbariaux, Bengio and David, "BinaryConnect", NIPS 2015, where the slope is 1/2 instead of 1/6.

    Examples
    --------
    >>> hard_sigmoid([-3.0, 0.0, 9.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    x = floats(x)
    return like(x, np.clip(x + 3, 0, 6) / 6)


@elementwise(lambda x, y: (np.abs(x) < 1) / 2)
def sparse_sigmoid(x: Any) -> Array:
    """``clip((x + 1) / 2, 0, 1)``: the slope of `sparse_plus`.

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
    Blondel, Martins and Niculae, "Learning classifiers with Fenchel-Young losses", AISTATS 2019.

    Examples
    --------
    >>> sparse_sigmoid([-2.0, 0.0, 0.5]).tolist()
    [0.0, 0.5, 0.75]
    """
    x = floats(x)
    return like(x, np.clip(x + 1, 0, 2) / 2)


@elementwise(lambda x, y: sigmoid(-x))
def log_sigmoid(x: Any) -> Array:
    """``log(sigmoid(x))``, below 0, computed as ``-softplus(-x)``.

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
    >>> log_sigmoid([-1000.0]).tolist()
    [-1000.0]
    """
    x = floats(x)
    return like(x, -softplus(-x))
