"""Losses and metrics that use tensors of a functional model, against Keras 2 in its graphs."""

import numpy as np
import pytest
import tensor_losses
from peers import start_beside, written_by

from fastlstm import keras
from fastlstm.keras import backend as K
from fastlstm.keras._script_functions import uses_tensors


def begin():
    start_beside(tensor_losses.__file__, *tensor_losses.NEEDED)


@pytest.fixture(scope="module")
def written():
    return written_by(tensor_losses.__file__, *tensor_losses.NEEDED)[1]


@pytest.mark.parametrize("name", tensor_losses.CASES)
def test_training_equals_keras_2(name, written):
    of_case = {key.removeprefix(f"{name}/"): value for key, value in written.items() if key.startswith(f"{name}/")}
    initial = [of_case[f"initial/{i}"] for i in range(sum(key.startswith("initial/") for key in of_case))]
    _, history, final, evaluated, step = tensor_losses.trained(keras, K, name, initial)
    expected = {key.removeprefix("history/"): value for key, value in of_case.items() if key.startswith("history/")}
    assert set(history) == set(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(history[key], values, rtol=1e-4, atol=1e-6, err_msg=key)
    for i, weight in enumerate(final):
        np.testing.assert_allclose(weight, of_case[f"final/{i}"], rtol=0, atol=2e-5)
    values = {key.removeprefix("evaluated/"): one for key, one in of_case.items() if key.startswith("evaluated/")}
    assert set(evaluated) == set(values)
    for key, value in values.items():
        np.testing.assert_allclose(evaluated[key], value, rtol=1e-4, atol=1e-6, err_msg=key)
    np.testing.assert_allclose(np.ravel(step)[:1], of_case["step"], rtol=1e-4)


def test_gradients_are_those_of_finite_differences(rng):
    x = keras.Input((4, 2), dtype="float64")
    hidden = keras.layers.GRU(3, dtype="float64")(x)
    y = keras.layers.Dense(2, dtype="float64")(hidden)
    model = keras.Model(x, y)
    middle = keras.Model(x, hidden)
    data, target = rng.normal(size=(6, 4, 2)), rng.normal(size=(6, 2))

    def loss():
        output, inside = model.predict(data, verbose=0), middle.predict(data, verbose=0)
        return np.mean(np.sum((target - output) ** 2, axis=-1) * np.exp(inside[:, 0])) + np.mean(inside**4)

    def of_tensors(y_true, y_pred):
        return K.sum(K.square(y_true - y_pred), axis=-1) * K.exp(hidden[:, 0]) + K.mean(K.pow(hidden, 4))

    model.compile(keras.optimizers.SGD(1.0), loss=of_tensors)
    weights = model.get_weights()
    expected = []
    for i, weight in enumerate(weights):
        found = np.zeros_like(weight)
        for place in np.ndindex(weight.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [one.copy() for one in weights]
                moved[i][place] += step
                model.set_weights(moved)
                ends.append(loss())
            found[place] = (ends[0] - ends[1]) / 2e-6
        expected.append(found)
    model.set_weights(weights)
    assert model.train_on_batch(data, target) == pytest.approx(loss_at(model, weights, loss))
    model.set_weights(weights)
    model.compile(keras.optimizers.SGD(1.0), loss=of_tensors)
    model.train_on_batch(data, target)
    for before, after, gradient in zip(weights, model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(before - after, gradient, rtol=1e-6, atol=1e-8)


def loss_at(model, weights, loss):
    model.set_weights(weights)
    return loss()


def test_sample_weights_and_class_weights(rng):
    x = keras.Input((3,))
    hidden = keras.layers.Dense(2)(x)
    model = keras.Model(x, keras.layers.Dense(1, activation="sigmoid")(hidden))
    data, target = rng.normal(size=(8, 3)), np.repeat([0.0, 1.0], 4)
    model.compile("sgd", loss=lambda y_true, y_pred: K.square(y_true - y_pred)[:, 0] + K.sum(hidden**2, axis=-1))
    values = (target - model.predict(data, verbose=0)[:, 0]) ** 2
    values += (keras.Model(x, hidden).predict(data, verbose=0) ** 2).sum(axis=-1)
    weights = rng.uniform(size=8)
    assert model.test_on_batch(data, target, weights) == pytest.approx(np.mean(weights * values), rel=1e-5)
    history = model.fit(data, target, 8, class_weight={0: 1.0, 1: 3.0}, verbose=0).history
    assert history["loss"][0] == pytest.approx(np.mean(np.repeat([1.0, 3.0], 4) * values), rel=1e-5)


def test_tensors_around_a_layer_that_are_not_its_arguments(rng):
    """In the `call` of a layer of a script, as in the example of a variational autoencoder of Keras 2.0."""
    x = keras.Input((3,))
    middle, decoded = keras.layers.Dense(2)(x), keras.layers.Dense(3)(x)

    class Penalty(keras.layers.Layer):
        def call(self, inputs):
            self.add_loss(K.mean(K.square(inputs[0] - inputs[1])) + K.mean(K.abs(middle)), inputs=inputs)
            return inputs[1]

    model = keras.Model(x, Penalty()([x, decoded]))
    model.compile(keras.optimizers.SGD(0.1), loss=None)
    data = rng.normal(size=(6, 3)).astype("float32")
    inside, output = keras.Model(x, [middle, decoded]).predict(data, verbose=0)
    expected = np.mean(np.square(data - output)) + np.mean(np.abs(inside))
    assert model.evaluate(data, verbose=0) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_array_equal(model.predict(data, verbose=0), output)
    kernel, _ = keras.Model(x, middle).get_weights()
    model.train_on_batch(data)
    gradient = data.T @ (np.sign(inside) / inside.size)
    np.testing.assert_allclose(keras.Model(x, middle).get_weights()[0], kernel - 0.1 * gradient, rtol=1e-5, atol=1e-7)


def test_any_number_of_steps(rng):
    x = keras.Input((None, 2))
    hidden = keras.layers.GRU(3, return_sequences=True)(x)
    model = keras.Model(x, keras.layers.Dense(1)(hidden))
    model.compile("sgd", loss=lambda y_true, y_pred: K.mean(K.square(y_true - y_pred)) + K.mean(K.abs(hidden)))
    inside = keras.Model(x, hidden)
    for steps in (5, 7):
        data, target = rng.normal(size=(4, steps, 2)), rng.normal(size=(4, steps, 1))
        expected = np.mean((target - model.predict(data, verbose=0)) ** 2)
        expected += np.mean(np.abs(inside.predict(data, verbose=0)))
        assert model.test_on_batch(data, target) == pytest.approx(expected, rel=1e-5)


def test_weighted_metrics_of_a_masked_output(rng):
    """Keras 2 gives such metrics no weights in its graphs, so their equations decide."""
    x = keras.Input((4, 2))
    hidden = keras.layers.LSTM(3, return_sequences=True)(keras.layers.Masking()(x))

    def distance(y_true, y_pred):
        return K.sum(K.abs(y_true - y_pred), axis=-1) + K.sum(hidden, axis=-1)

    model = keras.Model(x, keras.layers.Dense(1)(hidden))
    model.compile("sgd", "mse", metrics=[distance], weighted_metrics=[distance])
    data, target, weight = rng.normal(size=(6, 4, 2)), rng.normal(size=(6, 4, 1)), rng.uniform(size=6)
    data[:3, 1:] = 0
    valid = np.any(data != 0, axis=-1)
    values = np.abs(target - model.predict(data, verbose=0)).sum(-1)
    values = values + keras.Model(x, hidden).predict(data, verbose=0).sum(-1)
    found = model.evaluate(data, target, sample_weight=weight, verbose=0, return_dict=True)
    assert found["distance"] == pytest.approx(np.average(values, weights=valid), rel=1e-5)
    weights = valid * weight[:, None]
    assert found["weighted_distance"] == pytest.approx(np.average(values, weights=weights), rel=1e-5)


def test_added_losses_of_a_model_with_several_outputs(rng):
    x = keras.Input((4, 2))
    hidden = keras.layers.LSTM(3, return_sequences=True)(keras.layers.Masking()(x))
    model = keras.Model(x, [keras.layers.Dense(1, name="a")(hidden), keras.layers.GRU(2, name="b")(hidden)])
    model.add_loss(K.mean(K.square(hidden)))
    data = rng.normal(size=(6, 4, 2))
    expected = np.mean(keras.Model(x, hidden).predict(data, verbose=0) ** 2)
    model.compile("sgd")
    assert model.evaluate(data, verbose=0, return_dict=True)["loss"] == pytest.approx(expected, rel=1e-5)
    targets = [rng.normal(size=(6, 4, 1)), rng.normal(size=(6, 2))]
    model.compile("sgd", ["mse", "mae"], metrics=["mae"])
    alone = keras.Model(x, model.outputs)
    alone.compile("sgd", ["mse", "mae"], metrics=["mae"])
    found, without = (one.evaluate(data, targets, verbose=0, return_dict=True) for one in (model, alone))
    assert found.pop("loss") == pytest.approx(without.pop("loss") + expected, rel=1e-5)
    assert found == pytest.approx(without, rel=1e-6)


def test_long_lists_are_not_searched():
    numbers = [0.0] * 1_000_000
    assert not uses_tensors(lambda y_true, y_pred: numbers)
    x = keras.Input((2,))
    assert uses_tensors(lambda y_true, y_pred: [x])


def test_outputs_without_a_loss_are_in_no_history(rng):
    """A model of two outputs and an added loss logs the loss alone."""
    given = keras.Input((3,))
    outputs = [keras.layers.Dense(2)(given), keras.layers.Dense(1)(given)]
    model = keras.Model(given, outputs)
    model.add_loss(keras.ops.mean(keras.ops.square(outputs[0])))
    model.compile("sgd")
    x = rng.normal(size=(8, 3)).astype(np.float32)
    expected = np.mean(model.predict(x, verbose=0)[0] ** 2)
    assert model.evaluate(x, verbose=0) == pytest.approx(expected, rel=1e-5)
    history = model.fit(x, batch_size=8, verbose=0).history
    assert list(history) == ["loss"]
    assert history["loss"] == [pytest.approx(expected, rel=1e-5)]
