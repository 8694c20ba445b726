"""GaussianNoise, GaussianDropout, AlphaDropout and SpatialDropout1D: their distributions and gradients."""

import numpy as np
import pytest
from core_networks import NETWORKS

from fastlstm import layers

SHAPE = (60, 40, 30)
COUNT = np.prod(SHAPE)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gaussian_noise_is_normal(dtype):
    noise = layers.GaussianNoise(0.5, seed=3, dtype=dtype)(np.zeros(SHAPE, dtype), training=True).astype("float64")
    assert abs(noise.mean()) < 4 * 0.5 / np.sqrt(COUNT)
    scaled = noise / 0.5
    assert abs(scaled.var() - 1) < 4 * np.sqrt(2 / COUNT)
    assert abs((scaled**3).mean()) < 4 * np.sqrt(15 / COUNT)
    assert abs((scaled**4).mean() - 3) < 4 * np.sqrt(96 / COUNT)
    for bound, share in [(0.1, 0.0796557), (1.0, 0.6826895), (2.0, 0.9544997), (3.0, 0.9973002)]:
        assert abs((np.abs(scaled) < bound).mean() - share) < 4 * np.sqrt(share * (1 - share) / COUNT)
    assert np.unique(noise).size > 0.9 * min(COUNT, 2**16)


def test_noise_is_the_same_in_both_dtypes_and_any_batch():
    x = np.zeros((9, 5, 21))
    noise = {
        dtype: layers.GaussianNoise(1.0, seed=3, dtype=dtype)(x.astype(dtype), training=True)
        for dtype in ("float32", "float64")
    }
    np.testing.assert_allclose(noise["float32"], noise["float64"], rtol=2e-5, atol=1e-6)
    again = layers.GaussianNoise(1.0, seed=3, dtype="float64")(x[:4], training=True)
    np.testing.assert_array_equal(again, noise["float64"][:4])


def test_gaussian_dropout_multiplies():
    x = np.full(SHAPE, 2.0)
    found = layers.GaussianDropout(0.2, seed=1, dtype="float64")(x, training=True) / 2
    assert abs(found.mean() - 1) < 4 * 0.5 / np.sqrt(COUNT)
    assert abs(found.var() - 0.25) < 4 * 0.25 * np.sqrt(2 / COUNT)


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=SHAPE)
    layer = layers.AlphaDropout(0.3, seed=1, dtype="float64")
    found = layer(x, training=True)
    replaced = found == np.unique(found[np.isclose(found, np.median(found[found < -1]))])[:1]
    assert abs(found.mean()) < 0.02
    assert abs(found.var() - 1) < 0.02
    assert replaced.mean() == pytest.approx(0.3, abs=0.01)


def test_spatial_dropout_drops_whole_features():
    found = layers.SpatialDropout1D(0.4, seed=1)(np.ones(SHAPE), training=True)
    assert (found == found[:, :1]).all()
    assert abs((found[:, 0] == 0).mean() - 0.4) < 0.05
    assert set(np.unique(found)) == {np.float32(0), np.float32(1 / 0.6)}


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "gaussian", "deviation": 0.3},
        {"kind": "gaussian_factor", "deviation": 0.3},
        {"kind": "alpha_dropout", "rate": 0.3},
        {"kind": "alpha_dropout", "rate": 0.3, "per_step": False},
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_have_the_same_random_numbers(isa, options, dtype, rng):
    net = NETWORKS[dtype](7, True, True)
    net.add("noise", seed=5, **options)
    x, dy = rng.normal(size=(2, 9, 6, 7)).astype(dtype)
    np.testing.assert_array_equal(net.predict(x), x)
    saved = net.forward(x, rng_step=4)
    step = np.asarray(0.5, dtype)
    moved = net.forward(x + step, rng_step=4).output
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    slope = (moved - saved.output) / step
    np.testing.assert_allclose(net.backward(saved, dy)[0], dy * slope, rtol=tolerance, atol=tolerance)
    np.testing.assert_array_equal(net.run(x, rng_step=4)[0], net.forward(x, rng_step=4).output)
