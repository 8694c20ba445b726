"""Every optimizer with every option it shares with Keras, on random gradients over fifty steps: the same weights."""

import inspect

import numpy as np
import pytest
from optimizer_cases import FEATURES, SCHEDULE, UNITS, batches, initial_weights, optimizer_of, weights_of_keras
from peers import array_of, keras_on, require_peer

import fastlstm
from fastlstm import Input, Sequential, layers, optimizers

STEPS = 50
NAMES = ["SGD", "Adam", "AdamW", "Nadam", "Adamax", "RMSprop", "Adagrad", "Adadelta", "Lion"]
NAMES += ["Ftrl", "ScheduleFreeAdamW", "Lamb", "Adafactor", "Muon"]
OWN = [
    ("SGD", dict(momentum=0.9)),
    ("SGD", dict(momentum=0.9, nesterov=True)),
    ("Adam", dict(beta_1=0.8, beta_2=0.95, epsilon=1e-3, amsgrad=True)),
    ("AdamW", dict(beta_1=0.8, beta_2=0.95, weight_decay=0.3)),
    ("Nadam", dict(beta_1=0.8, beta_2=0.95, epsilon=1e-3)),
    ("Adamax", dict(beta_1=0.8, beta_2=0.95, epsilon=1e-3)),
    ("RMSprop", dict(rho=0.8, momentum=0.7, epsilon=1e-3)),
    ("RMSprop", dict(rho=0.8, momentum=0.7, epsilon=1e-3, centered=True)),
    ("Adagrad", dict(initial_accumulator_value=0.3, epsilon=1e-3)),
    ("Adadelta", dict(learning_rate=1.0, rho=0.8, epsilon=1e-3)),
    ("Lion", dict(beta_1=0.8, beta_2=0.95)),
    ("Ftrl", dict(learning_rate=0.1, l1_regularization_strength=0.01, initial_accumulator_value=0.3, beta=0.2)),
    ("Ftrl", dict(l2_regularization_strength=0.1, l2_shrinkage_regularization_strength=0.1, learning_rate_power=-0.6)),
    ("ScheduleFreeAdamW", dict(beta_1=0.8, beta_2=0.95, epsilon=1e-3, warmup_steps=20)),
    ("Lamb", dict(beta_1=0.8, beta_2=0.95, epsilon=1e-3)),
    ("Adafactor", dict(learning_rate=0.3, beta_2_decay=-0.5, epsilon_2=0.01, clip_threshold=0.5)),
    ("Adafactor", dict(relative_step=False, epsilon_1=1e-5)),
    ("Muon", dict(momentum=0.8, nesterov=False, ns_steps=3, rms_rate=None, adam_lr_ratio=0.5)),
    ("Muon", dict(adam_beta_1=0.8, adam_beta_2=0.95, adam_weight_decay=0.1, muon_a=2.0, muon_b=-1.5, muon_c=0.5)),
    ("Muon", dict(exclude_layers=["kernel"], weight_decay=None)),
]
SHARED = {
    "plain": {},
    "decay": dict(weight_decay=0.1),
    "value": dict(clipvalue=0.002, use_ema=True, ema_momentum=0.8),
    "norm": dict(clipnorm=0.1, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=3),
    "accumulation": dict(global_clipnorm=0.1, gradient_accumulation_steps=3, weight_decay=0.1),
    "scheduled": dict(
        learning_rate=SCHEDULE,
        global_clipnorm=0.1,
        gradient_accumulation_steps=2,
        weight_decay=0.1,
        use_ema=True,
        ema_momentum=0.8,
        ema_overwrite_frequency=3,
    ),
}
# The schedule ends at 0, by which Keras's Ftrl divides.
CASES = [
    (name, options) for name in NAMES for kind, options in SHARED.items() if (name, kind) != ("Ftrl", "scheduled")
] + OWN
BOUND = {"ScheduleFreeAdamW": 5e-6}
"""Of relative differences. This one recovers an average from the weights, which amplifies how they are rounded."""


