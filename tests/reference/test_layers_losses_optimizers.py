"""The reference's layers without states, losses and optimizers against finite differences and Keras, in float64."""

from __future__ import annotations

import numpy as np
import peer_keras_calls
import pytest
from loss_cases import KERAS_CASES, all_cases
from peers import array_of, keras_on, require_peer
from reference_cases import assert_close, finite_differences

from fastlstm import reference
from fastlstm.reference import ACTIVATIONS, LOSSES


@pytest.mark.parametrize("leading", [(3,), (2, 3), ()])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dense_gradients_agree_with_finite_differences(rng, activation, leading):
    arguments = {"x": rng.normal(size=(*leading, 4)), "kernel": rng.normal(size=(4, 6)), "bias": rng.normal(size=6)}
    outputs, saved = reference.dense_forward(**arguments, activation=activation)
    weight = rng.normal(size=outputs.shape)

    def loss():
        return np.sum(reference.dense_forward(**arguments, activation=activation)[0] * weight)

    for name, gradient in reference.dense_backward(saved, weight)._asdict().items():
        assert_close(gradient, finite_differences(loss, arguments[name]), 1e-6)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (0, 4), (3, 1)])
def test_layer_normalization_gradients(rng, shape, scale):
    x, gamma, beta = rng.normal(size=shape), rng.normal(size=shape[-1]), rng.normal(size=shape[-1])
    arguments = (x, gamma, beta) if scale else (x,)
    outputs, saved = reference.layer_normalization_forward(*arguments)
    weight = rng.normal(size=outputs.shape)

    def loss():
        return np.sum(reference.layer_normalization_forward(*arguments)[0] * weight)

    gradients = reference.layer_normalization_backward(saved, weight)
    for gradient, variable in zip(gradients, arguments, strict=False):
        np.testing.assert_allclose(gradient, finite_differences(loss, variable), rtol=1e-7, atol=1e-8)
    normalized = (outputs - beta) / gamma if scale else outputs
    np.testing.assert_allclose(normalized.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(normalized.var(axis=-1), x.var(axis=-1) / (x.var(axis=-1) + 1e-3), rtol=1e-10)


@pytest.mark.parametrize("weighted", [None, (3,), (3, 4)])
@pytest.mark.parametrize("case", all_cases(5), ids=lambda case: case.id)
def test_loss_gradients_agree_with_finite_differences(rng, case, weighted):
    y_true, y_pred = case.sample(rng, (3, 4), 5)
    weight = None if weighted is None else rng.uniform(size=weighted)
    gradient = case.reference(y_true, y_pred, weight)[1]
    assert_close(gradient, finite_differences(lambda: case.reference(y_true, y_pred, weight)[0], y_pred), 1e-6)


@pytest.mark.parametrize("case", KERAS_CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("clipped", [False, True])
def test_losses_and_gradients_agree_with_keras(rng, case, clipped):
    y_true, y_pred = case.sample(rng, (3, 4), 5, "float32")
    if clipped:
        y_pred[0, 0], y_pred[1, 2] = [1, 0, 0, 0, 0], [0, 1e-9, 0.5, 0.5, 0]
    # In float32 on both sides: 1 - 1e-7, where probabilities are clipped, is another number there.
    loss, gradient = case.reference(y_true, y_pred)
    expected, expected_gradient = (
        keras_on("jax").submit(peer_keras_calls.loss_and_gradient, case, y_true, y_pred).result()
    )
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    largest = np.maximum(np.abs(expected_gradient).max(axis=-1, keepdims=True), 1e-6)
    np.testing.assert_allclose(gradient / largest, expected_gradient / largest, rtol=1e-5, atol=1e-5)


def test_losses_refuse_shapes_that_would_broadcast():
    for name in LOSSES.keys() - {"sparse_categorical_crossentropy", "quantile"}:
        with pytest.raises(ValueError, match=r"y_true: expected shape .* = \(3, 1\), got \(3,\)"):
            LOSSES[name](np.ones(3), np.ones((3, 1)))


def test_quantiles_must_be_as_many_as_columns():
    with pytest.raises(ValueError, match=r"y_pred: expected shape .* = \(3, 2\), got \(3, 1\)"):
        reference.quantile(np.ones((3, 1)), np.ones((3, 1)), (0.1, 0.9))


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
        (reference.nadam_step, "Nadam", {"beta_1": 0.8, "beta_2": 0.5}),
        (reference.adamax_step, "Adamax", {"beta_1": 0.8, "beta_2": 0.5}),
        (reference.adagrad_step, "Adagrad", {"initial_accumulator_value": 0.3, "epsilon": 1e-3}),
        (reference.adadelta_step, "Adadelta", {"rho": 0.8, "epsilon": 1e-3}),
        (reference.lion_step, "Lion", {"beta_1": 0.8, "beta_2": 0.5}),
    ],
)
def test_optimizers_agree_with_keras(rng, step, peer, options):
    keras = require_peer("keras")
    options["learning_rate"] = 2**-5  # Keras holds it in float32: only then is it the same number
    variable = rng.normal(size=(3, 4))
    # Shrinking gradients, without which amsgrad would do nothing.
    gradients = rng.normal(size=(6, 3, 4)) * np.array([3, 1, 0.3, 0.1, 0.03, 0.01])[:, None, None]
    expected = keras.Variable(variable, dtype="float64")
    optimizer = getattr(keras.optimizers, peer)(**options)
    optimizer.build([expected])
    slots = None
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [expected])
        variable, slots = step(variable, gradient, slots, **options)
        np.testing.assert_allclose(variable, array_of(expected), rtol=1e-9)


@pytest.mark.parametrize("step", reference.OPTIMIZERS.values())
def test_optimizers_refuse_gradients_that_would_broadcast(step):
    with pytest.raises(ValueError, match="gradient: expected shape"):
        step(np.ones((3, 1)), np.ones(3))
