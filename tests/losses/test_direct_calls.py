"""Losses called by themselves: any number of axes, any axis of features, weights that are broadcast, no reduction."""

import numpy as np
import pytest
from loss_cases import KERAS_CASES
from peers import floatx

from fastlstm import losses

WITH_AXIS = [
    case
    for case in KERAS_CASES
    if ("rossentropy" in case.cls and not case.takes_classes) or case.cls == "CosineSimilarity"
]


def of_keras(case, y_true, y_pred, weight=None, **options):
    with floatx("float64") as keras:
        loss = getattr(keras.losses, case.cls)(**case.options, **options, dtype="float64")
        return np.asarray(loss(case.targets_of_keras(y_true), keras.ops.convert_to_tensor(y_pred), weight))


@pytest.mark.parametrize("case", KERAS_CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("weighted", [None, "all", "samples", "steps"])
def test_four_axes(rng, case, weighted):
    y_true, y_pred = case.sample(rng, (3, 2, 4), 5)
    weight = {"all": 0.3, "samples": rng.uniform(size=(3, 1, 1)), "steps": rng.uniform(size=(3, 2, 4))}.get(weighted)
    found = case.loss()(y_true, y_pred, weight)
    assert found == pytest.approx(float(of_keras(case, y_true, y_pred, weight)), rel=2e-6)
    if weighted == "samples":
        assert case.loss()(y_true, y_pred, weight[:, 0, 0]) == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize("case", KERAS_CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("weight", [None, 2.0])
def test_one_axis(rng, case, weight):
    y_true, y_pred = case.sample(rng, (), 5)
    if case.takes_classes:
        y_true = y_true[0]
        want = of_keras(case, y_true[None, None], y_pred[None], weight)
    else:
        want = of_keras(case, y_true, y_pred, weight)
    assert case.loss()(y_true, y_pred, weight) == pytest.approx(float(want), rel=2e-6)


def test_weights_of_one_axis_are_those_of_elements():
    """In Keras all elements have the mean of the weights."""
    assert losses.MeanSquaredError()([0.0, 0.0], [1.0, 2.0], [1.0, 0.0]) == 0.5
    assert losses.MeanSquaredError()([0.0, 0.0], [1.0, 2.0], 2.0) == 5.0
    assert losses.MeanSquaredError()([[0.0], [0.0]], [1.0, 2.0]) == 2.5


@pytest.mark.parametrize("axis", [0, 1, 2, -2])
@pytest.mark.parametrize("case", WITH_AXIS, ids=lambda case: case.id)
def test_any_axis(rng, case, axis):
    y_true, y_pred = case.sample(rng, (4, 3), 5)
    y_true, y_pred = (np.moveaxis(array, -1, axis) for array in (y_true, y_pred))
    options = {**case.options, "axis": axis}
    loss = getattr(losses, case.cls)(**options)
    if not (case.options.get("label_smoothing") and case.cls.startswith("Categorical")):
        # Keras divides the smoothing by the size of the last axis, whichever is that of the classes.
        with floatx("float64") as keras:
            peer = getattr(keras.losses, case.cls)(**options, dtype="float64")
            wanted = float(peer(y_true, keras.ops.convert_to_tensor(y_pred)))
        assert loss(y_true, y_pred) == pytest.approx(wanted, rel=2e-6)
    last = case.loss()(np.moveaxis(y_true, axis, -1), np.moveaxis(y_pred, axis, -1))
    assert loss(y_true, y_pred) == pytest.approx(last, rel=1e-12)
    assert loss.get_config()["axis"] == axis


@pytest.mark.parametrize("case", KERAS_CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("reduction", [None, "none"])
@pytest.mark.parametrize("leading", [(6,), (6, 2), (3, 2, 4)])
def test_no_reduction(rng, case, reduction, leading):
    y_true, y_pred = case.sample(rng, leading, 5)
    weight = rng.uniform(size=leading)
    loss = case.loss(reduction=reduction)
    for weights in (None, weight):
        found = loss(y_true, y_pred, weights)
        assert found.shape == leading
        np.testing.assert_allclose(
            found, of_keras(case, y_true, y_pred, weights, reduction=reduction), rtol=1e-5, atol=1e-7
        )
    assert loss.get_config()["reduction"] is reduction


def test_no_reduction_of_other_losses(rng):
    class Square(losses.Loss):
        def call(self, y_true, y_pred):
            return ((y_pred - y_true) ** 2).mean(-1), 2 * (y_pred - y_true) / y_pred.shape[-1]

    y_true, y_pred = rng.normal(size=(2, 5, 3))
    np.testing.assert_allclose(Square(reduction=None)(y_true, y_pred), ((y_pred - y_true) ** 2).mean(-1))
    assert Square()(y_true, y_pred, 2.0) == pytest.approx(2 * ((y_pred - y_true) ** 2).mean())
    assert Square()(y_true[None], y_pred[None]) == pytest.approx(((y_pred - y_true) ** 2).mean())
    dice = losses.Dice(None, axis=1)(y_true, y_pred, np.arange(5))
    np.testing.assert_allclose(dice, np.arange(5) * losses.dice(y_true, y_pred, axis=1))
    labels, logits = [[1], [2]], rng.normal(size=(2, 4, 3))
    np.testing.assert_array_equal(losses.CTC(None)(labels, logits), losses.ctc(labels, logits))


@pytest.mark.parametrize("weight", [np.ones(3), np.ones((4, 3)), np.ones((2, 1, 1, 1)), np.ones((2, 4, 2))])
def test_other_weights_are_refused(rng, weight):
    with pytest.raises(ValueError, match=r"sample_weight: expected shape \(2,\) or \(2, 4\)"):
        losses.MeanSquaredError()(
            np.ones((2, 4, 3)), np.ones((2, 4, 3)), weight[..., None] if weight.ndim > 2 else weight
        )


def test_class_numbers_beside_any_axis(rng):
    classes, p = rng.integers(3, size=(4, 5)), rng.uniform(0.1, 1, size=(4, 3, 5))
    wanted = losses.SparseCategoricalCrossentropy()(classes, np.moveaxis(p, 1, -1))
    for given in (classes, classes[:, None]):
        assert losses.SparseCategoricalCrossentropy(axis=1)(given, p) == pytest.approx(wanted, rel=1e-12)


def test_deserialize():
    assert losses.deserialize("mse").name == "mean_squared_error"
    own = type("Mine", (losses.Loss,), {"call": lambda *_: 0})
    made = losses.deserialize({"class_name": "Mine", "config": {"name": "x"}}, {"Mine": own})
    assert (type(made), made.name) == (own, "x")
    assert losses.deserialize("Mine", {"Mine": own}).name == "mine"
