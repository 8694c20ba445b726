"""Steps that users write: `train_step` and `test_step`, with the losses and metrics that they update."""

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import tensorflow as tf

ROWS = 16


@pytest.fixture
def data(rng):
    return rng.normal(size=(ROWS, 5, 3)).astype("float32"), rng.normal(size=(ROWS, 1)).astype("float32")


class Stepping(keras.Model):
    """A model whose step is that of `fit`."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


def made(cls):
    x = keras.Input((5, 3))
    h = keras.layers.LSTM(4, return_sequences=True)(x)
    h = keras.layers.BatchNormalization()(keras.layers.GRU(3)(h))
    return cls(x, keras.layers.Dense(1, kernel_regularizer="l2")(h))


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RMSprop"])
def test_a_step_of_your_own_trains_as_fit_does(optimizer, data):
    models = [made(keras.Model), made(Stepping)]
    models[1].set_weights(models[0].get_weights())
    histories = []
    for model in models:
        model.compile(optimizer=getattr(keras.optimizers, optimizer)(0.01), loss="mse", metrics=["mae"])
        histories.append(model.fit(*data, batch_size=4, epochs=5, shuffle=False, verbose=0).history)
    np.testing.assert_allclose(histories[1]["mae"], histories[0]["mae"], rtol=1e-5)
    for mine, expected in zip(models[1].get_weights(), models[0].get_weights(), strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-4, atol=1e-6)


def test_the_step_of_the_base_class(data):
    class Counting(keras.Model):
        steps = 0

        def train_step(self, data):
            Counting.steps += 1
            return super().train_step(data)

    models = [made(keras.Model), made(Counting)]
    models[1].set_weights(models[0].get_weights())
    losses = []
    for model in models:
        model.compile(optimizer="sgd", loss="mse")
        losses.append(model.fit(*data, batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"])
    assert Counting.steps == 8
    np.testing.assert_allclose(*losses, rtol=1e-5)


def test_a_test_step_of_your_own(data):
    class Tested(keras.Model):
        def test_step(self, data):
            x, y = data
            return {"distance": np.sum(np.abs(self(x) - y))}

    model = made(Tested)
    model.compile(optimizer="sgd", loss="mse")
    x, y = data
    expected = np.abs(model.predict(x[-4:], verbose=0) - y[-4:]).sum()
    assert model.evaluate(x, y, batch_size=4, verbose=0) == pytest.approx(expected, rel=1e-5)
    history = model.fit(x, y, validation_data=(x, y), verbose=0).history
    assert {"loss", "val_distance"} <= set(history)


def test_two_optimizers_and_models_as_attributes(rng):
    """A generator and a discriminator, each with an optimizer."""

    class Pair(keras.Model):
        def __init__(self, discriminator, generator):
            super().__init__()
            self.discriminator, self.generator = discriminator, generator

        def compile(self, d_optimizer, g_optimizer, loss_fn):
            super().compile()
            self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
            self.d_loss = keras.metrics.Mean(name="d_loss")

        @property
        def metrics(self):
            return [self.d_loss]

        def train_step(self, real):
            rows = tf.shape(real)[0]
            noise = tf.random.normal(shape=(rows, 3))
            both = tf.concat([self.generator(noise), real], axis=0)
            labels = tf.concat([tf.ones((rows, 1)), tf.zeros((rows, 1))], axis=0)
            with tf.GradientTape() as tape:
                loss = self.loss_fn(labels, self.discriminator(both))
            variables = self.discriminator.trainable_weights
            self.d_optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            with tf.GradientTape() as tape:
                g_loss = self.loss_fn(tf.zeros((rows, 1)), self.discriminator(self.generator(noise)))
            variables = self.generator.trainable_weights
            self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, variables), variables, strict=True))
            self.d_loss.update_state(loss)
            return {"d_loss": self.d_loss.result(), "g_loss": g_loss}

    dense = keras.layers.Dense
    discriminator = keras.Sequential([keras.Input((4,)), dense(6, activation="relu"), dense(1)])
    generator = keras.Sequential([keras.Input((3,)), dense(6, activation="relu"), dense(4)])
    model = Pair(discriminator, generator)
    model.compile(
        keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True)
    )
    before = generator.get_weights()
    history = model.fit(rng.normal(size=(32, 4)), epochs=2, batch_size=8, verbose=0).history
    assert len(history["d_loss"]) == len(history["g_loss"]) == 2
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, generator.get_weights(), strict=True))
    assert len(model.weights) == 8


class Weighted(keras.Model):
    """Notes the weights of what its step gets, and counts its steps."""

    def train_step(self, data):
        x, y, weight = (*data, None)[:3] if len(data) < 3 else data
        self.seen = None if weight is None else np.array(weight)
        self.steps = getattr(self, "steps", 0) + 1
        return super().train_step((x, y, weight))


class Source(keras.utils.Sequence):
    def __init__(self, *batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, i):
        return self.batch


@pytest.mark.parametrize("from_a_source", [False, True])
def test_class_weights_reach_the_step(from_a_source, data):
    model = made(Weighted)
    model.compile("sgd", loss="mse")
    x, y = data[0], np.repeat([0.0, 1.0], ROWS // 2)
    given = {"x": Source(x, y)} if from_a_source else {"x": x, "y": y, "batch_size": ROWS, "shuffle": False}
    model.fit(**given, class_weight={1: 3.0}, verbose=0)
    np.testing.assert_array_equal(model.seen, np.repeat([1.0, 3.0], ROWS // 2))


def test_train_on_batch_runs_the_step(data):
    model = made(Weighted)
    model.compile("sgd", loss="mse", metrics=["mae"])
    same = made(keras.Model)
    same.compile("sgd", loss="mse", metrics=["mae"])
    same.set_weights(model.get_weights())
    np.testing.assert_allclose(model.train_on_batch(*data), same.train_on_batch(*data), rtol=1e-5)
    assert model.steps == 1


def test_the_loss_is_the_mean_over_samples(data):
    """Also of a last batch that is smaller; in `fit` without a step of one's own it is."""
    models = [made(keras.Model), made(Weighted)]
    models[1].set_weights(models[0].get_weights())
    for model in models:
        model.compile(keras.optimizers.SGD(0.0), loss="mse")
    losses = [model.fit(*data, batch_size=ROWS - 3, shuffle=False, verbose=0).history["loss"] for model in models]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)


