"""Activation functions and their backward passes: those of Keras 3, with its default parameters.

`ELEMENTWISE_ACTIVATIONS` holds what a cell can take; `ACTIVATIONS` adds the four that mix the elements of the last axis
(softmax, log_softmax, sparsemax, glu) and belong above a dense layer.

The functions are those of `fastlstm.activations`, which are plain NumPy as well, with their formulas, sources and
derivatives side by side; a second version here would repeat the same lines. They can serve as an oracle because they
are independent of the kernels, and because tests compare them and their derivatives with Keras on JAX.

No function overflows on its way to a finite result, and none warns. NaN stays NaN; at infinity the value is that of the
formula, which is NaN for the product of infinity and 0 and for the quotient of two infinities.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..activations._definitions import definitions, registry
from ._arrays import FloatArray


class Activation(NamedTuple):
    """A function y = f(x) and its backward pass.

    Attributes
    ----------
    forward : callable
        ``forward(x)`` returns y.
    backward : callable
        ``backward(d_y, x, y)`` returns the gradient with respect to x, given that with respect to y.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([-1.0, 2.0])
    >>> relu = ACTIVATIONS["relu"]
    >>> y = relu.forward(x)
    >>> y.tolist(), relu.backward(np.ones(2), x, y).tolist()
    ([0.0, 2.0], [0.0, 1.0])
    """

    forward: Callable[[FloatArray], FloatArray]
    backward: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


# No warnings: an overflow to Inf or 0 is what the formula means, and Inf * 0 is NaN.
_silent = np.errstate(over="ignore", invalid="ignore")


ACTIVATIONS = {
    name: Activation(function, _silent(definitions[function.__name__].backward))
    for name, function in sorted(registry.names.items())
    if function.__name__ in definitions
}
ELEMENTWISE_ACTIVATIONS = {
    name: activation
    for name, activation in ACTIVATIONS.items()
    if definitions[registry.names[name].__name__].elementwise
}
