"""Custom cells and layers with layers in them whose `call` needs values: it is one function, with their weights."""

import threading
from concurrent.futures import ThreadPoolExecutor

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


class Branching(ours.layers.Layer):
    """Calls what it is given one after the other, if a value is what it always is."""

    def __init__(self, *inside, **options):
        super().__init__(**options)
        self.inside = list(inside)

    def call(self, x):
        if tf.reduce_sum(x) < 1e9:
            for one in self.inside:
                x = one(x)
        return x


def model_around(*inside, shape=(2,)):
    x = ours.Input(shape)
    return ours.Model(x, Branching(*inside)(x))


class Scaled(ours.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.scale


def inner_model():
    return ours.Sequential([ours.Input((2,)), ours.layers.Dense(4, activation="tanh"), Scaled(), ours.layers.Dense(2)])


def test_models_in_a_function_are_trained(rng):
    x, y = rng.normal(size=(N, 2)), rng.normal(size=(N, 2))
    inputs, inside = ours.Input((2,)), inner_model()
    same_weights([ours.Model(inputs, inside(inputs)), model_around(inner_model())], x, y)


def test_models_in_cells_are_trained_on_any_number_of_steps(rng):
    class Cell(ours.layers.Layer):
        state_size = 2

        def __init__(self):
            super().__init__()
            self.inside = inner_model()

        def call(self, inputs, states):
            output = self.inside(inputs + states[0])
            return output, [output]

    def recurrent(steps):
        inputs = ours.Input((steps, 2))
        return ours.Model(inputs, ours.layers.RNN(Cell())(inputs))

    x, y = rng.normal(size=(N, T, 2)), rng.normal(size=(N, 2))
    same_weights([recurrent(T), recurrent(None)], x, y)


def test_a_model_in_a_function_follows_training():
    model = model_around(ours.Sequential([ours.Input((8,)), ours.layers.Dropout(0.5)]), shape=(8,))
    x = np.ones((4, 8), "float32")
    np.testing.assert_array_equal(model(x), x)
    assert set(np.unique(np.asarray(model(x, training=True)))) == {0.0, 2.0}


def test_frozen_layers_in_a_function_stay_as_they_are(rng):
    x, y = rng.normal(size=(N, 2)), rng.normal(size=(N, 2))

    def parts():
        frozen = ours.layers.Dense(3, activation="tanh")
        frozen.trainable = False
        return [frozen, ours.layers.Dense(2)]

    before = parts()
    models = [ours.Sequential([ours.Input((2,)), *before]), model_around(*parts())]
    kept = [np.array(one) for one in before[0].weights]
    same_weights(models, x, y)
    for one, other in zip(kept, models[1].layers[-1].inside[0].weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_gradient_leaves_frozen_weights_that_were_set_meanwhile(rng):
    layer = ours.layers.Dense(2)
    model = ours.Sequential([ours.Input((2,)), ours.layers.Dense(2), layer])
    layer.trainable = False
    new = [rng.normal(size=one.shape).astype("float32") for one in layer.get_weights()]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(rng.normal(size=(N, 2)).astype("float32")))
    layer.set_weights(new)
    tape.gradient(loss, model.trainable_variables)
    for one, other in zip(new, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_tape_in_a_function_does_not_end_what_records_it(rng):
    class Sloped(ours.layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.scaled = Scaled()

        def call(self, x):
            if tf.reduce_sum(x) < 1e9:
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    tf.reduce_sum(x * x)
            return self.scaled(x)

    inputs = ours.Input((2,))
    x, y = rng.normal(size=(N, 2)), rng.normal(size=(N, 2))
    same_weights([ours.Model(inputs, Scaled()(inputs)), ours.Model(inputs, Sloped()(inputs))], x, y)


def test_threads_do_not_see_the_functions_of_each_other():
    first_runs, second_runs, first_is_done = (threading.Event() for _ in range(3))

    class Meeting(ours.layers.Layer):
        def __init__(self, meet):
            super().__init__()
            self.meet, self.scaled = meet, Scaled()

        def call(self, x):
            if tf.reduce_sum(x) > 0:
                self.meet()
            return self.scaled(x)

    def model_of(meet):
        inputs = ours.Input((2,))
        return ours.Model(inputs, Meeting(meet)(inputs))

    def in_first():
        first_runs.set()
        assert second_runs.wait(20)

    def in_second():
        second_runs.set()
        assert first_is_done.wait(20)

    first, second = model_of(in_first), model_of(in_second)
    x = np.ones((3, 2), "float32")
    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(first.predict, x, verbose=0)
        assert first_runs.wait(20)
        other = threads.submit(second.predict, x, verbose=0)
        np.testing.assert_array_equal(one.result(20), x)
        first_is_done.set()
        np.testing.assert_array_equal(other.result(20), x)
    assert isinstance(ours.layers.Dense(2)(x), np.ndarray)


def test_a_gradient_tape_records_in_its_thread_only():
    layer, x = ours.layers.Dense(2), np.ones((3, 2), "float32")
    with tf.GradientTape(), ThreadPoolExecutor(1) as threads:
        assert isinstance(threads.submit(layer, x).result(), np.ndarray)


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        (lambda layers: layers.BatchNormalization(), "a BatchNormalization"),
        (lambda layers: ours.Sequential([layers.BatchNormalization()]), "a BatchNormalization"),
        (lambda layers: layers.TimeDistributed(layers.BatchNormalization()), "a BatchNormalization"),
        (lambda layers: layers.Dense(2, activity_regularizer="l2", name="d"), "layer 'd', which has an activity_reg"),
        (lambda layers: Scaled(activity_regularizer="l2", name="s"), "layer 's', which has an activity_regularizer"),
        (lambda layers: layers.GRU(2, stateful=True, name="g"), "layer 'g', which is stateful"),
    ],
)
def test_what_a_function_would_lose_is_refused(inside, what):
    with pytest.raises(ValueError, match=f"a call that needs values with {what}.* needs functions such as where"):
        model_around(inside(ours.layers), shape=(T, 2))


def test_an_activity_regularizer_in_a_cell_needs_known_steps():
    class Cell(ours.layers.Layer):
        state_size = 2

        def call(self, inputs, states):
            return inputs, states

    with pytest.raises(ValueError, match="layer 'c', which has an activity_regularizer, in it needs an input with a"):
        ours.layers.RNN(Cell(activity_regularizer="l1", name="c"))(ours.Input((None, 2)))


@pytest.mark.parametrize("is_inside", [False, True])
def test_add_loss_in_a_function_is_refused(is_inside):
    class Adding(ours.layers.Layer):
        def call(self, x):
            self.add_loss(tf.reduce_sum(x))
            return x if tf.reduce_sum(x) > 0 else -x

    layer = Branching(Adding(name="adding")) if is_inside else Adding(name="adding")
    with pytest.raises(ValueError, match="add_loss: layer 'adding' is part of a call that needs values"):
        layer(ours.Input((2,)))


@pytest.mark.parametrize("has_layers", [False, True])
def test_errors_beyond_a_branch_on_values_are_shown(has_layers):
    class Failing(ours.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inside = [ours.layers.Dense(2)] if has_layers else []

        def call(self, x):
            return {}["missing"] if tf.reduce_sum(x) < 1 else x

    with pytest.raises(KeyError, match="missing") as caught:
        Failing()(ours.Input((3,)))
    assert "needs that of" in str(caught.value.__cause__)
