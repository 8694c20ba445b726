"""The Dropout layer: rates, scales, noise shapes. Dropout inside recurrent layers: rnn/test_dropout_and_zoneout.py."""

import numpy as np
import pytest
from random_draws import ones, within

from fastlstm import layers

ROWS, STEPS, D = 64, 6, 32


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_rate_and_the_scale_of_dropout(rate):
    y = layers.Dropout(rate, dtype="float64")(ones(ROWS, STEPS, D), training=True)
    assert within((y == 0).mean(), rate, y.size)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-12)
    for axis in range(3):  # no axis along which draws are shared
        assert (y.min(axis=axis) == 0).mean() > 0
        assert (y != y.take([0], axis=axis)).any()


@pytest.mark.parametrize("layer", [layers.Dropout(0.0), layers.Dropout(1.0), layers.Dropout(0.0, (None, 1, None))])
def test_dropout_of_nothing_and_of_everything(layer):
    assert (layer(ones(3, 4, 5), training=True) == 1 - layer.rate).all()
    assert (layer(ones(3, 4, 5)) == 1).all()


@pytest.mark.parametrize(
    ("noise_shape", "shape", "shared"),
    [
        ((None, 1, None), (ROWS, STEPS, D), (1,)),
        ((1, None, None), (ROWS, STEPS, D), (0,)),
        ((None, None, 1), (ROWS, STEPS, D), (2,)),
        ((None, 1, 1), (ROWS, STEPS, D), (1, 2)),
        ((ROWS, 1, D), (ROWS, STEPS, D), (1,)),
        ([None, STEPS, None], (ROWS, STEPS, D), ()),
        ((1, None), (ROWS, D), (0,)),
        ((None, 1), (ROWS, D), (1,)),
    ],
)
def test_noise_shapes_share_draws_along_axes(noise_shape, shape, shared):
    y = layers.Dropout(0.5, noise_shape, seed=3)(ones(*shape), training=True)
    for axis in range(len(shape)):
        assert (y == y.take([0], axis=axis)).all() == (axis in shared)


@pytest.mark.parametrize(
    ("noise_shape", "error"),
    [
        ((None, 1), ValueError),
        ((None, 1, 7), ValueError),
        ((None, 0, None), ValueError),
        ("abc", TypeError),
        (3, TypeError),
        ((None, 1.5, None), TypeError),
    ],
)
def test_noise_shapes_that_do_not_fit(noise_shape, error):
    with pytest.raises(error, match="noise_shape"):
        layers.Dropout(0.5, noise_shape).compute_output_shape((None, 4, 5))
    with pytest.raises(error, match="noise_shape"):
        layers.Dropout(0.5, noise_shape)(ones(3, 4, 5), training=True)


def test_layers_without_a_seed_draw_differently():
    first, second = layers.Dropout(0.5), layers.Dropout(0.5)
    assert (first(ones(8, 9), training=True) != second(ones(8, 9), training=True)).any()


def test_the_rate_of_dropout_is_a_fraction():
    for rate in (-0.1, 1.1):
        with pytest.raises(ValueError, match="rate: "):
            layers.Dropout(rate)
    with pytest.raises(TypeError, match="rate: "):
        layers.Dropout("0.5")
