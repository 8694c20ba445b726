"""Keras's base classes of wrappers and cells, which scripts derive their own from."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import keras
from fastlstm.keras import backend as K
from fastlstm.keras import layers


class Twice(layers.Wrapper):
    def call(self, x):
        return self.layer(x) * 2


class Plain(layers.AbstractRNNCell):
    """A cell with two states: the output, and a sum of the inputs."""

    def __init__(self, units, **options):
        self.units = units
        super().__init__(**options)

    @property
    def state_size(self):
        return [self.units, self.units]

    @property
    def output_size(self):
        return self.units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), initializer="uniform", name="recurrent")
        self.built = True

    def call(self, inputs, states):
        z = K.dot(inputs, self.kernel)
        h = K.tanh(z + K.dot(states[0], self.recurrent))
        return h, [h, states[1] + z]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def numpy_cells(x, weights):
    """Return the outputs of all steps and the final states of cells of these weights."""
    states = [[np.zeros((len(x), kernel.shape[1]))] * 2 for kernel, _ in weights]
    outputs = []
    for t in range(x.shape[1]):
        h = x[:, t]
        for k, (kernel, recurrent) in enumerate(weights):
            z = h @ kernel
            h = np.tanh(z + states[k][0] @ recurrent)
            states[k] = [h, states[k][1] + z]
        outputs.append(h)
    return np.stack(outputs, 1), [state for pair in states for state in pair]


def test_a_wrapper(tmp_path, rng):
    x, y = rng.normal(size=(6, 4, 2)), rng.normal(size=(6, 3))
    inputs = keras.Input((4, 2))
    wrapper = Twice(layers.LSTM(3))
    model = keras.Model(inputs, wrapper(inputs))
    inner = layers.LSTM(3)
    inner.build((None, 4, 2))
    inner.set_weights(model.get_weights())
    np.testing.assert_allclose(model.predict(x, verbose=0), 2 * inner(x), rtol=1e-6)
    assert wrapper.layer.units == len(wrapper.trainable_weights) == 3
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Twice": Twice})
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Plain(3),
        lambda: [Plain(3)],
        lambda: [Plain(4), Plain(3)],
        lambda: layers.StackedRNNCells([Plain(4), Plain(2), Plain(3)]),
    ],
    ids=["one", "a list of one", "a list", "a stack"],
)
def test_cells(make, tmp_path, rng):
    x = rng.normal(size=(6, 5, 2))
    inputs = keras.Input((5, 2))
    model = keras.Model(inputs, layers.RNN(make(), return_sequences=True, return_state=True)(inputs))
    arrays = [np.float64(array) for array in model.get_weights()]
    outputs, states = numpy_cells(x, list(zip(arrays[::2], arrays[1::2], strict=True)))
    predicted = keras.tree.flatten(model.predict(x, verbose=0))  # the states of each cell of a list are a list
    for found, expected in zip(predicted, [outputs, *states], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Plain": Plain})
    np.testing.assert_array_equal(again.predict(x, verbose=0)[0], model.predict(x, verbose=0)[0])


def test_training_of_a_list_of_cells(rng):
    theirs = require_peer("keras")

    class PlainOfKeras(theirs.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units, self.state_size, self.output_size = units, [units, units], units

        build = Plain.build

        def call(self, inputs, states):
            z = theirs.ops.matmul(inputs, self.kernel)
            h = theirs.ops.tanh(z + theirs.ops.matmul(states[0], self.recurrent))
            return h, [h, states[1] + z]

    x, y = rng.normal(size=(40, 5, 2)).astype("float32"), rng.normal(size=(40, 1)).astype("float32")
    models = [
        k.Sequential([k.Input((5, 2)), k.layers.RNN([cell(4), cell(3)]), k.layers.Dense(1)])
        for k, cell in ((keras, Plain), (theirs, PlainOfKeras))
    ]
    models[1].set_weights(models[0].get_weights())
    for model in models:
        model.compile("sgd", "mse")
    losses = [model.fit(x, y, epochs=4, batch_size=10, shuffle=False, verbose=0).history["loss"] for model in models]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    for found, expected in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_initial_states():
    assert [state.shape for state in Plain(3).get_initial_state(batch_size=2)] == [(2, 3), (2, 3)]
    assert [state.shape for state in Plain(3).get_initial_state(np.zeros((4, 5)))] == [(4, 3), (4, 3)]
