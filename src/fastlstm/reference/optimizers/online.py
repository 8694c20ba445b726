r"""FTRL and schedule-free AdamW: weights that are a function of sums over all steps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._arrays import FloatArray, check_array

__all__ = ["FtrlSlots", "ScheduleFreeSlots", "ftrl_step", "schedule_free_adamw_step"]


class FtrlSlots(NamedTuple):
    """The slots of FTRL.

    Attributes
    ----------
    squares, linear : ndarray
        Sums, in the shape of the variable.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = ftrl_step(np.array([0.0]), np.array([2.0]), initial_accumulator_value=0.0)
    >>> slots.squares, slots.linear
    (array([4.]), array([2.]))
    """

    squares: FloatArray
    linear: FloatArray


class ScheduleFreeSlots(NamedTuple):
    """The slots of schedule-free AdamW.

    Attributes
    ----------
    iterations : int
        Number of steps made.
    m, v : ndarray
        Where the steps lead, and the second moment, in the shape of the variable.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = schedule_free_adamw_step(np.array([1.0]), np.array([4.0]), learning_rate=0.5)
    >>> slots.iterations, slots.m.round(6)
    (1, array([0.5]))
    """

    iterations: int
    m: FloatArray
    v: FloatArray


def ftrl_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: FtrlSlots | None = None,
    *,
    learning_rate: float = 0.001,
    learning_rate_power: float = -0.5,
    initial_accumulator_value: float = 0.1,
    l1_regularization_strength: float = 0.0,
    l2_regularization_strength: float = 0.0,
    l2_shrinkage_regularization_strength: float = 0.0,
    beta: float = 0.0,
) -> tuple[FloatArray, FtrlSlots]:
    r"""Take a step of FTRL-proximal, with p the negative of `learning_rate_power`.

    .. math::

        z &\leftarrow z + g + 2 s w - \frac{(a + g^2)^p - a^p}{\eta} w \qquad a \leftarrow a + g^2 \\
        w &= \frac{\operatorname{clip}(z, -l_1, l_1) - z}{a^p / \eta + 2 l_2 + \beta / \eta}

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : FtrlSlots, optional
        What the previous step returned. None for the first step.
    learning_rate, learning_rate_power, beta : float
        As above.
    initial_accumulator_value : float
        a before the first step.
    l1_regularization_strength, l2_regularization_strength : float
        :math:`l_1` and :math:`l_2`.
    l2_shrinkage_regularization_strength : float
        s.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : FtrlSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    H. B. McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = ftrl_step(np.array([0.0]), np.array([2.0]), learning_rate=0.5, initial_accumulator_value=0.0)
    >>> w
    array([-0.5])
    """
    check_array("gradient", gradient, np.shape(variable), "that of the variable", like=variable)
    if slots is None:
        slots = FtrlSlots(np.full_like(variable, initial_accumulator_value), np.zeros_like(variable))
    a, z = slots
    now = a + gradient**2
    pull = (now**-learning_rate_power - a**-learning_rate_power) / learning_rate
    z = z + gradient + 2 * l2_shrinkage_regularization_strength * variable - pull * variable
    stiffness = now**-learning_rate_power / learning_rate + 2 * l2_regularization_strength + beta / learning_rate
    clipped = np.clip(z, -l1_regularization_strength, l1_regularization_strength)
    return (clipped - z) / stiffness, FtrlSlots(now, z)


def schedule_free_adamw_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: ScheduleFreeSlots | None = None,
    *,
    learning_rate: float = 0.0025,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
    warmup_steps: int = 0,
) -> tuple[FloatArray, ScheduleFreeSlots]:
    r"""Take a step of schedule-free AdamW, number t.

    .. math::

        x &= \frac{w - (1 - \beta_1) m}{\beta_1} \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        m &\leftarrow m - \eta \min\left(1, \frac t {\text{warmup}}\right)
        \frac{g}{\sqrt{v / (1 - \beta_2^t)} + \epsilon} \\
        w &= (1 - \beta_1) m + \beta_1 \left(x + \frac{m - x} t\right)

    m starts as w.

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : ScheduleFreeSlots, optional
        What the previous step returned. None for the first step.
    learning_rate, beta_1, beta_2, epsilon : float
        As above.
    warmup_steps : int
        Steps until the full rate.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : ScheduleFreeSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    A. Defazio et al., "The road less scheduled", NeurIPS 2024.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = schedule_free_adamw_step(np.array([1.0]), np.array([4.0]), learning_rate=0.5)
    >>> w.round(6)
    array([0.5])
    """
    check_array("gradient", gradient, np.shape(variable), "that of the variable", like=variable)
    t, m, v = slots or ScheduleFreeSlots(0, variable, np.zeros_like(variable))
    t += 1
    x = (variable - (1 - beta_1) * m) / beta_1
    v = beta_2 * v + (1 - beta_2) * gradient**2
    rate = learning_rate * (min(t / warmup_steps, 1.0) if warmup_steps else 1.0)
    m = m - rate * gradient / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
    return (1 - beta_1) * m + beta_1 * (x + (m - x) / t), ScheduleFreeSlots(t, m, v)
