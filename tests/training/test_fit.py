"""Training: what an epoch is, validation, optimizers; Keras's results where it is installed."""

import numpy as np
import pytest
from peers import require_peer
from training_models import lstm_model, same, seeded_fit

from fastlstm import Input, Sequential, layers, optimizers
from fastlstm.callbacks import History


def line_model(optimizer, dtype="float64"):
    model = Sequential([Input((2,), dtype=dtype), layers.Dense(1, use_bias=False, dtype=dtype)])
    model.compile(optimizer, "mse")
    model.set_weights([[[0.5], [-1.0]]])
    return model


@pytest.fixture
def data(rng):
    """Fifty sequences, and the sum of each one's last step."""
    x = rng.normal(size=(50, 5, 2))
    return x, x[:, -1].sum(-1)


# What an epoch is


def test_fit_returns_a_history_and_learns(data):
    model = lstm_model(optimizers.Adam(0.02))
    history = model.fit(*data, epochs=30, verbose=0)
    assert isinstance(history, History)
    assert model.history is history
    assert set(history.history) == {"loss"}
    assert history.epoch == list(range(30))
    assert history.params == {"verbose": 0, "epochs": 30, "steps": 2}
    assert history.history["loss"][-1] < 0.3 * history.history["loss"][0]
    assert model.optimizer.iterations == 60


def test_the_loss_of_an_epoch_is_the_mean_over_the_samples(data):
    model = lstm_model(optimizers.SGD(0.0))  # batches of 32 and 18: not the mean of the batches
    history = model.fit(*data, verbose=0)
    assert history.history["loss"][0] == pytest.approx(model.evaluate(*data), rel=1e-12)


def test_unshuffled_epochs_are_steps_over_the_batches_in_order(data):
    x, y = data
    one, other = lstm_model(), lstm_model()
    one.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    losses = []
    for _ in range(2):
        losses += [other.train_on_batch(x[i : i + 16], y[i : i + 16]) for i in range(0, 50, 16)]
    assert same(one, other)
    assert one.history.history["loss"][0] == pytest.approx(np.dot(losses[:4], [16, 16, 16, 2]) / 50, rel=1e-12)


def test_shuffling_gives_every_epoch_an_order_of_its_own(data):
    seen = []

    class Spy:
        def __init__(self, network):
            self.network = network

        def __getattr__(self, name):
            return getattr(self.network, name)

        def train(self, x, y, order, **options):
            seen.append(order.copy())
            return self.network.train(x, y, order, **options)

    model = lstm_model()
    model._native_model().network = Spy(model._native_model().network)
    model.fit(*data, epochs=3, verbose=0)
    assert len(seen) == 3
    assert all(sorted(order) == list(range(50)) for order in seen)
    assert (seen[0] != seen[1]).any()
    assert (seen[1] != seen[2]).any()


def test_a_seed_makes_training_repeatable(data):
    first, second, other = lstm_model(), lstm_model(), lstm_model(seed=4)
    for model in (first, second, other):
        seeded_fit(model, *data, epochs=2)
    assert same(first, second)
    assert not same(first, other)
    shuffled_otherwise = lstm_model()
    shuffled_otherwise.fit(*data, epochs=2, verbose=0)
    assert not same(first, shuffled_otherwise)


def test_training_is_the_same_bits_on_any_number_of_threads(data, threads):
    models = []
    for count in (1, 4):
        threads(count)
        models.append(lstm_model(dtype="float32"))
        models[-1].fit(*data, epochs=2, verbose=0)
    assert same(*models)


def test_a_second_fit_goes_on(data):
    one, other = lstm_model(), lstm_model()
    one.fit(*data, epochs=4, shuffle=False, verbose=0)
    other.fit(*data, epochs=1, shuffle=False, verbose=0)
    other.fit(*data, initial_epoch=1, epochs=4, shuffle=False, verbose=0)
    assert same(one, other)
    assert other.history.epoch == [1, 2, 3]
    assert other.optimizer.iterations == 8


def test_compile_starts_the_optimizer_afresh_and_keeps_the_weights(data):
    model = lstm_model()
    model.fit(*data, verbose=0)
    weights = model.get_weights()
    model.compile("adam", "mse")
    assert model.optimizer.iterations == 0
    assert all((a == b).all() for a, b in zip(model.get_weights(), weights, strict=True))


