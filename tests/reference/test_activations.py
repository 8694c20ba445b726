"""The reference's activations against Keras on JAX in float64: values, gradients, kinks, overflow and NaN."""

import numpy as np
import peer_keras_calls
import pytest
from activation_peers import NOT_IN_KERAS
from peers import keras_on, require_peer

from fastlstm.reference import ACTIVATIONS, ELEMENTWISE_ACTIVATIONS

IN_KERAS = [name for name in ELEMENTWISE_ACTIVATIONS if name not in NOT_IN_KERAS]
# Where Keras on JAX has one side's derivative; that of sparse_sigmoid is the mean of both.
KINKS = {
    "hard_shrink": (-0.5, 0.5),
    "hard_sigmoid": (-3, 3),
    "hard_silu": (-3, 3),
    "hard_swish": (-3, 3),
    "hard_tanh": (-1, 1),
    "leaky_relu": (0,),
    "relu": (0,),
    "relu6": (0, 6),
    "selu": (0,),
    "soft_shrink": (-0.5, 0.5),
}


def of_keras(name, x, d_y):
    """Return what it says on JAX, whose sides of the kinks the reference takes."""
    return keras_on("jax").submit(peer_keras_calls.activation_values_and_gradients, name, x, d_y).result()


def compare(name, x, d_y):
    activation = ACTIVATIONS[name]
    y = activation.forward(x)
    d_x = activation.backward(d_y, x, y)
    expected, expected_gradient = of_keras(name, x, d_y)
    accurate = expected.dtype == np.float64
    np.testing.assert_allclose(y, expected, rtol=1e-11 if accurate else 1e-6, atol=1e-14)
    np.testing.assert_allclose(
        d_x, expected_gradient, rtol=1e-11 if accurate else 1e-5, atol=1e-14 if accurate else 1e-6
    )


def test_all_of_keras_are_there():
    keras = require_peer("keras")
    theirs = {name for name, value in vars(keras.activations).items() if callable(value)}
    theirs = theirs - {"get", "serialize", "deserialize", "threshold"} | {"swish", "hard_swish"}
    assert set(ACTIVATIONS) - set(NOT_IN_KERAS) == theirs
    assert set(ACTIVATIONS) - set(ELEMENTWISE_ACTIVATIONS) == {"glu", "log_softmax", "softmax", "sparsemax"}


@pytest.mark.parametrize("name", IN_KERAS)
def test_agrees_with_keras(rng, name):
    x = np.concatenate([np.linspace(-30, 30, 1000), rng.normal(size=1000), [1e-300, -1e-300, 100.0, -100.0]])
    compare(name, x, rng.normal(size=x.shape))


@pytest.mark.parametrize("name", ["glu", "log_softmax", "softmax"])
def test_rows_agree_with_keras(rng, name):
    for shape in [(3, 6), (2, 3, 4), (0, 4), (1, 2)]:
        x = rng.normal(size=shape) * 5
        compare(name, x, rng.normal(size=ACTIVATIONS[name].forward(x).shape))


@pytest.mark.parametrize("name", KINKS)
def test_kinks_take_the_side_that_keras_takes(name):
    x = np.array(KINKS[name], np.float64)
    compare(name, x, np.ones_like(x))


def test_sparse_sigmoid_is_constant_at_its_kinks():
    x = np.array([-1.0, 1.0])
    y = ACTIVATIONS["sparse_sigmoid"].forward(x)
    assert not ACTIVATIONS["sparse_sigmoid"].backward(np.ones(2), x, y).any()


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_sparsemax_is_the_projection_onto_the_simplex(rng, size):
    """y is that if and only if there is a τ with y = max(x - τ, 0) and the sum is 1."""
    x = np.concatenate([rng.normal(size=(200, size)), np.zeros((1, size)), 1e6 * rng.normal(size=(50, size))])
    y = ACTIVATIONS["sparsemax"].forward(x)
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-9)
    tau = np.where(y > 0, x - y, -np.inf).max(axis=-1, keepdims=True)
    np.testing.assert_allclose(y, np.maximum(x - tau, 0), atol=1e-9)


def test_sparsemax_agrees_with_keras_where_one_is_left(rng):
    """Elsewhere Keras 3.15 gives rows that do not sum to 1."""
    x = rng.permuted(np.tile(np.array([3.0, 1.5, 0.0, -2.0]), (5, 1)), axis=1)
    compare("sparsemax", x, rng.normal(size=x.shape))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_large_numbers_do_not_overflow_and_types_stay(dtype, name):
    """Warnings are errors here. What is left without bounds is as large as x."""
    large = float(np.finfo(dtype).max) / 4
    for scale in (100.0, 1e4, large):
        x = np.array([[-scale, scale]], dtype)
        y = ACTIVATIONS[name].forward(x)
        d_x = ACTIVATIONS[name].backward(np.ones_like(y), x, y)
        assert y.dtype == d_x.dtype == x.dtype
        if name != "exponential":
            assert np.isfinite(y).all()
            assert np.isfinite(d_x).all()
            assert (np.abs(y) <= 2 * scale).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_stays_nan(dtype, name):
    x = np.array([[np.nan, 1.0, 2.0, 3.0]], dtype)
    y = ACTIVATIONS[name].forward(x)
    assert np.isnan(y[0, 0])
    if name in ELEMENTWISE_ACTIVATIONS:
        assert np.isfinite(y[0, 1:]).all()


@pytest.mark.parametrize("name", IN_KERAS)
def test_infinities_give_the_limit_where_keras_does(name):
    x = np.array([np.inf, -np.inf])
    expected, _ = of_keras(name, x, np.ones(2))
    y = ACTIVATIONS[name].forward(x)
    np.testing.assert_array_equal(np.where(np.isnan(expected), np.nan, y), expected)
