"""Bidirectional with merge_mode=None: the outputs of both directions, in models and alone, against Keras."""

import numpy as np
import pytest
from peers import array_of, require_peer

import fastlstm
from fastlstm import Input, Sequential, layers

ROWS, STEPS, FEATURES, UPDATES = 8, 6, 3, 20


def sequences(at, x):
    forward, backward = at.Bidirectional(at.GRU(4, return_sequences=True), merge_mode=None)(x)
    return [at.Dense(2)(at.Multiply()([forward, backward])), at.LSTM(3)(backward)]


def different_cells(at, x):
    both = at.Bidirectional(at.LSTM(4), merge_mode=None, backward_layer=at.SimpleRNN(4, go_backwards=True))
    forward, backward = both(x)
    return [at.Dense(2)(at.Concatenate()([forward, backward])), at.Dense(1)(backward)]


def with_states(at, x):
    both = at.Bidirectional(at.LSTM(4, return_sequences=True, return_state=True), merge_mode=None)
    forward, backward, h, c, _, last = both(x)
    return [at.LSTM(4)(forward, initial_state=[h, c]), at.Dense(2)(at.Add()([at.GRU(4)(backward), last]))]


GRAPHS = [sequences, different_cells, with_states]


def model_of(package, graph):
    x = package.layers.Input((STEPS, FEATURES))
    model = package.models.Model(x, graph(package.layers, x))
    model.compile(package.optimizers.SGD(0.05, momentum=0.8), "mse")
    return model


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.__name__)
def test_twenty_steps_and_files(graph, tmp_path, rng):
    keras = require_peer("keras")
    own, peer = model_of(fastlstm, graph), model_of(keras, graph)
    peer.set_weights(own.get_weights())
    x = rng.normal(size=(UPDATES, ROWS, STEPS, FEATURES)).astype(np.float32)
    y = [rng.normal(size=(UPDATES, ROWS, *shape[1:])).astype(np.float32) for shape in own.output_shape]
    losses = [[], []]
    for i in range(UPDATES):
        targets = [one[i] for one in y]
        losses[0].append(own.train_on_batch(x[i], targets)[0])
        losses[1].append(float(peer.train_on_batch(x[i], targets)[0]))
    np.testing.assert_allclose(*losses, rtol=2e-5, atol=2e-5)
    expected = own.predict(x[0], verbose=0)
    for found, theirs in zip(expected, peer(x[0]), strict=True):
        np.testing.assert_allclose(found, array_of(theirs), rtol=2e-4, atol=2e-4)
    own.save(tmp_path / "own.keras")
    for found, theirs in zip(expected, keras.saving.load_model(tmp_path / "own.keras")(x[0]), strict=True):
        np.testing.assert_allclose(found, array_of(theirs), rtol=4e-6, atol=4e-6)
    again = fastlstm.load_model(tmp_path / "own.keras").predict(x[0], verbose=0)
    for found, expected_one in zip(again, expected, strict=True):
        np.testing.assert_array_equal(found, expected_one)


def test_both_outputs_are_the_halves_of_the_concatenated_one(rng):
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    apart = layers.Bidirectional(layers.LSTM(4, return_sequences=True, return_state=True), merge_mode=None)
    joined = layers.Bidirectional(layers.LSTM(4, return_sequences=True, return_state=True))
    joined.build(x.shape)
    apart.build(x.shape)
    apart.set_weights(joined.get_weights())
    (forward, backward, *states), (both, *expected) = apart(x), joined(x)
    np.testing.assert_array_equal(np.concatenate([forward, backward], axis=-1), both)
    for a, b in zip(states, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_sequential_passes_on_one_array():
    with pytest.raises(ValueError, match="merge_mode=None; a Sequential passes one array"):
        Sequential([Input((STEPS, FEATURES)), layers.Bidirectional(layers.GRU(2), merge_mode=None)])
