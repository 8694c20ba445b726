"""Adam and its variants: bias-corrected averages of the gradient and of its magnitude."""

import math
from typing import Any

from .._internal import checks
from ._base import LearningRateLike, Optimizer, epsilon_of, fraction, registry

__all__ = ["Adam", "AdamW", "Adamax", "Nadam"]


@registry.register()
class Adam(Optimizer):
    """Adam, as in Keras: ``w -= lr * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)``.

    m and v are the averages of the gradient and of its square, t is the number of the step, from 1.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    beta_1, beta_2 : float
        Decay rates of the averages of the gradient and of its square, in [0, 1).
    epsilon : float
        Added to the denominator for stability, at least 0.
    amsgrad : bool
        Whether to use the largest v so far instead of v.
    **options
        Keyword arguments common to all optimizers, described in `Optimizer`: `weight_decay`, `clipnorm`, `clipvalue`,
        `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`, `loss_scale_factor`,
        `gradient_accumulation_steps`, `name` and `decay`.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite, or more than one kind of clipping is given.

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
        learning_rate: LearningRateLike = 0.001,
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
    """Adam with decoupled weight decay: before each step ``w -= w * weight_decay * lr``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    weight_decay : float
        The decay, at least 0.
    beta_1, beta_2 : float
        Decay rates of the averages of the gradient and of its square, in [0, 1).
    epsilon : float
        Added to the denominator for stability, at least 0.
    amsgrad : bool
        Whether to use the largest average of squares so far instead of the current one.
    **options
        Keyword arguments common to all optimizers, described in `Optimizer`: `clipnorm`, `clipvalue`,
        `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`, `loss_scale_factor`,
        `gradient_accumulation_steps`, `name` and `decay`.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite, or more than one kind of clipping is given.

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
        learning_rate: LearningRateLike = 0.001,
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
    """Adam with Nesterov momentum, which approaches `beta_1`: ``beta_1 * (1 - 0.96**t / 2)`` in step t.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    beta_1, beta_2 : float
        Decay rates of the averages of the gradient and of its square, in [0, 1).
    epsilon : float
        Added to the denominator for stability, at least 0.
    **options
        Keyword arguments common to all optimizers, described in `Optimizer`: `weight_decay`, `clipnorm`, `clipvalue`,
        `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`, `loss_scale_factor`,
        `gradient_accumulation_steps`, `name` and `decay`.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite, or more than one kind of clipping is given.

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
        learning_rate: LearningRateLike = 0.001,
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
    """Adam with the infinity norm of the gradient.

    ``u = max(beta_2 * u, abs(g)); w -= lr / (1 - beta_1**t) * m / (u + epsilon)``

    m is the average of the gradient g, t the number of the step, from 1.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    beta_1, beta_2 : float
        Decay rates of the average of the gradient and of its largest magnitude, in [0, 1).
    epsilon : float
        Added to the denominator for stability, at least 0.
    **options
        Keyword arguments common to all optimizers, described in `Optimizer`: `weight_decay`, `clipnorm`, `clipvalue`,
        `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`, `loss_scale_factor`,
        `gradient_accumulation_steps`, `name` and `decay`.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite, or more than one kind of clipping is given.

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
        learning_rate: LearningRateLike = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1, self.beta_2 = fraction("beta_1", beta_1), fraction("beta_2", beta_2)
        self.epsilon = epsilon_of(epsilon)
