"""RNN of cells against the layers of these cells and against Keras, and cells called step by step."""

import copy

import numpy as np
import pytest
from peers import array_of, require_peer

import fastlstm
from fastlstm import Input, Sequential, layers
from fastlstm.layers import RNN, Bidirectional, GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from fastlstm.models import Model

ROWS, STEPS, FEATURES, UPDATES = 8, 6, 3, 20

CELLS = {
    "lstm": lambda at: at.LSTMCell(4),
    "gru": lambda at: at.GRUCell(4, activation="relu", bias_initializer="random_normal"),
    "gru reset before": lambda at: at.GRUCell(3, reset_after=False, use_bias=False),
    "simple": lambda at: at.SimpleRNNCell(5, activation="sigmoid", kernel_regularizer="l2"),
    "list": lambda at: [at.LSTMCell(4), at.GRUCell(3)],
    "stack": lambda at: at.StackedRNNCells([at.GRUCell(2), at.SimpleRNNCell(6), at.LSTMCell(3), at.LSTMCell(4)]),
    "stack of one": lambda at: at.StackedRNNCells([at.LSTMCell(3)]),
}
ALONE = {
    "lstm": (LSTMCell, layers.LSTM, {"recurrent_activation": "hard_sigmoid", "unit_forget_bias": False}),
    "peephole": (LSTMCell, layers.LSTM, {"peephole": True, "peephole_initializer": "ones", "zoneout_cell": 0.1}),
    "gru": (GRUCell, layers.GRU, {"reset_after": False, "clip": 2.0}),
    "simple": (SimpleRNNCell, layers.SimpleRNN, {"activation": "relu", "dropout": 0.2}),
}


def random_options(case):
    rng = np.random.default_rng([41, case])
    names = ["return_sequences", "go_backwards", "zero_output_for_mask"]
    return {name: bool(rng.integers(2)) for name in names}


def chain(package, make, options, *, masked=False):
    at = package.layers
    first = [at.Input((STEPS, FEATURES)), *([at.Masking()] if masked else [])]
    model = package.Sequential([*first, at.RNN(make(at), **options), at.Dense(2)])
    model.compile(package.optimizers.SGD(0.05, momentum=0.8), "mse")
    return model


def assert_close(found, expected, bound):
    assert found.shape == expected.shape
    assert (np.abs(found - expected) / np.maximum(1, np.abs(expected))).max() < bound


def flat(states):
    return [one for each in states for one in flat(each)] if isinstance(states, (list, tuple)) else [states]


def batches(own, masked):
    rng = np.random.default_rng(7)
    for _ in range(UPDATES):
        x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
        if masked:
            x[:, 1:][rng.random((ROWS, STEPS - 1)) < 0.3] = 0
        yield x, rng.normal(size=(ROWS, *own.output_shape[1:])).astype(np.float32)


@pytest.mark.parametrize("masked", [False, True], ids=["", "masked"])
@pytest.mark.parametrize("name", [name for name in CELLS if name != "stack of one"])  # Keras fails with a mask
def test_twenty_steps(name, masked):
    options = random_options(10 * list(CELLS).index(name) + masked)
    if masked and options["return_sequences"]:
        options["go_backwards"] = False  # Keras leaves the mask of such an output in the order of time
    own, peer = (chain(package, CELLS[name], options, masked=masked) for package in (fastlstm, require_peer("keras")))
    peer.set_weights(own.get_weights())
    data = list(batches(own, masked))
    assert_close(own(data[0][0]), array_of(peer(data[0][0])), 4e-6)
    losses = [[float(model.train_on_batch(x, y)) for x, y in data] for model in (own, peer)]
    np.testing.assert_allclose(*losses, rtol=2e-5, atol=2e-5)
    for ours, theirs in zip(own.get_weights(), peer.get_weights(), strict=True):
        assert_close(ours, theirs, 5e-4)


def with_states(package, make):
    at = package.layers
    x = at.Input((STEPS, FEATURES))
    output, *states = at.RNN(make(at), return_sequences=True, return_state=True)(x)
    again = at.RNN(make(at), go_backwards=True)(x, initial_state=states)
    return package.models.Model(x, [at.Dense(2)(output), at.Dense(2)(again)])


