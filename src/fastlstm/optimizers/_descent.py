"""Optimizers that step along the gradient or its sign."""

from typing import Any

from .._internal import checks
from ._base import LearningRateLike, Optimizer, fraction, momentum_of, registry

__all__ = ["SGD", "Lion"]


@registry.register()
class SGD(Optimizer):
    """Stochastic gradient descent, optionally with momentum.

    Without momentum ``w -= lr * g``; with momentum ``m = momentum * m - lr * g; w += m``; with Nesterov momentum the
    last is ``w += momentum * m - lr * g``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    momentum : float
        In [0, 1].
    nesterov : bool
        Whether to use Nesterov momentum.
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
    Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013.

    Examples
    --------
    >>> SGD(momentum=0.9, clipvalue=0.5).get_config()["momentum"]
    0.9
    """

    _rule = "sgd"
    _own = ("momentum", "nesterov")
    _slots = (("momentum",),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.momentum = momentum_of(momentum)
        self.nesterov = checks.flag("nesterov", nesterov)


@registry.register()
class Lion(Optimizer):
    """Lion: ``w -= lr * sign(beta_1 * m + (1 - beta_1) * g); m = beta_2 * m + (1 - beta_2) * g``.

    Each step changes every weight by the full learning rate. The rate should therefore be 3 to 10 times smaller than
    for `AdamW`, and the weight decay larger by the same factor.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    beta_1 : float
        The weight of the average m in the direction of the step, in (0, 1].
    beta_2 : float
        The decay rate of the average of the gradient, in [0, 1).
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
    Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023.

    Examples
    --------
    >>> Lion(1e-4, weight_decay=0.01).learning_rate
    0.0001
    """

    _rule = "lion"
    _own = ("beta_1", "beta_2")
    _slots = (("momentum",),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = checks.number("beta_1", beta_1, 0.0, 1.0)
        if self.beta_1 == 0:
            raise ValueError(f"beta_1: expected a number in (0, 1], got {beta_1!r}")
        self.beta_2 = fraction("beta_2", beta_2)
