"""Arguments and data as scripts for Keras of any version write them: each stands for one that exists here."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers, losses, optimizers, schedules
from fastlstm import keras as keras_here

STEPS, FEATURES = 5, 2

FIRST_LAYERS = {
    "input_shape": (lambda: layers.LSTM(3, input_shape=(STEPS, FEATURES)), (None, STEPS, FEATURES)),
    "input_shape, a list": (lambda: layers.LSTM(3, input_shape=[None, FEATURES]), (None, None, FEATURES)),
    "batch_input_shape": (
        lambda: layers.LSTM(3, batch_input_shape=(4, STEPS, FEATURES), stateful=True),
        (4, STEPS, FEATURES),
    ),
    "batch_shape": (lambda: layers.LSTM(3, batch_shape=(None, STEPS, FEATURES)), (None, STEPS, FEATURES)),
    "input_dim": (lambda: layers.LSTM(3, input_dim=FEATURES), (None, None, FEATURES)),
    "input_dim, input_length": (
        lambda: layers.LSTM(3, input_dim=FEATURES, input_length=STEPS),
        (None, STEPS, FEATURES),
    ),
    "input_dim of vectors": (lambda: layers.Dense(3, input_dim=FEATURES), (None, FEATURES)),
    "a number": (lambda: layers.Dense(3, input_shape=FEATURES), (None, FEATURES)),
    "a wrapper's": (
        lambda: layers.Bidirectional(layers.LSTM(3), input_shape=(STEPS, FEATURES)),
        (None, STEPS, FEATURES),
    ),
    "input_length": (lambda: layers.Embedding(7, 3, input_length=STEPS), (None, STEPS)),
    "input_shape of indices": (lambda: layers.Embedding(7, 3, input_shape=(None,)), (None, None)),
}


@pytest.mark.parametrize("name", FIRST_LAYERS)
def test_the_first_layer_may_have_the_input_shape(name):
    make, shape = FIRST_LAYERS[name]
    model = Sequential([make()])
    assert model.built
    assert model.input_shape == shape
    assert Sequential.from_config(model.get_config()).input_shape == shape


def test_later_layers_ignore_an_input_shape():
    model = Sequential([layers.LSTM(3, input_shape=(STEPS, FEATURES)), layers.Dense(1, input_shape=(9, 9))])
    assert model.output_shape == (None, 1)
    assert Sequential([Input((STEPS, FEATURES)), layers.LSTM(3, input_shape=(7, 7))]).input_shape[1] == STEPS


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"input_shape": (5, 2), "input_dim": 2}, ValueError, "input_shape, input_dim: expected at most one"),
        ({"input_shape": "5"}, TypeError, "input_shape: expected a tuple, got '5'"),
        ({"input_dim": 2.5}, TypeError, "input_dim"),
        ({"input_dim": 2, "input_length": -1}, ValueError, "input_length"),
    ],
)
def test_wrong_input_shapes(options, error, match):
    with pytest.raises(error, match=match):
        layers.LSTM(3, **options)


def test_weights_instead_of_initial_ones(rng):
    weights = [rng.normal(size=(4, 2)).astype("float32"), np.ones(2, "float32")]
    layer = layers.Dense(2, weights=weights)
    model = Sequential([layers.LSTM(4, input_shape=(STEPS, FEATURES)), layer])
    for got, want in zip(layer.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(got, want)
    assert model.count_params() == 4 * 4 * (FEATURES + 4 + 1) + 10
    with pytest.raises(ValueError, match="expected 2 arrays"):
        layers.Dense(2, weights=weights[:1]).build((None, 4))


def test_old_names_of_arguments():
    old = layers.LSTM(output_dim=3, init="zeros", inner_init="ones", inner_activation="hard_sigmoid", dropout_W=0.2)
    new = layers.LSTM(3, "tanh", "hard_sigmoid", kernel_initializer="zeros", recurrent_initializer="ones", dropout=0.2)
    assert {**old.get_config(), "name": ""} == {**new.get_config(), "name": ""}
    assert layers.Dropout(p=0.25).rate == 0.25
    assert layers.Embedding(7, output_dim=3).output_dim == 3  # which has no other name here
    with pytest.raises(TypeError, match="output_dim: expected units alone"):
        layers.LSTM(units=3, output_dim=3)
    with pytest.raises(TypeError, match="units"):
        layers.LSTM(nb_units=3)


def test_old_arguments_of_optimizers(rng):
    optimizer = optimizers.Adam(lr=0.25, decay=0.5, epsilon=None)
    assert optimizer.epsilon == 1e-7
    x, y = rng.normal(size=(6, 3)), rng.normal(size=6)

    def trained(optimizer):
        model = Sequential([layers.Dense(1, input_dim=3, kernel_initializer="ones")])
        model.compile(optimizer, "mse")
        model.fit(x, y, batch_size=2, epochs=3, shuffle=0, verbose=0)
        return model

    old = trained(optimizer)
    assert optimizer.lr == 0.25  # as in Keras 2, without the decay
    optimizer.lr = 0.125
    assert optimizer.lr == 0.125
    assert optimizer.rates(1) == pytest.approx(0.125 / (1 + 0.5 * 9))
    new = trained(optimizers.Adam(schedules.InverseTimeDecay(0.25, 1, 0.5)))
    np.testing.assert_array_equal(old.get_weights()[0], new.get_weights()[0])
    optimizer = optimizers.SGD(lr=0.5)
    optimizer.lr = 0.125
    assert optimizer.learning_rate == 0.125


def test_one_loss_and_one_metric_in_any_form(rng):
    x, y = rng.normal(size=(6, 3)), rng.normal(size=6)
    results = []
    for loss, metrics in [("mse", ["mae"]), (["mse"], "mae"), ({"dense": "mse"}, ("mae",)), (losses.get("mse"), "mae")]:
        model = Sequential([layers.Dense(1, input_dim=3, kernel_initializer="ones")])
        model.compile("sgd", loss, metrics=metrics)
        results.append(model.evaluate(x, y, verbose=0))
    assert all(result == results[0] for result in results)
    with pytest.raises(ValueError, match="loss: expected one entry, since the model has one output, got 2"):
        model.compile("sgd", ["mse", "mae"])
    assert isinstance(losses.get("huber_loss"), losses.Huber)
    assert isinstance(losses.get("cosine_proximity"), losses.CosineSimilarity)


def test_data_in_other_forms(rng):
    model = Sequential([layers.LSTM(3, input_shape=(STEPS, 1)), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics="accuracy")
    x, y = rng.normal(size=(8, STEPS, 1)) > 0, rng.normal(size=8) > 0
    expected = model.predict(x.astype(float), verbose=0)
    for given in (x, x[..., 0], [x], (x.astype(np.int8),)):
        np.testing.assert_array_equal(model.predict(given, verbose=0), expected)
    assert model.evaluate(x, y, verbose=0) == model.evaluate(x.astype(float), y.astype(int), verbose=0)
    assert len(model.fit([x], y, verbose=0).history["accuracy"]) == 1
    one = Sequential([layers.Dense(1, input_dim=1)])
    assert one.predict(rng.normal(size=4), verbose=0).shape == (4, 1)
    with pytest.raises(ValueError, match="x: expected shape"):
        model.predict(rng.normal(size=(8, STEPS, 2)), verbose=0)


def test_an_input_of_integers():
    model = Sequential([Input((STEPS,), dtype="int32"), layers.Embedding(7, 3), layers.LSTM(2)])
    assert model.dtype == "float32"
    assert model.predict(np.ones((2, STEPS), "int64"), verbose=0).shape == (2, 2)
    with pytest.raises(ValueError, match="dtype"):
        Input((STEPS,), dtype="complex64")


def test_a_model_without_an_input_takes_other_lengths(rng):
    model = Sequential([layers.Embedding(9, 4), layers.LSTM(4), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(rng.integers(0, 9, (40, 6)), rng.normal(size=40), verbose=0)
    assert model.predict(rng.integers(0, 9, (2, 3)), verbose=0).shape == (2, 1)


def test_one_target_for_each_sample_serves_all_steps_as_in_keras(rng):
    keras = require_peer("keras")
    x, y = rng.normal(size=(8, 5, 2)).astype("float32"), rng.normal(size=8).astype("float32")
    found, weights = [], None
    for package in (fastlstm, keras):
        at = package.layers
        model = package.Sequential([package.Input((5, 2)), at.LSTM(3, return_sequences=True), at.Dense(1)])
        if weights is not None:
            model.set_weights(weights)
        weights = model.get_weights()
        model.compile("sgd", "mse")
        for targets in (y, y[:, None]):
            if package is fastlstm:
                with pytest.warns(UserWarning, match="y: there is one target for each sample, and an output"):
                    found.append(model.evaluate(x, targets, verbose=0))
            else:
                found.append(model.evaluate(x, targets, verbose=0))
    # Keras compares (N,) with each step and each sample; here it is the same as (N, 1).
    np.testing.assert_allclose(found[:2], found[3], rtol=1e-5)


def test_a_model_of_a_script_takes_other_lengths_with_a_warning(rng):
    at = keras_here.layers
    model = keras_here.Sequential([at.LSTM(4, input_shape=(6, 1)), at.Dense(1)])
    x = rng.normal(size=(3, 9, 1))
    with pytest.warns(UserWarning, match="the input has 6 steps, got 9"):
        found = model.predict(x)
    any_length = fastlstm.Sequential([Input((None, 1)), *model.layers])
    np.testing.assert_array_equal(found, any_length.predict(x))
    with pytest.raises(ValueError, match="x: expected shape"):
        model.predict(rng.normal(size=(3, 6, 2)))


def test_one_number_for_each_sample_is_a_sequence_of_one(rng):
    model = Sequential([fastlstm.layers.Embedding(9, 3), fastlstm.layers.LSTM(2)])
    np.testing.assert_array_equal(model.predict(np.array([1, 2])), model.predict(np.array([[1], [2]])))
