r"""Adam, Nadam and Adamax: bias-corrected averages of the gradient and of its size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._arrays import FloatArray, check_array

__all__ = ["AdamSlots", "AdamaxSlots", "NadamSlots", "adam_step", "adamax_step", "nadam_step"]


class AdamSlots(NamedTuple):
    """The slots of Adam.

    Attributes
    ----------
    iterations : int
        Number of steps made.
    m, v : ndarray
        First and second moment, in the shape of the variable.
    v_max : ndarray
        The largest second moment so far, for amsgrad.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = adam_step(np.array([1.0]), np.array([4.0]))
    >>> slots.iterations, slots.m.round(4)
    (1, array([0.4]))
    """

    iterations: int
    m: FloatArray
    v: FloatArray
    v_max: FloatArray


class NadamSlots(NamedTuple):
    """The slots of Nadam.

    Attributes
    ----------
    iterations : int
        Number of steps made.
    m, v : ndarray
        First and second moment, in the shape of the variable.
    product : float
        The product of the momenta so far.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = nadam_step(np.array([1.0]), np.array([4.0]))
    >>> slots.iterations, slots.m.round(4)
    (1, array([0.4]))
    """

    iterations: int
    m: FloatArray
    v: FloatArray
    product: float


class AdamaxSlots(NamedTuple):
    """The slots of Adamax.

    Attributes
    ----------
    iterations : int
        Number of steps made.
    m : ndarray
        First moment, in the shape of the variable.
    u : ndarray
        The decaying maximum of the gradient's absolute value.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = adamax_step(np.array([1.0]), np.array([-4.0]))
    >>> slots.iterations, slots.u
    (1, array([4.]))
    """

    iterations: int
    m: FloatArray
    u: FloatArray


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

    With amsgrad, the largest v so far replaces v in the last line.

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : AdamSlots, optional
        Slots that the previous step returned. None for the first step.
    learning_rate, beta_1, beta_2, epsilon : float
        :math:`\eta, \beta_1, \beta_2, \epsilon`.
    amsgrad : bool
        Whether the denominator never decreases.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : AdamSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

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


def nadam_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: NadamSlots | None = None,
    *,
    learning_rate: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
) -> tuple[FloatArray, NadamSlots]:
    r"""Take a step of Nadam, number t.

    .. math::

        \mu_t &= \beta_1 \left(1 - \tfrac{1}{2} 0.96^t\right) \qquad M_t = \prod_{i \le t} \mu_i \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        \hat m &= \frac{\mu_{t+1} m}{1 - M_{t+1}} + \frac{(1 - \mu_t) g}{1 - M_t} \qquad
        w \leftarrow w - \eta \frac{\hat m}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : NadamSlots, optional
        Slots that the previous step returned. None for the first step.
    learning_rate, beta_1, beta_2, epsilon : float
        :math:`\eta, \beta_1, \beta_2, \epsilon`.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : NadamSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = nadam_step(np.array([1.0]), np.array([4.0]), learning_rate=0.5)
    >>> slots.iterations, round(slots.product, 3)
    (1, 0.468)
    """
    check_array("gradient", gradient, variable.shape, "variable's", like=variable)
    zeros = np.zeros_like(variable)
    t, m, v, product = slots or NadamSlots(0, zeros, zeros, 1.0)
    t += 1
    momentum, next_momentum = (beta_1 * (1 - 0.5 * 0.96**i) for i in (t, t + 1))
    product *= momentum
    m = m + (1 - beta_1) * (gradient - m)
    v = v + (1 - beta_2) * (gradient**2 - v)
    ahead = next_momentum * m / (1 - product * next_momentum) + (1 - momentum) * gradient / (1 - product)
    variable = variable - learning_rate * ahead / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
    return variable, NadamSlots(t, m, v, product)


def adamax_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: AdamaxSlots | None = None,
    *,
    learning_rate: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
) -> tuple[FloatArray, AdamaxSlots]:
    r"""Take a step of Adamax, number t.

    .. math::

        m \leftarrow \beta_1 m + (1 - \beta_1) g \qquad u \leftarrow \max(\beta_2 u, |g|) \qquad
        w \leftarrow w - \frac{\eta}{1 - \beta_1^t} \frac{m}{u + \epsilon}

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : AdamaxSlots, optional
        Slots that the previous step returned. None for the first step.
    learning_rate, beta_1, beta_2, epsilon : float
        :math:`\eta, \beta_1, \beta_2, \epsilon`.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : AdamaxSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam", ICLR 2015, section 7.1.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = adamax_step(np.array([1.0]), np.array([4.0]), learning_rate=0.5)
    >>> w.round(4), slots.u
    (array([0.5]), array([4.]))
    """
    check_array("gradient", gradient, variable.shape, "variable's", like=variable)
    zeros = np.zeros_like(variable)
    t, m, u = slots or AdamaxSlots(0, zeros, zeros)
    t += 1
    m = m + (1 - beta_1) * (gradient - m)
    u = np.maximum(beta_2 * u, np.abs(gradient))
    variable = variable - learning_rate * m / ((1 - beta_1**t) * (u + epsilon))
    return variable, AdamaxSlots(t, m, u)
