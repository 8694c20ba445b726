"""The layers around the cells: the core against the reference, and what it refuses."""

import numpy as np
import pytest
from core_networks import NETWORKS, Case, gradients_of, relative

from fastlstm import _core, reference

BOUND = {"float32": 1e-5, "float64": 1e-12}


def test_softmax_with_categorical_crossentropy(isa, rng):
    case = Case(3, (9,), 5, "float64", output_activation="softmax", loss="categorical_crossentropy")
    net = case.random_weights(rng).network()
    x, _ = case.sample(rng, 6, 4)
    y = np.eye(5)[rng.integers(5, size=6)]
    _, loss, gradients = case.reference(x, y)
    assert net.loss_and_gradients(x, y) == pytest.approx(loss, rel=1e-12)
    for found, expected in zip(gradients_of(net), gradients, strict=True):
        assert relative(found, expected) < 1e-11


def test_a_step_uses_the_samples_in_the_order_given(isa, dtype, rng):
    case = Case(2, (9,), 1, dtype).random_weights(rng)
    x, y = case.sample(rng, 11, 3)
    order = rng.permutation(11).astype(np.int64)
    net = case.network()
    net.set_optimizer("sgd", {})
    step, losses = 0, []
    while step < 3:
        step, loss = net.train(x, y, order, batch_size=4, first_step=step, learning_rate=0.1, seconds=0.0)
        losses.append(loss)
    for start, loss in zip((0, 4, 8), losses, strict=True):
        rows = order[start : start + 4]
        _, mean, gradients = case.reference(x[rows], y[rows])
        assert loss == pytest.approx(mean * len(rows), rel=BOUND[dtype])
        case.weights = [w - 0.1 * g for w, g in zip(case.weights, gradients, strict=True)]
    for i, weight in enumerate(case.weights):
        assert relative(net.weight(i), weight) < BOUND[dtype]


@pytest.mark.parametrize("units", [1, 5, 17])
def test_repeat_vector_between_encoder_and_decoder(isa, units, rng):
    net = _core.NetworkF64(2, True)
    cell = dict(cell="lstm", activation="tanh", recurrent_activation="sigmoid", use_bias=True)
    net.add("recurrent", units=units, return_sequences=False, **cell)
    net.add("repeat_vector", n=4)
    net.add("recurrent", units=3, return_sequences=True, **cell)
    net.add("dense", units=2, use_bias=True)
    weights = [rng.normal(size=s.shape) * 0.5 for s in net.parameters]
    for i, w in enumerate(weights):
        net.set_weight(i, w)
    net.set_loss("mean_squared_error")
    x, y = rng.normal(size=(5, 6, 2)), rng.normal(size=(5, 4, 2))
    h, _, encoder = reference.lstm_forward(x, *weights[:3])
    repeated = np.repeat(h[:, -1:], 4, axis=1)
    g, _, decoder = reference.lstm_forward(repeated, *weights[3:6])
    out, dense = reference.dense_forward(g, *weights[6:])
    _, d_out = reference.mean_squared_error(y, out)
    to_dense = reference.dense_backward(dense, d_out)
    to_decoder = reference.lstm_backward(decoder, to_dense.x)
    d_h = np.zeros_like(h)
    d_h[:, -1] = to_decoder.x.sum(axis=1)
    to_encoder = reference.lstm_backward(encoder, d_h)
    assert np.abs(net.predict(x) - out).max() < 1e-12
    net.loss_and_gradients(x, y)
    for found, expected in zip(gradients_of(net)[:3], to_encoder[1:4], strict=True):
        assert relative(found, expected) < 1e-11
    for found, expected in zip(gradients_of(net)[3:6], to_decoder[1:4], strict=True):
        assert relative(found, expected) < 1e-11


@pytest.mark.parametrize("features", [1, 3, 17])
def test_normalization_and_its_inverse(isa, dtype, features, rng):
    net = NETWORKS[dtype](features, True)
    net.add("dense", units=features, use_bias=False)
    net.add("normalization", invert=False)
    net.add("normalization", invert=True)
    kernel = rng.normal(size=(features, features)).astype(dtype)
    mean, variance = rng.normal(size=(2, features)).astype(dtype)
    variance = np.abs(variance)
    variance[0] = 0
    values = [kernel, mean, variance, 2 * mean, 3 * variance]
    for i, value in enumerate(values):
        net.set_weight(i, value)
    x = rng.normal(size=(3, 4, features)).astype(dtype)
    y = rng.normal(size=(3, 4, features)).astype(dtype)
    deviation = [np.maximum(np.sqrt(v.astype(np.float64)), 1e-7) for v in (variance, 3 * variance)]
    out = (x.astype(np.float64) @ kernel - mean) / deviation[0] * deviation[1] + 2.0 * mean
    assert relative(net.predict(x), out) < BOUND[dtype]
    net.set_loss("mean_squared_error")
    net.loss_and_gradients(x, y)
    d = 2 * (out - y) / out.size * deviation[1] / deviation[0]
    assert relative(net.gradient(0), np.einsum("ntd,nte->de", x, d)) < 10 * BOUND[dtype]
    assert [s.trainable for s in net.parameters] == [True, False, False, False, False]
    with pytest.raises(ValueError, match="expected one that is trained, got 1"):
        net.gradient(1)


