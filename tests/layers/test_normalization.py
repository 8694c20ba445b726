"""Normalization: scaling there and back, constant features, and Keras's values."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import layers

RNG = np.random.default_rng(0)


def test_normalization_there_and_back():
    data = RNG.normal([3.0, -1e4], [0.1, 50.0], size=(40, 6, 2))
    layer = layers.Normalization(dtype="float64")
    layer.adapt(data)
    np.testing.assert_allclose(layer.mean, data.mean((0, 1)), rtol=1e-12)
    np.testing.assert_allclose(layer.variance, data.var((0, 1)), rtol=1e-12)
    scaled = layer(data)
    np.testing.assert_allclose(scaled.mean((0, 1)), 0, atol=1e-10)
    np.testing.assert_allclose(scaled.std((0, 1)), 1, rtol=1e-10)
    back = layers.Normalization(mean=layer.mean, variance=layer.variance, invert=True, dtype="float64")
    np.testing.assert_allclose(back(scaled), data, rtol=1e-12)


def test_normalization_of_a_constant_feature_is_zero():
    layer = layers.Normalization()
    layer.adapt(np.full((10, 1), 3.0))
    assert not layer(np.full((4, 1), 3.0)).any()


@pytest.mark.parametrize("invert", [False, True])
def test_normalization_equals_keras(invert):
    keras = require_peer("keras")
    data = RNG.normal([3.0, -1.0, 0.0], [0.1, 50.0, 0.0], size=(40, 3)).astype(np.float32)
    ours, theirs = layers.Normalization(invert=invert), keras.layers.Normalization(invert=invert)
    ours.adapt(data)
    theirs.adapt(data)
    np.testing.assert_allclose(ours(data), np.asarray(theirs(data)), rtol=2e-4, atol=2e-4)
