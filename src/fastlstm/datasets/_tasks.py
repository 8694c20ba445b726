"""Synthetic tasks from the literature, generated from a seed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._internal import checks, rng


def adding_problem(samples: int, steps: int, seed: Any = None) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Generate sequences of the adding problem: predict the sum of two marked numbers among many.

    Each step has a number from [0, 1) and a marker, which is 1 at one step in each half of the sequence and 0 at all
    others. Always predicting the mean, 1, gives a mean squared error of 1/6.

    Parameters
    ----------
    samples : int
        Number of sequences N.
    steps : int
        Length T of each sequence, at least 2.
    seed : int, sequence of int or numpy.random.Generator, optional
        Seed or generator of the random numbers; a Generator advances. Default: the generator that
        `fastlstm.utils.set_random_seed` seeds.

    Returns
    -------
    x : ndarray (N, T, 2), float32
        Numbers and markers.
    y : ndarray (N, 1), float32
        The sum of the two marked numbers.

    Raises
    ------
    TypeError, ValueError
        If an argument is not an integer in its range.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997, section 5.4; with the numbers from
    [0, 1) and the fixed length of later work, such as Le, Jaitly and Hinton, "A simple way to initialize recurrent
    networks of rectified linear units", 2015.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = adding_problem(3, steps=10, seed=0)
    >>> x.shape, x[:, :, 1].sum(axis=1).tolist()
    ((3, 10, 2), [2.0, 2.0, 2.0])
    >>> bool(np.allclose(y[:, 0], (x[:, :, 0] * x[:, :, 1]).sum(axis=1)))
    True
    """
    samples, steps = checks.integer("samples", samples, 0), checks.integer("steps", steps, 2)
    rng = _generator(seed)
    numbers = rng.random((samples, steps), dtype=np.float32)
    markers = np.zeros_like(numbers)
    rows = np.arange(samples)
    markers[rows, rng.integers(0, steps // 2, samples)] = 1
    markers[rows, rng.integers(steps // 2, steps, samples)] = 1
    return np.stack([numbers, markers], axis=2), np.sum(numbers * markers, axis=1, keepdims=True)


def copy_memory(
    samples: int, delay: int, symbols: int = 8, length: int = 10, seed: Any = None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Generate sequences of the copy task: repeat some symbols after a long delay.

    The input has `length` symbols, ``delay - 1`` blanks, a marker, and `length` blanks. The target has
    ``length + delay`` blanks, then the symbols in their order. A blank is 0, symbols are 1 to `symbols`, and the marker
    is ``symbols + 1``. Predicting blanks and then uniformly random symbols gives a cross-entropy of
    ``length * log(symbols) / (delay + 2 * length)``.

    Parameters
    ----------
    samples : int
        Number of sequences N.
    delay : int
        Number of steps from the last symbol of the input to the marker.
    symbols : int
        Number of different symbols.
    length : int
        Number of symbols at the start of a sequence.
    seed : int, sequence of int or numpy.random.Generator, optional
        Seed or generator of the random numbers; a Generator advances. Default: the generator that
        `fastlstm.utils.set_random_seed` seeds.

    Returns
    -------
    x : ndarray (N, delay + 2 * length), int32
        Class numbers, for an `Embedding` of ``symbols + 2`` entries or for `to_categorical`.
    y : ndarray (N, delay + 2 * length), int32
        Class numbers from 0 to `symbols`, for sparse_categorical_crossentropy.

    Raises
    ------
    TypeError, ValueError
        If an argument is not an integer in its range.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997; in the form of Arjovsky, Shah and
    Bengio, "Unitary evolution recurrent neural networks", ICML 2016, section 5.1.

    Examples
    --------
    >>> x, y = copy_memory(1, delay=4, symbols=2, length=3, seed=0)
    >>> x.tolist(), y.tolist()
    ([[2, 2, 2, 0, 0, 0, 3, 0, 0, 0]], [[0, 0, 0, 0, 0, 0, 0, 2, 2, 2]])
    """
    samples, delay = checks.integer("samples", samples, 0), checks.integer("delay", delay, 1)
    symbols, length = checks.integer("symbols", symbols, 1), checks.integer("length", length, 1)
    x, y = np.zeros((2, samples, delay + 2 * length), np.int32)
    x[:, :length] = y[:, delay + length :] = _generator(seed).integers(1, symbols + 1, (samples, length))
    x[:, length + delay - 1] = symbols + 1
    return x, y


def timed_spikes(
    samples: int, steps: int = 100, shortest: int = 5, long: int = 15, longest: int = 25, seed: Any = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Generate sequences of spikes for the task of telling long pauses between spikes from short ones.

    The input is 0 except for spikes of 1, whose distances are random, from `shortest` to `longest` steps. The target is
    1 at each spike that comes at least `long` steps after the previous one, and 0 at all other steps. The first spike
    has the target 0.

    Parameters
    ----------
    samples : int
        Number of sequences N.
    steps : int
        Length T of each sequence.
    shortest, long, longest : int
        Distances between spikes in steps: the smallest one, the smallest with target 1, and the largest one.
    seed : int, sequence of int or numpy.random.Generator, optional
        Seed or generator of the random numbers; a Generator advances. Default: the generator that
        `fastlstm.utils.set_random_seed` seeds.

    Returns
    -------
    x, y : ndarray (N, T, 1), float32
        The spikes and the targets.

    Raises
    ------
    TypeError, ValueError
        If an argument is not an integer in its range, or the three distances are not in ascending order.

    References
    ----------
    Gers, Schraudolph and Schmidhuber, "Learning precise timing with LSTM recurrent networks", Journal of Machine
    Learning Research 3, 2002, section 4 (measuring spike delays), with many delays instead of two.

    Examples
    --------
    >>> x, y = timed_spikes(1, steps=12, shortest=2, long=3, longest=4, seed=0)
    >>> x[0, :, 0].astype(int).tolist(), y[0, :, 0].astype(int).tolist()
    ([1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0], [0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    """
    samples, steps = checks.integer("samples", samples, 0), checks.integer("steps", steps, 1)
    shortest = checks.integer("shortest", shortest, 1)
    longest = checks.integer("longest", longest, checks.integer("long", long, shortest))
    rng = _generator(seed)
    most = steps // shortest + 1
    delays = rng.integers(shortest, longest + 1, (samples, most))
    delays[:, 0] = rng.integers(0, shortest, samples)  # the first spike
    times = np.cumsum(delays, axis=1)
    rows, spikes = np.nonzero(times < steps)
    x, y = np.zeros((2, samples, steps, 1), np.float32)
    x[rows, times[rows, spikes]] = 1
    y[rows, times[rows, spikes], 0] = (delays[rows, spikes] >= long) & (spikes > 0)
    return x, y


def mackey_glass(
    steps: int,
    tau: float = 17.0,
    beta: float = 0.2,
    gamma: float = 0.1,
    exponent: float = 10.0,
    spacing: float = 1.0,
    initial: float = 1.2,
    discard: int = 0,
    seed: Any = None,
) -> NDArray[np.float64]:
    """Integrate the Mackey-Glass delay equation, whose solution is chaotic for a `tau` of about 17 and above.

    ``dx/dt = beta x(t - tau) / (1 + x(t - tau)^exponent) - gamma x(t)``, integrated by the classical Runge-Kutta method
    of order 4 with steps of at most 0.1. Between steps, the delayed x is interpolated by cubic Hermite polynomials,
    which are of the same order. Time is in the unit of `tau`.

    Parameters
    ----------
    steps : int
        Number of values.
    tau : float
        The delay, above 0.
    beta, gamma, exponent : float
        The rates of production and of decay, above 0, and how sharply production ends.
    spacing : float
        Time from one value to the next, above 0.
    initial : float
        x up to time 0, at least 0.
    discard : int
        Number of values to discard before the first one.
    seed : int, sequence of int or numpy.random.Generator, optional
        If given, the constant x up to time 0 is random, within 0.1 of `initial`. Default: it is `initial`.

    Returns
    -------
    ndarray (steps,), float64
        The values from time ``spacing * (discard + 1)`` on, one every `spacing`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a number in its range.

    References
    ----------
    Mackey and Glass, "Oscillation and chaos in physiological control systems", Science 197, 1977, equation 4b.

    Examples
    --------
    >>> mackey_glass(3).round(4)
    array([1.1176, 1.043 , 0.9755])
    """
    steps, discard = checks.integer("steps", steps, 0), checks.integer("discard", discard, 0)
    delay, apart = _above_zero("tau", tau), _above_zero("spacing", spacing)
    rate, decay, power = _above_zero("beta", beta), _above_zero("gamma", gamma), _above_zero("exponent", exponent)
    before = checks.number("initial", initial, 0.0)
    if seed is not None:
        before = max(0.0, before + float(_generator(seed).uniform(-0.1, 0.1)))
    substeps = math.ceil(apart / min(_LONGEST_STEP, delay))
    step = apart / substeps

    def slope(x: float, delayed: float) -> float:
        return rate * delayed / (1 + math.pow(delayed, power)) - decay * x

    values, slopes = [before], [slope(before, before)]

    def delayed_at(position: float) -> float:
        """Return x at a time given in steps."""
        if position <= 0:
            return before
        i = min(int(position), len(values) - 2)
        s = position - i
        a, b, da, db = values[i], values[i + 1], step * slopes[i], step * slopes[i + 1]
        return a + s * (da + s * (3 * (b - a) - 2 * da - db + s * (2 * (a - b) + da + db)))

    lag = delay / step
    for i in range((steps + discard) * substeps):
        x, first = values[i], slopes[i]
        middle, end = delayed_at(i + 0.5 - lag), delayed_at(i + 1 - lag)
        second = slope(x + step / 2 * first, middle)
        third = slope(x + step / 2 * second, middle)
        fourth = slope(x + step * third, end)
        values.append(x + step / 6 * (first + 2 * second + 2 * third + fourth))
        slopes.append(slope(values[-1], end))
    return np.array(values[substeps * (discard + 1) :: substeps][:steps])


_LONGEST_STEP = 0.1


def _above_zero(name: str, value: Any) -> float:
    found = checks.number(name, value)
    if found <= 0:
        raise ValueError(f"{name}: expected a number above 0, got {value!r}")
    return found


def _generator(seed: Any) -> np.random.Generator:
    """Return the random generator of a seed; by default the one of the package."""
    return rng.generator() if seed is None else np.random.default_rng(seed)
