"""The NumPy reference against finite differences, torch and Keras, all in float64."""

from __future__ import annotations

import numpy as np
import pytest
from peers import require_peer

from fastlstm import reference
from fastlstm.reference import ACTIVATIONS, ELEMENTWISE_ACTIVATIONS, LOSSES

SHAPES = [(1, 1, 1, 1), (2, 5, 3, 4), (3, 2, 17, 1), (1, 4, 1, 17), (5, 1, 3, 3), (2, 3, 33, 33)]  # N, T, D, H


def lstm_arguments(rng, shape, scale=0.5):
    n, t, d, h = shape
    return {
        "x": rng.normal(size=(n, t, d)),
        "kernel": rng.normal(size=(d, 4 * h)) * scale,
        "recurrent_kernel": rng.normal(size=(h, 4 * h)) * scale,
        "bias": rng.normal(size=4 * h) * scale,
        "initial_h": rng.normal(size=(n, h)),
        "initial_c": rng.normal(size=(n, h)),
    }


def run_lstm(arguments, **options):
    arguments = dict(arguments)
    state = arguments.pop("initial_h"), arguments.pop("initial_c")
    return reference.lstm_forward(**arguments, initial_state=state, **options)


def finite_differences(function, array, step=1e-5):
    """Central differences of a scalar function of one array, which is restored."""
    gradient = np.empty_like(array)
    for position in np.ndindex(array.shape):
        value = array[position]
        array[position] = value + step
        above = function()
        array[position] = value - step
        below = function()
        array[position] = value
        gradient[position] = (above - below) / (2 * step)
    return gradient


def assert_close(actual, expected, tolerance):
    """Largest difference, relative to the largest expected value."""
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max(initial=0) <= tolerance * np.abs(expected).max(initial=0)


