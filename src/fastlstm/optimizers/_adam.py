"""Adam and its relatives: averages of the gradient and of its size, corrected for having begun at zero."""

import math
from typing import Any

from .._internal import checks
from ..schedules import LearningRateSchedule
from ._base import Optimizer, epsilon_of, fraction, registry

__all__ = ["Adam", "AdamW", "Adamax", "Nadam"]


@registry.register()
class Adam(Optimizer):
    """Adam, in Keras's form: ``w -= lr * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    learning_rate : float or `fastlstm.schedules.LearningRateSchedule`
        At least 0.
    beta_1, beta_2 : float
        Decay of the averages of the gradient and of its square, in [0, 1).
    epsilon : float
        Added to the root.
    amsgrad : bool
        Whether to divide by the largest average so far.
    **options
        As for every `Optimizer`.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, the form before section 2.1.
    Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018 (amsgrad).

    Examples
    --------
    >>> Adam(learning_rate=0.01).learning_rate
    0.01
    """

    _rule = "adam"
    _own = ("beta_1", "beta_2", "epsilon", "amsgrad")
    _slots = (("momentum", "velocity"), ("velocity_hat",))

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1, self.beta_2 = fraction("beta_1", beta_1), fraction("beta_2", beta_2)
        self.epsilon = epsilon_of(epsilon)
        self.amsgrad = checks.flag("amsgrad", amsgrad)


@registry.register()
class AdamW(Adam):
    """Adam with weight decay: before each step ``w -= w * weight_decay * lr``.

    Parameters
    ----------
    learning_rate : float or `fastlstm.schedules.LearningRateSchedule`
        At least 0.
    weight_decay : float
        At least 0.
    beta_1, beta_2, epsilon, amsgrad
        As for `Adam`.
    **options
        As for every `Optimizer`.

    References
    ----------
    Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.

    Examples
    --------
    >>> AdamW().weight_decay
    0.004
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        if weight_decay is None:
            raise ValueError("weight_decay: expected a number for AdamW, got None")
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **options)


@registry.register()
class Nadam(Optimizer):
    """Adam with Nesterov's momentum, which approaches `beta_1`: in step t it is ``beta_1 * (1 - 0.96**t / 2)``.

    Parameters
    ----------
    learning_rate : float or `fastlstm.schedules.LearningRateSchedule`
        At least 0.
    beta_1, beta_2 : float
        Decay of the averages of the gradient and of its square, in [0, 1).
    epsilon : float
        Added to the root.
    **options
        As for every `Optimizer`.

    References
    ----------
    Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop.

    Examples
    --------
    >>> Nadam().learning_rate
    0.001
    """

    _rule = "nadam"
    _own = ("beta_1", "beta_2", "epsilon")
    _slots = (("momentum", "velocity"),)

    def _scalars(self) -> list[float]:
        steps = range(1, self.iterations + 1)
        return [math.prod(self.beta_1 * (1 - 0.5 * 0.96**step) for step in steps)]

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1, self.beta_2 = fraction("beta_1", beta_1), fraction("beta_2", beta_2)
        self.epsilon = epsilon_of(epsilon)


@registry.register()
class Adamax(Optimizer):
    """Adam with the largest gradient: ``u = max(beta_2 * u, abs(g)); w -= lr / (1 - beta_1**t) * m / (u + epsilon)``.

    Parameters
    ----------
    learning_rate : float or `fastlstm.schedules.LearningRateSchedule`
        At least 0.
    beta_1, beta_2 : float
        Decay of the average of the gradient and of its largest size, in [0, 1).
    epsilon : float
        Added to the largest size.
    **options
        As for every `Optimizer`.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7.1.

    Examples
    --------
    >>> Adamax().learning_rate
    0.001
    """

    _rule = "adamax"
    _own = ("beta_1", "beta_2", "epsilon")
    _slots = (("momentum", "norm"),)

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1, self.beta_2 = fraction("beta_1", beta_1), fraction("beta_2", beta_2)
        self.epsilon = epsilon_of(epsilon)
