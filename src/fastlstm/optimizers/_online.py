"""Optimizers for which the weights are a function of sums of gradients: FTRL, schedule-free AdamW."""

from typing import Any

from .._internal import checks
from ._base import LearningRateLike, Optimizer, epsilon_of, fraction, registry

__all__ = ["Ftrl", "ScheduleFreeAdamW"]


@registry.register()
class Ftrl(Optimizer):
    """FTRL: "follow the regularized leader", with weights that are exactly 0 where gradients nearly cancel.

    With ``p = -learning_rate_power`` and the accumulated squares a: ``z += g + 2 * shrinkage * w - (a_new**p - a**p) /
    lr * w`` and ``w = (clip(z, -l1, l1) - z) / (a_new**p / lr + 2 * l2 + beta / lr)``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    learning_rate_power : float
        At most 0; with 0 the rate stays the same.
    initial_accumulator_value : float
        The initial value of a, at least 0.
    l1_regularization_strength, l2_regularization_strength : float
        l1 and l2, at least 0.
    l2_shrinkage_regularization_strength : float
        A penalty on the size of weights that is part of the gradient, at least 0.
    beta : float
        At least 0.
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
    McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013.

    Examples
    --------
    >>> Ftrl(0.1, l1_regularization_strength=0.01).learning_rate_power
    -0.5
    """

    _rule = "ftrl"
    _own = (
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )
    _slots = (("accumulator", "linear"),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.learning_rate_power = checks.number("learning_rate_power", learning_rate_power, high=0.0)
        self.initial_accumulator_value = checks.number("initial_accumulator_value", initial_accumulator_value, 0.0)
        self.l1_regularization_strength = checks.number("l1_regularization_strength", l1_regularization_strength, 0.0)
        self.l2_regularization_strength = checks.number("l2_regularization_strength", l2_regularization_strength, 0.0)
        self.l2_shrinkage_regularization_strength = checks.number(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength, 0.0
        )
        self.beta = checks.number("beta", beta, 0.0)


@registry.register()
class ScheduleFreeAdamW(Optimizer):
    """Schedule-free AdamW: Adam's steps change m, and the weights are between m and its average x.

    With the bias-corrected average v of squared gradients: ``m -= lr * g / (sqrt(v) + epsilon)``, ``x += (m - x) / t``
    at step t, and ``w = (1 - beta_1) * m + beta_1 * x``. m starts as the weights.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    beta_1 : float
        The share of the average in the weights, in (0, 1].
    beta_2 : float
        The decay rate of the average of squares, in [0, 1).
    epsilon : float
        Added to the root of the average square for stability, at least 0.
    warmup_steps : int
        The number of steps, at least 0, over which the rate grows linearly to its full size.
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
    Defazio et al., "The road less scheduled", NeurIPS 2024.

    Examples
    --------
    >>> ScheduleFreeAdamW(warmup_steps=100).learning_rate
    0.0025
    """

    _rule = "schedule_free_adamw"
    _own = ("beta_1", "beta_2", "epsilon", "warmup_steps")
    _slots = (("momentum", "velocity"),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = checks.number("beta_1", beta_1, 0.0, 1.0)
        if self.beta_1 == 0:
            raise ValueError(f"beta_1: expected a number in (0, 1], got {beta_1!r}")
        self.beta_2, self.epsilon = fraction("beta_2", beta_2), epsilon_of(epsilon)
        self.warmup_steps = checks.integer("warmup_steps", warmup_steps, 0)
