"""Cosine schedules: with a warm-up, with restarts, and the one-cycle policy."""

import math

from .._internal import checks
from ._base import Schedule, positive, registry


def _cosine(start: float, end: float, share: float) -> float:
    """Return the value at a fraction `share` of a half cosine from `start` to `end`."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))


@registry.register()
class CosineDecay(Schedule):
    """Cosine decay to a fraction of the initial rate, optionally after a linear warm-up.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at which the decay, or the warm-up if there is one, begins; at least 0.
    decay_steps : float
        The number of steps of the decay, not counting the warm-up; above 0.
    alpha : float
        The final rate as a fraction of the rate at which the decay begins, in [0, 1].
    name : str, optional
        Stored in the configuration, as in Keras.
    warmup_target : float, optional
        The rate at which the warm-up ends and the decay begins, at least 0. None: no warm-up.
    warmup_steps : float
        The number of steps of the warm-up, at least 0.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017. Goyal et al., "Accurate,
    large minibatch SGD", arXiv 1706.02677, 2017 (warm-up).

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
        """Return the learning rate of a step, counted from 0, as a float."""
        start, top, warmup = self.initial_learning_rate, self.warmup_target, self.warmup_steps
        if top is None:
            top, warmup = start, 0.0
        if step < warmup:
            return start + (top - start) * step / warmup
        return _cosine(top, top * self.alpha, min((step - warmup) / self.decay_steps, 1.0))


@registry.register()
class CosineDecayRestarts(Schedule):
    """Cosine decay with warm restarts.

    Each period is `t_mul` times as long as the one before and begins at `m_mul` times its initial rate.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    first_decay_steps : float
        The number of steps of the first period, above 0.
    t_mul : float
        The factor of the periods' lengths, at least 1.
    m_mul : float
        The factor of the periods' initial rates, at least 0.
    alpha : float
        The final rate of each period as a fraction of `initial_learning_rate`, in [0, 1].
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
        """Return the learning rate of a step, counted from 0, as a float."""
        periods = step / self.first_decay_steps
        if self.t_mul == 1:
            restarts = math.floor(periods)
            share = periods - restarts
        else:
            restarts = math.floor(math.log(1 + periods * (self.t_mul - 1)) / math.log(self.t_mul))
            if self._begin(restarts + 1) <= periods:  # rounding of the logarithms may miss a restart
                restarts += 1
            share = max(0.0, periods - self._begin(restarts)) / self.t_mul**restarts
        height: float = self.m_mul**restarts
        return self.initial_learning_rate * _cosine(self.alpha + (1 - self.alpha) * height, self.alpha, share)

    def _begin(self, restarts: int) -> float:
        """Return where the period after a number of restarts begins, in units of the first period."""
        begin: float = (self.t_mul**restarts - 1) / (self.t_mul - 1)
        return begin


@registry.register()
class OneCycle(Schedule):
    """The one-cycle policy: up to a large rate once, then down to almost zero, in PyTorch's form.

    Momentum is not changed. After `total_steps` the rate stays at its final value.

    Parameters
    ----------
    max_learning_rate : float
        The largest rate, at least 0.
    total_steps : int
        The number of steps of the whole cycle, at least 1: epochs times steps per epoch.
    pct_start : float
        The fraction of the cycle in which the rate rises, in [0, 1].
    anneal_strategy : {'cos', 'linear'}
        The shape of the slopes.
    div_factor : float
        The largest rate divided by the initial one, above 0.
    final_div_factor : float
        The initial rate divided by the final one, above 0.
    three_phase : bool
        Whether the rate falls back to the initial one as fast as it rose, and then to the final one, as in the paper.
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
    Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", arXiv
    1708.07120, 2018. PyTorch, `torch.optim.lr_scheduler.OneCycleLR`.

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
        """Return the learning rate of a step, counted from 0, as a float."""
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
        raise AssertionError("every step lies in a phase")

    def _phases(self, first: float) -> list[tuple[float, float]]:
        """Return the last step and the final rate of each phase."""
        rise, last = self.pct_start * self.total_steps, float(self.total_steps - 1)
        phases = [(rise - 1, self.max_learning_rate)]
        if self.three_phase:
            phases.append((2 * rise - 2, first))
        return [*phases, (last, first / self.final_div_factor)]