@pytest.mark.parametrize("name", [name for name in CELLS if name != "stack of one"])
def test_states_go_from_one_to_another(name, tmp_path, rng):
    keras = require_peer("keras")
    own, peer = with_states(fastlstm, CELLS[name]), with_states(keras, CELLS[name])
    peer.set_weights(own.get_weights())
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    expected = own.predict(x, verbose=0)
    for found, theirs in zip(expected, peer(x), strict=True):
        assert_close(found, array_of(theirs), 4e-6)
    own.save(tmp_path / "own.keras")
    peer.save(tmp_path / "peer.keras")
    for found, theirs in zip(expected, keras.saving.load_model(tmp_path / "own.keras")(x), strict=True):
        assert_close(found, array_of(theirs), 4e-6)
    for file in ("own.keras", "peer.keras"):
        for found, again in zip(expected, fastlstm.load_model(tmp_path / file).predict(x, verbose=0), strict=True):
            np.testing.assert_array_equal(found, again)


@pytest.mark.filterwarnings("ignore:.*HDF5 file", "ignore:.*legacy")
@pytest.mark.parametrize("ending", ["keras", "h5", "weights.h5"])
@pytest.mark.parametrize("name", CELLS)
def test_files_go_both_ways(name, ending, tmp_path, rng):
    keras = require_peer("keras")
    own, peer = chain(fastlstm, CELLS[name], {}), chain(keras, CELLS[name], {})
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    expected = own.predict(x, verbose=0)
    peer.optimizer.build(peer.trainable_variables)
    path = tmp_path / f"own.{ending}"
    if ending == "weights.h5":
        own.save_weights(path)
        peer.load_weights(path)
        assert_close(array_of(peer(x)), expected, 4e-6)
        peer.save_weights(tmp_path / "peer.weights.h5")
        other = chain(fastlstm, CELLS[name], {})
        other.load_weights(tmp_path / "peer.weights.h5")
        np.testing.assert_array_equal(other.predict(x, verbose=0), expected)
        return
    own.save(path)
    there = keras.saving.load_model(path)
    assert_close(array_of(there(x)), expected, 4e-6)
    there.save(tmp_path / f"peer.{ending}")
    for file in (path, tmp_path / f"peer.{ending}"):
        np.testing.assert_array_equal(fastlstm.load_model(file).predict(x, verbose=0), expected)