@pytest.mark.parametrize("shape", [(ROWS,), (ROWS, 1)])
def test_sample_weights_of_a_step(shape, data):
    model, weights = made(Weighted), np.linspace(0, 2, ROWS).reshape(shape)
    same = made(keras.Model)
    same.set_weights(model.get_weights())
    for one in (model, same):
        one.compile("sgd", loss="mse")
    found = model.train_on_batch(*data, sample_weight=weights)
    np.testing.assert_allclose(found, same.train_on_batch(*data, sample_weight=weights), rtol=1e-5)


def test_a_model_of_parts_without_a_call(data):
    """As GANs are written: compiled without a loss, with a step of its own, and fitted to arrays."""

    class Parts(keras.Model):
        def __init__(self):
            super().__init__()
            self.part = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(2)])

        def train_step(self, x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(self.part(x, training=True) ** 2)
            variables = self.part.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return {"d_loss": loss}

    model = Parts()
    model.compile(optimizer="sgd")
    history = model.fit(data[0], epochs=3, batch_size=8, shuffle=False, verbose=0).history
    assert history["d_loss"][2] < history["d_loss"][0]


@pytest.mark.parametrize("order", ["of Keras 2", "of Keras 3"])
def test_the_order_of_arguments_of_compile(order):
    x = keras.Input((3,))
    model = keras.Model(x, [keras.layers.Dense(1, name="a")(x), keras.layers.Dense(1, name="b")(x)])
    weights, metrics = [np.array(1.0), keras.backend.variable(0.5)], [["mae"], ["mae"]]
    args = (metrics, weights) if order == "of Keras 2" else (weights, metrics)
    model.compile("sgd", "mse", *args)
    assert model._compiled.loss_weights == [1.0, 0.5]
    assert model.metrics_names == ["loss", "a_loss", "b_loss", "a_mae", "b_mae"]
    with pytest.raises((TypeError, ValueError), match="loss_weights"):
        model.compile("sgd", "mse", loss_weights=["mae", "mae"])


def test_dicts_of_the_only_output_have_its_name():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="out")])
    model.compile("sgd", "mse", metrics=["mae"])
    y, p = np.ones((4, 1)), np.zeros((4, 1))
    assert float(model.compiled_loss({"out": y}, {"out": p})) == 1.0
    for given in ({"other": y}, {"out": y, "other": y}):
        with pytest.raises(ValueError, match="y_true: expected entries for the outputs out, got"):
            model.compiled_loss(given, {"out": p})
        with pytest.raises(ValueError, match="y_true: expected entries for the outputs out, got"):
            model.compiled_metrics.update_state(given, {"out": p})