@pytest.mark.parametrize(("name", "options"), CASES)
def test_weights_are_those_of_keras(rng, name, options):
    weights, steps = initial_weights(rng, "float32"), list(batches(rng, STEPS, "float32"))
    asked = keras_on("jax").submit(weights_of_keras, name, options, weights, [gradients for *_, gradients in steps])
    first, last, final = asked.result()

    model = Sequential([Input((FEATURES,)), layers.Dense(UNITS)])
    model.compile(optimizer_of(fastlstm, name, options), "mae")
    model.set_weights(weights)
    for i, (x, y, _) in enumerate(steps):
        model.train_on_batch(x, y)
        if i + 1 in (1, STEPS):
            for found, wanted in zip(model.get_weights(), last if i else first, strict=True):
                assert (np.abs(found - wanted) <= BOUND.get(name, 1e-6) * np.maximum(1, np.abs(wanted))).all()
    assert model.optimizer.iterations == STEPS // options.get("gradient_accumulation_steps", 1)
    if "use_ema" in options:
        model.optimizer.finalize_variable_values()
        for found, wanted in zip(model.get_weights(), final, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=BOUND.get(name, 1e-6), atol=BOUND.get(name, 1e-6))


def test_a_learning_rate_of_zero_changes_nothing(rng):
    for name in NAMES:
        model = Sequential([Input((FEATURES,)), layers.Dense(UNITS)])
        model.compile(optimizer_of(fastlstm, name, {"learning_rate": 0.0}), "mae")
        before = model.get_weights()
        x, y, _ = next(batches(rng, 1, "float32"))
        model.train_on_batch(x, y)
        for found, wanted in zip(model.get_weights(), before, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_and_configurations_are_those_of_keras(name):
    keras = require_peer("keras")
    ours, theirs = (
        {p.name: p.default for p in inspect.signature(getattr(package.optimizers, name)).parameters.values()}
        for package in (fastlstm, keras)
    )
    theirs.pop("kwargs")
    assert ours == {**theirs, "decay": None}  # of Keras 2
    ours, theirs = (getattr(package.optimizers, name)().get_config() for package in (fastlstm, keras))
    assert ours.pop("name")
    theirs.pop("name")
    assert ours.pop("exclude_layers", None) == theirs.pop("exclude_layers", None)
    assert ours == pytest.approx(theirs)
    config = keras.optimizers.serialize(optimizer_of(keras, name, SHARED["scheduled"]))
    again = optimizers.get(config)
    assert again.get_config()["learning_rate"]["config"] == pytest.approx(
        SCHEDULE | {"alpha": 0, "name": "CosineDecay"}
    )
    assert again.gradient_accumulation_steps == 2
    ours = optimizers.serialize(optimizer_of(fastlstm, name, SHARED["scheduled"]))
    # Keras's own list of optimizers lacks Lamb.
    get = keras.optimizers.get if name != "Lamb" else lambda given: keras.optimizers.Lamb.from_config(given["config"])
    assert get(ours).ema_overwrite_frequency == 3


@pytest.mark.parametrize("name", ["SGD", "Nadam"])
@pytest.mark.parametrize("options", [dict(), dict(gradient_accumulation_steps=3), dict(ema_overwrite_frequency=3)])
def test_a_fit_with_averages_and_constraints_is_that_of_keras(rng, name, options):
    keras = require_peer("keras")
    x = rng.normal(size=(20, 4, 3)).astype(np.float32)
    y = rng.normal(size=(20, 2)).astype(np.float32)
    models = []
    for package in (fastlstm, keras):
        at, to = package.layers, package.constraints
        model = package.Sequential(
            [
                package.Input((4, 3)),
                at.GRU(4, kernel_constraint=to.MinMaxNorm(0.2, 0.4, rate=0.5)),
                at.Dense(2, kernel_constraint=to.MaxNorm(0.3)),
            ]
        )
        models.append(model)
    ours, theirs = models
    weights = [rng.uniform(-0.6, 0.6, weight.shape).astype(np.float32) for weight in ours.weights]
    for package, model in zip((fastlstm, keras), models, strict=True):
        model.set_weights(weights)
        shared = dict(weight_decay=0.1, global_clipnorm=0.5, use_ema=True, ema_momentum=0.7)
        model.compile(getattr(package.optimizers, name)(0.05, **shared, **options), "mse")
        model.fit(x, y, batch_size=5, epochs=4, shuffle=False, verbose=0)
    for found, wanted in zip(ours.get_weights(), map(array_of, theirs.weights), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=5e-6)
