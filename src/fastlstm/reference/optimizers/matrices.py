r"""Lamb, Adafactor and Muon: steps that depend on norms, rows and columns, or singular values of the whole variable."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._arrays import FloatArray, check_array
from .adam import AdamSlots, adam_step

__all__ = ["AdafactorSlots", "LambSlots", "adafactor_step", "lamb_step", "muon_step"]


class LambSlots(NamedTuple):
    """The slots of Lamb.

    Attributes
    ----------
    iterations : int
        Number of steps made.
    m, v : ndarray
        First and second moment, in the shape of the variable.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = lamb_step(np.array([1.0]), np.array([4.0]))
    >>> slots.iterations, slots.m.round(4)
    (1, array([0.4]))
    """

    iterations: int
    m: FloatArray
    v: FloatArray


class AdafactorSlots(NamedTuple):
    """The slots of Adafactor.

    Attributes
    ----------
    iterations : int
        Number of steps made.
    row, column : ndarray
        Averages of squares over the last axis and over the one before it; of vectors, empty.
    v : ndarray
        What is known of each square, in the shape of the variable.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = adafactor_step(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    >>> slots.row, slots.column
    (array([12.5]), array([ 9., 16.]))
    """

    iterations: int
    row: FloatArray
    column: FloatArray
    v: FloatArray


def lamb_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: LambSlots | None = None,
    *,
    learning_rate: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
) -> tuple[FloatArray, LambSlots]:
    r"""Take a step of Lamb, number t.

    .. math::

        m &\leftarrow \beta_1 m + (1 - \beta_1) g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        u &= \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon} \qquad
        w \leftarrow w - \eta \frac{\lVert w \rVert}{\lVert u \rVert} u

    Where a norm is zero, its quotient is 1.

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : LambSlots, optional
        What the previous step returned. None for the first step.
    learning_rate, beta_1, beta_2, epsilon : float
        As above.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : LambSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = lamb_step(np.array([2.0]), np.array([4.0]), learning_rate=0.25)
    >>> w.round(6)
    array([1.5])
    """
    check_array("gradient", gradient, np.shape(variable), "that of the variable", like=variable)
    t, m, v = slots or LambSlots(0, np.zeros_like(variable), np.zeros_like(variable))
    t += 1
    m, v = beta_1 * m + (1 - beta_1) * gradient, beta_2 * v + (1 - beta_2) * gradient**2
    u = m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
    length, step = np.sqrt((variable**2).sum()), np.sqrt((u**2).sum())
    ratio = length / step if length > 0 and step > 0 else 1.0
    return variable - learning_rate * ratio * u, LambSlots(t, m, v)


def adafactor_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: AdafactorSlots | None = None,
    *,
    learning_rate: float = 0.001,
    beta_2_decay: float = -0.8,
    epsilon_1: float = 1e-30,
    epsilon_2: float = 1e-3,
    clip_threshold: float = 1.0,
) -> tuple[FloatArray, AdafactorSlots]:
    r"""Take a step of Adafactor, number t, with :math:`\beta = 1 - t^d`.

    .. math::

        r &\leftarrow \beta r + (1 - \beta) \operatorname{mean}_\text{columns}(g^2 + \epsilon_1) \qquad
        c \leftarrow \beta c + (1 - \beta) \operatorname{mean}_\text{rows}(g^2 + \epsilon_1) \\
        v &= r c / \operatorname{mean}(r) \qquad u = g / \sqrt{v} \\
        w &\leftarrow w - \max(\epsilon_2, \operatorname{rms}(w)) \min(\eta, 1/\sqrt t)
        \frac{u}{\max(1, \operatorname{rms}(u) / \text{threshold})}

    Of a vector, v itself is the average of the squares.

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : AdafactorSlots, optional
        What the previous step returned. None for the first step.
    learning_rate, epsilon_1, epsilon_2, clip_threshold : float
        As above.
    beta_2_decay : float
        d.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : AdafactorSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    N. Shazeer and M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = adafactor_step(np.array([2.0]), np.array([4.0]), learning_rate=0.25)
    >>> w
    array([1.5])
    """
    check_array("gradient", gradient, np.shape(variable), "that of the variable", like=variable)
    squares = gradient**2 + epsilon_1
    is_matrix = variable.ndim > 1
    if slots is None:
        empty = np.zeros(0, variable.dtype)
        row, column = (np.zeros_like(squares.mean(axis=axis)) if is_matrix else empty for axis in (-1, -2))
        slots = AdafactorSlots(0, row, column, np.zeros_like(variable))
    t, row, column, v = slots
    t += 1
    beta = 1 - float(t) ** beta_2_decay
    if is_matrix:
        row = beta * row + (1 - beta) * squares.mean(axis=-1)
        column = beta * column + (1 - beta) * squares.mean(axis=-2)
        v = (row / row.mean(axis=-1, keepdims=True))[..., None] * column[..., None, :]
    else:
        v = beta * v + (1 - beta) * squares
    u = gradient / np.sqrt(v)
    size = max(epsilon_2, float(np.sqrt((variable**2).mean()))) * min(learning_rate, 1 / np.sqrt(t))
    return variable - size * u / max(1.0, np.sqrt((u**2).mean()) / clip_threshold), AdafactorSlots(t, row, column, v)


def muon_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: FloatArray | AdamSlots | None = None,
    *,
    learning_rate: float = 0.001,
    adam_beta_1: float = 0.9,
    adam_beta_2: float = 0.999,
    epsilon: float = 1e-7,
    muon_a: float = 3.4445,
    muon_b: float = -4.775,
    muon_c: float = 2.0315,
    adam_lr_ratio: float = 1.0,
    momentum: float = 0.95,
    ns_steps: int = 5,
    nesterov: bool = True,
    rms_rate: float | None = 0.2,
) -> tuple[FloatArray, FloatArray | AdamSlots]:
    r"""Take a step of Muon for a matrix, and of Adam for any other variable.

    .. math::

        m &\leftarrow \mu m + g \qquad X_0 = \frac{d}{\lVert d \rVert + 10^{-7}}
        \quad\text{with}\quad d = m \text{ or } g + \mu m \\
        X_{i+1} &= a X_i + (b A + c A^2) X_i \quad\text{with}\quad A = X_i X_i^\top \\
        w &\leftarrow w - \eta \rho \sqrt{\max(\text{rows}, \text{columns})}\, X

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : ndarray or AdamSlots, optional
        What the previous step returned. None for the first step.
    learning_rate, muon_a, muon_b, muon_c, momentum : float
        As above.
    adam_beta_1, adam_beta_2, epsilon, adam_lr_ratio : float
        Those of Adam, whose learning rate is `adam_lr_ratio` times the other.
    ns_steps : int
        The number of matrices after the first.
    nesterov : bool
        Whether the direction looks ahead.
    rms_rate : float, optional
        :math:`\rho`. None: the last factors are left out.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : ndarray or AdamSlots
        m, or the slots of Adam.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.

    Examples
    --------
    >>> import numpy as np
    >>> w, m = muon_step(np.zeros((2, 2)), np.diag([4.0, 1.0]), rms_rate=None, learning_rate=1.0)
    >>> bool((np.abs(np.diag(w) + 1) < 0.35).all())
    True
    """
    check_array("gradient", gradient, np.shape(variable), "that of the variable", like=variable)
    if variable.ndim != 2:
        assert slots is None or isinstance(slots, AdamSlots)
        rate = learning_rate * adam_lr_ratio
        return adam_step(
            variable, gradient, slots, learning_rate=rate, beta_1=adam_beta_1, beta_2=adam_beta_2, epsilon=epsilon
        )
    before = np.zeros_like(variable) if slots is None else np.asarray(slots)
    m = momentum * before + gradient
    x = gradient + momentum * m if nesterov else m
    x = x / (np.sqrt((x**2).sum()) + 1e-7)
    for _ in range(ns_steps):
        if x.shape[0] <= x.shape[1]:
            square = x @ x.T
            x = muon_a * x + (muon_b * square + muon_c * square @ square) @ x
        else:
            square = x.T @ x
            x = muon_a * x + x @ (muon_b * square + muon_c * square @ square)
    factor = 1.0 if rms_rate is None else rms_rate * np.sqrt(max(variable.shape))
    return variable - learning_rate * factor * x, m
