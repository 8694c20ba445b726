"""Gradients of gradients by nested tapes, and Jacobians, against finite differences."""

import contextlib
import tracemalloc

import numpy as np
import pytest

from fastlstm import activations, keras
from fastlstm._internal.native import elementwise_activations
from fastlstm.keras import backend as K
from fastlstm.keras import tensorflow as tf
from fastlstm.training import equations

layers = keras.layers
POSITIVE = np.random.default_rng(1).uniform(0.3, 0.9, (3, 4))
SIGNED = np.random.default_rng(2).normal(size=(3, 4))
OTHER = np.random.default_rng(3).normal(size=(4, 2))

FUNCTIONS = {
    "products": (lambda x: x * x * x / (x + 2.0) - x**4, POSITIVE),
    "powers": (lambda x: tf.pow(x, 3.0) + tf.sqrt(x) + tf.math.rsqrt(x) + 2.0**x, POSITIVE),
    "logarithms": (lambda x: tf.math.log(x) * tf.exp(x) + tf.math.log1p(x) + tf.math.expm1(x), POSITIVE),
    "circle": (lambda x: tf.sin(x) * tf.cos(x) + tf.tan(x) + tf.atan(x) + tf.asin(x), POSITIVE),
    "hyperbola": (lambda x: tf.tanh(x) * tf.sinh(x) + tf.cosh(x), SIGNED),
    "matrices": (lambda x: tf.matmul(tf.tanh(tf.matmul(x, OTHER)), OTHER, transpose_b=True) * x, SIGNED),
    "einsum": (lambda x: tf.einsum("ij,jk,ij->ik", x, OTHER, x), SIGNED),
    "reductions": (lambda x: tf.reduce_sum(x**2, axis=1) * tf.reduce_mean(x, axis=1) ** 2, SIGNED),
    "moments": (lambda x: tf.math.reduce_variance(x, axis=0) * tf.math.reduce_std(x, axis=0), SIGNED),
    "norms": (lambda x: tf.norm(x, axis=1) ** 3, SIGNED),
    "logsumexp": (lambda x: tf.reduce_logsumexp(x, axis=1), SIGNED),
    "softmax": (lambda x: tf.nn.softmax(x) * x, SIGNED),
    "parts": (lambda x: x[:, 1:] * x[:, :-1] + tf.gather(x, [0, 0, 2], axis=1) ** 2, SIGNED),
    "shapes": (lambda x: tf.reshape(tf.transpose(tf.concat([x, x * x], 1)), (2, -1)) ** 3, SIGNED),
    "repetitions": (lambda x: tf.tile(x, [1, 2]) ** 3 + tf.repeat(x, 2, axis=1) ** 2, SIGNED),
    "choices": (
        lambda x: tf.where(x > 0, x**3, x**2) + tf.maximum(x, 0.1) ** 2 + tf.clip_by_value(x, -1, 1) ** 2,
        SIGNED,
    ),
    "scattered": (
        lambda x: tf.tensor_scatter_nd_update(x**2, [[0], [2]], x[:2] ** 3),
        SIGNED,
    ),
    "largest": (lambda x: tf.reduce_max(x, axis=1) ** 3, SIGNED),
    "the backend": (lambda x: K.square(K.sigmoid(x)) + K.l2_normalize(x, axis=1), SIGNED),
}


