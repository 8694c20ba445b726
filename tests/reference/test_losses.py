"""The reference's losses against finite differences and Keras."""

from __future__ import annotations

import numpy as np
import peer_keras_calls
import pytest
from loss_cases import KERAS_CASES, all_cases
from peers import keras_on
from reference_cases import assert_close, finite_differences

from fastlstm import reference
from fastlstm.reference import LOSSES

OF_OTHER_TARGETS = {"sparse_categorical_crossentropy", "categorical_generalized_cross_entropy", "ctc", "quantile"}


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
        if "Generalized" in case.cls:  # nothing is clipped, and its slope at 0 is infinite in Keras
            y_pred = np.maximum(y_pred, np.float32(1e-6))
    # In float32 on both sides: 1 - 1e-7, where probabilities are clipped, is another number there.
    loss, gradient = case.reference(y_true, y_pred)
    expected, expected_gradient = (
        keras_on("jax").submit(peer_keras_calls.loss_and_gradient, case, y_true, y_pred).result()
    )
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    largest = np.maximum(np.abs(expected_gradient).max(axis=-1, keepdims=True), 1e-6)
    np.testing.assert_allclose(gradient / largest, expected_gradient / largest, rtol=1e-5, atol=1e-5)


def test_losses_refuse_shapes_that_would_broadcast():
    for name in LOSSES.keys() - OF_OTHER_TARGETS:
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
