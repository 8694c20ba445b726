"""Attributes and methods of Keras 1 and 2 that scripts use."""

import numpy as np
import pytest

from fastlstm import keras


@pytest.fixture
def model():
    made = keras.Sequential([keras.layers.LSTM(3, input_shape=(4, 2)), keras.layers.Dense(1)])
    made.compile(keras.optimizers.Adam(lr=0.01, decay=1e-3), "mse")
    return made


class Seen(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.seen = self.validation_data
        self.predictions = self.model.predict(self.validation_data[0], verbose=0)


def test_callbacks_see_the_data_of_the_validation(model, rng):
    x, y = rng.standard_normal((10, 4, 2)), rng.standard_normal(10)
    callback = Seen()
    model.fit(x, y, validation_data=(x[:3], y[:3]), callbacks=[callback], verbose=0)
    np.testing.assert_array_equal(callback.seen[0], x[:3])
    np.testing.assert_array_equal(callback.seen[1], y[:3])
    np.testing.assert_array_equal(callback.seen[2], np.ones(3))
    assert callback.predictions.shape == (3, 1)
    callback = Seen()
    model.fit(x, y, validation_split=0.3, callbacks=[callback], verbose=0)
    np.testing.assert_array_equal(callback.seen[0], x[7:])
    np.testing.assert_array_equal(callback.seen[1], y[7:])


def test_optimizers_have_a_decay_and_weights(model, rng):
    x, y = rng.standard_normal((10, 4, 2)), rng.standard_normal(10)
    assert model.optimizer.decay == 1e-3
    assert keras.optimizers.SGD().decay == 0
    model.fit(x, y, shuffle=False, verbose=0)
    saved, weights = model.optimizer.get_weights(), model.get_weights()
    model.fit(x, y, shuffle=False, verbose=0)
    expected = model.get_weights()
    model.set_weights(weights)
    model.optimizer.set_weights(saved)
    model.fit(x, y, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(ValueError, match="weights: expected"):
        model.optimizer.set_weights(saved[:1])


def test_layers_return_the_tensors_of_each_call():
    shared, a, b = keras.layers.Dense(2), keras.Input((3,)), keras.Input((3,))
    first, second = shared(a), shared(b)
    assert shared.get_output_at(0) is first
    assert shared.get_output_at(1) is second
    assert shared.get_input_at(1) is b
    with pytest.raises(ValueError, match=r"node_index: layer 'dense.*' has 2 calls, got 2"):
        shared.get_output_at(2)


def test_models_and_wrappers(model):
    model.make_train_function()
    model.reset_metrics()
    assert not model.stateful
    assert keras.Sequential([keras.layers.LSTM(3, batch_input_shape=(1, 4, 2), stateful=True)]).stateful
    both = keras.layers.Bidirectional(keras.layers.LSTM(3))
    assert both.layer is both.forward_layer
