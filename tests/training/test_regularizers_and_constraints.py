"""Regularizers, constraints and masks in training: the same losses and weights as in Keras."""

import numpy as np
import pytest
from peers import array_of, require_peer

import fastlstm
from fastlstm import Input, Sequential, constraints, layers, regularizers

ROWS, STEPS, D = 16, 5, 3


def ruled(package):
    at, of, to = package.layers, package.regularizers, package.constraints
    return [
        at.LSTM(
            4,
            kernel_regularizer="l1",
            recurrent_regularizer=of.L1L2(0.01, 0.02),
            bias_regularizer=of.L2(0.02),  # of weights that are 0, JAX takes 1 for the slope of l1
            kernel_constraint=to.MaxNorm(0.5),
            bias_constraint="non_neg",
            return_sequences=True,
        ),
        at.GRU(
            3,
            kernel_regularizer=of.L1(0.003),
            bias_regularizer="l2",
            kernel_constraint=to.MinMaxNorm(0.2, 0.4, rate=0.5),
            recurrent_constraint=to.UnitNorm(axis=1),
        ),
        at.Dense(2, kernel_regularizer=of.L1L2(0.02, 0.01), kernel_constraint=to.MaxNorm(0.3, axis=[0, 1])),
    ]


def active(package):
    at, of = package.layers, package.regularizers
    return [
        at.GRU(4, activity_regularizer=of.L1L2(0.01, 0.02), return_sequences=True),
        at.LayerNormalization(gamma_regularizer="l2", beta_constraint="non_neg"),
        at.Dense(3, "tanh", activity_regularizer="l2"),
        at.Flatten(),
        at.Reshape((3, 5)),
        at.Activation("softsign"),
        at.LayerNormalization(beta_regularizer="l1", gamma_constraint="max_norm"),
        at.Flatten(),
        at.Dense(2, activity_regularizer=of.L2(0.1)),
    ]


def masked(package):
    at = package.layers
    return [
        at.Masking(),
        at.LSTM(4, return_sequences=True, kernel_regularizer="l2"),
        at.TimeDistributed(at.Dense(3, "relu")),
        at.Dense(2),
    ]


def embedded(package):
    at, to = package.layers, package.constraints
    return [
        at.Embedding(6, 4, mask_zero=True, embeddings_regularizer="l2", embeddings_constraint=to.MaxNorm(0.4, axis=1)),
        at.GRU(3, return_sequences=True),
        at.Dense(2),
    ]


def numbers(rng):
    return rng.normal(size=(ROWS, STEPS, D)).astype(np.float32)


def padded(rng):
    x = numbers(rng)
    x[np.arange(STEPS) >= rng.integers(1, STEPS + 1, ROWS)[:, None]] = 0
    return x


def padded_indices(rng):
    return np.where(np.arange(STEPS) < rng.integers(1, STEPS + 1, ROWS)[:, None], rng.integers(1, 6, (ROWS, STEPS)), 0)


# The layers, the data, and whether the targets are sequences.
CASES = {
    "rules": (ruled, numbers, False),
    "activity": (active, numbers, False),
    "masks": (masked, padded, True),
    "embedding": (embedded, padded_indices, True),
}


@pytest.mark.parametrize("case", CASES)
def test_losses_and_weights_are_those_of_keras(rng, case):
    keras = require_peer("keras")
    make, data, sequences = CASES[case]
    x = data(rng)
    y = rng.normal(size=(ROWS, STEPS, 2) if sequences else (ROWS, 2)).astype(np.float32)
    models = []
    for package in (keras, fastlstm):
        model = package.Sequential([package.Input(x.shape[1:]), *make(package)])
        model.compile(package.optimizers.SGD(0.1), "mse")
        models.append(model)
    theirs, ours = models
    weights = [rng.uniform(-0.6, 0.6, weight.shape).astype(np.float32) for weight in ours.weights]
    for model in models:
        model.set_weights(weights)
    options = {"batch_size": 8, "verbose": 0}
    losses = [model.fit(x, y, epochs=3, shuffle=False, **options).history["loss"] for model in models]
    np.testing.assert_allclose(losses[1], losses[0], rtol=2e-5)
    for found, wanted in zip(ours.get_weights(), map(array_of, theirs.weights), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-5)
    if sequences:
        assert ours.evaluate(x, y, batch_size=5) == pytest.approx(theirs.evaluate(x, y, **{**options, "batch_size": 5}))


