"""Synthetic tasks: their definitions, seeds, and the delay equation against its exact solution."""

import numpy as np
import pytest

import fastlstm
from fastlstm import datasets

TASKS = {
    "adding_problem": lambda seed: datasets.adding_problem(20, 11, seed=seed),
    "copy_memory": lambda seed: datasets.copy_memory(20, 5, seed=seed),
    "timed_spikes": lambda seed: datasets.timed_spikes(20, seed=seed),
    "mackey_glass": lambda seed: (datasets.mackey_glass(30, seed=seed),),
}


@pytest.mark.parametrize("name", TASKS)
def test_seeds(name):
    def same(one, other):
        return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))

    task = TASKS[name]
    assert same(task(3), task(3))
    assert not same(task(3), task(4))
    assert same(task([1, 2]), task([1, 2]))
    assert same(task(3), task(np.random.default_rng(3)))
    rng = np.random.default_rng(3)
    assert not same(task(rng), task(rng))
    drawn = []
    for _ in range(2):
        fastlstm.utils.set_random_seed(7)
        drawn.append(task(None))
    assert same(*drawn)


@pytest.mark.parametrize("steps", [2, 3, 50])
def test_the_adding_problem(steps):
    x, y = datasets.adding_problem(400, steps, seed=0)
    assert x.dtype == y.dtype == np.float32
    numbers, markers = x[..., 0], x[..., 1]
    assert ((numbers >= 0) & (numbers < 1)).all()
    assert set(np.unique(markers)) <= {0, 1}
    half = steps // 2
    assert (markers[:, :half].sum(axis=1) == 1).all()
    assert (markers[:, half:].sum(axis=1) == 1).all()
    np.testing.assert_allclose(y[:, 0], (numbers * markers).sum(axis=1), rtol=1e-6)
    if steps == 50:
        assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.2)
        assert (markers.sum(axis=0) > 0).all()


def test_the_copy_task():
    x, y = datasets.copy_memory(300, delay=12, symbols=5, length=4, seed=0)
    assert x.shape == y.shape == (300, 20)
    assert x.dtype == y.dtype == np.int32
    assert set(np.unique(x[:, :4])) == {1, 2, 3, 4, 5}
    np.testing.assert_array_equal(y[:, 16:], x[:, :4])
    assert (y[:, :16] == 0).all()
    assert (x[:, 15] == 6).all()  # the marker, delay steps after the last symbol
    assert (np.delete(x[:, 4:], 11, axis=1) == 0).all()


def test_timed_spikes():
    x, y = datasets.timed_spikes(200, steps=80, shortest=3, long=6, longest=9, seed=0)
    assert x.shape == y.shape == (200, 80, 1)
    for spikes, answers in zip(x[..., 0], y[..., 0], strict=True):
        times = np.flatnonzero(spikes)
        assert times[0] < 3
        distances = np.diff(times)
        assert ((distances >= 3) & (distances <= 9)).all()
        assert 80 - times[-1] <= 9
        np.testing.assert_array_equal(answers[times[1:]], distances >= 6)
        assert answers.sum() == (distances >= 6).sum()


@pytest.mark.parametrize("tau", [17.0, 17.03, 3.3])
@pytest.mark.parametrize("spacing", [1.0, 0.3])
def test_mackey_glass_is_the_exact_solution(tau, spacing):
    """Up to the first delay it is an exponential, up to the second one an integral over that."""
    beta, gamma, exponent, start = 0.2, 0.1, 10.0, 1.2
    level = beta * start / (1 + start**exponent) / gamma

    def first(t):
        return level + (start - level) * np.exp(-gamma * t)

    nodes, weights = np.polynomial.legendre.leggauss(60)

    def second(t):
        s = tau + (t - tau) * (nodes + 1) / 2
        delayed = first(s - tau)
        produced = beta * delayed / (1 + delayed**exponent) * np.exp(-gamma * (t - s))
        return first(tau) * np.exp(-gamma * (t - tau)) + (t - tau) / 2 * produced @ weights

    count = int(2 * tau / spacing)
    times = spacing * np.arange(1, count + 1)
    expected = [first(t) if t <= tau else second(t) for t in times]
    found = datasets.mackey_glass(count, tau=tau, spacing=spacing)
    # With 17.03 the kink after the first delay lies within a step, which costs an order of accuracy there.
    np.testing.assert_allclose(found, expected, rtol=2e-6 if tau == 17.03 else 1e-7)


def test_mackey_glass_settles_or_is_chaotic():
    assert np.ptp(datasets.mackey_glass(50, tau=1, discard=400)) < 1e-6  # a fixed point, at 1
    assert datasets.mackey_glass(1, tau=1, discard=400)[0] == pytest.approx(1, abs=1e-6)
    one, other = (datasets.mackey_glass(1500, tau=17, initial=start) for start in (1.2, 1.2 + 1e-3))
    assert np.abs(one - other)[:50].max() < 5e-3
    assert np.abs(one - other)[1000:].max() > 0.1
    assert ((one > 0.2) & (one < 1.4)).all()


def test_parts_of_mackey_glass():
    whole = datasets.mackey_glass(40)
    np.testing.assert_array_equal(datasets.mackey_glass(30, discard=10), whole[10:])
    np.testing.assert_allclose(datasets.mackey_glass(80, spacing=0.5)[1::2], whole, rtol=1e-12)
    assert len(datasets.mackey_glass(0)) == 0


@pytest.mark.parametrize(
    ("task", "arguments", "match"),
    [
        ("adding_problem", {"samples": 3, "steps": 1}, "steps"),
        ("copy_memory", {"samples": 3, "delay": 0}, "delay"),
        ("copy_memory", {"samples": -1, "delay": 3}, "samples"),
        ("timed_spikes", {"samples": 3, "shortest": 0}, "shortest"),
        ("timed_spikes", {"samples": 3, "long": 30}, "longest"),
        ("timed_spikes", {"samples": 3, "long": 3}, "long"),
        ("mackey_glass", {"steps": 3, "tau": 0}, "tau: expected a number above 0"),
        ("mackey_glass", {"steps": 3, "spacing": -1}, "spacing"),
        ("mackey_glass", {"steps": 3, "initial": -1}, "initial"),
        ("mackey_glass", {"steps": -3}, "steps"),
    ],
)
def test_tasks_refuse(task, arguments, match):
    with pytest.raises(ValueError, match=match):
        getattr(datasets, task)(**arguments)
