r"""Optimizers, one update of one variable, in the forms Keras 3 gives them.

Every function takes a variable w, its gradient g and the slots that it returned last time (None at the first step),
and returns the new w and the new slots. Nothing is changed in place. :math:`\eta` is the learning rate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._arrays import FloatArray, check_array


class AdamSlots(NamedTuple):
    """Steps taken, first and second moment, and the largest second moment so far (used by amsgrad)."""

    iterations: int
    m: FloatArray
    v: FloatArray
    v_max: FloatArray


class RMSpropSlots(NamedTuple):
    """Running mean of g², velocity, and running mean of g (used when centered)."""

    mean_square: FloatArray
    velocity: FloatArray
    mean: FloatArray


def sgd_step(
    variable: FloatArray,
    gradient: FloatArray,
    velocity: FloatArray | None = None,
    *,
    learning_rate: float = 0.01,
    momentum: float = 0.0,
    nesterov: bool = False,
) -> tuple[FloatArray, FloatArray]:
    r"""Take a step of gradient descent with momentum.

    .. math::

        m &\leftarrow \mu m - \eta g \\
        w &\leftarrow w + m \quad\text{or, with Nesterov momentum,}\quad w \leftarrow w + \mu m - \eta g

    Parameters
    ----------
    variable, gradient : ndarray
        Of one shape and dtype.
    velocity : ndarray, optional
        m as returned by the step before.
    learning_rate, momentum : float
        :math:`\eta` and :math:`\mu`.
    nesterov : bool
        Look ahead along the velocity.

    Returns
    -------
    variable, velocity : ndarray

    Raises
    ------
    ValueError, TypeError
        Shapes or dtypes that differ.

    References
    ----------
    B. T. Polyak (1964); Y. Nesterov (1983), in the form of Sutskever et al., ICML 2013.

    Examples
    --------
    >>> import numpy as np
    >>> w, velocity = sgd_step(np.array([1.0]), np.array([2.0]), learning_rate=0.25)
    >>> w
    array([0.5])
    """
    check_array("gradient", gradient, variable.shape, "variable's", like=variable)
    velocity = np.zeros_like(variable) if velocity is None else velocity
    velocity = momentum * velocity - learning_rate * gradient
    if nesterov:
        return variable + momentum * velocity - learning_rate * gradient, velocity
    return variable + velocity, velocity


def adam_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: AdamSlots | None = None,
    *,
    learning_rate: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
    amsgrad: bool = False,
) -> tuple[FloatArray, AdamSlots]:
    r"""Take a step of Adam, number t.

    .. math::

        m &\leftarrow \beta_1 m + (1 - \beta_1) g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        w &\leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m}{\sqrt{v} + \epsilon}

    With amsgrad, the largest v so far takes the place of v in the last line.

    Parameters
    ----------
    variable, gradient : ndarray
        Of one shape and dtype.
    slots : AdamSlots, optional
        As returned by the step before.
    learning_rate, beta_1, beta_2, epsilon : float
        As in the equations.
    amsgrad : bool
        Never let the denominator shrink.

    Returns
    -------
    variable : ndarray
    slots : AdamSlots

    Raises
    ------
    ValueError, TypeError
        Shapes or dtypes that differ.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam", ICLR 2015, the form just before section 2.1 ("epsilon hat"); amsgrad: S. J. Reddi,
    S. Kale and S. Kumar, ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = adam_step(np.array([1.0]), np.array([4.0]), learning_rate=0.5)
    >>> w.round(4), slots.iterations
    (array([0.5]), 1)
    """
    check_array("gradient", gradient, variable.shape, "variable's", like=variable)
    zeros = np.zeros_like(variable)
    t, m, v, v_max = slots or AdamSlots(0, zeros, zeros, zeros)
    t += 1
    m = m + (1 - beta_1) * (gradient - m)
    v = v + (1 - beta_2) * (gradient**2 - v)
    v_max = np.maximum(v_max, v)
    alpha = learning_rate * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    variable = variable - alpha * m / (np.sqrt(v_max if amsgrad else v) + epsilon)
    return variable, AdamSlots(t, m, v, v_max)


def rmsprop_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: RMSpropSlots | None = None,
    *,
    learning_rate: float = 0.001,
    rho: float = 0.9,
    momentum: float = 0.0,
    epsilon: float = 1e-7,
    centered: bool = False,
) -> tuple[FloatArray, RMSpropSlots]:
    r"""Take a step of RMSprop.

    .. math::

        v &\leftarrow \rho v + (1 - \rho) g^2 \qquad a \leftarrow \rho a + (1 - \rho) g \\
        m &\leftarrow \mu m + \frac{\eta g}{\sqrt{v + \epsilon}} \qquad w \leftarrow w - m

    When centered, :math:`v - a^2` takes the place of v in the last line.

    Parameters
    ----------
    variable, gradient : ndarray
        Of one shape and dtype.
    slots : RMSpropSlots, optional
        As returned by the step before.
    learning_rate, rho, momentum, epsilon : float
        :math:`\eta, \rho, \mu, \epsilon`.
    centered : bool
        Divide by an estimate of the variance rather than of the second moment.

    Returns
    -------
    variable : ndarray
    slots : RMSpropSlots

    Raises
    ------
    ValueError, TypeError
        Shapes or dtypes that differ.

    References
    ----------
    T. Tieleman and G. Hinton, Coursera lecture 6.5, 2012; momentum and centering: A. Graves, arXiv 1308.0850,
    equations 38 to 45.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = rmsprop_step(np.array([1.0]), np.array([4.0]), learning_rate=0.5, rho=0.75)
    >>> w.round(4)
    array([0.])
    """
    check_array("gradient", gradient, variable.shape, "variable's", like=variable)
    zeros = np.zeros_like(variable)
    mean_square, velocity, mean = slots or RMSpropSlots(zeros, zeros, zeros)
    mean_square = rho * mean_square + (1 - rho) * gradient**2
    mean = rho * mean + (1 - rho) * gradient
    # Rounding may make the variance negative.
    denominator = np.maximum(mean_square - mean**2, 0) if centered else mean_square
    velocity = momentum * velocity + learning_rate * gradient / np.sqrt(denominator + epsilon)
    return variable - velocity, RMSpropSlots(mean_square, velocity, mean)
