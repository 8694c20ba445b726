"""Training loops with `tf.GradientTape`: gradients against finite differences, and steps against those of `fit`."""

import copy
import pickle

import numpy as np
import pytest

from fastlstm import keras, layers
from fastlstm.keras import tensorflow as tf
from fastlstm.models import Model


def differences(loss, variable, place, size=1e-6):
    """Return the central difference of a loss with respect to an element of a variable."""
    value, found = np.array(variable), []
    for change in (size, -size):
        moved = value.copy()
        moved[place] += change
        variable.assign(moved)
        found.append(float(loss()))
    variable.assign(value)
    return (found[0] - found[1]) / (2 * size)


def double(*parts):
    """Return a model of layers one after the other in float64."""
    return keras.Sequential([keras.Input((5, 3)), *parts])


def attention():
    x = keras.Input((5, 3))
    return Model(x, layers.MultiHeadAttention(2, 2, dtype="float64")(x, x))


NETS = {
    "recurrent": lambda: double(layers.LSTM(4, return_sequences=True, dtype="float64"), layers.GRU(3, dtype="float64")),
    "bidirectional": lambda: double(layers.Bidirectional(layers.LSTM(3, dtype="float64"), dtype="float64")),
    "convolution": lambda: double(
        layers.Conv1D(4, 2, activation="tanh", dtype="float64"), layers.GlobalMaxPooling1D(dtype="float64")
    ),
    "attention": attention,
}


@pytest.mark.parametrize("make", NETS.values(), ids=NETS)
def test_gradients_of_models_are_finite_differences(make, rng):
    model, x = make(), rng.normal(size=(4, 5, 3))
    factors = rng.normal(size=model(x).shape)

    def loss():
        return tf.reduce_sum(model(x) * factors)

    with tf.GradientTape() as tape:
        value = loss()
    variables = model.trainable_variables
    for variable, gradient in zip(variables, tape.gradient(value, variables), strict=True):
        assert gradient.shape == variable.shape
        place = tuple(rng.integers(size) for size in variable.shape)
        assert gradient[place] == pytest.approx(differences(loss, variable, place), rel=1e-5, abs=1e-8)


def test_gradients_through_several_calls_and_arithmetic(rng):
    """An encoder, a decoder called step by step on its own states, and a variable beside them."""
    encoder = layers.GRU(3, return_state=True, dtype="float64")
    decoder, readout = layers.GRU(3, return_state=True, dtype="float64"), layers.Dense(2, dtype="float64")
    scale = keras.Variable(rng.normal(size=(2,)), dtype="float64")
    x = rng.normal(size=(4, 5, 3))

    def loss():
        _, state = encoder(x)
        total, step = 0.0, x[:, -1:]
        for _ in range(3):
            output, state = decoder(step, initial_state=state)
            prediction = readout(output) * scale
            total = total + tf.reduce_mean(tf.square(prediction - 0.3))
            step = tf.expand_dims(tf.concat([prediction, output[:, :1]], axis=-1), 1)
        return total + 0.1 * tf.reduce_sum(encoder.weights[0] ** 2)

    loss()
    with tf.GradientTape() as tape:
        value = loss()
    variables = [*encoder.weights, *decoder.weights, *readout.weights, scale]
    for variable, gradient in zip(variables, tape.gradient(value, variables), strict=True):
        place = tuple(rng.integers(size) for size in variable.shape)
        assert gradient[place] == pytest.approx(differences(loss, variable, place), rel=1e-5, abs=1e-8)


def test_a_loop_trains_as_fit_does(rng):
    def made():
        x = keras.Input((5, 3))
        return keras.Model(x, keras.layers.Dense(4)(keras.layers.LSTM(6)(x)))

    x, y = rng.normal(size=(16, 5, 3)).astype("float32"), rng.integers(0, 4, 16)
    models = [made(), made()]
    models[1].set_weights(models[0].get_weights())
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    models[0].compile(optimizer=keras.optimizers.Adam(0.01, global_clipnorm=0.5), loss=loss_fn)
    expected = [models[0].train_on_batch(x, y) for _ in range(20)]
    optimizer, found = keras.optimizers.Adam(0.01), []

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, models[1](x, training=True))
        gradients = tape.gradient(loss, models[1].trainable_weights)
        gradients, _ = tf.clip_by_global_norm(gradients, 0.5)
        optimizer.apply_gradients(zip(gradients, models[1].trainable_weights, strict=True))
        return loss

    for _ in range(20):
        found.append(float(step(tf.constant(x), tf.constant(y))))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert optimizer.iterations == 20


