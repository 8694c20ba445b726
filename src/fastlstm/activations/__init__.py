"""Activations, by the names that layers accept, each also a NumPy function.

Layers do not call these functions: they pass the name to the compiled core, which computes the function with its
default arguments. All of them propagate NaN.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from .._internal.arrays import Array
from .._internal.names import lookup
from ._gated import exponential, gelu, hard_silu, linear, mish, silu
from ._rectifiers import celu, elu, leaky_relu, relu, relu6, selu, softplus, sparse_plus, squareplus
from ._rows import glu, log_softmax, softmax, sparsemax
from ._shrinking import hard_shrink, soft_shrink, tanh_shrink, threshold
from ._sigmoids import hard_sigmoid, hard_tanh, log_sigmoid, sigmoid, softsign, sparse_sigmoid, tanh

__all__ = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]

Activation: TypeAlias = Callable[..., Array]

swish = silu
hard_swish = hard_silu

_of_rows: tuple[Activation, ...] = (glu, log_softmax, softmax, sparsemax)
_of_elements: tuple[Activation, ...] = (
    *(celu, elu, exponential, gelu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu, linear, log_sigmoid),
    *(mish, relu, relu6, selu, sigmoid, silu, soft_shrink, softplus, softsign, sparse_plus, sparse_sigmoid),
    *(squareplus, tanh, tanh_shrink, threshold),
)
_activations: dict[str, Activation] = {
    **{function.__name__: function for function in (*_of_elements, *_of_rows)},
    "swish": swish,
    "hard_swish": hard_swish,
}


def get(identifier: str | Activation | None) -> Activation:
    """Return the activation with a given name.

    Parameters
    ----------
    identifier : str, function of this module, or None
        A name, or the function itself. None means 'linear'.

    Returns
    -------
    callable
        One of this module's functions.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If `identifier` is neither a name, None, nor one of this module's functions.

    Examples
    --------
    >>> get("relu")([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return _find("activation", identifier)


def name_of(argument: str, identifier: Any, *, elementwise: bool = False) -> str:
    """Return the core's name of a layer's activation given by name, function or None."""
    function = _find(argument, identifier)
    name = function.__name__
    if function is threshold:
        raise ValueError(f"{argument}: 'threshold' has arguments without defaults, which a layer can not set")
    if elementwise and function in _of_rows:
        raise ValueError(f"{argument}: a recurrent layer takes an elementwise activation, got {name!r}")
    return name


def _find(argument: str, identifier: Any) -> Activation:
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return lookup(argument, identifier, _activations)
    function = _activations.get(getattr(identifier, "__name__", ""))
    if function is None or function is not identifier:
        raise TypeError(f"{argument}: expected a name or a function of fastlstm.activations, got {identifier!r}")
    return function
