"""Twenty steps with losses that Keras has, from the same weights and with the same data: the same weights."""

import numpy as np
import pytest
from loss_cases import LossCase
from peers import array_of, require_peer

import fastlstm

CASES = [
    LossCase("BinaryFocalCrossentropy", {"apply_class_balancing": True}),
    LossCase("BinaryFocalCrossentropy", {"from_logits": True, "gamma": 1.5}),
    LossCase("CategoricalFocalCrossentropy", {"alpha": [0.2, 0.5, 0.9, 0.4], "gamma": 1.0}),
    LossCase("CategoricalFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    LossCase("CategoricalGeneralizedCrossEntropy", {"q": 0.6}),
    LossCase("CTC"),
    LossCase("Dice"),
    LossCase("Dice", {"axis": (1, 2)}),
    LossCase("Tversky", {"alpha": 0.3, "beta": 0.8}),
    LossCase("Circle", {"gamma": 4.0}),
]
ROWS, STEPS, FEATURES, OUTPUTS = 8, 5, 3, 4


def data(case, rng):
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype("f4")
    if case.cls == "CTC":
        return x, np.array([[1, 2], [3, 0], [2, 2], [1, 0], [3, 1], [2, 0], [1, 3], [0, 0]])
    if case.cls == "Circle":
        return x[:, 0], rng.integers(3, size=ROWS)
    if "Generalized" in case.cls:
        return x, rng.integers(OUTPUTS, size=(ROWS, STEPS))
    if case.cls.startswith("Categorical"):
        return x, np.eye(OUTPUTS, dtype="f4")[rng.integers(OUTPUTS, size=(ROWS, STEPS))]
    return x, rng.integers(2, size=(ROWS, STEPS, OUTPUTS)).astype("f4")


def model_in(package, case, loss, shape):
    activation = "softmax" if case.cls.startswith("Categorical") else "sigmoid"
    if case.options.get("from_logits") or case.cls in ("CTC", "Circle"):
        activation = None
    stack = [package.layers.Dense(6, "tanh"), package.layers.Dense(OUTPUTS, activation)]
    if case.cls == "Circle":
        stack.append(package.layers.UnitNormalization())
    model = package.Sequential([package.layers.Input(shape), *stack])
    model.compile(package.optimizers.SGD(0.2), loss)
    return model


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_weights_are_those_of_keras(rng, case, weighted):
    keras = require_peer("keras")
    batches = [data(case, rng) for _ in range(20)]
    weights = [rng.uniform(0.5, 2, size=ROWS).astype("f4") if weighted else None for _ in batches]
    if weighted and batches[0][0].ndim == 3 and case.cls not in ("CTC", "Dice", "Tversky"):
        weights = [np.repeat(weight[:, None], STEPS, axis=1) for weight in weights]
    theirs = model_in(keras, case, getattr(keras.losses, case.cls)(**case.options), batches[0][0].shape[1:])
    ours = model_in(fastlstm, case, case.loss(), batches[0][0].shape[1:])
    ours.set_weights([array_of(weight) for weight in theirs.weights])
    for (x, y), weight in zip(batches, weights, strict=True):
        loss = theirs.train_on_batch(x, y, sample_weight=weight)
        assert ours.train_on_batch(x, y, sample_weight=weight) == pytest.approx(float(loss), rel=1e-4)
    for found, wanted in zip(ours.get_weights(), theirs.weights, strict=True):
        np.testing.assert_allclose(found, array_of(wanted), rtol=1e-4, atol=2e-5)
