"""Optimizers that step along the gradient, or its sign."""

from typing import Any

from .._internal import checks
from ..schedules import LearningRateSchedule
from ._base import Optimizer, fraction, momentum_of, registry

__all__ = ["SGD", "Lion"]


@registry.register()
class SGD(Optimizer):
    """Gradient descent, with momentum if wanted.

    ``w -= lr * g``; with momentum ``m = momentum * m - lr * g; w += m``; with nesterov ``w += momentum * m - lr * g``.

    Parameters
    ----------
    learning_rate : float or `fastlstm.schedules.LearningRateSchedule`
        At least 0.
    momentum : float
        From 0 to 1.
    nesterov : bool
        Whether to look ahead.
    **options
        As for every `Optimizer`.

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
        learning_rate: float | LearningRateSchedule = 0.01,
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

    Every step moves each weight by the whole rate, so that the rate should be 3 to 10 times smaller than for `AdamW`,
    and the weight decay as much larger.

    Parameters
    ----------
    learning_rate : float or `fastlstm.schedules.LearningRateSchedule`
        At least 0.
    beta_1 : float
        The share of the average in the direction, in (0, 1].
    beta_2 : float
        Decay of the average of the gradient, in [0, 1).
    **options
        As for every `Optimizer`.

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
        learning_rate: float | LearningRateSchedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = checks.number("beta_1", beta_1, 0.0, 1.0)
        if self.beta_1 == 0:
            raise ValueError(f"beta_1: expected a number in (0, 1], got {beta_1!r}")
        self.beta_2 = fraction("beta_2", beta_2)
