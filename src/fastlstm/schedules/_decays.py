"""Decays: exponential, inverse-time, piecewise-constant and polynomial."""

import math
from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

from .._internal import checks
from ._base import Schedule, positive, registry


@registry.register()
class ExponentialDecay(Schedule):
    """Exponential decay: ``initial_learning_rate * decay_rate ** (step / decay_steps)``.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    decay_steps : float
        The number of steps after which the rate is multiplied by `decay_rate`, above 0.
    decay_rate : float
        At least 0.
    staircase : bool
        Whether to round the exponent down, so that the rate falls in steps.
    name : str, optional
        Stored in the configuration, as in Keras.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite.

    References
    ----------
    Keras 3, `keras.optimizers.schedules.ExponentialDecay`.

    Examples
    --------
    >>> ExponentialDecay(0.5, decay_steps=10, decay_rate=0.25)(5)
    0.25
    """

    _arguments = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = checks.number("initial_learning_rate", initial_learning_rate, 0.0)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.decay_rate = checks.number("decay_rate", decay_rate, 0.0)
        self.staircase = checks.flag("staircase", staircase)
        self._name(name)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0, as a float."""
        periods = step / self.decay_steps
        power: float = self.decay_rate ** (math.floor(periods) if self.staircase else periods)
        return self.initial_learning_rate * power


@registry.register()
class InverseTimeDecay(Schedule):
    """Inverse-time decay: ``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    decay_steps : float
        The unit of time in steps, above 0.
    decay_rate : float
        At least 0.
    staircase : bool
        Whether to round ``step / decay_steps`` down, so that the rate falls in steps.
    name : str, optional
        Stored in the configuration, as in Keras.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite.

    References
    ----------
    Keras 3, `keras.optimizers.schedules.InverseTimeDecay`.

    Examples
    --------
    >>> InverseTimeDecay(0.5, decay_steps=10, decay_rate=1.0)(10)
    0.25
    """

    _arguments = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = checks.number("initial_learning_rate", initial_learning_rate, 0.0)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.decay_rate = checks.number("decay_rate", decay_rate, 0.0)
        self.staircase = checks.flag("staircase", staircase)
        self._name(name)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0, as a float."""
        periods = step / self.decay_steps
        return self.initial_learning_rate / (1 + self.decay_rate * (math.floor(periods) if self.staircase else periods))


@registry.register()
class PiecewiseConstantDecay(Schedule):
    """Piecewise-constant rates: one up to and including each boundary, and one after the last.

    Parameters
    ----------
    boundaries : list of float
        Steps, strictly increasing.
    values : list of float
        The rates, one more than there are boundaries, each at least 0.
    name : str, optional
        Stored in the configuration, as in Keras.

    Raises
    ------
    TypeError
        If `boundaries` or `values` is not a sequence of real numbers.
    ValueError
        If there is not one value more than boundaries, the boundaries do not increase, or a value is negative, NaN or
        infinite.

    References
    ----------
    Keras 3, `keras.optimizers.schedules.PiecewiseConstantDecay`.

    Examples
    --------
    >>> rate = PiecewiseConstantDecay([100, 200], [0.1, 0.01, 0.001])
    >>> rate(100), rate(101), rate(1000)
    (0.1, 0.01, 0.001)
    """

    _arguments = ("boundaries", "values")

    def __init__(
        self, boundaries: Iterable[float], values: Iterable[float], name: str | None = "PiecewiseConstant"
    ) -> None:
        self.boundaries = [checks.number("boundaries", boundary) for boundary in boundaries]
        self.values = [checks.number("values", value, 0.0) for value in values]
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"values: expected one more than the {len(self.boundaries)} boundaries, got {len(self.values)}"
            )
        if any(first >= second for first, second in pairwise(self.boundaries)):
            raise ValueError(f"boundaries: expected each above the one before, got {self.boundaries}")
        self._name(name)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0, as a float."""
        return self.values[bisect_left(self.boundaries, step)]


@registry.register()
class PolynomialDecay(Schedule):
    """Polynomial decay to `end_learning_rate`, where the rate stays.

    ``(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ** power + end_learning_rate``

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    decay_steps : float
        The number of steps of the decay, above 0.
    end_learning_rate : float
        The final rate, at least 0.
    power : float
        The exponent, at least 0; 1 is a straight line.
    cycle : bool
        Whether the rate rises again after `decay_steps`, to decay over 2, 3, ... times as many steps, all counted from
        step 0.
    name : str, optional
        Stored in the configuration, as in Keras.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite.

    References
    ----------
    Keras 3, `keras.optimizers.schedules.PolynomialDecay`.

    Examples
    --------
    >>> PolynomialDecay(0.5, decay_steps=10, end_learning_rate=0.0, power=2.0)(5)
    0.125
    """

    _arguments = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str | None = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = checks.number("initial_learning_rate", initial_learning_rate, 0.0)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.end_learning_rate = checks.number("end_learning_rate", end_learning_rate, 0.0)
        self.power = checks.number("power", power, 0.0)
        self.cycle = checks.flag("cycle", cycle)
        self._name(name)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0, as a float."""
        periods = step / self.decay_steps
        share = periods / max(1, math.ceil(periods)) if self.cycle else min(periods, 1.0)
        fallen: float = (1 - share) ** self.power
        return (self.initial_learning_rate - self.end_learning_rate) * fallen + self.end_learning_rate
