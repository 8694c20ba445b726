"""Losses in the core: values, gradients, weights, masks and reductions against the reference and Keras; bits."""

import numpy as np
import peer_losses
import pytest
from core_networks import NETWORKS, relative
from loss_cases import KERAS_CASES, LossCase, all_cases
from peers import answers_of_keras, ask_keras, require_peer, require_peer_elsewhere

from fastlstm import _core, losses, reference

BOUND = {"float32": 2e-5, "float64": 1e-12}
REDUCTIONS = ("sum_over_batch_size", "sum", "mean_with_sample_weight")


def network_of(y_pred, loss):
    """Return a network whose outputs are these predictions: a table, and its input one-hot rows.

    So the gradient of its only weight is that of the loss with respect to the predictions.
    """
    table = np.ascontiguousarray(y_pred.reshape(-1, y_pred.shape[-1]))
    net = NETWORKS[y_pred.dtype.name](len(table), y_pred.ndim == 3)
    net.add("dense", units=table.shape[1], use_bias=False)
    loss._start(net)
    net.set_weight(0, table)
    return net, np.eye(len(table), dtype=y_pred.dtype).reshape(*y_pred.shape[:-1], len(table))


def core_loss(loss, y_true, y_pred, weight=None, mask=None):
    """Return the core's loss and gradient, the loss computed both in evaluation and in training."""
    net, x = network_of(y_pred, loss)
    value = net.loss_and_gradients(x, y_true, mask, weight)
    assert net.evaluate(x, y_true, mask, weight) == pytest.approx(value, rel=1e-12, abs=1e-300, nan_ok=True)
    return value, net.gradient(0).reshape(y_pred.shape)


def cases_and_shapes():
    shapes = [(3, 1), (4, 5), (5, 17), (3, 2, 4), (2, 3, 33)]
    return [pytest.param(case, shape, id=f"{case.id}-{shape}") for shape in shapes for case in all_cases(shape[-1])]


@pytest.mark.parametrize(("case", "shape"), cases_and_shapes())
def test_values_and_gradients_are_those_of_the_reference(isa, dtype, case, shape, rng):
    y_true, y_pred = case.sample(rng, shape[:-1], shape[-1], dtype)
    for weight_shape in (None, shape[:1], shape[:-1]):
        weight = None if weight_shape is None else rng.uniform(-1, 2, size=weight_shape).astype(dtype)
        value, gradient = core_loss(case.loss(), y_true, y_pred, weight)
        wide = None if weight is None else weight.astype(np.float64)
        expected, slopes = case.reference(y_true.astype(np.float64), y_pred.astype(np.float64), wide)
        assert value == pytest.approx(float(expected), rel=BOUND[dtype], abs=BOUND[dtype])
        assert relative(gradient, slopes) < BOUND[dtype]


def begin():
    ask_keras(peer_losses.results)


@pytest.fixture(scope="module")
def of_keras():
    """Return Keras's losses and gradients by backend and case."""
    return answers_of_keras(peer_losses.results)


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_values_and_gradients_are_those_of_keras(of_keras, backend):
    """With and without weights, in every reduction."""
    require_peer_elsewhere(backend)
    for case in KERAS_CASES:
        y_true, y_pred, weight = peer_losses.data(case)
        for reduction in peer_losses.REDUCTIONS:
            for weighted in (False, True):
                loss, key = case.loss(reduction=reduction), (case.id, reduction, weighted)
                expected, expected_gradient = of_keras[backend][key]
                value, gradient = core_loss(loss, y_true, y_pred, weight if weighted else None)
                assert value == pytest.approx(float(expected), rel=1e-6), key
                assert relative(gradient, expected_gradient) < 1e-6, key
                assert loss(y_true, y_pred, weight if weighted else None) == pytest.approx(value, rel=1e-12)


def expected_reduction(values, gradient, weight, mask, reduction):
    """The definition: masked values are left out, and the others divided by their number, nothing or their weights."""
    weight = np.broadcast_to(1.0 if weight is None else weight, values.shape) * mask
    divisor = {"sum": 1.0, "mean_with_sample_weight": weight.sum()}.get(reduction, mask.sum())
    share = 0 if divisor == 0 else 1 / divisor
    return (weight * values).sum() * share, weight[..., None] * gradient * share


