"""Layers that are random in training, called with `training` in a functional model."""

import numpy as np
import pytest

from fastlstm import Input, layers
from fastlstm.models import Model, load_model

CASES = {
    "Dropout": lambda: layers.Dropout(0.5),
    "SpatialDropout1D": lambda: layers.SpatialDropout1D(0.5),
    "GaussianDropout": lambda: layers.GaussianDropout(0.5),
    "GaussianNoise": lambda: layers.GaussianNoise(0.5),
}
SHAPE = (6, 4)


def always(name):
    x = Input(SHAPE)
    return Model(x, CASES[name]()(x, training=True))


@pytest.mark.parametrize("name", CASES)
def test_always_random(name, rng):
    x = rng.normal(size=(2000, *SHAPE)).astype(np.float32)
    model = always(name)
    first, second = model.predict(x, verbose=0), model.predict(x, verbose=0)
    assert not np.array_equal(first, second)
    np.testing.assert_allclose((first - x).mean(axis=0), 0, atol=0.15)
    if "Dropout" in name and name != "GaussianDropout":
        factors = first / x
        assert {*np.unique(factors.round(3))} == {0.0, 2.0}
        same_in_all_steps = np.ptp(factors, axis=1).max() < 1e-5
        assert same_in_all_steps == (name == "SpatialDropout1D")


@pytest.mark.parametrize("name", CASES)
def test_never_random(name, rng):
    x = Input(SHAPE)
    model = Model(x, layers.Dense(1, use_bias=False)(CASES[name]()(x, training=False)))
    other = Model(x, layers.Dense(1, use_bias=False)(x))
    other.set_weights(model.get_weights())
    data, targets = rng.normal(size=(8, *SHAPE)), rng.normal(size=(8, 6, 1))
    for one in (model, other):
        one.compile("sgd", "mse")
        one.fit(data, targets, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


def test_the_gradient_is_that_of_the_numbers_that_were_dropped(rng):
    x = Input((5,))
    model = Model(x, layers.Dense(1, use_bias=False)(layers.Dropout(0.5)(x, training=True)))
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 1.0
    data, before = rng.normal(size=(1, 5)), model.get_weights()[0]
    loss = model.fit(data, [[3.0]], verbose=0).history["loss"][0]
    step = (before - model.get_weights()[0])[:, 0]
    kept = step != 0
    error = (2 * data[0] * kept) @ before[:, 0] - 3.0
    np.testing.assert_allclose(error**2, loss, rtol=1e-5)
    np.testing.assert_allclose(step, 2 * error * 2 * data[0] * kept, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_files(ending, tmp_path, rng):
    path = tmp_path / f"model.{ending}"
    always("Dropout").save(path)
    loaded, x = load_model(path), rng.normal(size=(20, *SHAPE)).astype(np.float32)
    assert {*np.unique((loaded.predict(x, verbose=0) / x).round(3))} == {0.0, 2.0}


def test_in_a_custom_layer(rng):
    class Uncertain(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.always, self.usual = layers.Dropout(0.5), layers.Dropout(0.5)

        def call(self, x, training=None):
            return self.always(self.usual(x, training=training), training=True)

    x = Input((50,))
    model, data = Model(x, Uncertain()(x)), np.ones((20, 50))
    assert {*np.unique(model.predict(data, verbose=0))} == {0.0, 2.0}
    assert {*np.unique(model(data, training=True))} == {0.0, 4.0}


def test_what_cannot_be_always_random():
    x = Input(SHAPE)
    with pytest.raises(ValueError, match="training: expected None or False"):
        Model(x, layers.AlphaDropout(0.5)(x, training=True)).predict(np.ones((1, *SHAPE)), verbose=0)
    with pytest.raises(TypeError, match="training"):
        layers.Dropout(0.5)(x, training="yes")


@pytest.mark.parametrize("name", CASES)
def test_masks_are_passed_on(name, rng):
    inputs = Input(SHAPE)
    hidden = CASES[name]()(layers.Masking()(inputs), training=True)
    model = Model(inputs, layers.LSTM(3)(hidden))
    x = np.zeros((50, *SHAPE), np.float32)
    np.testing.assert_array_equal(model.predict(x, verbose=0), np.zeros((50, 3)))  # no step is valid


def test_float64():
    inputs = Input(SHAPE, dtype="float64")
    model = Model(inputs, layers.GaussianNoise(0.5, dtype="float64")(inputs, training=True))
    noise = model.predict(np.zeros((4, *SHAPE)), verbose=0)
    assert np.any(noise != noise.astype(np.float32))