def slope(function, x, weights):
    """Return the gradient of a weighted sum of what a function gives, recorded by tapes that are open."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(function(x) * weights(function(x)))
    return tape.gradient(y, x)


def weights_for(y):
    return np.random.default_rng(5).normal(size=np.shape(y))


def assert_second_derivatives(function, array, rtol=1e-6, atol=1e-7):
    x = tf.constant(array)
    direction = np.random.default_rng(6).normal(size=array.shape)
    with tf.GradientTape() as outer:
        outer.watch(x)
        first = slope(function, x, weights_for)
        total = tf.reduce_sum(first * direction)
    found = outer.gradient(total, x, unconnected_gradients="zero")
    for place in np.ndindex(array.shape):
        ends = []
        for step in (1e-6, -1e-6):
            moved = array.copy()
            moved[place] += step
            ends.append(np.sum(np.asarray(slope(function, tf.constant(moved), weights_for)) * direction))
        assert found[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=rtol, abs=atol)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    assert_second_derivatives(*FUNCTIONS[name])


@pytest.mark.parametrize("name", sorted(elementwise_activations()))
def test_activations(name):
    assert_second_derivatives(lambda x: activations.get(name)(1.0 * x), SIGNED)


def critic(kind):
    options = {"dtype": "float64"}
    x = keras.Input((3, 4), **options)
    h = layers.Dense(5, activation="softplus", **options)(x)
    if kind == "several":
        h = layers.Concatenate(**options)([layers.LeakyReLU(0.3, **options)(h), layers.Multiply(**options)([h, h])])
        h = layers.Dropout(0.0, **options)(layers.Add(**options)([h, 0.5 * h]))
    if kind == "rectifiers":
        h = layers.ReLU(1.5, negative_slope=0.2, threshold=0.3, **options)(h)
        h = layers.ELU(0.7, **options)(layers.Subtract(**options)([h, layers.LeakyReLU(0.1, **options)(h - 0.6)]))
    if kind == "inside":
        inner = keras.Input((3, 5), **options)
        h = keras.Model(inner, layers.Activation("tanh", **options)(layers.Dense(4, **options)(inner)))(h)
    h = layers.Dense(4, activation=tf.nn.elu, use_bias=False, **options)(layers.Flatten(**options)(h))
    return keras.Model(x, layers.Dense(1, activation="sigmoid" if kind == "several" else None, **options)(h))


@pytest.mark.parametrize("kind", ["chain", "several", "rectifiers", "inside"])
def test_penalties_of_gradients(rng, kind):
    """As networks for generation that are penalized by the slope of the critic have them (WGAN-GP)."""
    model, x = critic(kind), rng.normal(size=(6, 3, 4))

    def penalty():
        given = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(given)
            score = model(given, training=True)
        gradient = tape.gradient(score, given)
        norm = tf.sqrt(tf.reduce_sum(tf.square(gradient), axis=[1, 2]))
        return tf.reduce_mean((norm - 1.0) ** 2) + tf.reduce_mean(score)

    with tf.GradientTape() as tape:
        loss = penalty()
    gradients = tape.gradient(loss, model.trainable_variables, unconnected_gradients="zero")
    weights = model.get_weights()
    for i, weight in enumerate(weights):
        for place in np.ndindex(weight.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [one.copy() for one in weights]
                moved[i][place] += step
                model.set_weights(moved)
                ends.append(float(penalty()))
            assert gradients[i][place] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-7)


def test_what_the_core_alone_computes_is_refused(rng):
    x = tf.constant(rng.normal(size=(4, 5, 3)).astype("f"))
    model = keras.Sequential([keras.Input((5, 3)), layers.LSTM(4), layers.Dense(1)])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = model(x)
        gradient = inner.gradient(y, x)
        loss, penalty = tf.reduce_mean(y), tf.reduce_sum(gradient**2)
    assert all(one is not None for one in outer.gradient(loss, model.trainable_variables))
    assert float(penalty) > 0
    with pytest.raises(keras.NotAvailableError, match=r"gradients of gradients through LSTM '.*': .* tf.stop_gradient"):
        outer.gradient(penalty, model.trainable_variables)
    prediction, target = tf.Variable(rng.normal(size=(4, 1))), rng.normal(size=(4, 1))
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = keras.losses.Dice()(target, 1.0 * prediction)
        gradient = tf.reduce_sum(inner.gradient(loss, prediction) ** 2)
    with pytest.raises(keras.NotAvailableError, match="gradients of gradients through the loss 'dice'"):
        outer.gradient(gradient, prediction)


def test_layers_are_only_looked_through_where_tapes_are_nested(rng, monkeypatch):
    calls, counts = [], []
    lacking = equations.lacking
    monkeypatch.setattr(equations, "lacking", lambda *args: calls.append(args) or lacking(*args))
    model, x = critic("chain"), tf.constant(rng.normal(size=(6, 3, 4)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(x))
    tape.gradient(loss, model.trainable_variables)
    assert not calls
    for _ in range(2):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                loss = tf.reduce_sum(model(x))
            gradients = inner.gradient(loss, model.trainable_variables)
            penalty = sum(tf.reduce_sum(one**2) for one in gradients)
        outer.gradient(penalty, model.trainable_variables)
        counts.append(len(calls))
    assert counts[0] == counts[1] > 0


def test_hessians():
    x = tf.Variable(SIGNED[0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(x**3) + x[0] * x[1] * x[2]
        gradient = inner.gradient(y, x)
    a, b, c = SIGNED[0, :3]
    expected = np.diag(6 * SIGNED[0]) + np.array([[0, c, b, 0], [c, 0, a, 0], [b, a, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(outer.jacobian(gradient, x), expected, rtol=1e-12)


def test_jacobians(rng):
    x = rng.normal(size=(4, 5, 3))
    model = keras.Sequential([keras.Input((5, 3), dtype="float64"), layers.LSTM(2, dtype="float64")])
    given = tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(given)
        y = model(given)
    whole, by_sample = tape.jacobian(y, given), tape.batch_jacobian(y, given)
    kernel, *_ = tape.jacobian(y, model.trainable_variables)
    assert whole.shape == (4, 2, 4, 5, 3)
    assert by_sample.shape == (4, 2, 5, 3)
    assert kernel.shape == (4, 2, 3, 8)
    for place in np.ndindex(5, 3):
        step = np.zeros((5, 3))
        step[place] = 1e-6
        slopes = (np.asarray(model(x + step)) - np.asarray(model(x - step))) / 2e-6
        np.testing.assert_allclose(by_sample[(..., *place)], slopes, rtol=1e-6, atol=1e-9)
        of_samples = whole[(..., *place)]
        np.testing.assert_allclose(np.einsum("ijk->ij", of_samples), slopes, rtol=1e-6, atol=1e-9)
        assert not of_samples[0, :, 1:].any()
    weights = model.get_weights()
    for place in np.ndindex(3, 8):
        ends = []
        for step in (1e-6, -1e-6):
            moved = [one.copy() for one in weights]
            moved[0][place] += step
            model.set_weights(moved)
            ends.append(np.array(model(x)))
        np.testing.assert_allclose(kernel[(..., *place)], (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-9)


def test_jacobians_say_what_is_wrong_with_their_target(rng):
    x = tf.Variable(rng.normal(size=(3, 2)))
    with tf.GradientTape(persistent=True) as tape:
        y, nothing, scalar = x * x, x[:0] * 2.0, tf.reduce_sum(x)
    for jacobian in (tape.jacobian, tape.batch_jacobian):
        with pytest.raises(ValueError, match="target: expected one tensor, got a list"):
            jacobian([y, y], x)
        with pytest.raises(ValueError, match=r"target: expected at least one element, got shape \(0, 2\)"):
            jacobian(nothing, x)
    with pytest.raises(ValueError, match=r"target: expected an axis of samples, got shape \(\)"):
        tape.batch_jacobian(scalar, x)
    np.testing.assert_allclose(tape.jacobian(scalar, x), np.ones((3, 2)))


def test_jacobians_take_linear_memory():
    size = 3000
    x = tf.Variable(np.ones((1, 2)))
    with tf.GradientTape(persistent=True) as tape:
        y = np.ones(size) * x[:, :1] + x[:, 1:]
    for jacobian in (tape.jacobian, tape.batch_jacobian):
        tracemalloc.start()
        jacobian(y, x)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < size * size * 8 / 4


def test_gradients_have_the_structure_of_the_sources(rng):
    a, b = tf.Variable(rng.normal(size=2)), tf.Variable(rng.normal(size=3))
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(a * a) + tf.reduce_sum(b * b)
    found = tape.gradient(y, {"b": b, "a": (a, [b])})
    assert list(found) == ["b", "a"]
    assert type(found["a"]) is tuple
    np.testing.assert_allclose(found["b"], 2 * np.array(b))
    np.testing.assert_allclose(found["a"][0], 2 * np.array(a))
    np.testing.assert_allclose(tape.jacobian(y, {"b": b, "a": (a, [b])})["a"][1][0], 2 * np.array(b))


def test_a_persistent_tape_records_gradients_taken_inside_it():
    x = tf.Variable(SIGNED[0])
    with tf.GradientTape(persistent=True) as tape:
        gradient = tape.gradient(tf.reduce_sum(x**3), x)
        y = tf.reduce_sum(gradient * x)
    np.testing.assert_allclose(tape.gradient(y, x), 9 * SIGNED[0] ** 2, rtol=1e-12)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_steps_inside_an_outer_tape(optimizer, rng):
    """The inner loops of meta-learning, whose gradients nobody wants a gradient of."""
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
    found = []
    for outer in (tf.GradientTape(), contextlib.nullcontext()):
        model = keras.Sequential([keras.Input((3,), dtype="float64"), layers.Dense(1, dtype="float64")])
        model.set_weights([np.ones((3, 1)), np.zeros(1)])
        steps = keras.optimizers.get(optimizer)
        with outer:
            for _ in range(2):
                with tf.GradientTape() as inner:
                    loss = tf.reduce_mean((model(x) - y) ** 2)
                gradients = inner.gradient(loss, model.trainable_variables)
                clipped, _ = tf.clip_by_global_norm(gradients, 0.5)
                steps.apply_gradients(zip(clipped, model.trainable_variables, strict=True))
        found.append(model.get_weights())
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@tf.custom_gradient
def cube(x):
    return x**3, lambda d: np.asarray(d) * 3 * np.asarray(x) ** 2


MATRICES = SIGNED[:2, :2] @ SIGNED[:2, :2].T + np.eye(2)
WITHOUT_SECOND = {
    "numpy.prod": (lambda x: tf.reduce_prod(x, axis=1), SIGNED),
    "log_of_determinant": (lambda x: keras.ops.logdet(1.0 * x), MATRICES),
    "the custom gradient of cube": (cube, SIGNED),
}


@pytest.mark.parametrize("name", WITHOUT_SECOND)
def test_gradients_that_have_none_are_refused_only_where_they_are_asked_for(name):
    function, array = WITHOUT_SECOND[name]
    x, alone = tf.constant(array), tf.constant(array)
    with tf.GradientTape() as outer:
        outer.watch(x)
        gradient = slope(function, x, weights_for)
        loss, penalty = tf.reduce_sum(x**2), tf.reduce_sum(gradient**2)
    np.testing.assert_array_equal(gradient.numpy(), slope(function, alone, weights_for))
    np.testing.assert_allclose(outer.gradient(loss, x), 2 * array)
    with pytest.raises(keras.NotAvailableError, match=f"gradients of gradients through {name}"):
        outer.gradient(penalty, x)
