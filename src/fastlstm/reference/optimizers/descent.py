r"""SGD and Lion: steps along the gradient, or its sign."""

from __future__ import annotations

import numpy as np

from .._arrays import FloatArray, check_array

__all__ = ["lion_step", "sgd_step"]


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
        The variable and its gradient, of the same shape and dtype.
    velocity : ndarray, optional
        m that the previous step returned. None for the first step.
    learning_rate, momentum : float
        :math:`\eta` and :math:`\mu`.
    nesterov : bool
        Look ahead along the velocity.

    Returns
    -------
    variable, velocity : ndarray
        The updated variable, and the slot for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    B. T. Polyak (1964) and Y. Nesterov (1983), in the form of I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the
    importance of initialization and momentum in deep learning", ICML 2013.

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


def lion_step(
    variable: FloatArray,
    gradient: FloatArray,
    m: FloatArray | None = None,
    *,
    learning_rate: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.99,
) -> tuple[FloatArray, FloatArray]:
    r"""Take a step of Lion.

    .. math::

        w \leftarrow w - \eta \operatorname{sign}(\beta_1 m + (1 - \beta_1) g) \qquad
        m \leftarrow \beta_2 m + (1 - \beta_2) g

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    m : ndarray, optional
        m that the previous step returned. None for the first step.
    learning_rate, beta_1, beta_2 : float
        :math:`\eta, \beta_1, \beta_2`.

    Returns
    -------
    variable, m : ndarray
        The updated variable, and the slot for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> w, m = lion_step(np.array([1.0, 1.0]), np.array([2.0, 0.0]), learning_rate=0.25)
    >>> w
    array([0.75, 1.  ])
    """
    check_array("gradient", gradient, variable.shape, "variable's", like=variable)
    m = np.zeros_like(variable) if m is None else m
    variable = variable - learning_rate * np.sign(beta_1 * m + (1 - beta_1) * gradient)
    return variable, beta_2 * m + (1 - beta_2) * gradient
