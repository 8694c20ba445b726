"""What layers inside custom layers add to the loss: in fit, evaluate, `model.losses` and custom steps, as in Keras."""

import numpy as np
import pytest
from peers import array_of, require_peer

from fastlstm import keras as ours
from fastlstm.keras import tensorflow as tf

X = np.arange(8, dtype="float32").reshape(4, 2) / 8
Y = np.zeros((4, 2), "float32")


def dense(keras, **options):
    return keras.layers.Dense(2, kernel_initializer="ones", **options)


def doubling(keras, adds, **options):
    class Doubling(keras.layers.Layer):
        def call(self, x):
            if adds:
                self.add_loss(keras.ops.sum(x * x))
            return x * 2

    return Doubling(**options)


INSIDE = {
    "penalty on a custom layer": lambda keras: doubling(keras, False, activity_regularizer=keras.regularizers.L2(0.1)),
    "added loss": lambda keras: doubling(keras, True),
    "both": lambda keras: doubling(keras, True, activity_regularizer=keras.regularizers.L1(0.1)),
    "penalty on a Dense": lambda keras: dense(keras, activity_regularizer=keras.regularizers.L2(0.1)),
}


def wrapped(keras, layer):
    class Wrapping(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inside = layer

        def call(self, x):
            return self.inside(x) + 1

    return Wrapping()


def functional(keras, layer):
    x = keras.Input((2,))
    return keras.Model(x, layer(dense(keras)(x)))


def subclassed(keras, layer):
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = dense(keras), layer

        def call(self, x):
            return self.second(self.first(x))

    return Model()


def found_in(keras, make, inside, depth):
    layer = INSIDE[inside](keras)
    for _ in range(depth):
        layer = wrapped(keras, layer)
    model = make(keras, layer)
    model.compile(keras.optimizers.SGD(0.01), "mse")
    before = model.evaluate(X, Y, verbose=0)
    model(X)
    losses = [float(one if keras is ours else array_of(one)) for one in model.losses]
    history = model.fit(X, Y, batch_size=4, epochs=2, verbose=0).history["loss"]
    return np.array([before, sum(losses), *history, *np.ravel(model.get_weights()[0])])


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("make", [functional, subclassed])
def test_losses_of_inner_layers_count(make, inside, depth):
    expected = found_in(require_peer("keras"), make, inside, depth)
    assert expected[1] > 0
    np.testing.assert_allclose(found_in(ours, make, inside, depth), expected, rtol=1e-4)


@pytest.mark.parametrize("inside", INSIDE)
def test_custom_steps_have_the_losses_of_layers_with_their_gradients(inside):
    class Stepping(ours.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            return {"loss": loss}

    found = []
    for kind in (Stepping, ours.Model):
        x = ours.Input((2,))
        model = kind(x, wrapped(ours, INSIDE[inside](ours))(ours.layers.BatchNormalization()(dense(ours)(x))))
        model.compile(ours.optimizers.SGD(0.01), "mse")
        history = model.fit(X, Y, batch_size=4, epochs=3, verbose=0).history["loss"]
        found.append(np.concatenate([history, *map(np.ravel, model.get_weights())]))
    np.testing.assert_allclose(*found, rtol=1e-5, atol=1e-6)
