"""Functional models in files of every format, and to Keras and back."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, layers
from fastlstm.models import Model

STEPS, FEATURES = 5, 3


def graph(package):
    x = package.Input((STEPS, FEATURES), name="start")
    low = package.layers.LSTM(4, return_sequences=True)(x)
    high = package.layers.Bidirectional(package.layers.GRU(2, return_sequences=True))(low)
    total = package.layers.Add()([low, high])
    last = package.layers.GRU(3)(package.layers.Concatenate()([total, x]))
    return package.models.Model(x, package.layers.Dense(2)(last), name="branches")


@pytest.fixture
def data(rng):
    return rng.normal(size=(8, STEPS, FEATURES)).astype("float32"), rng.normal(size=(8, 2)).astype("float32")


def trained(package, data):
    model = graph(package)
    model.compile("adam", "mse")
    model.fit(*data, verbose=0)
    return model


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_saved_model_goes_on_with_the_same_bits(ending, data, tmp_path):
    model = trained(fastlstm, data)
    path = tmp_path / f"model.{ending}"
    model.save(path)
    again = fastlstm.load_model(path)
    assert isinstance(again, Model)
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    np.testing.assert_array_equal(again.predict(data[0], verbose=0), model.predict(data[0], verbose=0))
    for each in (model, again):
        each.fit(*data, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ending", ["weights.h5", "safetensors"])
def test_weights_alone(ending, data, tmp_path):
    if ending == "safetensors":
        require_peer("safetensors")
    model, other = trained(fastlstm, data), graph(fastlstm)
    path = tmp_path / f"model.{ending}"
    model.save_weights(path)
    other.load_weights(path)
    np.testing.assert_array_equal(other.predict(data[0], verbose=0), model.predict(data[0], verbose=0))


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_keras_opens_the_file_and_goes_on(ending, data, tmp_path):
    keras = require_peer("keras")
    model = trained(fastlstm, data)
    path = tmp_path / f"model.{ending}"
    model.save(path)
    theirs = keras.models.load_model(path)
    np.testing.assert_allclose(theirs.predict(data[0], verbose=0), model.predict(data[0], verbose=0), atol=4e-6)
    if ending == "h5":
        return  # in which Keras 3 does not restore the optimizer
    for each in (model, theirs):
        each.fit(*data, shuffle=False, verbose=0)
    for ours, their in zip(model.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours, their, atol=1e-5)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_file_of_keras(ending, data, tmp_path):
    keras = require_peer("keras")
    theirs = trained(keras, data)
    path = tmp_path / f"model.{ending}"
    theirs.save(path)
    model = fastlstm.load_model(path)
    assert isinstance(model, Model)
    np.testing.assert_allclose(model.predict(data[0], verbose=0), theirs.predict(data[0], verbose=0), atol=4e-6)


def test_a_chain_is_loaded_as_a_sequential(data, tmp_path):
    x = Input((STEPS, FEATURES))
    model = Model(x, layers.Dense(1)(layers.LSTM(3)(x)))
    model.save(tmp_path / "chain.keras")
    again = fastlstm.load_model(tmp_path / "chain.keras")
    assert isinstance(again, fastlstm.Sequential)
    np.testing.assert_array_equal(again.predict(data[0], verbose=0), model.predict(data[0], verbose=0))
