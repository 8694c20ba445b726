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


def test_activations_of_layers_are_the_functions():
    layer = keras.layers.Dense(2, activation="relu")
    assert layer.activation == keras.activations.relu
    assert keras.activations.get("relu") is keras.activations.relu
    assert keras.activations.get(keras.activations.relu) is keras.activations.relu
    assert keras.activations.get(None) is keras.activations.linear


def test_variables_of_optimizers_are_compared_by_value():
    variable, weight = keras.Variable([1.0]), keras.optimizers.SGD(0.5)
    weight.apply_gradients([([1.0], variable)])
    assert weight.variables[0] == 1


def test_the_output_shape_by_its_name_in_keras_1():
    assert keras.layers.Dense(2).get_output_shape_for((None, 3)) == (None, 2)


def test_saving_creates_folders(tmp_path):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.save(tmp_path / "one" / "two" / "model.h5")
    model.save_weights(tmp_path / "three" / "weights.h5")
    loaded = keras.models.load_model(tmp_path / "one" / "two" / "model.h5")
    loaded.load_weights(tmp_path / "three" / "weights.h5")
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])
