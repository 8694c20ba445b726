"""Batches from generators and data sets: their weights, metrics and callbacks are those of arrays and of Keras."""

import warnings

import numpy as np
import pytest
from batch_sources import Numbered, batches, fitted, same, small_model
from peers import require_peer

import fastlstm
from fastlstm import callbacks, losses, optimizers


@pytest.fixture
def data(rng):
    return rng.normal(size=(50, 5, 2)), rng.normal(size=(50, 1))


def test_callbacks_see_every_batch(data):
    class Counting(callbacks.Callback):
        def __init__(self):
            self.begun, self.ended = [], []

        def on_train_batch_begin(self, batch, logs=None):
            self.begun.append(batch)

        def on_train_batch_end(self, batch, logs=None):
            self.ended.append((batch, logs["loss"]))

    counts = [Counting(), Counting()]
    fitted(Numbered(*data), epochs=2, callbacks=[counts[0]])
    fitted(*data, batch_size=16, epochs=2, callbacks=[counts[1]])
    assert counts[0].begun == counts[1].begun == [0, 1, 2, 3] * 2
    assert counts[0].ended == counts[1].ended


def test_weights_of_batches_are_those_of_arrays(data, rng):
    x, y = data
    weights = rng.uniform(0.5, 2, 50)

    def weighted():
        return ((x[i : i + 16], y[i : i + 16], weights[i : i + 16]) for i in range(0, 50, 16))

    expected = fitted(x, y, batch_size=16, sample_weight=weights, validation_data=(x, y, weights))
    model = fitted(weighted(), validation_data=weighted())
    assert same(model, expected)
    assert model.history.history["loss"] == expected.history.history["loss"]
    np.testing.assert_allclose(model.history.history["val_loss"], expected.history.history["val_loss"], rtol=1e-12)
    assert model.evaluate(weighted()) == pytest.approx(model.evaluate(x, y, sample_weight=weights), rel=1e-12)
    np.testing.assert_array_equal(model.predict(weighted()), model.predict(x))


def test_steps_of_arrays_take_their_weights_along(data, rng):
    weights = rng.uniform(0.5, 2, 50)
    one = fitted(*data, batch_size=16, sample_weight=weights, epochs=2, steps_per_epoch=2)
    assert same(one, fitted(*data, batch_size=16, sample_weight=weights))


def test_weights_of_classes_in_batches(data):
    x, y = data[0], (data[1] > 0).astype(float)
    weights = {0: 0.5, 1: 3.0}
    expected = fitted(x, y, batch_size=16, class_weight=weights)
    assert same(fitted(Numbered(x, y), class_weight=weights), expected)
    with pytest.raises(ValueError, match="class_weight: expected None if sample_weight is given"):
        fitted(iter([(x, y, np.ones(50))]), class_weight=weights)


def test_a_batch_of_the_validation_may_be_larger_than_the_training_data(data):
    """The loss of a batch as a whole tells the size of the batches."""
    x, y = data[0], (data[1] > 0).astype(float)
    model = small_model()
    model.compile("sgd", losses.Dice())
    history = model.fit(x[:10], y[:10], batch_size=32, validation_data=(x, y), verbose=0).history
    assert history["val_loss"] == [pytest.approx(model.evaluate(x, y, batch_size=32, verbose=0), rel=1e-12)]
    assert history["val_loss"] != [pytest.approx(model.evaluate(x, y, batch_size=10, verbose=0), rel=1e-6)]


def test_a_loss_in_python_is_trained_on_batches(data):
    def squares(y, prediction):
        return np.square(prediction - y).mean(axis=-1), 2 * (prediction - y) / y.shape[-1]

    models = []
    for arguments in ((Numbered(*data),), data):
        model = small_model()
        model.compile(optimizers.SGD(0.05), squares)
        model.layers[0].trainable = False
        model.fit(*arguments, batch_size=16, epochs=2, shuffle=False, verbose=0)
        models.append(model)
    assert same(*models)
    native = small_model()
    native.compile(optimizers.SGD(0.05), "mse")
    native.layers[0].trainable = False
    native.fit(*data, batch_size=16, epochs=2, shuffle=False, verbose=0)
    for ours, theirs in zip(models[0].get_weights(), native.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_metrics_of_batches_are_those_of_keras(data):
    keras = require_peer("keras")
    data = [array.astype("float32") for array in data]
    histories, results = [], []
    for kit in (keras, fastlstm):
        model = small_model(kit, "float32")
        model.compile(optimizer=kit.optimizers.Adam(0.01), loss="mse", metrics=["mae", "r2_score"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras's, that a generator is not shuffled
            history = model.fit(
                batches(data, times=2),
                epochs=2,
                steps_per_epoch=4,
                validation_data=data,
                validation_steps=2,
                validation_batch_size=20,
                verbose=0,
            )
        histories.append(history.history)
        results.append(model.evaluate(batches(data), steps=4, verbose=0, return_dict=True))
    assert set(histories[0]) == set(histories[1])
    for name, values in histories[1].items():
        np.testing.assert_allclose(values, histories[0][name], rtol=1e-4, err_msg=name)
    for name, value in results[1].items():
        assert value == pytest.approx(results[0][name], rel=1e-4)


def test_metrics_of_batches_are_those_of_arrays(data):
    models = []
    for arguments in ((Numbered(*data),), data):
        model = small_model()
        model.compile("adam", "mse", metrics=["mae"], weighted_metrics=["mse"])
        model.fit(*arguments, batch_size=16, epochs=2, shuffle=False, verbose=0, validation_data=Numbered(*data))
        models.append(model)
    one, other = (model.history.history for model in models)
    assert set(one) == set(other)
    assert len(one) == 6
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-12)
    for given, expected in zip(models[0].evaluate(Numbered(*data)), models[0].evaluate(*data), strict=True):
        assert given == pytest.approx(expected, rel=1e-12)


def test_callbacks_of_evaluations_and_predictions_see_batches(data):
    class Seen(callbacks.Callback):
        def __init__(self):
            self.tested, self.outputs = [], []

        def on_test_batch_end(self, batch, logs=None):
            self.tested.append(batch)
            self.model.stop_evaluating = batch == 2

        def on_predict_batch_end(self, batch, logs=None):
            self.outputs.append(logs["outputs"])
            self.model.stop_predicting = batch == 1

    model, seen = small_model(), Seen()
    loss = model.evaluate(Numbered(*data), callbacks=[seen], verbose=0)
    assert seen.tested == [0, 1, 2]
    assert loss == pytest.approx(model.evaluate(data[0][:48], data[1][:48], verbose=0), rel=1e-12)
    outputs = model.predict(batches(data), callbacks=[seen], verbose=0)
    np.testing.assert_array_equal(outputs, np.concatenate(seen.outputs))
    np.testing.assert_array_equal(outputs, model.predict(data[0][:32]))


def test_progress_without_a_known_number_of_steps(data, capsys):
    model = small_model()
    model.fit(batches(data), verbose=2)
    assert "Epoch 1/1  4/4 steps" in capsys.readouterr().out
