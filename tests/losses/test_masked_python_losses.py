"""Losses in Python that a mask reaches: it multiplies the values of steps, as in Keras and in the core."""

import custom_losses
import numpy as np
import peer_custom_losses
import pytest
from peers import keras_on

from fastlstm import Input, Sequential, layers, losses, optimizers, utils
from fastlstm import keras as stand_in
from fastlstm.keras import tensorflow as tf
from fastlstm.models import Model

N, T = 24, 5


@pytest.fixture(scope="module")
def theirs():
    return keras_on("tensorflow").submit(peer_custom_losses.masked_results).result()


@pytest.mark.parametrize("weighted", custom_losses.MASKED)
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum"])
def test_training_is_that_of_keras(theirs, weighted, reduction):
    steps, evaluated, weights = theirs[weighted, reduction]
    found = custom_losses.masked(stand_in, weighted, reduction)
    np.testing.assert_allclose(found[0], steps, rtol=2e-5)
    assert found[1] == pytest.approx(evaluated, rel=2e-5)
    for ours, other in zip(found[2], weights, strict=True):
        np.testing.assert_allclose(ours, other, rtol=2e-4, atol=2e-6)


def squared(y_true, y_pred):
    return np.mean((y_pred - y_true) ** 2, axis=-1)


def with_gradient(y_true, y_pred):
    error = y_pred - y_true
    return (error**2).mean(-1), 2 * error / error.shape[-1]


def masked_model(loss, kind=Sequential, **options):
    utils.set_random_seed(3)
    model = kind(
        [
            Input((T, 3), dtype="float64"),
            layers.Masking(dtype="float64"),
            layers.LSTM(2, return_sequences=True, dtype="float64"),
        ]
    )
    model.compile("adam", loss, metrics=["mae"], weighted_metrics=["mse"], **options)
    return model


def masked_data(rng):
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, T, 2))
    x[::3, 2:] = 0
    x[1] = 0
    return x, y


@pytest.mark.parametrize("loss", [squared, with_gradient])
@pytest.mark.parametrize("shape", [None, (N,), (N, T)])
def test_training_and_metrics_are_those_of_the_native_loss(rng, loss, shape):
    x, y = masked_data(rng)
    weight = None if shape is None else rng.uniform(size=shape)
    native, own = masked_model("mse"), masked_model(loss)
    histories = [
        model.fit(x, y, batch_size=7, epochs=2, shuffle=False, sample_weight=weight, verbose=0).history
        for model in (native, own)
    ]
    for name, expected in histories[0].items():
        assert histories[1][name] == pytest.approx(expected, rel=1e-9), name
    for found, expected in zip(own.get_weights(), native.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-12)
    expected = native.evaluate(x, y, sample_weight=weight, verbose=0)
    assert own.evaluate(x, y, sample_weight=weight, verbose=0) == pytest.approx(expected, rel=1e-9)


def test_one_of_several_outputs(rng):
    x, y = masked_data(rng)
    found = []
    for loss in ("mse", squared):
        utils.set_random_seed(3)
        steps = Input((T, 3), dtype="float64")
        hidden = layers.LSTM(2, return_sequences=True, dtype="float64")(layers.Masking(dtype="float64")(steps))
        model = Model(steps, [hidden, layers.LSTM(2, dtype="float64")(hidden)])
        model.compile("sgd", [loss, "mse"])
        history = model.fit(x, [y, y[:, 0]], batch_size=8, epochs=2, shuffle=False, verbose=0).history
        found.append((list(history.values()), model.get_weights()))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-9)
    for own, native in zip(found[1][1], found[0][1], strict=True):
        np.testing.assert_allclose(own, native, rtol=1e-8, atol=1e-12)


def test_a_value_for_the_batch_is_weighted_as_a_whole(rng):
    x, y = masked_data(rng)
    model = masked_model(lambda y_true, y_pred: np.mean((y_pred - y_true) ** 2))
    loss = model.evaluate(x, y, batch_size=N, verbose=0)[0]
    assert loss == pytest.approx(np.mean((model.predict(x, verbose=0) - y) ** 2), rel=1e-12)