def test_penalties_are_added_to_every_loss(rng):
    x, y = rng.normal(size=(8, 4, 3)), rng.normal(size=(8, 2))
    l1l2 = regularizers.L1L2(0.1, 0.2)
    model = Sequential([Input((4, 3), dtype="float64")])
    first = {"kernel_regularizer": l1l2, "activity_regularizer": l1l2, "return_sequences": True}
    model.add(layers.GRU(4, dtype="float64", **first))
    inner = layers.LSTM(4, recurrent_regularizer="l1", dtype="float64")
    model.add(layers.Bidirectional(inner, "sum", activity_regularizer="l2"))
    model.add(layers.Dense(2, bias_regularizer="l2", bias_initializer="ones", dtype="float64"))
    model.compile("sgd", "mse")
    first, both, last = model.layers
    penalties = l1l2(first.kernel) + l1l2(first(x)) / 8 + 0.01 * (last.bias**2).sum()
    penalties += sum(0.01 * np.abs(layer.recurrent_kernel).sum() for layer in (both.forward_layer, both.backward_layer))
    penalties += 0.01 * (both(first(x)) ** 2).sum() / 8
    expected = np.mean((model.predict(x) - y) ** 2) + penalties
    assert model.evaluate(x, y) == pytest.approx(expected, rel=1e-12)
    assert model.evaluate(x, y, batch_size=3) == pytest.approx(expected, rel=1e-12)
    assert model.test_on_batch(x, y) == pytest.approx(expected, rel=1e-12)
    model.optimizer.learning_rate = 0.0
    assert model.train_on_batch(x, y) == pytest.approx(expected, rel=1e-12)
    history = model.fit(x, y, validation_data=(x, y), verbose=0).history
    assert history["loss"] == pytest.approx([expected], rel=1e-12)
    assert history["val_loss"] == pytest.approx([expected], rel=1e-12)


def test_rules_survive_adding_and_removing_layers(rng):
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    model = Sequential([Input((3,))])
    model.add(layers.Dense(4, kernel_constraint=constraints.UnitNorm(), kernel_regularizer="l2"))
    model.add(layers.Dense(2))
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    model.add(layers.Dense(2, kernel_initializer="identity"))
    assert model.evaluate(x, y) == pytest.approx(
        np.mean((model.predict(x) - y) ** 2) + 0.01 * np.sum(model.layers[0].kernel ** 2), rel=1e-5
    )
    model.pop()
    model.layers[0].set_weights([rng.normal(size=(3, 4)), np.zeros(4)])
    model.fit(x, y, verbose=0)
    np.testing.assert_allclose(np.linalg.norm(model.layers[0].kernel, axis=0), 1, rtol=1e-5)


@pytest.mark.parametrize("cell", ["min_gru", "min_lstm", "peephole_lstm", "coupled_lstm"])
def test_constraints_and_regularizers_of_our_own_cells(rng, cell):
    from fastlstm.layers.rnn.recurrent import layers_by_cell

    x, y = rng.normal(size=(8, 4, 3)), rng.normal(size=(8, 5))
    options = {"kernel_constraint": "unit_norm", "bias_constraint": "non_neg", "bias_regularizer": "l1"}
    model = Sequential([Input((4, 3)), layers_by_cell()[cell](5, bias_initializer="ones", **options)])
    model.compile("sgd", "mse")
    layer = model.layers[0]
    error = np.mean((model.predict(x) - y) ** 2)
    assert model.evaluate(x, y) == pytest.approx(error + 0.01 * np.abs(layer.bias).sum(), rel=1e-5)
    model.fit(x, y, epochs=2, verbose=0)
    np.testing.assert_allclose(np.linalg.norm(layer.kernel, axis=0), 1, rtol=1e-5)
    assert (layer.bias >= 0).all()
