"""Weights that functions share, numbers that are added to the loss, and masks as numbers."""

import numpy as np
import pytest

from fastlstm import _core

ROWS, FEATURES = 5, 3


class Scaled:
    """Multiplies rows by a sum of weights, with the gradients of that."""

    def forward(self, inputs, weights, training):
        return np.ascontiguousarray(inputs[0] * sum(weights))

    def backward(self, inputs, weights, training, d_output, wanted):
        gradients = [d_output * sum(weights), *([(d_output * inputs[0]).sum(0)] * len(weights))]
        return [np.ascontiguousarray(one) for one, want in zip(gradients, wanted, strict=True) if want]


def network(rng, trainable=(True, True)):
    """Two functions of two variables, the second of which both share, and a dense layer before them."""
    made = _core.NetworkF64(FEATURES, False, False)
    made.add("dense", units=FEATURES, use_bias=False)
    variables = made.add("variables", inputs=[(-1, 0)], weights=[[FEATURES], [FEATURES]])
    options = {"function": Scaled(), "features": FEATURES}
    first = made.add("function", inputs=[(0, 0)], weights=[[FEATURES]], shared_weights=[[variables, 1]], **options)
    last = made.add(
        "function",
        inputs=[(first, 0)],
        weights=[[FEATURES], [FEATURES]],
        shared_weights=[[variables, 0], [variables, 1]],
        **options,
    )
    loss = made.add("dense", inputs=[(last, 0)], units=1, use_bias=False)
    made.add("added_loss", inputs=[(loss, 0)])
    made.set_outputs([(last, 0)])
    made.set_trainable([True, *trainable, True])
    for i, parameter in enumerate(made.parameters):
        made.set_weight(i, rng.normal(size=parameter.shape))
    made.set_loss("mean_squared_error")
    return made


def losses(made, x, y):
    return made.loss_and_gradients(x, y)


def test_gradients_of_shared_weights_and_of_added_losses(rng):
    made, x, y = network(rng), rng.normal(size=(ROWS, FEATURES)), rng.normal(size=(ROWS, FEATURES))
    assert [parameter.shape for parameter in made.parameters] == [(3, 3), (3,), (3,), (3, 1)]
    for _ in range(2):  # nothing is left of the first time
        losses(made, x, y)
    gradients = [made.gradient(i) for i in range(4)]
    for i, gradient in enumerate(gradients):
        value = np.array(made.weight(i))
        place = tuple(rng.integers(size) for size in value.shape)
        found = []
        for change in (1e-6, -1e-6):
            moved = value.copy()
            moved[place] += change
            made.set_weight(i, moved)
            found.append(losses(made, x, y))
        made.set_weight(i, value)
        assert gradient[place] == pytest.approx((found[0] - found[1]) / 2e-6, rel=1e-6, abs=1e-9)


def test_values_and_the_added_loss(rng):
    made, x, y = network(rng), rng.normal(size=(ROWS, FEATURES)), rng.normal(size=(ROWS, FEATURES))
    dense, a, b, readout = (np.array(made.weight(i)) for i in range(4))
    output = x @ dense * b * (a + b)
    np.testing.assert_allclose(made.predict(x), output, rtol=1e-12)
    expected = np.mean((output - y) ** 2) + np.mean(output @ readout)
    assert losses(made, x, y) == pytest.approx(expected, rel=1e-12)


def test_variables_that_are_not_trained(rng):
    made, x, y = network(rng, (False, True)), rng.normal(size=(ROWS, FEATURES)), rng.normal(size=(ROWS, FEATURES))
    losses(made, x, y)
    assert not made.parameters[1].trainable
    assert np.abs(made.gradient(2)).max() > 0
    with pytest.raises(ValueError, match="expected one that is trained"):
        made.gradient(1)


def test_masks_as_numbers(rng):
    made = _core.NetworkF32(1, True, False)
    made.add("masking", mask_value=0.0)
    made.add("mask_values")
    x = rng.normal(size=(4, 6, 1)).astype("float32")
    x[1, 2:] = x[3, :1] = 0
    np.testing.assert_array_equal(made.predict(x), (x != 0).astype("float32"))


def test_gradients_that_are_set(rng):
    made = network(rng)
    made.set_optimizer("sgd", {"momentum": 0.0, "nesterov": 0.0}, [], [])
    before, gradient = np.array(made.weight(1)), rng.normal(size=FEATURES)
    for i, parameter in enumerate(made.parameters):
        made.set_gradient(i, gradient if i == 1 else np.zeros(parameter.shape))
    made.apply_gradients(0.5)
    np.testing.assert_allclose(made.weight(1), before - 0.5 * gradient, rtol=1e-12)


@pytest.mark.parametrize(
    "shared", [[[7, 0]], [[0, 3]], [[0, 0]], [[0]]], ids=["no layer", "no weight", "another shape", "no pair"]
)
def test_errors(shared):
    made = _core.NetworkF64(FEATURES, False, False)
    made.add("dense", units=FEATURES, use_bias=False)
    with pytest.raises(ValueError, match="shared_weights"):
        made.add("function", function=Scaled(), features=FEATURES, weights=[[FEATURES]], shared_weights=shared)
