r"""RMSprop, Adagrad and Adadelta: the gradient divided by a measure of its size so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._arrays import FloatArray, check_array

__all__ = ["AdadeltaSlots", "RMSpropSlots", "adadelta_step", "adagrad_step", "rmsprop_step"]


class RMSpropSlots(NamedTuple):
    """The slots of RMSprop, each in the shape of the variable.

    Attributes
    ----------
    mean_square : ndarray
        Running mean of g².
    velocity : ndarray
        The previous change, which momentum continues.
    mean : ndarray
        Running mean of g, used if centered.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = rmsprop_step(np.array([1.0]), np.array([4.0]), rho=0.75)
    >>> slots.mean_square
    array([4.])
    """

    mean_square: FloatArray
    velocity: FloatArray
    mean: FloatArray


class AdadeltaSlots(NamedTuple):
    """The slots of Adadelta, each in the shape of the variable.

    Attributes
    ----------
    gradients : ndarray
        Running mean of the squares of gradients.
    changes : ndarray
        Running mean of the squares of changes.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = adadelta_step(np.array([1.0]), np.array([4.0]), rho=0.75)
    >>> slots.gradients
    array([4.])
    """

    gradients: FloatArray
    changes: FloatArray


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

    If centered, :math:`v - a^2` replaces v in the last line.

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : RMSpropSlots, optional
        Slots that the previous step returned. None for the first step.
    learning_rate, rho, momentum, epsilon : float
        :math:`\eta, \rho, \mu, \epsilon`.
    centered : bool
        Whether to divide by an estimate of the variance instead of the second moment.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : RMSpropSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

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


def adagrad_step(
    variable: FloatArray,
    gradient: FloatArray,
    accumulator: FloatArray | None = None,
    *,
    learning_rate: float = 0.001,
    initial_accumulator_value: float = 0.1,
    epsilon: float = 1e-7,
) -> tuple[FloatArray, FloatArray]:
    r"""Take a step of Adagrad.

    .. math::

        a \leftarrow a + g^2 \qquad w \leftarrow w - \frac{\eta g}{\sqrt{a + \epsilon}}

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    accumulator : ndarray, optional
        a that the previous step returned. None for the first step.
    learning_rate, epsilon : float
        :math:`\eta` and :math:`\epsilon`.
    initial_accumulator_value : float
        a before the first step.

    Returns
    -------
    variable, accumulator : ndarray
        The updated variable, and the slot for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and stochastic optimization",
    JMLR 12, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> w, accumulator = adagrad_step(np.array([1.0]), np.array([2.0]), learning_rate=0.5, initial_accumulator_value=0)
    >>> w.round(4), accumulator
    (array([0.5]), array([4.]))
    """
    check_array("gradient", gradient, variable.shape, "variable's", like=variable)
    accumulator = np.full_like(variable, initial_accumulator_value) if accumulator is None else accumulator
    accumulator = accumulator + gradient**2
    return variable - learning_rate * gradient / np.sqrt(accumulator + epsilon), accumulator


def adadelta_step(
    variable: FloatArray,
    gradient: FloatArray,
    slots: AdadeltaSlots | None = None,
    *,
    learning_rate: float = 0.001,
    rho: float = 0.95,
    epsilon: float = 1e-7,
) -> tuple[FloatArray, AdadeltaSlots]:
    r"""Take a step of Adadelta.

    .. math::

        a &\leftarrow \rho a + (1 - \rho) g^2 \qquad d = \frac{\sqrt{b + \epsilon}}{\sqrt{a + \epsilon}} g \\
        b &\leftarrow \rho b + (1 - \rho) d^2 \qquad w \leftarrow w - \eta d

    Parameters
    ----------
    variable, gradient : ndarray
        The variable and its gradient, of the same shape and dtype.
    slots : AdadeltaSlots, optional
        a and b that the previous step returned. None for the first step.
    learning_rate, rho, epsilon : float
        :math:`\eta, \rho, \epsilon`.

    Returns
    -------
    variable : ndarray
        The updated variable.
    slots : AdadeltaSlots
        The slots for the next step.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    M. D. Zeiler, "ADADELTA: an adaptive learning rate method", arXiv 1212.5701, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> w, slots = adadelta_step(np.array([1.0]), np.array([4.0]), learning_rate=1.0, rho=0.75, epsilon=1.0)
    >>> slots.gradients
    array([4.])
    """
    check_array("gradient", gradient, variable.shape, "variable's", like=variable)
    zeros = np.zeros_like(variable)
    gradients, changes = slots or AdadeltaSlots(zeros, zeros)
    gradients = rho * gradients + (1 - rho) * gradient**2
    change = np.sqrt(changes + epsilon) * gradient / np.sqrt(gradients + epsilon)
    changes = rho * changes + (1 - rho) * change**2
    return variable - learning_rate * change, AdadeltaSlots(gradients, changes)
