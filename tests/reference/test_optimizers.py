"""The reference's optimizers against Keras, in float64."""

from __future__ import annotations

import numpy as np
import pytest
from peers import array_of, require_peer

from fastlstm import reference

# ScheduleFreeAdamW is compared on JAX, in optimizers/test_optimizers_against_keras.py: on PyTorch, Keras's previous
# momentum is a view of the next one.
ROUNDED = ("Lamb", "Adafactor", "Muon")
"""Of these, Keras computes some factors in float32."""
NO_DECAY = {"weight_decay": None, "adam_weight_decay": None}
"""Of Muon, which decays by default."""


@pytest.mark.parametrize("shape", [(3, 4), (4, 3), (5,), (2, 3, 4)])
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
        (reference.ftrl_step, "Ftrl", {"initial_accumulator_value": 0.125}),  # exact in float32, as Keras holds it
        (
            reference.ftrl_step,
            "Ftrl",
            {
                "learning_rate_power": -0.75,
                "initial_accumulator_value": 0.25,
                "l1_regularization_strength": 0.125,
                "l2_regularization_strength": 0.25,
                "l2_shrinkage_regularization_strength": 0.0625,
                "beta": 0.5,
            },
        ),
        (reference.lamb_step, "Lamb", {"beta_1": 0.8, "beta_2": 0.5, "epsilon": 1e-3}),
        (reference.adafactor_step, "Adafactor", {}),
        (reference.adafactor_step, "Adafactor", {"beta_2_decay": -0.5, "epsilon_2": 2.0, "clip_threshold": 0.4}),
        (reference.muon_step, "Muon", {}),
        (reference.muon_step, "Muon", {"nesterov": False, "rms_rate": None, "ns_steps": 3, "momentum": 0.5}),
    ],
)
def test_optimizers_agree_with_keras(rng, step, peer, options, shape):
    keras = require_peer("keras")
    # Keras holds the learning rate in float32: only then is it the same number.
    options = {**options, "learning_rate": 2**-5}
    variable = rng.normal(size=shape)
    # Shrinking gradients, without which amsgrad would do nothing.
    gradients = rng.normal(size=(6, *shape)) * np.array([3, 1, 0.3, 0.1, 0.03, 0.01]).reshape(-1, *[1] * len(shape))
    expected = keras.Variable(variable, dtype="float64")
    optimizer = getattr(keras.optimizers, peer)(**options, **({} if peer != "Muon" else NO_DECAY))
    optimizer.build([expected])
    slots = None
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [expected])
        variable, slots = step(variable, gradient, slots, **options)
        np.testing.assert_allclose(variable, array_of(expected), rtol=2e-6 if peer in ROUNDED else 1e-9)


@pytest.mark.parametrize("step", reference.OPTIMIZERS.values())
def test_optimizers_refuse_gradients_that_would_broadcast(step):
    with pytest.raises(ValueError, match="gradient: expected shape"):
        step(np.ones((3, 1)), np.ones(3))
