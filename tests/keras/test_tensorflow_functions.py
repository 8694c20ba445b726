"""Functions of `tf` and of the backend that losses use: values and gradients are those of TensorFlow."""

import numpy as np
import peer_tensorflow_cases
import pytest
import tensorflow_cases
from peers import keras_on

from fastlstm._internal.tape import vjp
from fastlstm.keras import backend as K
from fastlstm.keras import tensorflow as tf

CASES = tensorflow_cases.cases(tf, K)


@pytest.fixture(scope="module")
def theirs():
    return keras_on("tensorflow").submit(peer_tensorflow_cases.values_and_gradients).result()


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients(theirs, name):
    function, array = CASES[name]
    value, gradient = theirs[name]
    found, pullback = vjp(function, array)
    np.testing.assert_allclose(found, value, rtol=2e-5, atol=2e-6)
    assert np.shape(found) == np.shape(value)
    weights = peer_tensorflow_cases.weights_for(value)
    np.testing.assert_allclose(pullback(weights)[0], gradient, rtol=2e-4, atol=5e-6)
    plain = function(tf.constant(array))
    np.testing.assert_allclose(plain, value, rtol=2e-5, atol=2e-6)


def test_what_has_no_gradient():
    x = tf.constant([[1.0, -2.0]])
    assert tf.argmax(x).numpy().tolist() == [0, 0]
    assert tf.math.count_nonzero(x).numpy() == 2
    assert tf.where(x > 0).numpy().tolist() == [[0, 0]]
    assert tf.numpy_function(np.sort, [x], tf.float32).numpy().tolist() == [[-2, 1]]
    assert tf.sequence_mask([1, 2]).numpy().tolist() == [[True, False], [True, True]]
    assert (tf.to_float([1]).dtype, tf.to_int32(x).dtype, tf.as_dtype("float")) == (tf.float32, tf.int32, tf.float32)
    with pytest.raises(TypeError, match="unexpected keyword argument 'axes'"):
        tf.reduce_sum(x, axes=1)


def test_loops_end_after_their_largest_number_of_steps():
    found = tf.while_loop(lambda i, v: i < 9, lambda i, v: (i + 1, 2 * v), [0, tf.constant(1.0)], maximum_iterations=3)
    assert [float(each) for each in found] == [3, 8]
    (alone,) = tf.while_loop(lambda i: i < 9, lambda i: i + 1, [0])
    assert alone == 9
