"""The functions of the backend, of ops and of TensorFlow compute what NumPy computes."""

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import backend as K
from fastlstm.keras import ops
from fastlstm.keras import tensorflow as tf

X = np.linspace(-1, 2, 12, dtype=np.float32).reshape(3, 4)

CASES = {
    "mean": (K.mean(X, axis=-1), X.mean(-1)),
    "mean of booleans": (K.mean(X > 0), np.float32((X > 0).mean())),
    "sum": (K.sum(X, axis=[0, 1], keepdims=True), X.sum(keepdims=True)),
    "std": (tf.math.reduce_std(X), X.std()),
    "max": (K.max(X, axis=0), X.max(0)),
    "square": (K.square(X), X * X),
    "sqrt": (K.sqrt(K.abs(X)), np.sqrt(np.abs(X))),
    "clip": (K.clip(X, 0, 1), np.clip(X, 0, 1)),
    "round": (K.round(X), np.round(X)),
    "cast": (K.cast(X > 0, "float32"), (X > 0).astype(np.float32)),
    "cast to a dtype of tf": (tf.cast(X, tf.int32), X.astype(np.int32)),
    "equal": (K.equal(K.argmax(X), K.argmax(X[::-1])), np.ones(3, bool)),
    "flatten": (K.flatten(X), X.ravel()),
    "batch_flatten": (K.batch_flatten(X.reshape(3, 2, 2)), X),
    "concatenate": (K.concatenate([X, X]), np.concatenate([X, X], -1)),
    "batch_dot": (K.batch_dot(X[:, None], X[:, :, None]), (X * X).sum(-1)[:, None, None]),
    "batch_dot of rows": (K.batch_dot(X, X, axes=1), (X * X).sum(-1, keepdims=True)),
    "switch": (K.switch(X > 0, X, lambda: -X), np.abs(X)),
    "softmax": (ops.softmax(X), np.exp(X) / np.exp(X).sum(-1, keepdims=True)),
    "logsumexp": (tf.math.reduce_logsumexp(X, 1), np.log(np.exp(X).sum(1))),
    "one_hot": (tf.one_hot([0, 2, 9], 3), np.float32([[1, 0, 0], [0, 0, 1], [0, 0, 0]])),
    "divide_no_nan": (tf.math.divide_no_nan([1.0, 1.0], [2.0, 0.0]), [0.5, 0.0]),
    "confusion_matrix": (tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]), [[1, 0], [1, 1]]),
    "top_k": (tf.math.top_k(X, 2)[1], np.array([[3, 2]] * 3)),
    "gather": (tf.gather(X, [1, 2], axis=1), X[:, 1:3]),
    "split": (tf.split(X, [1, 3], axis=1)[1], X[:, 1:]),
    "range": (tf.range(2, 8, 3), [2, 5]),
    "constant of a shape": (tf.constant(2.0, shape=(2, 3)), np.full((2, 3), 2.0)),
    "l2_normalize": (K.l2_normalize(X, axis=-1), X / np.linalg.norm(X, axis=-1, keepdims=True)),
}


@pytest.mark.parametrize("case", CASES)
def test_values(case):
    found, expected = CASES[case]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert np.shape(found) == np.shape(expected)
    assert type(found.numpy()) in (np.ndarray, type(np.asarray(found)[()]))


def test_python_numbers_become_single_precision():
    assert tf.constant([1.5]).dtype == tf.float32
    assert tf.constant([1]).dtype == tf.int32
    assert tf.constant(np.ones(2)).dtype == tf.float64
    assert (K.mean(X).numpy().dtype, K.sum(X).dtype) == (np.float32, np.float32)


def test_a_custom_metric_written_with_the_backend(rng):
    def distance(y_true, y_pred):
        return K.sqrt(K.sum(K.square(y_pred - y_true), axis=-1) + K.epsilon())

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile("sgd", "mse", metrics=[distance])
    x, y = rng.normal(size=(20, 2)), rng.normal(size=(20, 3))
    expected = np.sqrt(((model.predict(x, verbose=0) - y) ** 2).sum(-1) + 1e-7).mean()
    assert model.evaluate(x, y, verbose=0)[1] == pytest.approx(expected, rel=1e-5)


def test_variables():
    counter = K.variable(0)
    K.update_add(counter, 2)
    counter.assign_add(1).assign_sub(0.5)
    assert K.get_value(counter) == 2.5
    K.batch_set_value([(counter, 4)])
    assert K.eval(counter) == 4
    assert tf.Variable([1, 2]).dtype == tf.int32


def test_settings():
    assert (K.floatx(), K.image_data_format(), K.image_dim_ordering(), K.backend()) == (
        "float32",
        "channels_last",
        "tf",
        "tensorflow",
    )
    K.set_epsilon(1e-3)
    assert K.epsilon() == 1e-3
    K.set_epsilon(1e-7)
    K.clear_session()
    assert keras.Sequential().name == "sequential"


def test_random_numbers_follow_the_seed():
    def draw():
        tf.random.set_seed(3)
        return tf.random.normal((2, 3)).numpy().tolist(), keras.random.randint((4,), 0, 9).tolist()

    assert draw() == draw()
    assert set(tf.random.categorical(np.log([[0.5, 0.5, 1e-30]]), 50).numpy().ravel()) == {0, 1}
