"""Activations that are functions of users, or layers: like a layer after the one that has them; copies and files."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, config, layers
from fastlstm.keras import utils
from fastlstm.models import Model, clone_model
from fastlstm.saving import load_model


def bent(x):
    return x * np.tanh(x) + 0.1


LAYERS = {
    "Dense": lambda **given: layers.Dense(4, **given),
    "Conv1D": lambda **given: layers.Conv1D(4, 2, **given),
    "Conv1DTranspose": lambda **given: layers.Conv1DTranspose(4, 2, **given),
    "SeparableConv1D": lambda **given: layers.SeparableConv1D(4, 2, **given),
    "DepthwiseConv1D": lambda **given: layers.DepthwiseConv1D(2, **given),
    "Activation": lambda **given: layers.Activation(given.get("activation", "linear")),
}
ACTIVATIONS = {
    "a function": (bent, lambda: layers.Lambda(bent)),
    "a layer": (layers.LeakyReLU(0.3), lambda: layers.LeakyReLU(0.3)),
    "the name of a layer": ("LeakyReLU", layers.LeakyReLU),
    "a threshold": ("ThresholdedReLU", lambda: layers.ReLU(threshold=1.0)),
    "a layer with weights": (layers.PReLU("normal"), lambda: layers.PReLU("normal")),
}


@pytest.fixture(params=LAYERS.values(), ids=LAYERS)
def make(request):
    return request.param


@pytest.fixture(autouse=True)
def doubles():
    config.set_floatx("float64")
    yield
    config.set_floatx("float32")


def trained(hidden, x, y, weights=None):
    """Return a model and its losses."""
    inputs = Input((6, 3))
    h = inputs
    for layer in hidden:
        h = layer(h)
    model = Model(inputs, layers.LSTM(2)(h))
    if weights is not None:
        model.set_weights(weights)
    model.compile("adam", "mse")
    return model, model.fit(x, y, epochs=3, shuffle=False, verbose=0).history["loss"]


@pytest.mark.parametrize(("activation", "layer"), ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_as_a_layer_that_follows(make, activation, layer, rng):
    x, y = rng.normal(size=(10, 6, 3)), rng.normal(size=(10, 2))
    start, _ = trained([make(), layer()], x, y)
    weights = start.get_weights()
    model, found = trained([make(activation=activation)], x, y, weights)
    expected, losses = trained([make(), layer()], x, y, weights)
    np.testing.assert_allclose(found, losses, rtol=1e-12)
    np.testing.assert_allclose(model.predict(x), expected.predict(x), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("activation", [one for one, _ in ACTIVATIONS.values()], ids=ACTIVATIONS)
@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_copies_and_files(make, activation, ending, tmp_path, rng):
    x = rng.normal(size=(4, 6, 3))
    model = Sequential([Input((6, 3)), make(activation=activation), layers.LSTM(2)])
    copy = clone_model(model)
    copy.set_weights(model.get_weights())
    model.save(tmp_path / f"model.{ending}")
    for one in (copy, load_model(tmp_path / f"model.{ending}")):
        np.testing.assert_array_equal(one.predict(x), model.predict(x))


def test_each_layer_has_weights_of_its_own(rng):
    shared = layers.PReLU()
    model = Sequential([Input((3,)), layers.Dense(4, activation=shared), layers.Dense(4, activation=shared)])
    assert [weight.shape for weight in model.get_weights()] == [(3, 4), (4,), (4,), (4, 4), (4,), (4,)]


def test_registered_functions(rng):
    x = rng.normal(size=(4, 3))
    with utils.custom_object_scope({"bent": bent}):
        layer = layers.Dense(2, activation="bent")
    np.testing.assert_allclose(layer(x), bent(x @ layer.get_weights()[0]), rtol=1e-12)
    with pytest.raises(ValueError, match=r"unknown activation 'bent'"):
        layers.Dense(2, activation="bent")


def test_steps_of_time_distributed(rng):
    x = rng.normal(size=(4, 6, 3))
    layer = layers.TimeDistributed(layers.Dense(2, activation=bent))
    found = Sequential([Input((6, 3)), layer]).predict(x)
    np.testing.assert_allclose(found, bent(x @ layer.layer.get_weights()[0]), rtol=1e-12)


def test_recurrent_layers_refuse_them():
    with pytest.raises(TypeError, match=r"activation: expected a name or a function .*write its cell"):
        layers.LSTM(2, activation=bent)


@pytest.mark.parametrize("make", [LAYERS["Dense"], LAYERS["Activation"]], ids=["Dense", "Activation"])
def test_functions_pass_the_mask_on(make, rng):
    x, y = rng.normal(size=(10, 6, 3)), rng.normal(size=(10, 2))
    x[:5, 3:] = 0.0

    def model_of(activation):
        hidden = make(activation=activation)
        return Sequential([Input((6, 3)), layers.Masking(), hidden, layers.LSTM(2)])

    named, model = model_of("tanh"), model_of(lambda x: np.sinh(x) / np.cosh(x))
    model.set_weights(named.get_weights())
    for one in (named, model):
        one.compile("sgd", "mse")
        one.fit(x, y, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.predict(x), named.predict(x), rtol=1e-10)
    for found, expected in zip(model.get_weights(), named.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_a_frozen_layer_stays_frozen(rng):
    slopes = layers.PReLU("ones", trainable=False)
    model = Sequential([Input((3,)), layers.Dense(4, activation=slopes)])
    model.compile("sgd", "mse")
    model.fit(rng.normal(size=(8, 3)), rng.normal(size=(8, 4)), verbose=0)
    np.testing.assert_array_equal(model.get_weights()[2], np.ones(4))
    assert len(model.trainable_weights) == 2


def test_weights_of_a_layer_are_copied():
    built = layers.PReLU("normal")
    built.build((None, 4))
    for slopes, expected in (
        (layers.PReLU(weights=[[0.1, 0.2, 0.3, 0.4]]), [0.1, 0.2, 0.3, 0.4]),
        (built, built.get_weights()[0]),
    ):
        dense = layers.Dense(4, activation=slopes)
        dense.build((None, 3))
        np.testing.assert_array_equal(dense.get_weights()[2], expected)
    with pytest.raises(ValueError, match=r"weights: expected 1 arrays for .*, got 2"):
        layers.Dense(4, activation=layers.PReLU(weights=[[0.1] * 4] * 2)).build((None, 3))


@pytest.mark.parametrize(
    "make_layer",
    [
        lambda: layers.Dense(4),
        lambda: layers.Lambda(bent),
        lambda: layers.LeakyReLU(activity_regularizer="l2"),
        lambda: Sequential([layers.Dense(4)]),
        type("Bent", (layers.Layer,), {"call": lambda self, x: bent(x)}),
    ],
    ids=["Dense", "Lambda", "penalty", "model", "custom"],
)
def test_other_layers_are_refused(make_layer):
    with pytest.raises(TypeError, match=r"activation: expected a .*: add it after this one instead"):
        layers.Dense(4, activation=make_layer())