def test_training_leaves_normalization_alone(data):
    model = Sequential([Input((5, 2)), layers.Normalization(), layers.LSTM(3), layers.Dense(1)])
    model.layers[0].adapt(data[0])
    before = model.layers[0].get_weights()
    model.compile("sgd", "mse")
    model.fit(*data, verbose=0)
    assert all((a == b).all() for a, b in zip(model.layers[0].get_weights(), before, strict=True))


def test_data_is_not_changed(data):
    x, y = (array.copy() for array in data)
    lstm_model().fit(x, y, verbose=0)
    assert (x == data[0]).all()
    assert (y == data[1]).all()


# Validation


@pytest.mark.parametrize("split", [0.2, 0.5, 0.33])
def test_validation_split_is_the_last_part_before_shuffling(data, split):
    x, y = data
    kept = int(np.floor(50 * (1 - split)))
    one, other = lstm_model(), lstm_model()
    seeded_fit(one, x, y, epochs=2, validation_split=split)
    seeded_fit(other, x[:kept], y[:kept], epochs=2, validation_data=(x[kept:], y[kept:]))
    assert same(one, other)
    assert one.history.history == other.history.history
    assert one.history.history["val_loss"][-1] == pytest.approx(one.evaluate(x[kept:], y[kept:]), rel=1e-12)


def test_validation_data_has_its_own_length(data):
    x, y = data
    history = lstm_model().fit(x, y, validation_data=(x[:3], y[:3]), verbose=0)
    assert len(history.history["val_loss"]) == 1


# Optimizers


def test_one_step_of_each_optimizer_is_its_equation(rng):
    x, y = rng.normal(size=(8, 2)), rng.normal(size=8)
    w = np.array([0.5, -1.0])
    g = 2 * x.T @ (x @ w - y) / 8
    expected = {
        optimizers.SGD(0.1): w - 0.1 * g,
        optimizers.SGD(0.1, momentum=0.5, nesterov=True): w - 0.5 * 0.1 * g - 0.1 * g,
        optimizers.RMSprop(0.1, rho=0.75): w - 0.1 * g / np.sqrt(0.25 * g**2 + 1e-7),
        optimizers.Adam(0.1): w - 0.1 * np.sqrt(0.001) / 0.1 * 0.1 * g / (np.sqrt(0.001) * abs(g) + 1e-7),
    }
    for optimizer, want in expected.items():
        model = line_model(optimizer)
        model.train_on_batch(x, y)
        np.testing.assert_allclose(model.get_weights()[0][:, 0], want, rtol=1e-10)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {}),
        ("SGD", {"momentum": 0.9}),
        ("SGD", {"momentum": 0.9, "nesterov": True}),
        ("Adam", {}),
        ("Adam", {"amsgrad": True, "beta_1": 0.5}),
        ("RMSprop", {}),
        ("RMSprop", {"momentum": 0.5, "centered": True}),
    ],
)
def test_training_equals_keras(data, name, options):
    keras = require_peer("keras")
    x, y = (array.astype(np.float32) for array in data)
    ours = lstm_model(getattr(optimizers, name)(0.01, **options), dtype="float32")
    theirs = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(4), keras.layers.Dense(1)])
    theirs.set_weights(ours.get_weights())
    theirs.compile(getattr(keras.optimizers, name)(0.01, **options), "mse")
    fit = {"epochs": 3, "shuffle": False, "validation_split": 0.2, "verbose": 0}
    our_history, their_history = ours.fit(x, y, **fit).history, theirs.fit(x, y, **fit).history
    assert set(our_history) == set(their_history)
    for key, values in our_history.items():
        assert values == pytest.approx(their_history[key], rel=1e-3)
    for a, b in zip(ours.weights, theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-4)


def test_the_learning_rate_takes_effect_from_the_next_step(data):
    model = lstm_model(optimizers.SGD(0.1))
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()
    model.train_on_batch(*data)
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))
    model.optimizer.learning_rate = 0.1
    model.train_on_batch(*data)
    assert any((a != b).any() for a, b in zip(model.get_weights(), before, strict=True))


def test_train_on_batch_returns_the_loss_before_the_step(data):
    model = lstm_model()
    before = model.evaluate(*data)
    assert model.test_on_batch(*data) == before
    assert model.train_on_batch(*data, return_dict=True) == {"loss": pytest.approx(before, rel=1e-12)}
    assert model.evaluate(*data, return_dict=True)["loss"] < before
