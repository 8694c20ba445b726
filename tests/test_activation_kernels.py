"""Activations of the core against float64 libm, as a Dense layer of one unit applies them."""

import numpy as np
import pytest
from core_networks import NETWORKS

EXACT = {
    "tanh": np.tanh,
    "sigmoid": lambda x: np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x)))),
    "relu": lambda x: np.where(x < 0, 0, x),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "linear": lambda x: x,
}


def applied(name, x, dtype):
    net = NETWORKS[dtype](1, False)
    net.add_dense(units=1, activation=name, use_bias=False)
    net.set_weight(0, np.ones((1, 1), dtype))
    return net.predict(x.reshape(-1, 1)).ravel()


def samples(dtype, rng):
    """Return numbers of every size: random bit patterns, and what the activations are made for."""
    integer = {"float32": np.uint32, "float64": np.uint64}[dtype]
    bits = rng.integers(0, np.iinfo(integer).max, size=200_000, dtype=integer, endpoint=True).view(dtype)
    normal = np.isfinite(bits) & (np.abs(bits) >= np.finfo(dtype).tiny)
    return np.concatenate([bits[normal], rng.normal(scale=3, size=200_000).astype(dtype)])


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_within_two_ulp(isa, dtype, name, rng):
    x = samples(dtype, rng)
    found = applied(name, x, dtype)
    exact = EXACT[name](x.astype(np.float64))
    normal = np.abs(exact) >= np.finfo(dtype).tiny
    # A float64 oracle is itself half an ulp off, or one.
    ulps = np.abs(found.astype(np.float64) - exact)[normal] / np.spacing(np.abs(exact[normal]).astype(dtype))
    assert ulps.max() <= (2 if dtype == "float32" else 3)
    assert (np.abs(found[~normal]) <= np.finfo(dtype).tiny).all()


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
@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_every_float32(isa, name):
    tiny = np.finfo(np.float32).tiny
    for first in range(0, 2**32, 2**24):
        x = np.arange(first, first + 2**24, dtype=np.uint64).astype(np.uint32).view(np.float32)
        x = x[np.isfinite(x) & (np.abs(x) >= tiny)]
        exact = EXACT[name](x.astype(np.float64))
        found = applied(name, x, "float32").astype(np.float64)
        normal = np.abs(exact) >= tiny
        ulps = np.abs(found - exact)[normal] / np.spacing(np.abs(exact[normal]).astype(np.float32))
        assert ulps.max(initial=0) <= 2


def test_softmax(isa, dtype, rng):
    for classes in (1, 2, 7, 16, 33):
        x = rng.normal(scale=5, size=(11, classes)).astype(dtype)
        x[0] = 1e4 * rng.normal(size=classes)
        net = NETWORKS[dtype](classes, False)
        net.add_dense(units=classes, activation="softmax", use_bias=False)
        net.set_weight(0, np.eye(classes, dtype=dtype))
        e = np.exp(x.astype(np.float64) - x.max(axis=1, keepdims=True))
        expected = e / e.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(net.predict(x), expected, rtol=16 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny)