def test_variables_and_watched_tensors():
    v, x = tf.Variable(2.0), tf.constant([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = v * v * tf.reduce_sum(x * x)
    assert tape.gradient(y, v) == 100
    assert tape.gradient(y, [v])[0] == 100
    np.testing.assert_allclose(tape.gradient(y, {"x": x})["x"], [24, 32])
    assert tape.gradient(y, tf.Variable(1.0)) is None
    v.assign_sub(0.5)
    assert float(v) == 1.5


def test_gradients_of_inputs_of_a_model(rng):
    model = double(layers.LSTM(4, dtype="float64"))
    x = tf.constant(rng.normal(size=(2, 5, 3)))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(model(x))
    gradient = tape.gradient(loss, x)
    moved = np.array(x)
    moved[1, 2, 0] += 1e-6
    slope = (np.sum(model(moved)) - np.sum(model(np.array(x)))) / 1e-6
    assert gradient[1, 2, 0] == pytest.approx(slope, rel=1e-4)


def test_weights_are_variables(rng):
    layer = layers.Dense(2)
    layer.build((None, 3))
    kernel, bias = layer.weights
    assert (kernel.name, tuple(kernel.shape), kernel.dtype, bias.trainable) == ("kernel", (3, 2), np.float32, True)
    kernel.assign(np.ones((3, 2)))
    layer.weights[0].assign_add(np.ones((3, 2)))
    np.testing.assert_array_equal(layer.get_weights()[0], np.full((3, 2), 2.0))
    with pytest.raises(ValueError, match=r"value: expected shape \(3, 2\), got \(2,\)"):
        layer.weights[0].assign([1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        layer.weights[0][...] = 1
    assert type(layer.weights[0] * 2) is np.ndarray


def test_own_layers_in_a_loop(rng):
    class Linear(keras.layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], 2), initializer="normal", name="w")

        def call(self, x):
            return tf.tanh(tf.matmul(x, self.w))

    x = rng.normal(size=(4, 3))
    layer = Linear(dtype="float64")
    layer(x)

    def loss():
        return tf.reduce_sum(layer(x) ** 2)

    with tf.GradientTape() as tape:
        value = loss()
    (gradient,) = tape.gradient(value, layer.trainable_weights)
    assert gradient[1, 1] == pytest.approx(differences(loss, layer.w, (1, 1)), rel=1e-6)


def test_optimizers_refuse_what_is_no_variable():
    with pytest.raises(TypeError, match="grads_and_vars: expected variables or weights of layers, got ndarray"):
        keras.optimizers.SGD(0.1).apply_gradients([(np.ones(2), np.ones(2))])
    with pytest.raises(ValueError, match="expected a gradient for some of the variables"):
        keras.optimizers.SGD(0.1).apply_gradients([(None, tf.Variable(1.0))])


def test_variables_without_axes():
    variable = keras.Variable(2.0)
    keras.optimizers.SGD(0.5).apply_gradients([(np.float32(3.0), variable)])
    assert variable.numpy() == 0.5


def test_variables_without_weight_decay():
    def decayed(**excluded):
        variables = [keras.Variable(2.0), keras.Variable(2.0, name="special")]
        optimizer = keras.optimizers.AdamW(1.0, weight_decay=0.1)
        if "number" in excluded:
            excluded = {"var_list": [variables[excluded["number"]]]}
        optimizer.exclude_from_weight_decay(**excluded)
        optimizer.apply_gradients([(np.float32(0), variable) for variable in variables])
        return [round(float(variable.numpy()), 6) for variable in variables]

    assert decayed() == [1.8, 1.8]
    assert decayed(var_names=["special"]) == [1.8, 2.0]
    assert decayed(number=0) == [2.0, 1.8]
    layer = keras.layers.Dense(1, input_shape=(2,))
    model = keras.Sequential([layer])
    optimizer = keras.optimizers.AdamW(1.0)
    optimizer.exclude_from_weight_decay(var_list=[layer.bias])
    with pytest.raises(ValueError, match="var_list: in fit, weights are identified by name"):
        model.compile(optimizer, "mse")


def test_watched_tensors_beside_what_is_computed_of_them(rng):
    x = tf.constant(rng.normal(size=4))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.exp(x) * x + tf.where(x > 0, tf.sin(x), x) + tf.stack([tf.cos(x), x])[1])
    value = np.asarray(x)
    expected = np.exp(value) * (1 + value) + np.where(value > 0, np.cos(value), 1) + 1
    np.testing.assert_allclose(tape.gradient(y, x), expected, rtol=1e-12)


WATCHED = {
    "a part": lambda x: x[1],
    "slices": lambda x: x[:, 1:],
    "a new axis": lambda x: x[:, None],
    "booleans": lambda x: x[[True, False]],
    "a list of places": lambda x: x[[0, 0]],
    "one element": lambda x: x[0, 1],
    "rows": lambda x: [row * k for k, row in enumerate(x, 1)],
    "rows as arguments": lambda x: np.multiply(*x),
    "rows backwards": lambda x: [row * k for k, row in enumerate(reversed(x), 1)],
    "reshape": lambda x: x.reshape(3, 2)[0],
    "ravel": lambda x: x.ravel()[1:3],
    "transpose": lambda x: x.T[0],
    "transposed axes": lambda x: x.transpose(1, 0)[0],
    "sum": lambda x: x.sum(axis=0)[1],
    "mean": lambda x: x.mean() * x.max(),
    "std": lambda x: x.std(),
    "astype": lambda x: x.astype("float64"),
    "cast": lambda x: tf.cast(x, "float64"),
    "take": lambda x: x.take([0, 2], axis=1),
    "clip": lambda x: x.clip(2.5, 5.5),
    "copy": lambda x: x.copy(),
    "dot": lambda x: x.dot(np.ones((3, 2))),
    "identity": tf.identity,
    "top_k": lambda x: tf.math.top_k(x, 2)[0],
    "boolean_mask": lambda x: tf.boolean_mask(x, [True, False]),
    "map_fn": lambda x: tf.map_fn(lambda row: row * row[0], x),
    "scan": lambda x: tf.scan(lambda state, row: state * row, x),
    "loss": lambda x: keras.losses.MeanSquaredError()(np.zeros((2, 3)), x),
    "loss function": lambda x: keras.losses.mean_squared_error(np.zeros((2, 3)), x),
    "loss of targets": lambda x: keras.losses.mean_absolute_error(x, np.zeros((2, 3))),
    "loss of batches": lambda x: keras.losses.Dice()(np.ones((2, 3)), x),
}


@pytest.mark.parametrize("computed", WATCHED.values(), ids=WATCHED)
def test_all_that_is_computed_with_a_watched_tensor_is_recorded(computed):
    def loss(x):
        found = computed(x)
        return sum(tf.reduce_sum(one * one) for one in (found if isinstance(found, list) else [found]))

    value = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    x = tf.constant(value)
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = loss(x)
    expected = np.zeros_like(value)
    for place in np.ndindex(value.shape):
        change = np.zeros_like(value)
        change[place] = 1e-6
        expected[place] = (float(loss(tf.constant(value + change))) - float(loss(tf.constant(value - change)))) / 2e-6
    np.testing.assert_allclose(tape.gradient(found, x), expected, rtol=1e-6, atol=1e-6)


def test_a_watched_tensor_is_still_a_tensor():
    x, other = tf.constant([[1.0, 2.0]]), tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch({"x": [x]})
        assert isinstance(x, tf.Tensor)
        assert (str(x), f"{x}", len(x), x.shape) == ("[[1. 2.]]", "[[1. 2.]]", 1, (1, 2))
        np.testing.assert_array_equal(x.numpy(), [[1, 2]])
        other += 1  # beside it, nothing changes for tensors that are not watched
        assert other.mean() == 2.5
        with pytest.raises(TypeError, match="cannot be changed in place"):
            x[0] = 1.0
    x[0] = 3.0  # after the tape
    np.testing.assert_array_equal(x, [[3, 3]])
    assert isinstance(x[0, 0], tf.Tensor)


def test_arrays_of_numpy_cannot_be_watched():
    with tf.GradientTape() as tape, pytest.raises(ValueError, match=r"tensor: expected a tensor.*convert_to_tensor"):
        tape.watch(np.ones(3))


def test_a_watched_tensor_is_an_array_still():
    x = tf.constant([[1.0, 2.0], [4.0, 3.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        np.testing.assert_array_equal(x.argsort(), [[0, 1], [1, 0]])
        with pytest.raises(AttributeError, match=r"real: not available while a GradientTape watches the tensor"):
            _ = x.real
        copies = pickle.loads(pickle.dumps(x)), copy.copy(x), copy.deepcopy(x)
        y = (x * x).sum()
    np.testing.assert_array_equal(tape.gradient(y, x), 2 * np.asarray(x))
    for one in copies:
        assert type(one) is type(tf.constant(1.0))
        np.testing.assert_array_equal(one, x)
    np.testing.assert_array_equal(x.real, x)