def test_values_of_samples_do_not_fit_a_mask_of_steps(rng):
    x, y = masked_data(rng)
    with pytest.raises(ValueError, match=r"has no values for steps \(nor does a mask of its output fit"):
        masked_model(lambda y_true, y_pred: np.mean((y_pred - y_true) ** 2, axis=(1, 2))).fit(x, y, verbose=0)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", [losses.MeanSquaredError(), losses.Huber(reduction="sum"), losses.get(squared)])
def test_called_with_what_a_model_gives(rng, loss, weighted):
    """The mask that goes with the predictions applies, also while a tape records."""
    x, y = masked_data(rng)
    weight = rng.uniform(size=N) if weighted else None
    model = masked_model(loss, stand_in.Sequential)
    expected = model.evaluate(x, y, batch_size=N, sample_weight=weight, verbose=0)[0]
    assert loss(y, model(x), weight) == pytest.approx(expected, rel=1e-12)
    with tf.GradientTape() as tape:
        found = loss(y, model(x, training=True), weight)
    gradients = tape.gradient(found, model.trainable_weights)
    assert float(found) == pytest.approx(expected, rel=1e-12)
    before = model.get_weights()
    model.compile(optimizers.SGD(1.0), loss)
    model.train_on_batch(x, y, weight)
    for old, new, gradient in zip(before, model.get_weights(), gradients, strict=True):
        np.testing.assert_allclose(old - new, gradient, rtol=1e-8, atol=1e-12)


def test_masks_that_do_not_fit_the_values_are_named(rng):
    x, y = masked_data(rng)
    predictions = masked_model("mse", stand_in.Sequential)(x)
    with pytest.raises(ValueError, match=r"y_pred: expected predictions without a mask, since the loss 'cosine_simil"):
        losses.CosineSimilarity(axis=1)(y, predictions)
    of_samples = losses.get(lambda y_true, y_pred: np.mean((y_pred - y_true) ** 2, axis=(1, 2)))
    with pytest.raises(ValueError, match=r"sample_weight or mask of y_pred: expected one for each sample"):
        of_samples(y, predictions)


def test_losses_of_masked_symbolic_tensors(rng):
    """A loss of two tensors of a model counts the valid steps alone, like one of targets."""
    x, _ = masked_data(rng)
    given = stand_in.Input((T, 3), dtype="float64")
    masked = layers.Masking(dtype="float64")(given)
    hidden = layers.LSTM(3, return_sequences=True, dtype="float64")(masked)
    model = stand_in.Model(given, hidden)
    model.add_loss(losses.MeanSquaredError()(given, hidden))
    model.compile("sgd")
    squares = np.mean((model.predict(x, verbose=0) - x) ** 2, axis=-1)
    valid = np.any(x != 0, axis=-1)
    assert model.evaluate(x, batch_size=N, verbose=0) == pytest.approx(squares[valid].mean(), rel=1e-9)
    assert model.fit(x, batch_size=N, verbose=0).history["loss"] == [pytest.approx(squares[valid].mean(), rel=1e-9)]


def test_losses_that_a_model_of_users_adds(rng):
    class Adds(stand_in.Model):
        def __init__(self):
            super().__init__()
            self.embedding = layers.Embedding(6, 3, mask_zero=True)
            self.lstm = layers.LSTM(3, return_sequences=True)

        def call(self, tokens):
            embedded = self.embedding(tokens)
            hidden = self.lstm(embedded)
            self.add_loss(losses.MeanAbsoluteError()(np.zeros((1, 1, 3), np.float32) + 0 * embedded, hidden))
            return hidden

    tokens, y = rng.integers(6, size=(8, T)), rng.normal(size=(8, T, 3))
    model = Adds()
    model.compile("sgd", "mse")
    first = model.fit(tokens, y, batch_size=8, verbose=0).history["loss"][0]
    model = Adds()
    model(tokens)
    model.compile("sgd", "mse")
    found, valid = model.predict(tokens, verbose=0), tokens != 0
    expected = np.mean((found - y) ** 2, axis=-1)[valid].mean() + np.abs(found)[valid].mean()
    assert model.evaluate(tokens, y, batch_size=8, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert np.isfinite(first)
