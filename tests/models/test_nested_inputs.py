"""Inputs in lists and dicts that are inside each other: data are given in the same way, or as one list."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, keras, layers
from fastlstm.models import Model, clone_model

STRUCTURES = {
    "a list in a list": lambda a, b, c: [a, [b, c]],
    "a dict in a list": lambda a, b, c: [a, {"z": b, "y": c}],
    "a list in a dict": lambda a, b, c: {"z": [a, b], "c": c},
    "a tuple in a tuple": lambda a, b, c: ((a, b), c),
}


def model_of(keras, structured):
    a, b, c = (keras.Input((2,), name=name) for name in "abc")
    rest = keras.layers.Subtract()([keras.layers.Multiply()([b, b]), c])
    return keras.Model(structured(a, b, c), keras.layers.Concatenate()([a, rest]))


@pytest.fixture
def data(rng):
    return [rng.normal(size=(4, 2)).astype("float32") for _ in range(3)]


@pytest.fixture
def expected(data):
    a, b, c = data
    return np.concatenate([a, b * b - c], axis=1)


@pytest.mark.parametrize("structured", STRUCTURES.values(), ids=STRUCTURES)
def test_data_in_the_structure_of_the_inputs(structured, data, expected, tmp_path):
    model = model_of(keras, structured)
    model.save(tmp_path / "model.keras")
    for one in (model, fastlstm.load_model(tmp_path / "model.keras"), clone_model(model)):
        np.testing.assert_allclose(one.predict(structured(*data), verbose=0), expected, rtol=1e-6)
        np.testing.assert_allclose(one(structured(*data)), expected, rtol=1e-6)
        by_order = [dict(zip("abc", data, strict=True))[layer.name] for layer in one._inputs]
        np.testing.assert_allclose(one.predict(by_order, verbose=0), expected, rtol=1e-6)
    theirs = require_peer("keras").models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(theirs.predict(structured(*data), verbose=0), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("structured", STRUCTURES.values(), ids=STRUCTURES)
def test_a_model_of_keras(structured, data, expected, tmp_path):
    model_of(require_peer("keras"), structured).save(tmp_path / "model.keras")
    loaded = fastlstm.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(structured(*data)), expected, rtol=1e-6)


@pytest.mark.parametrize("structured", STRUCTURES.values(), ids=STRUCTURES)
def test_training_and_calls_in_a_model(structured, data, expected):
    model = model_of(keras, structured)
    a, b, c = (Input((2,)) for _ in range(3))
    around = Model([a, b, c], layers.Dense(1)(model(structured(a, b, c))))
    kernel, bias = around.get_weights()
    np.testing.assert_allclose(around.predict(data), expected @ kernel + bias, rtol=1e-5, atol=1e-6)
    model.compile("sgd", "mse")
    targets = np.zeros((4, 4))
    with pytest.warns(UserWarning, match="no trainable weights"):
        losses = model.fit(structured(*data), targets, batch_size=4, verbose=0).history["loss"]
    np.testing.assert_allclose(losses, [np.mean(expected**2)], rtol=1e-5)
    np.testing.assert_allclose(model.evaluate(structured(*data), targets, verbose=0), np.mean(expected**2), rtol=1e-5)


def test_inputs_that_are_not_nested_take_no_nested_data(data):
    a, b, c = data
    model = model_of(keras, lambda a, b, c: [a, b, c])
    with pytest.raises(ValueError, match=r"x: expected a list .* for each of 3 inputs.*2 entries"):
        model.predict([[a, b], c], verbose=0)


def test_data_in_another_structure(data):
    a, b, c = data
    model = model_of(keras, lambda a, b, c: [a, [b, c]])
    with pytest.raises(ValueError, match="an array for each of 3 inputs"):
        model.predict([[a, b], c], verbose=0)


def test_a_model_with_a_call_of_nested_inputs(data, expected):
    class Nested(keras.Model):
        def call(self, inputs):
            a, rest = inputs
            return keras.ops.concatenate([a, rest["z"] * rest["z"] - rest["y"]], axis=1)

    a, b, c = data
    np.testing.assert_allclose(Nested().predict([a, {"z": b, "y": c}], verbose=0), expected, rtol=1e-6)
