"""`tf.train`: checkpoints of models, and models in folders."""

import os

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import tensorflow as tf


def model():
    made = keras.Sequential([keras.layers.LSTM(3, input_shape=(4, 2)), keras.layers.Dense(1)])
    made.compile("adam", "mse")
    return made


@pytest.fixture
def x(rng):
    return rng.standard_normal((8, 4, 2))


def test_a_checkpoint_has_the_weights_of_models(tmp_path, x):
    encoder, decoder = model(), model()
    with pytest.warns(UserWarning, match="optimizer="):
        checkpoint = tf.train.Checkpoint(optimizer=keras.optimizers.Adam(), encoder=encoder, decoder=decoder)
    expected = [encoder.predict(x), decoder.predict(x)]
    path = checkpoint.save(file_prefix=os.path.join(tmp_path, "checkpoints", "ckpt"))
    for one in (encoder, decoder):
        one.fit(x, np.zeros(8), verbose=0)
    assert tf.train.latest_checkpoint(os.path.join(tmp_path, "checkpoints")) == path
    checkpoint.restore(path).expect_partial()
    np.testing.assert_array_equal([encoder.predict(x), decoder.predict(x)], expected)
    checkpoint.restore(None)


def test_a_manager_keeps_the_latest(tmp_path, x):
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(model=model()), tmp_path, max_to_keep=2)
    paths = [manager.save() for _ in range(3)]
    assert manager.checkpoints == paths[1:]
    assert len(os.listdir(tmp_path)) == 2
    assert manager.latest_checkpoint == paths[-1]


def test_the_latest_file_of_a_callback_is_found(tmp_path, x):
    first, second = model(), model()
    callback = keras.callbacks.ModelCheckpoint(os.path.join(tmp_path, "ckpt_{epoch}"), save_weights_only=True)
    first.fit(x, np.zeros(8), epochs=2, verbose=0, callbacks=[callback])
    second.load_weights(tf.train.latest_checkpoint(tmp_path))
    np.testing.assert_array_equal(second.predict(x), first.predict(x))
    assert tf.train.latest_checkpoint(tmp_path / "none") is None


def test_models_are_saved_in_folders_as_in_keras_2(tmp_path, x):
    saved = model()
    for path in (f"{tmp_path}/folder/", f"{tmp_path}/new/model_1"):
        saved.save(path)
        np.testing.assert_array_equal(keras.models.load_model(path).predict(x), saved.predict(x))


class Steps(keras.Model):
    """A model that is trained by its own steps."""

    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.GRU(3)
        self.last = keras.layers.Dense(1)

    def call(self, x):
        return self.last(self.hidden(x))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self(x, training=True) - y))
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return {"loss": loss}


@pytest.mark.parametrize("is_compiled", [True, False])
def test_weights_of_models_with_loops_of_their_own(is_compiled, tmp_path, rng):
    x, y = rng.normal(size=(8, 4, 2)).astype("float32"), rng.normal(size=(8, 1)).astype("float32")
    model, again = Steps(), Steps()
    if is_compiled:
        model.compile("adam")
        model.fit(x, y, verbose=0)
    else:
        with tf.GradientTape():
            model(x)
    model.save_weights(tmp_path / "all.weights.h5")
    again(x)
    again.load_weights(tmp_path / "all.weights.h5")
    np.testing.assert_allclose(again(x), model(x), rtol=1e-6)
