"""Schedules along half a cosine: with a warm-up, with restarts, and the one-cycle policy."""

import math

from .._internal import checks
from ._base import Schedule, positive, registry


def _cosine(start: float, end: float, share: float) -> float:
    """Return what lies at this share of the way from `start` to `end` along half a wave."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))


@registry.register()
class CosineDecay(Schedule):
    """A linear warm-up, if wanted, and then half a cosine down to a fraction.

    Parameters
    ----------
    initial_learning_rate : float
        At least 0: where the warm-up begins, or without one the decay.
    decay_steps : float
        Steps of the decay, after the warm-up; above 0.
    alpha : float
        Where the decay ends, as a fraction of where it began, in [0, 1].
    name : str, optional
        For configurations.
    warmup_target : float, optional
        Where the warm-up ends and the decay begins. None: no warm-up.
    warmup_steps : float
        Steps of the warm-up.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017. Goyal et al., "Accurate,
    large minibatch SGD", arXiv 1706.02677 (warm-up).

    Examples
    --------
    >>> rate = CosineDecay(0.0, decay_steps=10, warmup_target=0.5, warmup_steps=4)
    >>> rate(2), rate(4), round(rate(9), 9), rate(14)
    (0.25, 0.5, 0.25, 0.0)
    """

    _arguments = ("initial_learning_rate", "decay_steps", "alpha", "warmup_target", "warmup_steps")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str | None = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.initial_learning_rate = checks.number("initial_learning_rate", initial_learning_rate, 0.0)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.alpha = checks.number("alpha", alpha, 0.0, 1.0)
        self.warmup_target = None if warmup_target is None else checks.number("warmup_target", warmup_target, 0.0)
        self.warmup_steps = checks.number("warmup_steps", warmup_steps, 0.0)
        self._name(name)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        start, top, warmup = self.initial_learning_rate, self.warmup_target, self.warmup_steps
        if top is None:
            top, warmup = start, 0.0
        if step < warmup:
            return start + (top - start) * step / warmup
        return _cosine(top, top * self.alpha, min((step - warmup) / self.decay_steps, 1.0))


@registry.register()
class CosineDecayRestarts(Schedule):
    """Half a cosine down, again and again, each `t_mul` times as long and `m_mul` times as high as the one before.

    Parameters
    ----------
    initial_learning_rate : float
        At least 0.
    first_decay_steps : float
        Steps of the first decay, above 0.
    t_mul : float
        At least 1.
    m_mul : float
        At least 0.
    alpha : float
        Where each decay ends, as a fraction of `initial_learning_rate`, in [0, 1].
    name : str, optional
        For configurations.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.

    Examples
    --------
    >>> rate = CosineDecayRestarts(0.5, first_decay_steps=10)
    >>> rate(0), round(rate(5), 9), rate(10), round(rate(20), 9), rate(30)
    (0.5, 0.25, 0.5, 0.25, 0.5)
    """

    _arguments = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha")

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str | None = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = checks.number("initial_learning_rate", initial_learning_rate, 0.0)
        self.first_decay_steps = positive("first_decay_steps", first_decay_steps)
        self.t_mul = checks.number("t_mul", t_mul, 1.0)
        self.m_mul = checks.number("m_mul", m_mul, 0.0)
        self.alpha = checks.number("alpha", alpha, 0.0, 1.0)
        self._name(name)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        periods = step / self.first_decay_steps
        if self.t_mul == 1:
            restarts = math.floor(periods)
            share = periods - restarts
        else:
            restarts = math.floor(math.log(1 + periods * (self.t_mul - 1)) / math.log(self.t_mul))
            if self._begin(restarts + 1) <= periods:  # the logarithms may round to the wrong side of a restart
                restarts += 1
            share = max(0.0, periods - self._begin(restarts)) / self.t_mul**restarts
        height: float = self.m_mul**restarts
        return self.initial_learning_rate * _cosine(self.alpha + (1 - self.alpha) * height, self.alpha, share)

    def _begin(self, restarts: int) -> float:
        """Return where the decay after so many restarts begins, in lengths of the first."""
        begin: float = (self.t_mul**restarts - 1) / (self.t_mul - 1)
        return begin


@registry.register()
class OneCycle(Schedule):
    """Up to a large rate and down to almost none, once: the policy of super-convergence, in PyTorch's form.

    Momentum stays as it is. After `total_steps` the rate stays at the last one.

    Parameters
    ----------
    max_learning_rate : float
        The rate at the top, at least 0.
    total_steps : int
        Steps of the whole cycle, at least 1: epochs times steps an epoch.
    pct_start : float
        The share of the cycle in which the rate rises, in [0, 1].
    anneal_strategy : {'cos', 'linear'}
        The form of the slopes.
    div_factor : float
        The first rate is the largest divided by this, which is above 0.
    final_div_factor : float
        The last rate is the first divided by this, which is above 0.
    three_phase : bool
        Whether the rate falls to the first as fast as it has risen, and then to the last, as in the paper.
    name : str, optional
        For configurations.

    References
    ----------
    Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", arXiv
    1708.07120, 2018.

    Examples
    --------
    >>> rate = OneCycle(1.0, total_steps=101, pct_start=0.5)
    >>> round(rate(0), 9), round(rate(49), 2), round(rate(100), 9)
    (0.04, 1.0, 4e-06)
    """

    _in_keras = False
    _arguments = (
        "max_learning_rate",
        "total_steps",
        "pct_start",
        "anneal_strategy",
        "div_factor",
        "final_div_factor",
        "three_phase",
    )

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        name: str | None = "OneCycle",
    ) -> None:
        self.max_learning_rate = checks.number("max_learning_rate", max_learning_rate, 0.0)
        self.total_steps = checks.integer("total_steps", total_steps, 1)
        self.pct_start = checks.number("pct_start", pct_start, 0.0, 1.0)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy: expected 'cos' or 'linear', got {anneal_strategy!r}")
        self.anneal_strategy = anneal_strategy
        self.div_factor = positive("div_factor", div_factor)
        self.final_div_factor = positive("final_div_factor", final_div_factor)
        self.three_phase = checks.flag("three_phase", three_phase)
        self._name(name)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        begin, start = 0.0, self.max_learning_rate / self.div_factor
        phases = self._phases(start)
        last = phases[-1][0]
        step = min(step, int(last))
        for end, rate in phases:
            if step <= end:
                share = (step - begin) / (end - begin) if end != begin else 1.0
                if self.anneal_strategy == "cos":
                    return _cosine(start, rate, share)
                return start + (rate - start) * share
            begin, start = end, rate
        raise AssertionError("a step is in a phase")

    def _phases(self, first: float) -> list[tuple[float, float]]:
        """Return the last step and the last rate of each phase."""
        rise, last = self.pct_start * self.total_steps, float(self.total_steps - 1)
        phases = [(rise - 1, self.max_learning_rate)]
        if self.three_phase:
            phases.append((2 * rise - 2, first))
        return [*phases, (last, first / self.final_div_factor)]
