"""Initializers: the initial values of weights, as in Keras."""

from typing import Any

from .._internal.registry import configuration
from ._base import Initializer, registry
from ._constant import Constant, Identity, Ones, Zeros
from ._function import FunctionInitializer
from ._random import Orthogonal, RandomNormal, RandomUniform, TruncatedNormal
from ._scaling import GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, VarianceScaling

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "deserialize",
    "get",
    "serialize",
]

# Keras's aliases.
constant, identity, ones, zeros, orthogonal = Constant, Identity, Ones, Zeros, Orthogonal
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, glorot_normal, glorot_uniform = VarianceScaling, GlorotNormal, GlorotUniform
he_normal, he_uniform, lecun_normal, lecun_uniform = HeNormal, HeUniform, LecunNormal, LecunUniform


def get(identifier: Any) -> Initializer:
    """Return an initializer given by name, instance, class or configuration.

    Parameters
    ----------
    identifier : str, Initializer, class, dict or callable
        A name such as 'glorot_uniform', 'GlorotUniform' or 'uniform'; an initializer, returned as it is; a class of
        this module, instantiated without arguments; a dict returned by `serialize`; or your own function,
        ``f(shape, dtype)`` or ``f(shape)``, that returns an array.

    Returns
    -------
    Initializer
        The initializer.

    Raises
    ------
    ValueError
        If the name is unknown, or an argument in the dict is out of range.
    TypeError
        If `identifier` is anything else, or an argument in the dict is unknown or of the wrong type.

    Examples
    --------
    >>> get("zeros")((2,)).tolist()
    [0.0, 0.0]
    """
    initializer = registry.resolve(identifier)
    if callable(initializer) and not isinstance(initializer, (Initializer, type)):
        return FunctionInitializer(initializer)
    if not isinstance(initializer, Initializer):
        raise TypeError(f"initializer: expected a name or an Initializer, got {identifier!r}")
    return initializer


def serialize(initializer: Initializer) -> dict[str, Any]:
    """Return an initializer's class name and arguments in Keras's format, which `deserialize` and `get` read.

    Parameters
    ----------
    initializer : Initializer
        The initializer.

    Returns
    -------
    dict
        'class_name' and 'config'.

    References
    ----------
    Keras 3, `keras.initializers.serialize`.

    Examples
    --------
    >>> serialize(Zeros())
    {'class_name': 'Zeros', 'config': {}}
    """
    return configuration(initializer)


def deserialize(config: dict[str, Any]) -> Initializer:
    """Return the initializer described by `serialize`, or by Keras's function of that name.

    Parameters
    ----------
    config : dict
        'class_name' and 'config'; the latter may be omitted.

    Returns
    -------
    Initializer
        A new initializer.

    Raises
    ------
    ValueError
        If the class name is unknown, or an argument is out of range.
    TypeError
        If `config` does not describe an initializer, or an argument is unknown or of the wrong type.

    References
    ----------
    Keras 3, `keras.initializers.deserialize`.

    Examples
    --------
    >>> deserialize({"class_name": "Constant", "config": {"value": 0.5}})((2,)).tolist()
    [0.5, 0.5]
    """
    return get(config)