@pytest.mark.parametrize("name", ALONE)
def test_one_cell_is_the_layer_of_that_cell(name, rng):
    cell, layer_class, options = ALONE[name]
    common = {"return_sequences": True, "return_state": True, "go_backwards": True}
    layer, rnn = layer_class(4, **options, **common, seed=1), RNN(cell(4, **options, seed=1), **common)
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    layer.build(x.shape)
    rnn.build(x.shape)
    rnn.set_weights(layer.get_weights())
    mask = rng.random((ROWS, STEPS)) < 0.7
    states = [rng.normal(size=(ROWS, 4)).astype(np.float32) for _ in layer._state_widths()]
    for training in (False, True):
        found = rnn(x, initial_state=states, mask=mask, training=training)
        for a, b in zip(found, layer(x, initial_state=states, mask=mask, training=training), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", [name for name in CELLS if name != "stack of one"])
def test_steps_of_a_cell_are_those_of_its_layer(name, rng):
    rnn = RNN(CELLS[name](layers), return_sequences=True, return_state=True)
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    outputs, *last = rnn(x)
    cell, states = rnn.cell, rnn.cell.get_initial_state(ROWS)
    for t in range(STEPS):
        y, states = cell(x[:, t], states)
        np.testing.assert_array_equal(y, outputs[:, t])
    for found, expected in zip(flat(states), flat(last), strict=True):
        np.testing.assert_array_equal(found, expected)
    middle = rnn(x[:, :3])[1:]
    for found, expected in zip(flat(rnn(x[:, 3:], initial_state=middle)[1:]), flat(last), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ["lstm", "gru", "simple", "list"])
def test_steps_of_cells_are_those_of_keras(name, rng):
    keras = require_peer("keras")
    own, peer = CELLS[name](layers), CELLS[name](keras.layers)
    own, peer = (StackedRNNCells(own), keras.layers.StackedRNNCells(peer)) if name == "list" else (own, peer)
    x = rng.normal(size=(ROWS, FEATURES)).astype(np.float32)
    own.build(x.shape)
    peer.build(x.shape)
    peer.set_weights(own.get_weights())
    assert (own.state_size, own.output_size) == (peer.state_size, peer.output_size)
    states = own.get_initial_state(ROWS)
    y, after = own(x, states)
    expected, theirs = peer(x, peer.get_initial_state(batch_size=ROWS))
    assert_close(y, array_of(expected), 4e-6)
    for a, b in zip(flat(after), flat(theirs), strict=True):
        assert_close(a, array_of(b), 4e-6)


def test_a_state_without_a_list(rng):
    cell = GRUCell(4)
    x, h = rng.normal(size=(ROWS, FEATURES)), rng.normal(size=(ROWS, 4))
    y, after = cell(x, h)
    np.testing.assert_array_equal(y, after)
    np.testing.assert_array_equal(cell(x, [h])[1][0], after)


def test_bidirectional(tmp_path, rng):
    keras = require_peer("keras")
    models = []
    for package in (fastlstm, keras):
        at = package.layers
        inner = at.RNN(at.LSTMCell(3), return_sequences=True)
        models.append(package.Sequential([at.Input((STEPS, FEATURES)), at.Bidirectional(inner), at.GRU(2)]))
    own, peer = models
    peer.set_weights(own.get_weights())
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    expected = own.predict(x, verbose=0)
    assert_close(array_of(peer(x)), expected, 4e-6)
    own.save(tmp_path / "own.keras")
    peer.save(tmp_path / "peer.keras")
    assert_close(array_of(keras.saving.load_model(tmp_path / "own.keras")(x)), expected, 4e-6)
    for file in ("own.keras", "peer.keras"):
        np.testing.assert_array_equal(fastlstm.load_model(tmp_path / file).predict(x, verbose=0), expected)
    same = Sequential([Input((STEPS, FEATURES)), Bidirectional(layers.LSTM(3, return_sequences=True)), layers.GRU(2)])
    same.set_weights(own.get_weights())
    np.testing.assert_array_equal(same.predict(x, verbose=0), expected)


def test_stateful_stacks_go_on(rng):
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    whole = Sequential([Input((None, FEATURES)), RNN([LSTMCell(4), GRUCell(3)])])
    parts = Sequential([Input((None, FEATURES), batch_size=ROWS), RNN([LSTMCell(4), GRUCell(3)], stateful=True)])
    parts.set_weights(whole.get_weights())
    parts.predict(x[:, :2], verbose=0)
    expected = whole.predict(x, verbose=0)
    np.testing.assert_array_equal(parts.predict(x[:, 2:], batch_size=ROWS, verbose=0), expected)
    again = copy.deepcopy(parts)
    parts.layers[0].reset_state()
    np.testing.assert_array_equal(parts.predict(x, batch_size=ROWS, verbose=0), expected)
    assert (again.predict(x, batch_size=ROWS, verbose=0) != expected).any()
    stream = whole.stream()
    for t in range(STEPS):
        found = stream.step(x[:, t])
    np.testing.assert_array_equal(found, expected)


def test_configurations_copies_and_frozen_cells(rng):
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    for make in CELLS.values():
        rnn = RNN(make(layers), go_backwards=True, name="memory")
        again = RNN.from_config(rnn.get_config())
        assert again.get_config() == rnn.get_config()
        rnn.build(x.shape)
        again.build(x.shape)
        again.set_weights(rnn.get_weights())
        np.testing.assert_array_equal(again(x), rnn(x))
    model = Sequential([Input((STEPS, FEATURES)), RNN([LSTMCell(4), LSTMCell(3)]), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.layers[0].cell.cells[0].trainable = False
    before = model.get_weights()
    model.fit(x, rng.normal(size=ROWS), verbose=0)
    changed = [(a != b).any() for a, b in zip(before, model.get_weights(), strict=True)]
    assert changed == [False] * 3 + [True] * 5
    assert len(model.trainable_weights) == 5
    copied = copy.deepcopy(model)
    np.testing.assert_array_equal(copied.predict(x, verbose=0), model.predict(x, verbose=0))
    clone = fastlstm.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone.predict(x, verbose=0), model.predict(x, verbose=0))


class OwnCell:
    state_size = 3

    def call(self, inputs, states):
        return inputs, states


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: RNN(OwnCell()), TypeError, "OwnCell is written in Python, whose steps the compiled core cannot run"),
        (lambda: RNN(layers.LSTM(3)), TypeError, "cell: expected LSTMCell, GRUCell, SimpleRNNCell"),
        (lambda: RNN([]), TypeError, "cells: expected a list of at least one cell"),
        (lambda: StackedRNNCells([LSTMCell(2), StackedRNNCells([LSTMCell(2)])]), TypeError, "expected single cells"),
        (lambda: RNN([LSTMCell(2), LSTMCell(2, dtype="float64")]), ValueError, "dtype"),
        (lambda: RNN(LSTMCell(2), dtype="float64"), ValueError, "dtype"),
        (lambda: Bidirectional(RNN([LSTMCell(2), LSTMCell(2)])), ValueError, "expected a layer of one cell"),
        (lambda: Sequential([Input((3,)), LSTMCell(2)]), ValueError, "is a cell, which computes single steps"),
        (lambda: LSTMCell(2)(Input((3,)), []), ValueError, r"states: cell 'lstm_cell.*' expected 2, got 0"),
        (
            lambda: StackedRNNCells([GRUCell(2)])(Input((3,)), []),
            TypeError,
            r"in a model, RNN\(cell\) is the layer",
        ),
        (lambda: LSTMCell(2)(np.zeros((4, 3)), np.zeros((4, 2))), TypeError, "states: expected a list of 2 arrays"),
        (lambda: GRUCell(2)(np.zeros((4, 3)), np.zeros((3, 2))), ValueError, r"states\[0\]: expected shape \(4, 2\)"),
        (lambda: StackedRNNCells([GRUCell(2)])(np.zeros((4, 3)), []), ValueError, "an entry for each of 1 cells"),
    ],
)
def test_errors(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_a_cell_is_in_one_layer():
    cell = LSTMCell(3)
    first = RNN(cell)
    with pytest.raises(ValueError, match="is in use already"):
        RNN(cell)
    assert first.cell is cell


def numpy_step(x, h, c, kernel, recurrent, bias):
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c) / (1 + np.exp(-o)), c