def test_views_of_weights_are_read_only_and_follow(dtype, rng):
    case = Case(2, (3,), 1, dtype).random_weights(rng)
    net = case.network()
    view = net.weight(0)
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1
    net.set_weight(0, case.weights[0] + 1)
    np.testing.assert_array_equal(view, case.weights[0] + 1)
    del net
    np.testing.assert_array_equal(view, case.weights[0] + 1)


def test_what_does_not_fit_is_refused(rng):
    case = Case(2, (3,), 1, "float32").random_weights(rng)
    net = case.network()
    x, y = case.sample(rng, 4, 3)
    order = np.arange(4, dtype=np.int64)
    for wrong in (x.astype("f8"), x[:, ::2], np.asfortranarray(x), x.astype("i4")):
        with pytest.raises(TypeError, match="x: expected an aligned, C-contiguous array of float32"):
            net.predict(wrong)
    with pytest.raises(ValueError, match=r"x: expected shape \(\*, \*, 2\), got \(4, 6\)"):
        net.predict(x.reshape(4, 6))
    with pytest.raises(ValueError, match=r"x: expected shape"):
        net.predict(np.zeros((1, 2, 3), "f4"))
    with pytest.raises(ValueError, match=r"y: expected shape \(4, 1\), got \(3, 1\)"):
        net.evaluate(x, y[:3])
    with pytest.raises(ValueError, match="set_optimizer"):
        net.train(x, y, order, batch_size=2, first_step=0, learning_rate=0.1, seconds=0)
    net.set_optimizer("sgd", {})
    steps = dict(batch_size=2, first_step=0, learning_rate=0.1, seconds=0)
    before = net.weight(0).copy()
    with pytest.raises(ValueError, match="order: expected indices from 0 to 3 in step 0"):
        net.train(x, y, order - 1, **steps)
    np.testing.assert_array_equal(net.weight(0), before)
    with pytest.raises(ValueError, match="order: expected indices from 0 to 3 in step 1"):
        net.train(x, y, order + 1, **{**steps, "seconds": 9})
    assert net.iterations == 1
    with pytest.raises(TypeError, match="order: expected an aligned, C-contiguous array of int64"):
        net.train(x, y, order.astype("i4"), **steps)
    with pytest.raises(ValueError, match="batch_size: expected at least 1"):
        net.train(x, y, order, **{**steps, "batch_size": 0})
    with pytest.raises(ValueError, match="first_step: expected one of 2 steps, got 2"):
        net.train(x, y, order, **{**steps, "first_step": 2})
    with pytest.raises(ValueError, match="at least one sample"):
        net.evaluate(x[:0], y[:0])
    with pytest.raises(ValueError, match="no optimizer takes 'rate'"):
        net.set_optimizer("sgd", {"rate": 1.0})
    with pytest.raises(ValueError, match=r"optimizer: expected one of sgd, adam, .*, got 'rprop'"):
        net.set_optimizer("rprop", {})
    with pytest.raises(ValueError, match=r"loss: expected one of .*, got 'swoosh'"):
        net.set_loss("swoosh")
    with pytest.raises(ValueError, match=r"value: expected shape \(2, 12\), got \(12, 2\)"):
        net.set_weight(0, np.zeros((12, 2), "f4"))
    with pytest.raises(TypeError, match="known: expected an array"):
        net.forecast(x, 3)
    with pytest.raises(ValueError, match=r"known: expected shape \(4, 3, 1\), got \(4, 2, 1\)"):
        net.forecast(x, 3, np.zeros((4, 2, 1), "f4"))
    with pytest.raises(IndexError):
        net.weight(99)
    with pytest.raises(RuntimeError, match="no more layers"):
        net.add("dense", units=1, use_bias=True)


def test_layers_that_do_not_fit_are_refused():
    net = _core.NetworkF32(2, False)
    with pytest.raises(ValueError, match="expects a sequence"):
        net.add(
            "recurrent",
            cell="lstm",
            units=1,
            activation="tanh",
            recurrent_activation="sigmoid",
            use_bias=True,
            return_sequences=False,
        )
    net.add("repeat_vector", n=2)
    with pytest.raises(ValueError, match=r"expects \(N, D\)"):
        net.add("repeat_vector", n=2)
    with pytest.raises(ValueError, match="an elementwise activation, got 'softmax'"):
        net.add(
            "recurrent",
            cell="lstm",
            units=1,
            activation="softmax",
            recurrent_activation="sigmoid",
            use_bias=True,
            return_sequences=False,
        )
    for wrong in (0, -1, 2**62):
        with pytest.raises(ValueError, match=f"units: expected 1 to {2**24}, got {wrong}"):
            net.add("dense", units=wrong, use_bias=True)
    with pytest.raises(ValueError, match=r"activation: expected one of .*got 'swoosh'"):
        net.add("activation", activation="swoosh")
    with pytest.raises(ValueError, match="features: expected 1 to"):
        _core.NetworkF32(0, True)
