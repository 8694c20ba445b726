"""What the modules that stand in for TensorFlow refuse, instead of computing something else."""

import numpy as np
import pytest

from fastlstm._internal.not_available import NotAvailableError
from fastlstm._internal.tape import NotDifferentiableError
from fastlstm.keras import tensorflow as tf

SQUARE = np.random.default_rng(3).normal(size=(4, 4)).astype(np.float32)


@pytest.mark.parametrize(
    "function",
    [
        tf.signal.rfft,
        tf.signal.irfft,
        tf.signal.fft,
        lambda x: tf.signal.stft(x, 2, 1),
        lambda x: tf.complex(x, SQUARE),
        lambda x: tf.complex(SQUARE, x),
        tf.linalg.svd,
        tf.linalg.eigh,
        lambda x: tf.math.bincount(np.arange(16).reshape(4, 4), weights=x),
    ],
)
@pytest.mark.parametrize("made", [tf.constant, tf.Variable])
def test_functions_without_a_derivative(function, made):
    x = made(SQUARE)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(NotDifferentiableError, match="no derivative"):
            function(x)
    function(x)  # outside of a tape


@pytest.mark.parametrize(
    "function",
    [
        lambda: tf.linalg.diag([1.0], k=1),
        lambda: tf.linalg.diag_part(SQUARE, k=-1),
        lambda: tf.linalg.set_diag(SQUARE, np.ones(3), k=1),
        lambda: tf.math.bincount([[1, 2]], axis=-1),
        lambda: tf.math.bincount([1, 1], binary_output=True),
        lambda: tf.nn.embedding_lookup(SQUARE, [1], max_norm=1.0),
    ],
)
def test_arguments_that_change_the_result(function):
    with pytest.raises(NotAvailableError, match="fastlstm does not have"):
        function()


def test_dropout_needs_a_rate():
    with pytest.raises(ValueError, match="rate: expected a number"):
        tf.nn.dropout(SQUARE)
    np.testing.assert_array_equal(tf.nn.dropout(SQUARE, keep_prob=1.0), SQUARE)


def test_data_formats():
    with pytest.raises(ValueError, match="data_format: expected"):
        tf.nn.bias_add(SQUARE, SQUARE[0], data_format="HW")