class FeedsBack(Model):
    """Goes on with its own predictions, step by step, from the states after the inputs."""

    def __init__(self):
        super().__init__()
        self.cell = layers.LSTMCell(4)
        self.rnn = layers.RNN(self.cell, return_state=True)
        self.dense = layers.Dense(2)

    def call(self, inputs):
        x, *states = self.rnn(inputs)
        outputs = [self.dense(x)]
        for _ in range(2):
            x, states = self.cell(outputs[-1], states=states)
            outputs.append(self.dense(x))
        return np.stack(outputs, 1)


def test_steps_of_the_cell_of_a_layer(tmp_path, rng):
    x, y = rng.normal(size=(6, 5, 2)), rng.normal(size=(6, 3, 2))
    model = FeedsBack()
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    assert len(model.trainable_weights) == 5
    *cell, kernel, bias = (np.float64(weight) for weight in model.get_weights())
    h = c = np.zeros((6, 4))
    for t in range(5):
        h, c = numpy_step(x[:, t], h, c, *cell)
    outputs = [h @ kernel + bias]
    for _ in range(2):
        h, c = numpy_step(outputs[-1], h, c, *cell)
        outputs.append(h @ kernel + bias)
    np.testing.assert_allclose(model.predict(x), np.stack(outputs, 1), rtol=1e-4, atol=1e-6)
    model.save_weights(tmp_path / "all.weights.h5")
    again = FeedsBack()
    again.compile("adam", "mse")
    again.fit(x, y, verbose=0)
    again.load_weights(tmp_path / "all.weights.h5")
    for one in (model, again):
        one.fit(x, y, shuffle=False, verbose=0)
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


class Loop(layers.Layer):
    """Two cells that are in no other layer."""

    def __init__(self):
        super().__init__()
        self.lower, self.upper = layers.GRUCell(3), layers.LSTMCell(4)

    def call(self, x):
        h, states = np.zeros_like(x[:, 0, :1] * np.ones((1, 3))), None
        states = [np.zeros_like(x[:, 0, :1] * np.ones((1, 4)))] * 2
        for t in range(x.shape[1]):
            y, h = self.lower(x[:, t], h)
            y, states = self.upper(y, states)
        return y


def test_steps_of_cells_alone(rng):
    x = rng.normal(size=(6, 5, 2))
    inputs = Input((5, 2))
    model = Model(inputs, Loop()(inputs))
    weights = model.get_weights()
    expected = Sequential([Input((5, 2)), layers.GRU(3, return_sequences=True), layers.LSTM(4)])
    expected.set_weights(weights)
    np.testing.assert_allclose(model.predict(x), expected.predict(x), rtol=1e-5, atol=1e-7)


def test_a_cell_whose_layer_returns_no_states():
    cell = layers.LSTMCell(2)
    rnn = layers.RNN(cell)
    x = Input((2,))
    with pytest.raises(TypeError, match=rf"layer '{rnn.name}' is the RNN of cell .* return_state=True"):
        cell(x, [x, x])


def test_a_layer_of_a_cell_comes_before_its_steps():
    cell, x = LSTMCell(2), Input((3,))
    cell(x, [Input((2,)), Input((2,))])
    with pytest.raises(ValueError, match="has taken steps in a model already: create the layer"):
        RNN(cell)
