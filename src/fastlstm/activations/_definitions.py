"""How a function becomes an activation of layers: by a decorator that says its derivative, beside the function itself.

At a kink the derivative is that of one side, the one that Keras has on JAX: for relu, relu6, hard_sigmoid, hard_silu,
hard_shrink and soft_shrink the side that is constant (of hard_silu: 0 at -3, 1 at 3), for hard_tanh and leaky_relu that
of slope 1, for selu that of slope scale * alpha. Where JAX has the mean of both sides, sparse_sigmoid has 0, as
hard_sigmoid. Derivatives are those of the functions with the defaults of their other arguments.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from .._internal.arrays import Array
from .._internal.registry import Registry

Function: TypeAlias = Callable[..., Array]
Decorated = TypeVar("Decorated", bound=Function)

registry: Registry[Function] = Registry("activation")


class Backward(NamedTuple):
    """The way back through an activation."""

    function: Callable[[Array, Array, Array], Array]
    """``function(d_y, x, y)`` gives the gradient with respect to x from the one with respect to y."""
    elementwise: bool
    """Whether each element is for itself, so that a cell can have the activation."""


backward: dict[str, Backward] = {}
"""That of each activation of layers, by the core's name."""


def elementwise(slope: Callable[[Array, Array], Any], *aliases: str) -> Callable[[Decorated], Decorated]:
    """Return the decorator of a function y = f(x) with the derivative ``slope(x, y)``; True and False are 1 and 0."""
    return _activation(Backward(lambda d_y, x, y: d_y * np.asarray(slope(x, y), x.dtype), True), aliases)


def of_rows(function: Callable[[Array, Array, Array], Array]) -> Callable[[Decorated], Decorated]:
    """Return the decorator of an activation of the last axis as a whole, with its ``Backward.function``."""
    return _activation(Backward(function, False), ())


def _activation(way_back: Backward, aliases: tuple[str, ...]) -> Callable[[Decorated], Decorated]:
    def enter(function: Decorated) -> Decorated:
        backward[function.__name__] = way_back
        return registry.register(*aliases)(function)

    return enter
