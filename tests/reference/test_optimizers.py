"""The reference's optimizers against Keras, in float64."""

from __future__ import annotations

import numpy as np
import pytest
from peers import array_of, require_peer

from fastlstm import reference


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
