"""Activations: the names that layers take, and each one's definition in NumPy for calling directly.

Layers do not call these functions; they hand the name to the compiled core.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from . import config
from ._engine import Array, numbers
from ._names import lookup

__all__ = ["get", "hard_sigmoid", "linear", "relu", "sigmoid", "softmax", "tanh"]

Activation: TypeAlias = Callable[[Any], Array]


def _floats(x: Any) -> Array:
    array = numbers("x", x)
    floats: Array = array if array.dtype.kind == "f" else array.astype(config.floatx())
    return floats


def tanh(x: Any) -> Array:
    """Hyperbolic tangent, between -1 and 1.

    Examples
    --------
    >>> tanh([0.0]).tolist()
    [0.0]
    """
    return np.tanh(_floats(x))


def sigmoid(x: Any) -> Array:
    """Logistic function, ``1 / (1 + exp(-x))``, between 0 and 1.

    Examples
    --------
    >>> sigmoid([0.0]).tolist()
    [0.5]
    """
    x = _floats(x)
    small = np.exp(-np.abs(x))  # never overflows
    return np.asarray(np.where(x < 0, small, np.ones_like(small)) / (1 + small))


def relu(x: Any) -> Array:
    """``max(x, 0)``.

    Examples
    --------
    >>> relu([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return np.maximum(_floats(x), 0)


def linear(x: Any) -> Array:
    """``x`` itself, as a new array.

    Examples
    --------
    >>> linear([-1.0, 2.0]).tolist()
    [-1.0, 2.0]
    """
    return np.array(_floats(x))


def hard_sigmoid(x: Any) -> Array:
    """``clip(x / 6 + 1 / 2, 0, 1)``, as in Keras 3.

    Examples
    --------
    >>> hard_sigmoid([-3.0, 0.0, 9.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip(_floats(x) / 6 + 0.5, 0, 1)


def softmax(x: Any) -> Array:
    """``exp(x)`` divided by its sum over the last axis. Dense takes it, recurrent layers do not.

    Examples
    --------
    >>> softmax([[1.0, 1.0]]).tolist()
    [[0.5, 0.5]]
    """
    x = _floats(x)
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


_activations: dict[str, Activation] = {
    "tanh": tanh,
    "sigmoid": sigmoid,
    "relu": relu,
    "linear": linear,
    "hard_sigmoid": hard_sigmoid,
    "softmax": softmax,
}


def get(identifier: str | Activation | None) -> Activation:
    """Return the activation of this name.

    Parameters
    ----------
    identifier : str, function of this module, or None
        None means linear.

    Returns
    -------
    callable
        One of this module's functions.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is neither a name nor one of this module's functions.

    Examples
    --------
    >>> get("relu")([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return _activations[name_of("activation", identifier)]


def name_of(argument: str, identifier: Any, *, elementwise: bool = False) -> str:
    """Return the core's name of an activation given by name, function or None."""
    if identifier is None:
        return "linear"
    if isinstance(identifier, str):
        name = lookup(argument, identifier, _activations).__name__
    else:
        name = getattr(identifier, "__name__", "")
        if _activations.get(name) is not identifier:
            raise TypeError(f"{argument}: expected a name or a function of fastlstm.activations, got {identifier!r}")
    if elementwise and name == "softmax":
        raise ValueError(f"{argument}: a recurrent layer takes an elementwise activation, got 'softmax'")
    return name
