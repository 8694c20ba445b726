"""Layers that users write: against Keras, against equations, and how they are written, built, copied and saved."""

import copy
import functools
import gc
import pickle
import weakref

import numpy as np
import pytest
from own_layers import LAYERS, assert_equal
from peers import require_peer

import fastlstm
from fastlstm import Input, keras, layers
from fastlstm.keras import backend as K
from fastlstm.keras import tensorflow as tf
from fastlstm.models import Model, clone_model


@pytest.mark.parametrize("case", LAYERS.values(), ids=LAYERS)
def test_values_and_training_equal_keras(case):
    assert_equal(case, require_peer("keras"), keras)


class Linear(layers.Layer):
    """A product, a bias and an activation."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1], self.units), initializer="glorot_uniform")
        self.b = self.add_weight(shape=(self.units,), initializer="normal", name="b")
        super().build(input_shape)

    def call(self, x):
        return np.tanh(x @ self.w + self.b)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@pytest.fixture
def model(rng):
    x = Input((5, 3))
    return Model(x, layers.Dense(2)(Linear(4, name="own")(layers.LSTM(3, return_sequences=True)(x))))


def test_the_equation_in_a_model_and_alone(rng):
    x = rng.normal(size=(4, 5, 3))
    layer = Linear(2, dtype="float64")
    alone = layer(x)
    w, b = layer.get_weights()
    expected = np.tanh(x @ w + b)
    np.testing.assert_allclose(alone, expected, rtol=1e-12)
    symbolic = Input((5, 3))
    np.testing.assert_allclose(Model(symbolic, layer(symbolic)).predict(x), expected, rtol=1e-12)


def test_gradients_are_finite_differences(rng):
    x, y = rng.normal(size=(4, 5, 3)), rng.normal(size=(4, 5, 2))
    layer = Linear(2, dtype="float64", input_shape=(5, 3))
    model = fastlstm.Sequential([layers.GRU(3, return_sequences=True, dtype="float64", input_shape=(5, 3)), layer])
    weights = model.get_weights()

    def loss():
        return np.mean((model(x) - y) ** 2)

    model.compile(fastlstm.optimizers.SGD(1.0), "mse")
    model.train_on_batch(x, y)
    steps = [before - after for before, after in zip(weights, model.get_weights(), strict=True)]
    for i, (weight, step) in enumerate(zip(weights, steps, strict=True)):
        place = tuple(rng.integers(size) for size in weight.shape)
        found = []
        for change in (1e-6, -1e-6):
            moved = [array.copy() for array in weights]
            moved[i][place] += change
            model.set_weights(moved)
            found.append(loss())
        assert step[place] == pytest.approx((found[0] - found[1]) / 2e-6, rel=1e-5, abs=1e-9)


def test_weights_are_those_of_the_layer_and_of_layers_inside(model):
    own = model.get_layer("own")
    assert [array.shape for array in own.weights] == [(3, 4), (4,)]
    assert (own.count_params(), len(own.trainable_weights)) == (16, 2)
    assert [weight.name for weight in own.weights] == ["w", "b"]
    own.set_weights([np.ones((3, 4)), np.zeros(4)])
    np.testing.assert_array_equal(model.get_weights()[3], np.ones((3, 4)))
    own.w.assign(np.full((3, 4), 2.0))
    np.testing.assert_array_equal(own.get_weights()[0], np.full((3, 4), 2.0))
    with pytest.raises(ValueError, match="expected a list of 2 arrays, got 1"):
        own.set_weights([np.ones((3, 4))])


def test_frozen_layers_do_not_change(model, rng):
    own = model.get_layer("own")
    own.trainable = False
    assert len(model.trainable_weights) == 5
    before = own.get_weights()
    model.compile("sgd", "mse")
    model.fit(rng.normal(size=(8, 5, 3)), rng.normal(size=(8, 5, 2)), verbose=0)
    for mine, old in zip(own.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, old)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one)), clone_model])
def test_copies(model, copied, rng):
    x = rng.normal(size=(4, 5, 3))
    other = copied(model)
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(other.predict(x), model.predict(x))
    other.get_layer("own").set_weights([np.zeros((3, 4)), np.zeros(4)])
    assert np.abs(model.get_layer("own").get_weights()[0]).max() > 0


def test_files(model, tmp_path, rng):
    x = rng.normal(size=(4, 5, 3))
    model.compile("adam", "mse")
    model.fit(x, rng.normal(size=(4, 5, 2)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = fastlstm.load_model(tmp_path / "model.keras", custom_objects={"Linear": Linear})
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    assert loaded.optimizer.iterations == 1
    for mine, expected in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine, expected)
    model.save_weights(tmp_path / "model.weights.h5")
    loaded.set_weights([np.zeros_like(array) for array in loaded.get_weights()])
    loaded.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


def _registered(package):
    @package.saving.register_keras_serializable(package="OwnTest")
    class Block(package.layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units = units
            self.inner = package.Sequential([package.layers.Dense(6, activation="relu"), package.layers.Dense(units)])
            self.norms = [package.layers.LayerNormalization(), package.layers.LayerNormalization()]

        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
            super().build(input_shape)

        def call(self, x):
            return self.norms[1](self.inner(self.norms[0](x) * self.scale) + x)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    x = package.Input((5, 4))
    return package.Model(x, package.layers.Dense(2)(Block(4)(x)))


def test_files_of_keras_both_ways(tmp_path, rng):
    peer = require_peer("keras")
    ours, theirs = _registered(keras), _registered(peer)
    x = rng.normal(size=(3, 5, 4)).astype("float32")
    for name in ("a.weights.h5", "a.keras"):
        theirs.set_weights([rng.normal(0, 0.3, array.shape) for array in theirs.get_weights()])
        if name.endswith(".keras"):
            theirs.save(tmp_path / name)
            ours = keras.models.load_model(tmp_path / name)
        else:
            theirs.save_weights(tmp_path / name)
            ours.load_weights(tmp_path / name)
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
        ours.set_weights([rng.normal(0, 0.3, array.shape) for array in ours.get_weights()])
        if name.endswith(".keras"):
            ours.save(tmp_path / f"b{name}")
            theirs = peer.models.load_model(tmp_path / f"b{name}")
        else:
            ours.save_weights(tmp_path / f"b{name}")
            theirs.load_weights(tmp_path / f"b{name}")
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "arguments",
    [
        ((), {"name": "w", "shape": (3, 2), "initializer": "ones"}),
        (((3, 2), "ones"), {"name": "w"}),
        (("w", (3, 2), "float32", "ones"), {}),
        (("w", (3, 2)), {"initializer": "ones", "trainable": True}),
        (((3, 2), "ones", True), {"name": "w"}),
        (((3, 2), lambda shape, dtype=None: np.ones(shape)), {"name": "w"}),
    ],
    ids=["names", "Keras 3", "Keras 2", "Keras 2 and names", "Keras 1", "function"],
)
def test_arguments_of_add_weight(arguments):
    class Holder(layers.Layer):
        pass

    args, options = arguments
    weight = Holder().add_weight(*args, **options)
    assert (weight.name, tuple(weight.shape), weight.trainable) == ("w", (3, 2), True)
    np.testing.assert_array_equal(weight.numpy(), np.ones((3, 2)))


def test_weights_as_in_keras_1(rng):
    class Old(keras.layers.Layer):
        def __init__(self, **kwargs):
            self.supports_masking = True
            self.init = keras.initializers.get("glorot_uniform")
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.W = self.init((input_shape[-1],), dtype="float32")
            self.W = K.variable(np.ones(input_shape[-1]), name=f"{self.name}_W")
            self.fixed = K.variable(2.0)
            self.trainable_weights = [self.W]
            self.non_trainable_weights = [self.fixed]

        def call(self, x, mask=None):
            return x * self.W * self.fixed

        def get_output_shape_for(self, input_shape):
            return input_shape

    model = keras.Sequential([keras.Input((3,)), Old()])
    model.compile("sgd", "mse")
    x = rng.normal(size=(8, 3)).astype("float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), 2 * x, rtol=1e-6)
    model.fit(x, x, verbose=0)
    w, fixed = model.get_weights()
    assert fixed == 2
    np.testing.assert_allclose(w, 1 - 0.01 * np.mean(2 * (2 * x - x) * 2 * x, axis=0) / 3 * 1, rtol=1e-4)


def test_a_branch_on_training():
    class Doubled(layers.Layer):
        def call(self, x, training=None):
            if training:
                return 2 * x
            return x + 1

    x = Input((3,))
    layer = Doubled()
    model = Model(x, layer(x))
    a = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(model(a), a + 1)
    np.testing.assert_allclose(model(a, training=True), 2 * a)
    np.testing.assert_allclose(layer(a), a + 1)
    np.testing.assert_allclose(layer(a, training=True), 2 * a)


def test_dropout_only_in_training_is_no_second_graph():
    class Noisy(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense, self.dropout = layers.Dense(3), layers.Dropout(0.5)

        def call(self, x, training=None):
            x = self.dense(x)
            if training:
                x = self.dropout(x, training=training)
            return x

    layer = Noisy()
    x = Input((3,))
    Model(x, layer(x))
    names = [type(node.layer).__name__ for node in layer._traces[0][2]._nodes]
    assert names == ["Dense", "Dropout"]


def test_a_branch_on_values_is_one_function(rng):
    class Branching(layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1],), initializer="ones")

        def call(self, x):
            y = x * self.w
            return y * 2 if tf.reduce_sum(y) > 0 else y * 3

    x = Input((3,))
    model = Model(x, Branching()(x))
    ones = np.ones((2, 3))
    np.testing.assert_allclose(model.predict(ones), 2 * ones)
    np.testing.assert_allclose(model.predict(-ones), -3 * ones)
    model.compile(fastlstm.optimizers.SGD(0.1), "mse")
    model.fit(ones, 0 * ones, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], 1 - 0.1 * 8 / 3, rtol=1e-5)


def test_a_branch_on_values_beside_layers():
    class Branching(layers.Layer):
        def __init__(self):
            super().__init__(name="branching")
            self.dense = layers.Dense(2)

        def call(self, x):
            y = self.dense(x)
            return y if tf.reduce_sum(y) > 0 else -y

    x = Input((3,))
    model = Model(x, Branching()(x))
    kernel, _ = model.get_weights()
    given = np.full((2, 3), 0.5, "float32")
    sign = 1 if (given @ kernel).sum() > 0 else -1
    np.testing.assert_allclose(model.predict(given), sign * given @ kernel, rtol=1e-5)
    model.compile(fastlstm.optimizers.SGD(0.1), "mse")
    model.fit(given, np.zeros((2, 2)), verbose=0)
    gradient = given.T @ (given @ kernel) * 2 / 4
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.1 * gradient, rtol=1e-4, atol=1e-6)


def test_masks_pass_through(rng):
    class Through(layers.Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True

        def call(self, x):
            return x * 2

    class Stop(layers.Layer):
        def call(self, x):
            return x * 2

    x = rng.normal(size=(4, 6, 3))
    x[:, 4:] = 0
    found = []
    for layer in (Through(), Stop()):
        inputs = Input((6, 3))
        lstm = layers.LSTM(2)
        model = Model(inputs, lstm(layer(layers.Masking()(inputs))))
        found.append((model.predict(x), lstm.get_weights()))
    for (mine, weights), steps in zip(found, (4, 6), strict=True):
        lstm = layers.LSTM(2)
        lstm.build((None, 6, 3))
        lstm.set_weights(weights)
        np.testing.assert_allclose(mine, lstm(2 * x[:, :steps].astype("float32")), rtol=1e-5, atol=1e-7)


def test_a_layer_called_several_times_has_one_set_of_weights(rng):
    layer, x = Linear(3), Input((3,))
    model = Model(x, layer(layer(x)))
    assert len(model.weights) == 2
    a = rng.normal(size=(4, 3)).astype("float32")
    w, b = layer.get_weights()
    np.testing.assert_allclose(model.predict(a), np.tanh(np.tanh(a @ w + b) @ w + b), rtol=1e-5)


def test_every_layer_is_an_instance_of_the_base_class():
    assert isinstance(layers.LSTM(2), layers.Layer)
    assert issubclass(layers.Dense, layers.Layer)
    assert isinstance(Linear(2), keras.layers.Layer)
    assert not isinstance(layers.LSTM(2), Linear)


def test_configurations():
    class Plain(layers.Layer):
        def __init__(self, units, rate=0.5, **options):
            super().__init__(**options)
            self.units = units

        def call(self, x):
            return x

    config = Plain(3, rate=0.25, name="plain").get_config()
    assert (config["units"], config["rate"], config["name"]) == (3, 0.25, "plain")
    assert Plain.from_config(config).units == 3


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: type("Empty", (layers.Layer,), {})()(Input((3,))), NotImplementedError, "Empty must define call"),
        (lambda: Linear(3).add_weight("w", (None, 2)), ValueError, "shape: expected known sizes of weight 'w'"),
        (
            lambda: type("NoInit", (layers.Layer,), {"__init__": lambda self: None, "call": lambda self, x: x})()(
                Input((3,))
            ),
            RuntimeError,
            r"NoInit: call super\(\).__init__\(\)",
        ),
    ],
)
def test_errors(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_losses_of_tensors_of_a_functional_model(rng):
    """A variational autoencoder as scripts for Keras 2 write it, with a known noise."""
    x = keras.Input((4,))
    parts = [keras.layers.Dense(3, activation="tanh"), *(keras.layers.Dense(units) for units in (2, 2, 4))]
    h = parts[0](x)
    mean, variance = parts[1](h), parts[2](h)
    z = mean + 0.3 * K.exp(0.5 * variance)
    model = keras.Model(x, parts[3](z))

    def weights_of_parts():
        return [array for layer in parts for array in layer.get_weights()]

    distance = K.mean(K.square(x - model.outputs[0]), axis=-1)
    divergence = -0.5 * K.sum(1 + variance - K.square(mean) - K.exp(variance), axis=-1)
    model.add_loss(K.mean(distance + 0.1 * divergence))
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    data = rng.normal(size=(16, 4)).astype("float32")
    weights = weights_of_parts()

    def loss(weights):
        (a, b), (c, d), (e, f), (g, i) = zip(weights[::2], weights[1::2], strict=True)
        h = np.tanh(data @ a + b)
        mean, variance = h @ c + d, h @ e + f
        output = (mean + 0.3 * np.exp(0.5 * variance)) @ g + i
        divergence = -0.5 * (1 + variance - mean**2 - np.exp(variance)).sum(-1)
        return np.mean(((data - output) ** 2).mean(-1) + 0.1 * divergence)

    assert model.evaluate(data, verbose=0) == pytest.approx(loss(weights), rel=1e-5)
    model.fit(data, batch_size=16, verbose=0)
    for i, (before, after) in enumerate(zip(weights, weights_of_parts(), strict=True)):
        place = tuple(rng.integers(size) for size in before.shape)
        moved = [[array.astype("float64") for array in weights] for _ in range(2)]
        moved[0][i][place] += 1e-5
        moved[1][i][place] -= 1e-5
        slope = (loss(moved[0]) - loss(moved[1])) / 2e-5
        assert (before - after)[place] / 0.1 == pytest.approx(slope, rel=2e-3, abs=1e-5)


def test_scores_of_attention_that_are_not_used(rng):
    x = Input((5, 4))
    layer = layers.MultiHeadAttention(2, 3)
    found, _ = layer(x, x, return_attention_scores=True)
    a = rng.normal(size=(3, 5, 4)).astype("float32")
    np.testing.assert_allclose(Model(x, found).predict(a), layer(a, a), rtol=1e-6)


def test_the_first_layer_of_a_chain_without_an_input(rng):
    class Product(layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 2))

        def call(self, x):
            return K.dot(x, self.kernel)

    x = rng.normal(size=(4, 3))
    model = keras.Sequential([Product(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, np.ones(4), verbose=0)
    kernel, dense, bias = model.get_weights()
    np.testing.assert_allclose(model.predict(x, verbose=0), x @ kernel @ dense + bias, rtol=1e-5, atol=1e-6)
    steps = keras.Sequential([Product(), layers.LSTM(2)])
    assert steps(rng.normal(size=(4, 6, 3))).shape == (4, 2)
    assert steps(rng.normal(size=(4, 7, 3))).shape == (4, 2)


SUBCLASSED = {
    keras.layers.Layer: (),
    keras.layers.LSTM: (2,),
    keras.layers.Dense: (2,),
    keras.layers.LSTMCell: (2,),
    keras.layers.StringLookup: (),
    keras.layers.TextVectorization: (),
    keras.Model: (),
    keras.Sequential: (),
    keras.callbacks.Callback: (),
    keras.callbacks.EarlyStopping: (),
    keras.metrics.Metric: (),
    keras.metrics.Mean: (),
    keras.losses.Loss: (),
    keras.losses.MeanSquaredError: (),
    keras.optimizers.Optimizer: (0.1,),
    keras.optimizers.Adam: (),
    keras.optimizers.schedules.LearningRateSchedule: (),
    keras.regularizers.Regularizer: (),
    keras.initializers.Initializer: (),
    keras.constraints.Constraint: (),
    keras.utils.Sequence: (),
}


@pytest.mark.parametrize("kind", [property, functools.cached_property])
@pytest.mark.parametrize("base", SUBCLASSED)
def test_a_property_that_raises_an_attribute_error(base, kind):
    """Python asks `__getattr__` then; the property runs once, and its own error is shown."""
    runs = []

    class Own(base):
        @kind
        def scale(self):
            runs.append("scale")
            return self.factor.value

        @property
        def twice(self):
            return 2 * self.scale

    made = Own(*SUBCLASSED[base])
    with pytest.raises(AttributeError, match="has no attribute 'factor'"):
        _ = made.scale
    assert runs == ["scale"]
    assert not hasattr(made, "twice")
    assert runs == ["scale", "scale"]
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        _ = made.other


def test_a_cached_property_runs_once():
    class Own(keras.callbacks.Callback):
        runs = 0

        @functools.cached_property
        def scale(self):
            """Of something."""
            self.runs += 1
            return self.runs

    made = Own()
    assert (made.scale, made.scale, Own.scale.__doc__) == (1, 1, "Of something.")


@pytest.mark.parametrize("base", [keras.layers.Layer, keras.Model])
def test_own_kinds_of_properties_stay_as_they_are(base):
    class Doubled(property):
        def __get__(self, owner, cls=None):
            return 2 * super().__get__(owner, cls)

    class Own(base):
        @Doubled
        def number(self):
            return 21

    assert Own().number == 42


@pytest.mark.parametrize("base", [keras.layers.Layer, keras.Model])
def test_errors_of_properties_do_not_keep_objects(base):
    class Own(base):
        @property
        def scale(self):
            return self.factor

    own = Own()
    with pytest.raises(AttributeError):
        Own.scale.__get__(own)  # after which Python asks for nothing else
    reference = weakref.ref(own)
    del own
    gc.collect()
    assert reference() is None
