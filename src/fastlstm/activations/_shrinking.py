"""Shrinkage activations, which move x towards 0 or replace small x. NaN stays NaN."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._arrays import floats, like, quiet
from ._definitions import Operator, elementwise, registry

__all__ = ["hard_shrink", "soft_shrink", "tanh_shrink", "threshold"]


@elementwise(lambda x, y: np.abs(x) > 0.5, onnx=Operator("Shrink", {"bias": 0.0, "lambd": 0.5}))
def hard_shrink(x: Any, threshold: float = 0.5) -> Array:
    """Hard shrinkage: ``x`` where ``abs(x) > threshold``, else 0.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    threshold : float
        The largest absolute value set to 0.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `threshold` is not a real number.
    ValueError
        If `x` is ragged, or `threshold` is not finite.

    References
    ----------
    Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81, 1994.

    Examples
    --------
    >>> hard_shrink([-1.0, 0.5, 2.0]).tolist()
    [-1.0, 0.0, 2.0]
    """
    x = floats(x)
    threshold = checks.number("threshold", threshold)
    with quiet():
        return like(x, np.where(np.abs(x) <= threshold, 0, x))


@elementwise(lambda x, y: np.abs(x) > 0.5, onnx=Operator("Shrink", {"bias": 0.5, "lambd": 0.5}))
def soft_shrink(x: Any, threshold: float = 0.5) -> Array:
    """Soft shrinkage: ``x - clip(x, -threshold, threshold)``.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    threshold : float
        The amount by which absolute values are reduced, at least 0.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `threshold` is not a real number.
    ValueError
        If `x` is ragged, or `threshold` is negative or not finite.

    References
    ----------
    Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81, 1994.

    Examples
    --------
    >>> soft_shrink([-1.0, 0.5, 2.0]).tolist()
    [-0.5, 0.0, 1.5]
    """
    x = floats(x)
    threshold = checks.number("threshold", threshold, 0.0)
    with quiet():
        return like(x, x - np.clip(x, -threshold, threshold))


@elementwise(lambda x, y: np.tanh(x) ** 2, onnx=lambda x: x - x.apply("Tanh"))
def tanh_shrink(x: Any) -> Array:
    """Tanh shrinkage: ``x - tanh(x)``.

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
    Keras 3, `keras.activations.tanh_shrink`.

    Examples
    --------
    >>> tanh_shrink([-1000.0, 0.0, 1000.0]).tolist()
    [-999.0, 0.0, 999.0]
    """
    x = floats(x)
    return like(x, x - np.tanh(x))


@registry.register()  # a layer can not have it: its arguments have no defaults
def threshold(x: Any, threshold: float, default_value: float) -> Array:
    """Threshold: ``x`` where ``x > threshold``, else `default_value`.

    Layers do not accept it, because both arguments are required.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    threshold : float
        The largest value that is replaced.
    default_value : float
        The replacement.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or another argument is not a real number.
    ValueError
        If `x` is ragged, or another argument is not finite.

    References
    ----------
    Keras 3, `keras.activations.threshold`.

    Examples
    --------
    >>> threshold([-1.0, 0.5, 2.0], 0.5, -7.0).tolist()
    [-7.0, -7.0, 2.0]
    """
    x = floats(x)
    limit, default = checks.number("threshold", threshold), checks.number("default_value", default_value)
    with quiet():
        return like(x, np.where(x <= limit, default, x))
