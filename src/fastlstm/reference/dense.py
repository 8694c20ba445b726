"""The dense layer: y = f(x K + b), on the last axis of x, and its gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .._internal.names import lookup
from ._arrays import FloatArray, check_array
from .activations import ACTIVATIONS


@dataclass(frozen=True)
class DenseSaved:
    """What `dense_forward` saves for `dense_backward`.

    Attributes
    ----------
    x : ndarray (..., D)
        Inputs.
    kernel : ndarray (D, O)
        Weights.
    activation : str
        Name of the activation.
    z : ndarray (..., O)
        x K + b.
    outputs : ndarray (..., O)
        Outputs of the layer; half as wide for glu.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, saved = dense_forward(np.ones((2, 3)), np.ones((3, 4)), activation="relu")
    >>> saved.activation, saved.z.shape
    ('relu', (2, 4))
    """

    x: FloatArray
    kernel: FloatArray
    activation: str
    z: FloatArray
    outputs: FloatArray


class DenseGradients(NamedTuple):
    """Gradients of the loss with respect to the inputs and weights of a dense layer.

    Attributes
    ----------
    x : ndarray (..., D)
        Gradient with respect to the inputs.
    kernel : ndarray (D, O)
        Gradient with respect to the kernel.
    bias : ndarray (O,)
        Gradient with respect to the bias.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, saved = dense_forward(np.ones((2, 3)), np.ones((3, 4)))
    >>> gradients = dense_backward(saved, np.ones_like(outputs))
    >>> gradients._fields, gradients.kernel.shape
    (('x', 'kernel', 'bias'), (3, 4))
    """

    x: FloatArray
    kernel: FloatArray
    bias: FloatArray


def dense_forward(
    x: FloatArray, kernel: FloatArray, bias: FloatArray | None = None, *, activation: str = "linear"
) -> tuple[FloatArray, DenseSaved]:
    """Apply a dense layer to the last axis.

    Parameters
    ----------
    x : ndarray (..., D)
        Inputs, float32 or float64. All other arrays have the same dtype.
    kernel : ndarray (D, O)
        Weights.
    bias : ndarray (O,), optional
        None means zeros.
    activation : str
        A name in `ACTIVATIONS`. Softmax and the like act on the last axis; glu halves it.

    Returns
    -------
    outputs : ndarray (..., O)
        f(x K + b), half as wide for glu.
    saved : DenseSaved
        The argument of `dense_backward`.

    Raises
    ------
    ValueError
        If a shape does not fit, or an activation is unknown.
    TypeError
        If an array does not hold floats, or its dtype differs from that of x.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, saved = dense_forward(np.ones((2, 3)), np.ones((3, 4)), activation="softmax")
    >>> outputs
    array([[0.25, 0.25, 0.25, 0.25],
           [0.25, 0.25, 0.25, 0.25]])
    """
    check_array("kernel", kernel, (None, None), "(D, O)")
    features, units = kernel.shape
    check_array("x", x, (*[None] * max(np.ndim(x) - 1, 0), features), "(..., D)", like=kernel)
    if bias is None:
        bias = np.zeros(units, x.dtype)
    check_array("bias", bias, (units,), "(O,)", like=x)
    z = x @ kernel + bias
    outputs = lookup("activation", activation, ACTIVATIONS).forward(z)
    return outputs, DenseSaved(x, kernel, activation, z, outputs.copy())


def dense_backward(saved: DenseSaved, d_outputs: FloatArray) -> DenseGradients:
    """Compute the gradients of a dense layer.

    Parameters
    ----------
    saved : DenseSaved
        From `dense_forward`. It is not changed.
    d_outputs : ndarray (..., O)
        Gradient of the loss with respect to the outputs.

    Returns
    -------
    DenseGradients
        Gradients with respect to x, kernel and bias, in the shapes of these.

    Raises
    ------
    ValueError, TypeError
        If `d_outputs` differs from the outputs in shape or dtype.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, saved = dense_forward(np.ones((2, 3)), np.ones((3, 4)))
    >>> dense_backward(saved, np.ones_like(outputs)).bias
    array([2., 2., 2., 2.])
    """
    check_array("d_outputs", d_outputs, saved.outputs.shape, "(..., O)", like=saved.x)
    dz = ACTIVATIONS[saved.activation].backward(d_outputs, saved.z, saved.outputs)
    features, units = saved.kernel.shape
    rows = dz.reshape(-1, units)
    return DenseGradients(dz @ saved.kernel.T, saved.x.reshape(-1, features).T @ rows, rows.sum(axis=0))