@pytest.mark.parametrize("recurrent_activation", ELEMENTWISE_ACTIVATIONS)
@pytest.mark.parametrize("activation", ELEMENTWISE_ACTIVATIONS)
def test_lstm_gradients_agree_with_finite_differences(rng, activation, recurrent_activation):
    arguments = lstm_arguments(rng, (2, 3, 3, 2))
    options = {"activation": activation, "recurrent_activation": recurrent_activation}
    outputs, (h, c), saved = run_lstm(arguments, **options)
    weights = [rng.normal(size=value.shape) for value in (outputs, h, c)]

    def loss():
        outputs, (h, c), _ = run_lstm(arguments, **options)
        return sum(np.sum(value * weight) for value, weight in zip((outputs, h, c), weights, strict=True))

    gradients = reference.lstm_backward(saved, weights[0], d_h=weights[1], d_c=weights[2])
    for name, gradient in gradients._asdict().items():
        assert_close(gradient, finite_differences(loss, arguments[name]), 1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_lstm_agrees_with_torch(rng, shape):
    torch = require_peer("torch")
    arguments = lstm_arguments(rng, shape)
    outputs, (h, c), saved = run_lstm(arguments)
    weights = [rng.normal(size=value.shape) for value in (outputs, h, c)]
    gradients = reference.lstm_backward(saved, weights[0], d_h=weights[1], d_c=weights[2])

    leaves = {name: torch.tensor(value, requires_grad=True) for name, value in arguments.items()}
    peer = torch.nn.LSTM(shape[2], shape[3], batch_first=True, dtype=torch.float64)
    parameters = {
        "weight_ih_l0": leaves["kernel"].T,
        "weight_hh_l0": leaves["recurrent_kernel"].T,
        "bias_ih_l0": leaves["bias"],
        "bias_hh_l0": torch.zeros_like(leaves["bias"]),
    }
    state = leaves["initial_h"][None], leaves["initial_c"][None]
    peer_outputs, (peer_h, peer_c) = torch.func.functional_call(peer, parameters, (leaves["x"], state))
    values = (peer_outputs, peer_h[0], peer_c[0])
    sum((value * torch.tensor(weight)).sum() for value, weight in zip(values, weights, strict=True)).backward()

    for value, expected in zip((outputs, h, c), values, strict=True):
        assert_close(value, expected.detach().numpy(), 1e-10)
    for name, gradient in gradients._asdict().items():
        assert_close(gradient, leaves[name].grad.numpy(), 1e-10)


@pytest.mark.parametrize("activation", ELEMENTWISE_ACTIVATIONS)
@pytest.mark.parametrize("recurrent_activation", ["sigmoid", "hard_sigmoid", "tanh"])
def test_lstm_agrees_with_keras(rng, activation, recurrent_activation):
    keras = require_peer("keras")
    arguments = {name: value.astype(np.float32) for name, value in lstm_arguments(rng, (3, 4, 2, 3)).items()}
    outputs, _, _ = run_lstm(arguments, activation=activation, recurrent_activation=recurrent_activation)
    layer = keras.layers.LSTM(
        3, activation=activation, recurrent_activation=recurrent_activation, return_sequences=True
    )
    layer.build((3, 4, 2))
    layer.set_weights([arguments["kernel"], arguments["recurrent_kernel"], arguments["bias"]])
    expected = np.asarray(layer(arguments["x"], [arguments["initial_h"], arguments["initial_c"]]))
    assert_close(outputs, expected, 1e-5)


def test_lstm_without_steps_returns_the_initial_state(rng):
    arguments = lstm_arguments(rng, (2, 0, 3, 4))
    outputs, (h, c), saved = run_lstm(arguments)
    assert outputs.shape == (2, 0, 4)
    assert (h == arguments["initial_h"]).all()
    assert (c == arguments["initial_c"]).all()
    gradients = reference.lstm_backward(saved, d_h=np.ones((2, 4)), d_c=np.full((2, 4), 2.0))
    assert (gradients.initial_h == 1).all()
    assert (gradients.initial_c == 2).all()
    assert not gradients.kernel.any()


def test_lstm_without_samples_is_empty(rng):
    outputs, (h, c), saved = run_lstm(lstm_arguments(rng, (0, 3, 2, 4)))
    assert outputs.shape == (0, 3, 4)
    assert h.shape == c.shape == (0, 4)
    assert not reference.lstm_backward(saved, outputs).kernel.any()


def test_lstm_defaults_are_zero_bias_and_state(rng):
    arguments = lstm_arguments(rng, (2, 3, 2, 4))
    x, kernel, recurrent_kernel = arguments["x"], arguments["kernel"], arguments["recurrent_kernel"]
    zeros = np.zeros((2, 4))
    explicit, _, _ = reference.lstm_forward(x, kernel, recurrent_kernel, np.zeros(16), initial_state=(zeros, zeros))
    implicit, _, _ = reference.lstm_forward(x, kernel, recurrent_kernel)
    assert (implicit == explicit).all()


def test_lstm_works_in_the_dtype_it_is_given(rng):
    arguments = {name: value.astype(np.float32) for name, value in lstm_arguments(rng, (2, 3, 2, 4)).items()}
    outputs, (h, c), saved = run_lstm(arguments, recurrent_activation="hard_sigmoid")
    gradients = reference.lstm_backward(saved, outputs)
    assert {value.dtype for value in (outputs, h, c, *gradients)} == {np.dtype(np.float32)}


def test_a_second_backward_pass_gives_the_same(rng):
    outputs, _, saved = run_lstm(lstm_arguments(rng, (2, 3, 2, 4)))
    first = reference.lstm_backward(saved, outputs)
    outputs[:] = 0  # the caller's array: nothing saved may share its memory
    second = reference.lstm_backward(saved, saved.h[1:].swapaxes(0, 1))
    for once, again in zip(first, second, strict=True):
        assert (once == again).all()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.zeros((3, 4))}, ValueError, r"x: expected shape \(N, T, D\) = \(any, any, any\), got \(3, 4\)"),
        ({"kernel": np.zeros((5, 16))}, ValueError, r"kernel: expected shape \(D, 4H\) = \(2, 16\), got \(5, 16\)"),
        ({"recurrent_kernel": np.zeros((4, 12))}, ValueError, "recurrent_kernel: expected"),
        ({"bias": np.zeros(4)}, ValueError, "bias: expected"),
        ({"initial_c": np.zeros((1, 4))}, ValueError, "initial_state c: expected"),
        ({"kernel": np.zeros((2, 16), np.float32)}, TypeError, "kernel: expected dtype float64"),
        ({"x": [[[0.0, 0.0]]]}, TypeError, "x: expected a NumPy array of floats, got list"),
        ({"x": np.zeros((1, 1, 2), int)}, TypeError, "x: expected a NumPy array of floats, got dtype int"),
        ({"activation": "tan"}, ValueError, "unknown activation 'tan'; did you mean 'tanh'"),
        ({"recurrent_activation": "softmax"}, ValueError, "unknown recurrent_activation 'softmax'"),
    ],
)
def test_lstm_refuses_bad_input(rng, change, error, message):
    with pytest.raises(error, match=message):
        run_lstm({**lstm_arguments(rng, (3, 4, 2, 4)), **change})


