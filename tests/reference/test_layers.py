"""The reference's dense layer and layer normalization against finite differences, in float64."""

from __future__ import annotations

import numpy as np
import pytest
from reference_cases import assert_close, finite_differences

from fastlstm import reference
from fastlstm.reference import ACTIVATIONS


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
