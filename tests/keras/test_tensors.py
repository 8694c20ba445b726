"""Tensors: what functions, losses, metrics, layers and data sets return has the method `numpy`."""

import numpy as np
import pytest

from fastlstm import keras, losses, metrics
from fastlstm.keras import tensorflow as tf

X, Y = np.zeros((2, 3)), np.ones((2, 3))


@pytest.mark.parametrize(
    "value",
    [
        keras.losses.mse(X, Y),
        keras.losses.MeanSquaredError()(X, Y),
        keras.losses.MeanSquaredError(reduction=None)(X, Y),
        keras.metrics.mean_absolute_error(np.zeros(3), np.ones(3)),
        keras.metrics.categorical_accuracy(np.eye(3), np.eye(3)),
        keras.metrics.MeanAbsoluteError()(X, Y),
        keras.activations.sigmoid(X) * 2,
        tf.nn.softplus(X * 0) / np.log(2),
        tf.reduce_mean(Y),
        tf.constant([1.0, 1.0])[0],
        keras.layers.Dense(1, kernel_initializer="ones")(tf.ones((1, 1))),
        keras.layers.LSTM(1)(tf.ones((1, 2, 1))) * 0 + 1,
    ],
)
def test_results_have_the_method_numpy(value):
    plain = value.numpy()
    assert type(plain) in (np.ndarray, np.float32, np.float64)
    assert np.all(plain == 1)


def test_numbers_are_floats():
    found = losses.MeanSquaredError()(X, Y)
    assert (repr(found), f"{found:.2f}", isinstance(found, float)) == ("1.0", "1.00", True)
    assert type(found + 1) is np.float64

    class Own(metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            pass

        def result(self):
            return np.float64(3)

    assert Own()(X, Y).numpy() == 3


def test_strings_become_bytes():
    (first, label), _ = tf.data.Dataset.from_tensor_slices((["a b", "ü"], [0, 1]))
    assert first.numpy() == b"a b"
    assert first.numpy().decode("utf-8") == "a b"
    assert (label.numpy(), label.dtype) == (0, np.int32)
    assert tf.constant(["a", "ü"]).numpy().tolist() == [b"a", "ü".encode()]


def test_entries_are_tensors():
    row, other = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    assert [each.numpy() for each in row] == [1.0, 2.0]
    assert other[0].numpy() == 3.0
    assert [10, 20, 30][tf.constant([2])[0]] == 30


def test_functions_of_this_package_are_known_as_losses_metrics_and_activations():
    assert type(losses.get(keras.losses.mae)) is losses.MeanAbsoluteError
    for function in (tf.nn.tanh, tf.tanh, tf.nn.softmax, tf.sigmoid, keras.backend.softmax, keras.activations.elu):
        assert keras.layers.Dense(1, activation=function).activation == function.__name__
    model = keras.Sequential([keras.layers.Dense(1, activation=tf.nn.relu, input_shape=(3,))])
    assert model.layers[0].activation == "relu"
    model.compile("sgd", keras.losses.mse, metrics=[keras.metrics.mae])
    assert set(model.evaluate(X, Y[:, :1], verbose=0, return_dict=True)) == {"loss", "mean_absolute_error"}
