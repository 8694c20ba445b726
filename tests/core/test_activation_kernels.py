"""Activations of the core against float64 libm and the reference, forward and backward."""

import numpy as np
import pytest
from core_networks import NETWORKS, relative

from fastlstm import _core, reference

EXACT = {
    "tanh": np.tanh,
    "sigmoid": lambda x: np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x)))),
    "exponential": np.exp,
    "relu": lambda x: np.where(x < 0, 0, x),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "linear": lambda x: x,
}


def applied(name, x, dtype):
    net = NETWORKS[dtype](16, False)
    net.add("activation", activation=name)
    whole = np.zeros(-(-x.size // 16) * 16, dtype)
    whole[: x.size] = x
    return net.predict(whole.reshape(-1, 16)).ravel()[: x.size]


def samples(dtype, rng):
    """Return numbers of every size: random bit patterns, and what the activations are made for."""
    integer = {"float32": np.uint32, "float64": np.uint64}[dtype]
    bits = rng.integers(0, np.iinfo(integer).max, size=200_000, dtype=integer, endpoint=True).view(dtype)
    normal = np.isfinite(bits) & (np.abs(bits) >= np.finfo(dtype).tiny)
    return np.concatenate([bits[normal], rng.normal(scale=3, size=200_000).astype(dtype)])


def most_ulps(name, x, dtype):
    """Return the largest error where the result is normal; elsewhere it must be zero, a denormal or an infinity."""
    limits = np.finfo(dtype)
    with np.errstate(over="ignore"):
        exact = EXACT[name](x.astype(np.float64))
        wanted = exact.astype(dtype)
    found = applied(name, x, dtype).astype(np.float64)
    small, large = np.abs(exact) < limits.tiny, np.isinf(wanted)
    assert (np.abs(found[small]) <= limits.tiny).all()
    np.testing.assert_array_equal(found[large], wanted[large])
    normal = ~small & ~large
    return (np.abs(found[normal] - exact[normal]) / np.spacing(np.abs(wanted[normal]))).max(initial=0)


@pytest.mark.parametrize("name", ["exponential", "tanh", "sigmoid"])
def test_within_two_ulp(isa, dtype, name, rng):
    # A float64 oracle is itself half an ulp off, or one.
    assert most_ulps(name, samples(dtype, rng), dtype) <= (2 if dtype == "float32" else 3)


@pytest.mark.parametrize("name", ["relu", "hard_sigmoid", "linear"])
def test_piecewise_linear_activations(isa, dtype, name, rng):
    x = samples(dtype, rng)
    exact = EXACT[name](x.astype(np.float64))
    np.testing.assert_allclose(applied(name, x, dtype), exact, rtol=2 * np.finfo(dtype).eps, atol=np.finfo(dtype).eps)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tanh", [-1, 1, 0, 0, np.nan]),
        ("sigmoid", [0, 1, 0.5, 0.5, np.nan]),
        ("relu", [0, np.inf, 0, 0, np.nan]),
        ("hard_sigmoid", [0, 1, 0.5, 0.5, np.nan]),
        ("linear", [-np.inf, np.inf, 0, 0, np.nan]),
    ],
)
def test_infinities_zeros_and_nan(isa, dtype, name, expected):
    x = np.array([-np.inf, np.inf, 0.0, -0.0, np.nan], dtype)
    np.testing.assert_array_equal(applied(name, x, dtype), np.array(expected, dtype))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["exponential", "tanh", "sigmoid"])
def test_every_float32(isa, name):
    for first in range(0, 2**32, 2**24):
        x = np.arange(first, first + 2**24, dtype=np.uint64).astype(np.uint32).view(np.float32)
        x = x[np.isfinite(x) & (np.abs(x) >= np.finfo(np.float32).tiny)]
        assert most_ulps(name, x, "float32") <= 2


ELEMENTWISE = sorted(_core.elementwise_activations())


def test_the_reference_has_every_activation():
    assert set(_core.elementwise_activations()) <= set(reference.ELEMENTWISE_ACTIVATIONS)
    assert set(_core.activations()) <= set(reference.ACTIVATIONS)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_values(isa, dtype, name, rng):
    x = np.concatenate([rng.normal(scale=s, size=4000) for s in (0.1, 1, 6, 30)]).astype(dtype)
    expected = reference.ACTIVATIONS[name].forward(x.astype(np.float64))
    with np.errstate(over="ignore"):
        limit = expected.astype(dtype)
    found = applied(name, x, dtype)
    normal = np.isfinite(limit)
    np.testing.assert_array_equal(found[~normal], limit[~normal])
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(found[normal], expected[normal], rtol=40 * eps, atol=4 * eps)


@pytest.mark.parametrize("name", sorted(_core.activations()))
def test_backward(isa, name, rng):
    net = _core.NetworkF64(12, True, True)
    net.add("activation", activation=name)
    x = rng.normal(scale=2, size=(5, 3, 12))
    kept = net.forward(x)
    rule = reference.ACTIVATIONS[name]
    expected = rule.forward(x)
    assert relative(kept.output, expected) < 1e-14
    d = rng.normal(size=expected.shape)
    found, _ = net.backward(kept, d)
    assert relative(found, rule.backward(d, x, expected)) < 1e-13


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_nan_stays_nan(isa, dtype, name):
    assert np.isnan(applied(name, np.array([np.nan, 1.0], dtype), dtype)).tolist() == [True, False]


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax", "glu"])
def test_rows(isa, dtype, name, rng):
    for width in (2, 4, 16, 34):
        x = rng.normal(scale=5, size=(11, width)).astype(dtype)
        x[0] = 1e4 * rng.normal(size=width)
        net = NETWORKS[dtype](width, False)
        net.add("activation", activation=name)
        expected = reference.ACTIVATIONS[name].forward(x.astype(np.float64))
        eps = np.finfo(dtype).eps
        # Differences of large numbers, as sparsemax and log_softmax take them, have the error of those.
        atol = np.finfo(dtype).tiny if name == "softmax" else 4 * eps * np.abs(x).max(axis=1, keepdims=True)
        error = np.abs(net.predict(x) - expected)
        assert (error <= atol + 16 * eps * np.abs(expected)).all()
