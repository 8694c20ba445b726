"""RNN of a cell that a user writes: its files, here and in Keras."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import keras as ours
from fastlstm._internal import tape
from fastlstm.keras import tensorflow as tf


def _cell_of(keras):
    """Return a cell class for one of the two packages."""

    class Sums(keras.layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units, self.state_size = units, [units, units]

        def build(self, input_shape):
            self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))

        def call(self, inputs, states):
            first = states[0] + keras.ops.matmul(inputs, self.kernel)
            return first + states[1], [first, states[1] - first]

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return Sums


def _model_of(keras):
    x = keras.Input((5, 3))
    return keras.Model(x, keras.layers.RNN(_cell_of(keras)(4), return_sequences=True)(x))


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_files(ending, tmp_path, rng):
    model, x = _model_of(ours), rng.normal(size=(2, 5, 3))
    model.save(tmp_path / f"model.{ending}")
    loaded = ours.models.load_model(tmp_path / f"model.{ending}", {"Sums": _cell_of(ours)})
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("way", ["to Keras", "from Keras"])
def test_files_of_keras(way, tmp_path, rng):
    theirs = require_peer("keras")
    writer, reader = (ours, theirs) if way == "to Keras" else (theirs, ours)
    model, x = _model_of(writer), rng.normal(size=(2, 5, 3)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    loaded = reader.models.load_model(tmp_path / "model.keras", {"Sums": _cell_of(reader)})
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def _stack_of(keras):
    cell = _cell_of(keras)
    x = keras.Input((5, 3))
    return keras.Model(x, keras.layers.RNN([cell(4), cell(2)])(x))


def test_cells_on_top_of_each_other(rng):
    model, theirs = _stack_of(ours), _stack_of(require_peer("keras"))
    x = rng.normal(size=(2, 5, 3)).astype(np.float32)
    theirs.set_weights(model.get_weights())
    np.testing.assert_allclose(model.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("way", ["to Keras", "from Keras"])
def test_files_of_stacks(way, tmp_path, rng):
    theirs = require_peer("keras")
    writer, reader = (ours, theirs) if way == "to Keras" else (theirs, ours)
    model, x = _stack_of(writer), rng.normal(size=(2, 5, 3)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    loaded = reader.models.load_model(tmp_path / "model.keras", {"Sums": _cell_of(reader)})
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_a_size_that_is_known_after_build(rng):
    class Pass(ours.layers.Layer):
        def __init__(self):
            super().__init__()
            self.state_size = None

        def build(self, input_shape):
            self.state_size = input_shape[-1]

        def call(self, inputs, states):
            return inputs, [states[0] + inputs]

    x = rng.normal(size=(2, 5, 3))
    output, state = ours.layers.RNN(Pass(), return_state=True)(x)
    np.testing.assert_allclose(output, x[:, -1], rtol=1e-6)
    np.testing.assert_allclose(state, x.sum(axis=1), rtol=1e-5, atol=1e-6)


def test_cells_of_two_kinds():
    with pytest.raises(TypeError, match="expected only custom cells beside a custom cell"):
        ours.layers.RNN([_cell_of(ours)(2), ours.layers.LSTMCell(2)])


@pytest.mark.parametrize("steps", [3, None])
@pytest.mark.parametrize("count", [1, 2])
def test_cells_are_told_whether_they_train(steps, count):
    class Counter(ours.layers.Layer):
        state_size = 1

        def call(self, x, states, training=None):
            found = states[0] + ours.ops.mean(x, axis=-1, keepdims=True)
            if training:
                found = found + 1.0
            return found, [found]

    inputs = ours.Input((steps, 2))
    cells = [Counter() for _ in range(count)]
    rnn = ours.layers.RNN(cells if count > 1 else cells[0])
    model = ours.Model(inputs, rnn(inputs))
    x = np.zeros((1, 3, 2))
    expected = {1: 3.0, 2: 3.0 + 1.0 + 2.0 + 3.0}[count]
    for one in (model, rnn):
        assert one(x, training=True) == expected
        assert one(x, training=False) == 0.0


OPTIONS = [{}, {"return_state": True}, {"go_backwards": True, "return_sequences": True}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_stateful_layer_goes_on_from_call_to_call_like_keras(options, rng):
    theirs = require_peer("keras")
    x = rng.normal(size=(2, 5, 3)).astype(np.float32)
    layer, peer = (keras.layers.RNN(_cell_of(keras)(4), stateful=True, **options) for keras in (ours, theirs))
    peer.build(x.shape)
    layer(x)
    layer.reset_state()
    kernel = rng.normal(size=(3, 4)).astype(np.float32)
    layer.set_weights([kernel])
    peer.cell.kernel.assign(kernel)
    for part in (x, x[:, :2], x):
        found, expected = layer(part), peer(theirs.ops.convert_to_tensor(part))
        for one, other in zip(_listed(found), _listed(expected), strict=True):
            np.testing.assert_allclose(one, theirs.ops.convert_to_numpy(other), rtol=1e-5, atol=1e-5)
    with pytest.raises(ValueError, match="states of 2 rows, got a batch size of 1"):
        layer(x[:1])
    layer.reset_states()
    again = ours.layers.RNN(layer.cell, **options)
    for one, other in zip(_listed(layer(x)), _listed(again(x)), strict=True):
        np.testing.assert_array_equal(one, other)
    assert layer.get_config()["stateful"]


def test_a_stateful_layer_of_own_cells_is_no_part_of_a_model():
    with pytest.raises(ValueError, match=r"stateful: layer 'loop' of a custom cell .* not in a model"):
        ours.layers.RNN(_cell_of(ours)(4), stateful=True, name="loop")(ours.Input((5, 3)))


def _listed(value):
    return value if isinstance(value, (list, tuple)) else [value]


def _nested_cell_of(keras):
    """Return a cell class whose states are an array, and a dict of a matrix and a vector for each sample."""

    class Nested(keras.layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units, self.output_size = units, units
            if keras is ours:
                self.state_size = [units, {"vector": units, "matrix": tf.TensorShape((2, units))}]
            else:
                self.state_size = units

        def build(self, input_shape):
            self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))
            self.outer = self.add_weight(name="outer", shape=(input_shape[-1], 2 * self.units))

        def get_initial_state(self, batch_size=None):
            zeros = keras.ops.zeros
            shapes = {"vector": (batch_size, self.units), "matrix": (batch_size, 2, self.units)}
            return [zeros((batch_size, self.units)), {name: zeros(shape) for name, shape in shapes.items()}]

        def call(self, inputs, states):
            hidden, parts = states
            added = keras.ops.reshape(keras.ops.matmul(inputs, self.outer), (-1, 2, self.units))
            matrix = 0.5 * parts["matrix"] + added
            hidden = keras.ops.tanh(keras.ops.matmul(inputs, self.kernel) + hidden + matrix[:, 0])
            return hidden + parts["vector"], [hidden, {"matrix": matrix, "vector": 0.9 * parts["vector"] + hidden}]

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return Nested


def _nested_model_of(keras, cell, steps=5):
    x, start = keras.Input((steps, 3)), keras.Input((4,))
    matrix = keras.layers.Reshape((2, 4))(keras.layers.Dense(8)(start))
    states = [keras.layers.Dense(4)(start), {"vector": start, "matrix": matrix}]
    y = keras.layers.RNN(cell, return_sequences=True)(x, initial_state=states)  # Keras ignores masks beside states
    masked = keras.layers.RNN(_nested_cell_of(keras)(2))(keras.layers.Masking()(x))
    return keras.Model([x, start], [y, masked, keras.layers.RNN(_nested_cell_of(keras)(2), go_backwards=True)(y)])


def _nested_data(rng):
    x = rng.normal(size=(3, 5, 3)).astype(np.float32)
    x[0, 3:] = 0
    return [x, rng.normal(size=(3, 4)).astype(np.float32)]


@pytest.mark.parametrize("steps", [5, None])
def test_nested_states(rng, steps):
    theirs = require_peer("keras")
    models = [_nested_model_of(keras, _nested_cell_of(keras)(4), steps) for keras in (ours, theirs)]
    data = _nested_data(rng)
    models[1].set_weights(models[0].get_weights())
    outputs = [model.predict(data, verbose=0) for model in models]
    targets = [rng.normal(size=one.shape).astype(np.float32) for one in outputs[0]]
    for ours_, other in zip(*outputs, strict=True):
        np.testing.assert_allclose(ours_, other, rtol=1e-5, atol=1e-6)
    for keras, model in zip((ours, theirs), models, strict=True):
        model.compile(keras.optimizers.SGD(0.1), ["mse", "mae", "mse"])
        model.train_on_batch(data, targets)
    for found, expected in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def _final_states(keras, weights, x):
    """Return the final states in a model, and of a layer of Keras, whose models cannot have them, on arrays."""
    rnn = keras.layers.RNN(_nested_cell_of(keras)(4), return_state=True)
    mask = np.any(x != 0, axis=-1)
    if keras is not ours:
        rnn.build(x.shape)
        rnn.set_weights(weights)
        _, hidden, parts = rnn(x, mask=keras.ops.convert_to_tensor(mask))
        return [keras.ops.convert_to_numpy(one) for one in (hidden, parts["vector"], parts["matrix"])]
    given = keras.Input(x.shape[1:])
    _, hidden, parts = rnn(keras.layers.Masking()(given))
    model = keras.Model(given, [hidden, parts["vector"], parts["matrix"]])
    model.set_weights(weights)
    return model.predict(x, verbose=0)


def test_final_nested_states(rng):
    x, weights = _nested_data(rng)[0], [rng.normal(size=shape).astype(np.float32) for shape in ((3, 4), (3, 8))]
    found, expected = (_final_states(keras, weights, x) for keras in (ours, require_peer("keras")))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def _nested_loop(x, kernel, outer, valid):
    """Return the outputs of all steps of a nested cell whose states begin with zeros, computed in NumPy."""
    units = kernel.shape[1]
    hidden, vector, matrix = (np.zeros((len(x), *shape)) for shape in ((units,), (units,), (2, units)))
    output, outputs = np.zeros((len(x), units)), []
    for t in range(x.shape[1]):
        new_matrix = 0.5 * matrix + (x[:, t] @ outer).reshape(-1, 2, units)
        new = np.tanh(x[:, t] @ kernel + hidden + new_matrix[:, 0])
        counts = valid[:, t, None]
        output = np.where(counts, new + vector, output)
        vector, hidden = np.where(counts, 0.9 * vector + new, vector), np.where(counts, new, hidden)
        matrix = np.where(counts[..., None], new_matrix, matrix)
        outputs.append(output)
    return np.stack(outputs, 1)


class _Sized(_nested_cell_of(ours)):
    get_initial_state = None  # so that `state_size` decides


@pytest.mark.parametrize("cell", [_Sized, _nested_cell_of(ours)])
def test_nested_states_begin_with_zeros_of_their_shapes(rng, cell):
    x, _ = _nested_data(rng)
    data = ours.Input((5, 3))
    model = ours.Model(data, ours.layers.RNN(cell(4), return_sequences=True)(ours.layers.Masking()(data)))
    expected = _nested_loop(x, *model.get_weights(), np.any(x != 0, axis=-1))
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6)


class _Adds(ours.layers.Layer):
    """A cell whose state is the sum of the inputs and of what it begins with."""

    def __init__(self, state_size=3, start=None, **options):
        super().__init__(**options)
        self.units, self.state_size = 3, state_size
        if start is not None:
            self.get_initial_state = start

    def call(self, inputs, states):
        (state,) = states.values() if isinstance(states, dict) else states
        new = state + inputs
        return new, {"sum": new} if isinstance(states, dict) else [new]


class _Static(_Adds):
    @staticmethod
    def get_initial_state(inputs, batch_size):
        return [np.ones((batch_size, 3), np.float32)]


class _TakesAll(_Adds):
    def get_initial_state(self, **given):
        assert sorted(given) == ["batch_size", "dtype", "inputs"]
        return [np.ones((given["batch_size"], 3), given["dtype"])]


@pytest.mark.parametrize(
    "cell", [_Static(), _TakesAll(), _Adds(start=lambda batch_size: [np.ones((batch_size, 3), np.float32)])]
)
def test_every_kind_of_callable_may_say_what_states_begin_with(rng, cell):
    x = rng.normal(size=(2, 4, 3)).astype(np.float32)
    expected = 1 + x.cumsum(1)
    np.testing.assert_allclose(ours.layers.RNN(cell, return_sequences=True)(x), expected, rtol=1e-5, atol=1e-6)


def test_cells_on_top_of_each_other_have_their_own_states(rng):
    """One begins with ones, one has a dict of states, and one a single state."""
    x = rng.normal(size=(2, 4, 3)).astype(np.float32)
    cells = [_Static(), _Adds({"sum": 3}), _Adds()]
    layer = ours.layers.RNN(cells, return_sequences=True, return_state=True)
    assert layer.cell.state_size == [3, {"sum": 3}, 3]
    first = 1 + x.cumsum(1)
    second = first.cumsum(1)
    third = second.cumsum(1)
    output, *states = layer(x)
    np.testing.assert_allclose(output, third, rtol=1e-4, atol=1e-5)
    for found, expected in zip((states[0], states[1]["sum"], states[2]), (first, second, third), strict=True):
        np.testing.assert_allclose(found, expected[:, -1], rtol=1e-4, atol=1e-5)
    again = layer(x, initial_state=states)[0]
    flat = layer(x, initial_state=[states[0], states[1]["sum"], states[2]])[0]
    begun = (first[:, -1:] + x.cumsum(1)).cumsum(1) + second[:, -1:]
    np.testing.assert_allclose(again, begun.cumsum(1) + third[:, -1:], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(flat, again)


@pytest.mark.parametrize("way", ["to Keras", "from Keras", "here"])
def test_files_of_nested_states(way, tmp_path, rng):
    theirs = require_peer("keras")
    writer, reader = {"to Keras": (ours, theirs), "from Keras": (theirs, ours), "here": (ours, ours)}[way]
    model, data = _nested_model_of(writer, _nested_cell_of(writer)(4)), _nested_data(rng)
    model.save(tmp_path / "model.keras")
    loaded = reader.models.load_model(tmp_path / "model.keras", {"Nested": _nested_cell_of(reader)})
    for found, expected in zip(loaded.predict(data, verbose=0), model.predict(data, verbose=0), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_kept_states_are_copies_and_not_traced(rng):
    layer = ours.layers.RNN(_cell_of(ours)(4), stateful=True)
    x = rng.normal(size=(2, 5, 3)).astype("float32")
    with ours.tensorflow.GradientTape():
        first = layer(x=x)
    states = layer._kept_states
    assert all(type(state) is np.ndarray for state in states)
    before = [state.copy() for state in states]
    np.asarray(tape.plain(first))[:] = 100
    np.testing.assert_array_equal(states, before)
    twice = np.concatenate([x, x], axis=1)
    again = ours.layers.RNN(layer.cell)
    np.testing.assert_allclose(np.asarray(layer(x)), np.asarray(again(twice)), rtol=1e-5)