def test_lstm_backward_refuses_gradients_of_another_shape(rng):
    _, _, saved = run_lstm(lstm_arguments(rng, (3, 4, 2, 4)))
    with pytest.raises(ValueError, match="d_outputs: expected"):
        reference.lstm_backward(saved, np.zeros((3, 4, 5)))
    with pytest.raises(ValueError, match="d_c: expected"):
        reference.lstm_backward(saved, d_c=np.zeros((3, 5)))


@pytest.mark.parametrize("leading", [(3,), (2, 3), ()])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dense_gradients_agree_with_finite_differences(rng, activation, leading):
    arguments = {"x": rng.normal(size=(*leading, 4)), "kernel": rng.normal(size=(4, 5)), "bias": rng.normal(size=5)}
    outputs, saved = reference.dense_forward(**arguments, activation=activation)
    weight = rng.normal(size=outputs.shape)

    def loss():
        return np.sum(reference.dense_forward(**arguments, activation=activation)[0] * weight)

    for name, gradient in reference.dense_backward(saved, weight)._asdict().items():
        assert_close(gradient, finite_differences(loss, arguments[name]), 1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_agree_with_torch(name):
    torch = require_peer("torch")
    x = np.concatenate([np.linspace(-30, 30, 601), [-700.0, 700.0, 1e-300]]).reshape(1, -1)
    peers = {
        "linear": lambda x: x,
        "hard_sigmoid": torch.nn.functional.hardsigmoid,
        "softmax": lambda x: torch.softmax(x, dim=-1),
    }
    expected = peers.get(name, getattr(torch, name, None))(torch.tensor(x)).numpy()
    np.testing.assert_allclose(ACTIVATIONS[name].forward(x), expected, rtol=1e-13, atol=1e-320)


def targets_and_predictions(rng, name):
    """Predictions in and, for the cross-entropies, also outside the range that is not clipped."""
    y_pred = rng.uniform(0.05, 0.95, size=(3, 4, 5))
    if name == "sparse_categorical_crossentropy":
        return rng.integers(0, 5, size=(3, 4)), y_pred
    if name == "categorical_crossentropy":
        return np.eye(5)[rng.integers(0, 5, size=(3, 4))], y_pred
    return rng.uniform(size=(3, 4, 5)), y_pred


@pytest.mark.parametrize("name", LOSSES)
def test_loss_gradients_agree_with_finite_differences(rng, name):
    y_true, y_pred = targets_and_predictions(rng, name)
    gradient = LOSSES[name](y_true, y_pred)[1]
    assert_close(gradient, finite_differences(lambda: LOSSES[name](y_true, y_pred)[0], y_pred), 1e-6)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("clipped", [False, True])
def test_losses_and_gradients_agree_with_keras(rng, name, clipped):
    keras, jax = require_peer("keras"), require_peer("jax")
    y_true, y_pred = targets_and_predictions(rng, name)
    if clipped:
        y_pred[0, 0], y_pred[1, 2] = [1, 0, 0, 0, 0], [0, 1e-9, 0.5, 0.5, 0]
    # In float32 on both sides: 1 - 1e-7, where probabilities are clipped, is another number there.
    y_pred = y_pred.astype(np.float32)
    y_true = y_true if name.startswith("sparse") else y_true.astype(np.float32)
    loss, gradient = LOSSES[name](y_true, y_pred)
    peer = getattr(keras.losses, "".join(map(str.capitalize, LOSSES[name].__name__.split("_"))))()
    y_true, y_pred = (jax.numpy.asarray(array) for array in (y_true, y_pred))
    expected, expected_gradient = jax.value_and_grad(peer, argnums=1)(y_true, y_pred)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-5, atol=1e-7)


