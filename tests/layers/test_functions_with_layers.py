"""Custom cells and layers with layers in them whose `call` needs values: it is one function, with their weights."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import keras as ours
from fastlstm.keras import tensorflow as tf

N, T = 6, 5


def cell_of(keras):
    class Normalized(keras.layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.state_size = units
            self.cell = keras.layers.SimpleRNNCell(units, activation=None)
            self.normalization = keras.layers.LayerNormalization()

        def build(self, input_shape):
            self.scale = self.add_weight(name="scale", shape=(self.state_size,), initializer="ones")
            self.cell.build(input_shape)
            self.normalization.build((None, self.state_size))
            self.built = True

        def call(self, inputs, states):
            output, _ = self.cell(inputs, states)
            output = keras.ops.tanh(self.normalization(output) * self.scale)
            return output, [output]

    return Normalized


def model_of(keras, steps):
    cell, x = cell_of(keras), keras.Input((steps, 2))
    h = keras.layers.RNN(cell(4), return_sequences=True)(x)
    return keras.Model(x, keras.layers.Dense(2)(keras.layers.RNN(cell(3))(h)))


def same_weights(models, x, y):
    for model in models[1:]:
        model.set_weights(models[0].get_weights())
    for model in models:
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    first = models[0].get_weights()
    for model in models[1:]:
        for one, other in zip(first, model.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-4, atol=1e-5)


def test_layers_in_cells_on_any_number_of_steps(rng):
    x, y = rng.normal(size=(N, T, 2)).astype("float32"), rng.normal(size=(N, 2)).astype("float32")
    known, unknown, theirs = model_of(ours, T), model_of(ours, None), model_of(require_peer("keras"), None)
    same_weights([theirs, known, unknown], x, y)
    np.testing.assert_allclose(
        unknown.predict(x[:, :3], verbose=0), theirs.predict(x[:, :3], verbose=0), rtol=1e-4, atol=1e-5
    )


def test_a_batch_normalization_in_a_cell_needs_known_steps():
    class Cell(ours.layers.Layer):
        state_size = 3

        def __init__(self):
            super().__init__()
            self.normalization = ours.layers.BatchNormalization()

        def call(self, inputs, states):
            return self.normalization(inputs), states

    with pytest.raises(ValueError, match="a BatchNormalization in it needs an input with a known number of steps"):
        ours.layers.RNN(Cell())(ours.Input((None, 3)))


class Stepwise(ours.layers.Layer):
    """Calls a cell in a loop over the steps, whose number it asks for."""

    def __init__(self, cell, **options):
        super().__init__(**options)
        self.cell = cell

    def call(self, x):
        states, steps = [tf.zeros((tf.shape(x)[0], self.cell.state_size))], tf.shape(x)[1]
        outputs = tf.TensorArray(x.dtype, size=steps)
        for t in tf.range(steps):
            output, states = self.cell(x[:, t], states)
            outputs = outputs.write(t, output)
        return tf.transpose(outputs.stack(), [1, 0, 2])


@pytest.mark.parametrize("is_subclassed", [False, True])
def test_loops_over_steps_of_an_unknown_number(is_subclassed, rng):
    x, y = rng.normal(size=(N, T, 2)), rng.normal(size=(N, T, 4))

    def stepwise():
        layer = Stepwise(cell_of(ours)(4))
        if not is_subclassed:
            inputs = ours.Input((None, 2))
            return ours.Model(inputs, layer(inputs))

        class Subclassed(ours.Model):
            def __init__(self):
                super().__init__()
                self.layer = layer

            def call(self, x):
                return self.layer(x)

        model = Subclassed()
        model.build((None, None, 2))
        return model

    inputs = ours.Input((None, 2))
    expected = ours.Model(inputs, ours.layers.RNN(cell_of(ours)(4), return_sequences=True)(inputs))
    same_weights([expected, stepwise()], x, y)


def test_dropout_in_a_function_follows_training(rng):
    class Dropped(ours.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dropout = ours.layers.Dropout(0.5)

        def call(self, x):
            return sum(self.dropout(x[:, t]) for t in tf.range(tf.shape(x)[1]))

    inputs = ours.Input((None, 3))
    model = ours.Model(inputs, Dropped()(inputs))
    x = np.ones((4, 6, 3), "float32")
    np.testing.assert_array_equal(model(x), np.full((4, 3), 6.0))
    assert len(np.unique(np.asarray(model(x, training=True)))) > 1


def test_what_needs_values_in_another_way_names_the_layer():
    class Branching(ours.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = ours.layers.Dense(2)

        def call(self, x):
            raise ValueError("no") if tf.reduce_sum(x) > 1 or True else None

    with pytest.raises(TypeError, match=r"layer 'branching.*' ?: a call is traced"):
        Branching()(ours.Input((3,)))