@pytest.mark.parametrize("masked", ["some", "all"])
@pytest.mark.parametrize("weighted", [None, "samples", "steps"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_masks_and_weights_together(isa, dtype, reduction, weighted, masked, rng):
    y_true, y_pred = rng.normal(size=(2, 6, 4, 3)).astype(dtype)
    mask = rng.integers(2, size=(6, 4)).astype(bool) if masked == "some" else np.zeros((6, 4), bool)
    weight = None if weighted is None else rng.uniform(0.1, 2, size=(6,) if weighted == "samples" else (6, 4))
    each = None if weight is None else weight.reshape(6, -1)
    value, gradient = core_loss(
        losses.MeanSquaredError(reduction), y_true, y_pred, None if weight is None else weight.astype(dtype), mask
    )
    error = y_pred.astype(np.float64) - y_true
    expected, slopes = expected_reduction((error**2).mean(axis=-1), 2 * error / 3, each, mask, reduction)
    assert value == pytest.approx(expected, rel=BOUND[dtype])
    assert relative(gradient, slopes) < BOUND[dtype]


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_masks_and_weights_combine_as_in_keras(reduction, rng):
    require_peer("keras")
    from keras.src.losses.loss import reduce_weighted_values

    y_true, y_pred = rng.normal(size=(2, 6, 4, 3)).astype(np.float32)
    mask = rng.integers(2, size=(6, 4)).astype(bool)
    values = ((y_pred - y_true) ** 2).mean(axis=-1)
    for weight in (None, rng.uniform(0.1, 2, size=(6, 4)).astype(np.float32)):
        expected = float(reduce_weighted_values(values, weight, mask, reduction))
        value, _ = core_loss(losses.MeanSquaredError(reduction), y_true, y_pred, weight, mask)
        assert value == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("ignored", [-1, 2])
def test_an_ignored_class_is_a_mask(isa, dtype, ignored, reduction, rng):
    y_pred, y_true = rng.normal(size=(5, 4, 3)).astype(dtype), rng.integers(3, size=(5, 4, 1))
    mask = rng.integers(3, size=(5, 4)) > 0 if ignored < 0 else y_true[..., 0] != ignored
    y_true[~mask] = ignored
    weight = rng.uniform(0.1, 2, size=(5, 4)).astype(dtype)
    options = {"from_logits": True, "reduction": reduction}
    ignoring = losses.SparseCategoricalCrossentropy(ignore_class=ignored, **options)
    found = core_loss(ignoring, y_true.astype(dtype), y_pred, weight)
    masked = losses.SparseCategoricalCrossentropy(**options)
    expected = core_loss(masked, np.abs(y_true).astype(dtype), y_pred, weight, mask)
    assert found[0] == expected[0]
    np.testing.assert_array_equal(found[1], expected[1])


def test_an_ignored_class_is_that_of_keras(rng):
    keras = require_peer("keras")
    y_pred, y_true = rng.normal(size=(5, 4, 3)).astype(np.float32), rng.integers(3, size=(5, 4))
    options = {"from_logits": True, "ignore_class": 1}
    expected = keras.losses.SparseCategoricalCrossentropy(**options)(y_true, y_pred)
    assert losses.SparseCategoricalCrossentropy(**options)(y_true, y_pred) == pytest.approx(float(expected), rel=1e-5)


def test_clipped_probabilities_have_no_gradient(isa, dtype):
    p = np.array([[0.0, 1e-9, 0.5, 1.0]], dtype)
    y = np.array([[0.0, 1.0, 1.0, 0.0]], dtype)
    _, gradient = core_loss(losses.BinaryCrossentropy(), y, p)
    np.testing.assert_array_equal(gradient != 0, [[False, False, True, False]])
    for case in (LossCase("BinaryCrossentropy"), LossCase("CategoricalCrossentropy"), LossCase("KLDivergence")):
        value, gradient = core_loss(case.loss(), y, p)
        expected, slopes = case.reference(y.astype(np.float64), p.astype(np.float64))
        # 1 - 1e-7 is no float32
        assert value == pytest.approx(float(expected), rel=0.02 if dtype == "float32" else 1e-12)
        assert relative(gradient, slopes) < BOUND[dtype]


def test_slopes_at_bends(isa, dtype):
    """Zero for |x|, half for max: so it is on JAX."""
    zero, one = np.zeros((1, 1), dtype), np.ones((1, 1), dtype)
    for loss in (losses.MeanAbsoluteError(), losses.MeanAbsolutePercentageError(), losses.Quantile(0.9)):
        assert core_loss(loss, one, one) == (0, 0)
    for label in (-1, 1):
        assert core_loss(losses.Hinge(), label * one, label * one)[1] == -label / 2
        assert core_loss(losses.SquaredHinge(), label * one, label * one) == (0, 0)
    assert core_loss(losses.Huber(1.0), zero, one) == (0.5, 1)
    y_true, y_pred = np.array([[1, 0, 0]], dtype), np.array([[0, 2, 2]], dtype)
    np.testing.assert_array_equal(core_loss(losses.CategoricalHinge(), y_true, y_pred)[1], [[-1, 0.5, 0.5]])


def test_large_logits_neither_overflow_nor_lose_their_gradient(isa, dtype):
    z = np.array([[1e4, 0.0, -1e4]], dtype)
    for y, loss in [
        (np.eye(3, dtype=dtype)[[2]], losses.CategoricalCrossentropy(from_logits=True)),
        (np.full((1, 1), 2, dtype), losses.SparseCategoricalCrossentropy(from_logits=True)),
    ]:
        value, gradient = core_loss(loss, y, z)
        assert value == 2e4
        np.testing.assert_array_equal(gradient, [[1, 0, -1]])
    value, gradient = core_loss(losses.BinaryCrossentropy(from_logits=True), np.array([[0, 1, 1]], dtype), z)
    assert value == pytest.approx((2e4 + np.log(2)) / 3, rel=1e-6)
    np.testing.assert_allclose(gradient, np.array([[1, -0.5, -1]]) / 3, rtol=1e-6)
    never = np.array([[0.0, -np.inf]], dtype)
    value, gradient = core_loss(losses.SparseCategoricalCrossentropy(from_logits=True), np.zeros((1, 1), dtype), never)
    assert value == 0
    np.testing.assert_array_equal(gradient, [[0, 0]])


def test_log_cosh_of_small_and_large_errors(isa, dtype):
    for error in (1e-4, 1e-3, 0.5, 1.0, 1.5, 30.0, 1e4):
        value, gradient = core_loss(losses.LogCosh(), np.zeros((1, 1), dtype), np.full((1, 1), error, dtype))
        exact = error - np.log(2) + np.log1p(np.exp(-2 * error)) if error > 1 else np.log1p(2 * np.sinh(error / 2) ** 2)
        assert value == pytest.approx(exact, rel=1e-6 if dtype == "float32" else 1e-13)
        assert gradient[0, 0] == pytest.approx(np.tanh(error), rel=1e-6)


def test_a_vector_of_zeros_has_a_finite_cosine(isa, dtype):
    zeros, ones = np.zeros((1, 2), dtype), np.ones((1, 2), dtype)
    for y_true, y_pred in ((ones, zeros), (zeros, ones), (zeros, zeros)):
        value, gradient = core_loss(losses.CosineSimilarity(), y_true, y_pred)
        assert value == 0
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("case", all_cases(3), ids=lambda case: case.id)
def test_nan_comes_out_as_nan(isa, dtype, case, rng):
    y_true, y_pred = case.sample(rng, (1,), 3, dtype)
    y_pred[0, 1] = np.nan
    value, gradient = core_loss(case.loss(), y_true, y_pred)
    assert np.isnan(value)
    assert np.isnan(gradient[0, 1])


@pytest.mark.parametrize("case", all_cases(17), ids=lambda case: case.id)
def test_the_loss_of_a_row_is_the_same_bits_in_any_batch_and_on_any_number_of_threads(isa, dtype, case, threads, rng):
    rows = 64  # a power of two, by which nothing rounds
    y_true, y_pred = case.sample(rng, (rows, 3), 17, dtype)
    net, x = network_of(y_pred, case.loss())
    for n in (0, 13, 63):
        alone = net.evaluate(x[n : n + 1], y_true[n : n + 1])
        weight = np.zeros(rows, dtype)
        weight[n] = 1
        for count in (1, 4):
            threads(count)
            assert net.evaluate(x, y_true, sample_weight=weight) * rows == alone


def test_weights_on_any_number_of_threads_train_to_the_same_bits(isa, dtype, threads, rng):
    x, y = rng.normal(size=(300, 5, 3)).astype(dtype), rng.normal(size=(300, 5, 2)).astype(dtype)
    weight, mask = rng.uniform(size=(300, 5)).astype(dtype), rng.integers(2, size=(300, 5)).astype(bool)
    results = []
    for count in (1, 4, 3):
        threads(count)
        net = NETWORKS[dtype](3, True)
        net.add("dense", units=2, use_bias=True)
        net.set_loss("huber", {"delta": 0.5, "reduction": "mean_with_sample_weight"})
        net.set_optimizer("sgd", {})
        order = np.arange(300)[::-1].copy()
        options = dict(batch_size=128, learning_rate=0.1, mask=mask, sample_weight=weight)
        _, loss = net.train(x, y, order, first_step=0, seconds=100.0, **options)
        results.append((loss, net.weight(0).tolist(), net.weight(1).tolist()))
    assert results[0] == results[1] == results[2]


def test_there_is_a_class_and_a_reference_for_each_loss():
    named = {losses.get(name).kind for name in _core.losses()}
    assert named == set(_core.losses()) == set(reference.LOSSES)
    assert {case.loss().kind for case in all_cases(3)} | {"ctc"} == named


def test_what_the_core_refuses(rng):
    x, y = rng.normal(size=(2, 4, 3)), rng.normal(size=(4, 3))
    net = NETWORKS["float64"](3, False)
    net.add("dense", units=3, use_bias=True)
    x, y = x[0], rng.normal(size=(4, 1))
    for options, match in [
        ({"delta": -1.0}, "delta: expected a number from 0"),
        ({"label_smoothing": 2.0}, "label_smoothing: expected"),
        ({"quantiles": [0.5, 1.5]}, "quantiles: expected"),
        ({"reduction": "none"}, "reduction: expected one of sum_over_batch_size, sum, mean_with_sample_weight"),
        ({"slope": 1.0}, "options: no loss takes 'slope'"),
    ]:
        with pytest.raises(ValueError, match=match):
            net.set_loss("quantile", options)
    with pytest.raises(TypeError, match="from_logits: unexpected type"):
        net.set_loss("quantile", {"from_logits": "yes"})
    net.set_loss("quantile", {"quantiles": [0.5]})
    assert net.target_features == 1
    for call in (net.evaluate, net.loss_and_gradients):
        with pytest.raises(ValueError, match="quantiles: expected one for each column of the output, 3, got 1"):
            call(x, y)
    net.set_loss("mean_squared_error")
    assert net.target_features == 3
    y = rng.normal(size=(4, 3))
    with pytest.raises(ValueError, match=r"sample_weight: expected shape \(4\), got \(3,\)"):
        net.evaluate(x, y, sample_weight=np.ones(3))
    with pytest.raises(ValueError, match=r"sample_weight: expected shape \(4\), got \(4, 1\)"):
        net.evaluate(x, y, sample_weight=np.ones((4, 1)))
    with pytest.raises(TypeError, match="sample_weight: expected an array"):
        net.evaluate(x, y, sample_weight=[1.0] * 4)
    with pytest.raises(ValueError, match="apply_gradients: expected set_optimizer before"):
        net.apply_gradients(0.1)
