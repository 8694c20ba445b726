"""Initial values of weights, as in Keras: classes, their names, and `get`."""

from typing import Any

from .._internal.registry import configuration
from ._base import Initializer, registry
from ._constant import Constant, Identity, Ones, Zeros
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

# Keras's second names of its classes.
constant, identity, ones, zeros, orthogonal = Constant, Identity, Ones, Zeros, Orthogonal
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, glorot_normal, glorot_uniform = VarianceScaling, GlorotNormal, GlorotUniform
he_normal, he_uniform, lecun_normal, lecun_uniform = HeNormal, HeUniform, LecunNormal, LecunUniform


def get(identifier: Any) -> Initializer:
    """Return an initializer.

    Parameters
    ----------
    identifier : str, Initializer, class or dict
        A name such as 'glorot_uniform', 'GlorotUniform' or 'uniform', an initializer (returned as it is), one of this
        module's classes (made without arguments), or what `serialize` returns.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is none of these.

    Examples
    --------
    >>> get("zeros")((2,)).tolist()
    [0.0, 0.0]
    """
    initializer = registry.resolve(identifier)
    if not isinstance(initializer, Initializer):
        raise TypeError(f"initializer: expected a name or an Initializer, got {identifier!r}")
    return initializer


def serialize(initializer: Initializer) -> dict[str, Any]:
    """Return an initializer's class name and arguments as Keras writes them; `deserialize` and `get` read it.

    Examples
    --------
    >>> serialize(Zeros())
    {'class_name': 'Zeros', 'config': {}}
    """
    return configuration(initializer)


def deserialize(config: dict[str, Any]) -> Initializer:
    """Return the initializer that `serialize`, or Keras's function of that name, has written.

    Examples
    --------
    >>> deserialize({"class_name": "Constant", "config": {"value": 0.5}})((2,)).tolist()
    [0.5, 0.5]
    """
    return get(config)