def test_losses_refuse_shapes_that_would_broadcast():
    for name in ("mse", "mae", "binary_crossentropy", "categorical_crossentropy"):
        with pytest.raises(ValueError, match=r"y_true: expected shape .* = \(3, 1\), got \(3,\)"):
            LOSSES[name](np.ones(3), np.ones((3, 1)))


def test_sparse_targets_must_be_classes():
    with pytest.raises(ValueError, match="y_true: expected classes from 0 to 1, got 0 to 2"):
        reference.sparse_categorical_crossentropy(np.array([0, 2]), np.full((2, 2), 0.5))
    with pytest.raises(TypeError, match="y_true: expected integers"):
        reference.sparse_categorical_crossentropy(np.array([0.0, 1.0]), np.full((2, 2), 0.5))


@pytest.mark.parametrize(
    ("step", "peer", "options"),
    [
        (reference.sgd_step, "SGD", {}),
        (reference.sgd_step, "SGD", {"momentum": 0.9}),
        (reference.sgd_step, "SGD", {"momentum": 0.9, "nesterov": True}),
        (reference.adam_step, "Adam", {}),
        (reference.adam_step, "Adam", {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
        (reference.adam_step, "Adam", {"amsgrad": True, "beta_2": 0.5}),
        (reference.rmsprop_step, "RMSprop", {}),
        (reference.rmsprop_step, "RMSprop", {"rho": 0.8, "momentum": 0.7, "epsilon": 1e-3}),
        (reference.rmsprop_step, "RMSprop", {"centered": True, "momentum": 0.7}),
    ],
)
def test_optimizers_agree_with_keras(rng, step, peer, options):
    keras, jax = require_peer("keras"), require_peer("jax")
    options["learning_rate"] = 2**-5  # Keras holds it in float32: only then is it the same number
    variable = rng.normal(size=(3, 4))
    # Shrinking gradients, without which amsgrad would do nothing.
    gradients = rng.normal(size=(6, 3, 4)) * np.array([3, 1, 0.3, 0.1, 0.03, 0.01])[:, None, None]
    with jax.enable_x64(True):
        expected = keras.Variable(variable, dtype="float64")
        optimizer = getattr(keras.optimizers, peer)(**options)
        optimizer.build([expected])
        slots = None
        for gradient in gradients:
            optimizer.apply([jax.numpy.asarray(gradient)], [expected])
            variable, slots = step(variable, gradient, slots, **options)
            np.testing.assert_allclose(variable, np.asarray(expected.value), rtol=1e-9)


@pytest.mark.parametrize("step", [reference.sgd_step, reference.adam_step, reference.rmsprop_step])
def test_optimizers_refuse_gradients_that_would_broadcast(step):
    with pytest.raises(ValueError, match="gradient: expected shape"):
        step(np.ones((3, 1)), np.ones(3))
