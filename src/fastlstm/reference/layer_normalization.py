r"""Layer normalization over the last axis, and its gradients.

For each row x of D features, with :math:`\mu` its mean, :math:`v` its (biased) variance and elementwise products:

.. math::

    n = \frac{x - \mu}{\sqrt{v + \varepsilon}} \qquad y = \gamma n + \beta

Backward. Write :math:`\bar v` for the gradient of the loss with respect to v and :math:`\langle v \rangle` for the mean
over the row. Adding a constant to x, or a multiple of n, does not change n, up to :math:`\varepsilon`. The gradient
therefore has no component in these two directions:

.. math::

    \bar n = \gamma \bar y \qquad
    \bar x = \frac{\bar n - \langle \bar n \rangle - n \langle n \bar n \rangle}{\sqrt{v + \varepsilon}} \qquad
    \bar\gamma = \sum_\text{rows} n \bar y \qquad \bar\beta = \sum_\text{rows} \bar y

Source: J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization", arXiv 1607.06450, 2016. The default of
:math:`\varepsilon` is that of Keras 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .._internal.checks import number
from ._arrays import FloatArray, check_array


@dataclass(frozen=True)
class LayerNormalizationSaved:
    """What `layer_normalization_forward` saves for `layer_normalization_backward`.

    Attributes
    ----------
    gamma : ndarray (D,)
        The scale.
    normalized : ndarray (..., D)
        The normalized rows n.
    scale : ndarray (..., 1)
        1 / √(v + ε) of each row, with its variance v.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, saved = layer_normalization_forward(np.array([[1.0, 3.0]]), epsilon=0.0)
    >>> saved.scale
    array([[1.]])
    """

    gamma: FloatArray
    normalized: FloatArray
    scale: FloatArray


class LayerNormalizationGradients(NamedTuple):
    """Gradients of the loss with respect to the inputs and weights of a layer normalization.

    Attributes
    ----------
    x : ndarray (..., D)
        Gradient with respect to the inputs.
    gamma, beta : ndarray (D,)
        Gradients with respect to the scale and the shift.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, saved = layer_normalization_forward(np.array([[1.0, 3.0]]), epsilon=0.0)
    >>> layer_normalization_backward(saved, np.ones_like(outputs)).gamma
    array([-1.,  1.])
    """

    x: FloatArray
    gamma: FloatArray
    beta: FloatArray


def layer_normalization_forward(
    x: FloatArray, gamma: FloatArray | None = None, beta: FloatArray | None = None, *, epsilon: float = 1e-3
) -> tuple[FloatArray, LayerNormalizationSaved]:
    """Normalize the last axis to mean 0 and variance 1, then scale and shift it.

    Parameters
    ----------
    x : ndarray (..., D)
        Inputs, float32 or float64. All other arrays have the same dtype.
    gamma : ndarray (D,), optional
        The scale. None means ones (Keras's ``scale=False``).
    beta : ndarray (D,), optional
        The shift. None means zeros (Keras's ``center=False``).
    epsilon : float
        Added to the variance.

    Returns
    -------
    outputs : ndarray (..., D)
        The normalized, scaled and shifted inputs.
    saved : LayerNormalizationSaved
        The argument of `layer_normalization_backward`.

    Raises
    ------
    ValueError
        If a shape or a value does not fit.
    TypeError
        If an array does not hold floats, or its dtype differs from that of x.

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization", arXiv 1607.06450, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, saved = layer_normalization_forward(np.array([[1.0, 3.0]]), epsilon=0.0)
    >>> outputs
    array([[-1.,  1.]])
    """
    check_array("x", x, (None,) * max(np.ndim(x), 1), "(..., D)")
    features = x.shape[-1]
    gamma = np.ones(features, x.dtype) if gamma is None else gamma
    beta = np.zeros(features, x.dtype) if beta is None else beta
    check_array("gamma", gamma, (features,), "(D,)", like=x)
    check_array("beta", beta, (features,), "(D,)", like=x)
    epsilon = number("epsilon", epsilon, 0)
    scale = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + epsilon)
    normalized = (x - x.mean(axis=-1, keepdims=True)) * scale
    return normalized * gamma + beta, LayerNormalizationSaved(gamma, normalized, scale)


def layer_normalization_backward(saved: LayerNormalizationSaved, d_outputs: FloatArray) -> LayerNormalizationGradients:
    """Compute the gradients of a layer normalization.

    Parameters
    ----------
    saved : LayerNormalizationSaved
        From `layer_normalization_forward`. It is not changed.
    d_outputs : ndarray (..., D)
        Gradient of the loss with respect to the outputs.

    Returns
    -------
    LayerNormalizationGradients
        Gradients with respect to x, gamma and beta, in the shapes of these.

    Raises
    ------
    ValueError, TypeError
        If `d_outputs` differs from the outputs in shape or dtype.

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization", arXiv 1607.06450, 2016; the derivation is in the
    module's docstring.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, saved = layer_normalization_forward(np.array([[1.0, 3.0]]))
    >>> layer_normalization_backward(saved, np.ones_like(outputs)).beta
    array([1., 1.])
    """
    n = saved.normalized
    check_array("d_outputs", d_outputs, n.shape, "(..., D)", like=n)
    dn = d_outputs * saved.gamma
    along = (n * dn).mean(axis=-1, keepdims=True)
    rows = tuple(range(n.ndim - 1))
    return LayerNormalizationGradients(
        x=saved.scale * (dn - dn.mean(axis=-1, keepdims=True) - n * along),
        gamma=(n * d_outputs).sum(axis=rows),
        beta=d_outputs.sum(axis=rows),
    )
