"""Initial values of weights: `fastlstm.initializers`."""

from typing import Any

from .. import initializers as _initializers
from ..initializers import *
from ..initializers import (
    RandomNormal,
    RandomUniform,
    constant,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    identity,
    lecun_normal,
    lecun_uniform,
    ones,
    orthogonal,
    random_normal,
    random_uniform,
    truncated_normal,
    variance_scaling,
    zeros,
)
from ._missing import missing_names_of

__all__ = [
    *_initializers.__all__,
    "constant",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "one",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "zero",
    "zeros",
]

__getattr__ = missing_names_of(__name__)

one, zero = ones, zeros


def normal(*args: Any, scale: float = 0.05, name: str | None = None, **options: Any) -> Any:
    """Return an initializer, or for a shape an array, as the function of this name did in Keras 1.

    Parameters
    ----------
    *args, **options
        Arguments of `RandomNormal`; or a shape, and the dtype.
    scale : float
        The standard deviation, with a shape.
    name : str, optional
        Accepted as in Keras 1, without effect.

    Returns
    -------
    RandomNormal or ndarray
        The initializer or the array.
    """
    if args and isinstance(args[0], (tuple, list)):
        return RandomNormal(0.0, scale)(tuple(args[0]), **options)
    return RandomNormal(*args, **options)


def uniform(*args: Any, scale: float = 0.05, name: str | None = None, **options: Any) -> Any:
    """Return an initializer, or for a shape an array, as the function of this name did in Keras 1.

    Parameters
    ----------
    *args, **options
        Arguments of `RandomUniform`; or a shape, and the dtype.
    scale : float
        The largest absolute value, with a shape.
    name : str, optional
        Accepted as in Keras 1, without effect.

    Returns
    -------
    RandomUniform or ndarray
        The initializer or the array.
    """
    if args and isinstance(args[0], (tuple, list)):
        return RandomUniform(-scale, scale)(tuple(args[0]), **options)
    return RandomUniform(*args, **options)
