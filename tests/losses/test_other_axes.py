"""Losses along the steps of an output instead of its features: gradients, training and Keras's values."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, Sequential, layers, losses

N, T, D = 7, 4, 3
LOSSES = {
    "cosine": (lambda module: module.CosineSimilarity(axis=1), None),
    "categories": (lambda module: module.CategoricalCrossentropy(axis=-2), "softmax"),
    "logits": (lambda module: module.CategoricalCrossentropy(from_logits=True, axis=1), None),
    "labels": (lambda module: module.BinaryCrossentropy(axis=1), "sigmoid"),
    "sum": (lambda module: module.CosineSimilarity(axis=1, reduction="sum"), None),
}


def model_of(loss, activation):
    dense = layers.Dense(D, activation=activation, dtype="float64")
    model = Sequential([Input((T, 2), dtype="float64"), dense])
    model.compile("sgd", loss)
    return model


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    shares = rng.uniform(size=(N, T, D))
    return rng.normal(size=(N, T, 2)), shares / shares.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", LOSSES)
def test_values_are_those_of_keras(data, name):
    keras = require_peer("keras")
    make, activation = LOSSES[name]
    x, y = data
    model = model_of(make(losses), activation)
    predictions = model.predict(x, verbose=0)
    expected = float(make(keras.losses)(y.astype("float32"), predictions.astype("float32")))
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert make(losses)(y, predictions) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_a_step_goes_down_the_gradient(data, name):
    make, activation = LOSSES[name]
    model = model_of(make(losses), activation)
    before = model.get_weights()
    model.train_on_batch(*data)
    gradients = [(old - new) / 0.01 for old, new in zip(before, model.get_weights(), strict=True)]
    for k, gradient in enumerate(gradients):
        for place in np.ndindex(gradient.shape):
            values = []
            for change in (1e-6, -1e-6):
                weights = [weight.copy() for weight in before]
                weights[k][place] += change
                model.set_weights(weights)
                values.append(model.evaluate(*data, batch_size=N, verbose=0))
            assert gradient[place] == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-5, abs=1e-7)


def test_the_last_axis_by_its_number_is_that_of_the_core(data):
    x, y = data
    found = [model_of(losses.CategoricalCrossentropy(axis=axis), "softmax") for axis in (-1, 2)]
    found[1].set_weights(found[0].get_weights())
    assert found[0].evaluate(x, y, verbose=0) == found[1].evaluate(x, y, verbose=0)


def test_axes_that_an_output_lacks(data):
    x, y = data
    for axis in (3, 0):
        with pytest.raises(ValueError, match="axis: expected one of the axes 1 to 2 of the output, got"):
            model_of(losses.CosineSimilarity(axis=axis), None).fit(x, y, verbose=0)
