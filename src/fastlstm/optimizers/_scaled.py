"""Optimizers that divide the gradient by a measure of its past magnitude."""

from typing import Any

from .._internal import checks
from ._base import LearningRateLike, Optimizer, epsilon_of, fraction, momentum_of, registry

__all__ = ["Adadelta", "Adagrad", "RMSprop"]


@registry.register()
class RMSprop(Optimizer):
    """RMSprop, as in Keras: ``w -= lr * g / sqrt(v + epsilon)``, where v is the average of ``g**2``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    rho : float
        The decay rate of the averages, in [0, 1).
    momentum : float
        In [0, 1].
    epsilon : float
        Added under the square root for stability, at least 0.
    centered : bool
        Whether to subtract the square of the average gradient from v.
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
    Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012. Graves, "Generating sequences with
    recurrent neural networks", 2013, equations 38 to 45 (centered).

    Examples
    --------
    >>> RMSprop().learning_rate
    0.001
    """

    _rule = "rmsprop"
    _own = ("rho", "momentum", "epsilon", "centered")
    _slots = (("velocity",), ("momentum",), ("average_gradient",))

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.rho, self.momentum, self.epsilon = fraction("rho", rho), momentum_of(momentum), epsilon_of(epsilon)
        self.centered = checks.flag("centered", centered)


@registry.register()
class Adagrad(Optimizer):
    """Adagrad: ``a += g**2; w -= lr * g / sqrt(a + epsilon)``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    initial_accumulator_value : float
        The initial value of a, at least 0.
    epsilon : float
        Added under the square root for stability, at least 0.
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
    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12,
    2011.

    Examples
    --------
    >>> Adagrad().initial_accumulator_value
    0.1
    """

    _rule = "adagrad"
    _own = ("initial_accumulator_value", "epsilon")
    _slots = (("accumulator",),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.initial_accumulator_value = checks.number("initial_accumulator_value", initial_accumulator_value, 0.0)
        self.epsilon = epsilon_of(epsilon)


@registry.register()
class Adadelta(Optimizer):
    """Adadelta: ``d = sqrt(b + epsilon) / sqrt(a + epsilon) * g; w -= lr * d``.

    a and b are the averages of ``g**2`` and of ``d**2``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it. 1.0 gives the
        form of the paper.
    rho : float
        The decay rate of the averages, in [0, 1).
    epsilon : float
        Added under the square roots for stability, at least 0.
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
    Zeiler, "Adadelta: an adaptive learning rate method", arXiv 1212.5701, 2012.

    Examples
    --------
    >>> Adadelta(1.0).rho
    0.95
    """

    _rule = "adadelta"
    _own = ("rho", "epsilon")
    _slots = (("accumulated_grad", "accumulated_delta_var"),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.rho, self.epsilon = fraction("rho", rho), epsilon_of(epsilon)
