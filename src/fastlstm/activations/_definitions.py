"""How a function becomes an activation of layers: by a decorator with its derivative and its form in ONNX.

At a kink the derivative is that of one side, the one that Keras has on JAX: for relu, relu6, hard_sigmoid, hard_silu,
hard_shrink and soft_shrink the side that is constant (of hard_silu: 0 at -3, 1 at 3), for hard_tanh and leaky_relu that
of slope 1, for selu that of slope scale * alpha. Where JAX has the mean of both sides, sparse_sigmoid has 0, as
hard_sigmoid. Derivatives are those of the functions with the defaults of their other arguments.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from .._internal.arrays import Array
from .._internal.registry import Registry
from .._internal.tape import is_traced, with_backward

Function: TypeAlias = Callable[..., Array]
Decorated = TypeVar("Decorated", bound=Function)

registry: Registry[Function] = Registry("activation")


class Operator(NamedTuple):
    """One operator of ONNX that computes an activation."""

    name: str
    attributes: Mapping[str, float] = {}
    """Attributes in the order in which recurrent nodes take them (alpha, beta)."""
    constants: tuple[float, ...] = ()
    """Its other inputs."""


Expression: TypeAlias = Callable[[Any], Any]
"""An activation of a tensor in several operators of ONNX.

It takes a `Symbol` of `fastlstm.integrations.onnx`, which has arithmetic and ``apply(operator, ...)``, and returns one.
"""


class Definition(NamedTuple):
    """What an activation of layers has in addition to its function."""

    backward: Callable[[Array, Array, Array], Array]
    """``backward(d_y, x, y)`` returns the gradient with respect to x, given that with respect to y."""
    elementwise: bool
    """Whether each element of y depends on one element of x, so that a cell can have the activation."""
    onnx: Operator | Expression | None
    """Its form in ONNX; None if it cannot be exported."""


definitions: dict[str, Definition] = {}
"""That of each activation of layers, by the core's name."""

LAYERS: dict[str, tuple[str, dict[str, Any]]] = {
    "LeakyReLU": ("LeakyReLU", {}),
    "PReLU": ("PReLU", {}),
    "ThresholdedReLU": ("ReLU", {"threshold": 1.0}),
}
"""Layers with arguments or weights that Keras 2 makes of these names of activations: class and arguments."""


def elementwise(
    slope: Callable[[Array, Array], Any], *aliases: str, onnx: Operator | Expression | None = None
) -> Callable[[Decorated], Decorated]:
    """Return the decorator of a function y = f(x) with the derivative ``slope(x, y)``; True and False are 1 and 0."""
    return _activation(Definition(lambda d_y, x, y: d_y * _of_dtype(slope(x, y), x.dtype), True, onnx), aliases)


def _of_dtype(slope: Any, dtype: Any) -> Any:
    return slope.astype(dtype) if is_traced(slope) else np.asarray(slope, dtype)


def of_rows(
    backward: Callable[[Array, Array, Array], Array], *, onnx: Operator | Expression | None = None
) -> Callable[[Decorated], Decorated]:
    """Return the decorator of an activation of the last axis as a whole, with its `Definition.backward`."""
    return _activation(Definition(backward, False, onnx), ())


def _activation(definition: Definition, aliases: tuple[str, ...]) -> Callable[[Decorated], Decorated]:
    def enter(function: Decorated) -> Decorated:
        definitions[function.__name__] = definition
        return registry.register(*aliases)(with_backward(definition.backward)(function))

    return enter
