"""Normalization, LayerNormalization and Softmax over other axes than the last one, against Keras and equations."""

import numpy as np
import pytest
from peer_keras_calls import predictions_of_file
from peers import keras_on, require_peer

from fastlstm import Input, Sequential, layers, load_model
from fastlstm.keras import tensorflow as tf
from fastlstm.models import Model

N, T, D = 6, 5, 3


@pytest.fixture
def x(rng):
    return rng.normal(2.0, 3.0, size=(N, T, D)).astype("f")


@pytest.mark.parametrize("axis", [None, -1, 1, 2, -2, (1, 2), [2, 1], (-1, -2)], ids=str)
@pytest.mark.parametrize("invert", [False, True])
def test_normalization_is_that_of_keras(axis, invert, x, tmp_path):
    keras = require_peer("keras")
    theirs, ours = (package.layers.Normalization(axis, invert=invert) for package in (keras, __import__("fastlstm")))
    theirs.adapt(x)
    ours.adapt(x)
    assert [weight.shape for weight in ours.weights] == [tuple(weight.shape) for weight in theirs.weights[:2]]
    for weight, other in zip(ours.weights, theirs.weights, strict=False):
        np.testing.assert_allclose(weight, np.asarray(other.value.cpu()), rtol=1e-4, atol=1e-5)
    expected = theirs(x).cpu().numpy()
    np.testing.assert_allclose(ours(x), expected, rtol=1e-4, atol=1e-4)
    model = Sequential([Input((T, D)), ours])
    assert (model.predict(x, verbose=0) == ours(x)).all()
    model.save(tmp_path / "model.keras")
    assert (load_model(tmp_path / "model.keras").predict(x, verbose=0) == model.predict(x, verbose=0)).all()
    read = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(read.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("axis", "mean"),
    [(None, 2.0), (-1, [1.0, 2.0, 3.0]), (1, np.arange(5.0)), ((1, 2), np.arange(15.0).reshape(5, 3)), ((1, 2), [1.0])],
    ids=str,
)
def test_given_means(axis, mean, x):
    keras = require_peer("keras")
    variance = np.asarray(mean) + 1
    theirs = keras.layers.Normalization(axis, mean=mean, variance=variance)
    ours = layers.Normalization(axis, mean=mean, variance=variance)
    np.testing.assert_allclose(ours(x), theirs(x).cpu().numpy(), rtol=1e-4, atol=1e-4)
    again = layers.Normalization.from_config(ours.get_config())
    assert (again(x) == ours(x)).all()


def test_adapting_to_one_feature_and_to_data_sets(x):
    layer = layers.Normalization(input_shape=[1], axis=None)
    layer.adapt(np.arange(5.0))
    assert (layer.mean, layer.variance) == (2.0, 2.0)
    model = Sequential([layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.arange(5.0), np.arange(5.0), verbose=0)
    data = tf.data.Dataset.from_tensor_slices((x, x[:, 0, 0])).batch(4)
    for axis in (None, 1, -1, (1, 2)):
        whole, batches, generated = (layers.Normalization(axis) for _ in range(3))
        whole.adapt(x)
        batches.adapt(data)
        generated.adapt(iter([x[:2], x[2:]]))
        for other in (batches, generated):
            np.testing.assert_allclose(other.mean, whole.mean, rtol=1e-6)
            np.testing.assert_allclose(other.variance, whole.variance, rtol=1e-6)


def layer_normalization(x, axes, gamma, beta, epsilon, keeps_mean=False):
    """Return the equation in float64, with gamma and beta in the shape of the axes."""
    shape = [extent if axis in axes else 1 for axis, extent in enumerate(x.shape)]
    deviation = np.sqrt(x.var(axis=axes, keepdims=True) + epsilon)
    centre = 0 if keeps_mean else x.mean(axis=axes, keepdims=True)
    return (x - centre) / deviation * gamma.reshape(shape) + (0 if beta is None else beta.reshape(shape))


AXES = [((-1), (2,)), (1, (1,)), ([1, 2], (1, 2)), ((-1, -2), (1, 2))]


@pytest.mark.parametrize(("axis", "axes"), AXES, ids=str)
@pytest.mark.parametrize("rms", [False, True])
def test_layer_normalization(axis, axes, rms, rng, isa):
    x = rng.normal(1.0, 2.0, size=(N, T, D))
    layer = layers.LayerNormalization(axis, rms_scaling=rms, dtype="float64")
    layer.build(x.shape)
    weights = [rng.normal(size=weight.shape) for weight in layer.weights]
    layer.set_weights(weights)
    gamma, beta = (*weights, None)[:2]
    assert gamma.shape == tuple(x.shape[one] for one in axes)
    np.testing.assert_allclose(layer(x), layer_normalization(x, axes, gamma, beta, 1e-3, rms), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("axis", "axes"), AXES, ids=str)
@pytest.mark.parametrize("rms", [False, True])
def test_gradients_of_layer_normalization(axis, axes, rms, rng, isa):
    x, y = rng.normal(1.0, 2.0, size=(N, T, D)), rng.normal(size=(N, T, D))
    options = {"dtype": "float64"}
    dense, normalize = layers.Dense(D, **options), layers.LayerNormalization(axis, rms_scaling=rms, **options)
    model = Sequential([Input((T, D), **options), dense, normalize])
    before = [rng.normal(size=weight.shape) for weight in model.get_weights()]
    model.set_weights(before)
    model.compile("sgd", "mse")
    model.train_on_batch(x, y)
    gradients = [(old - new) / 0.01 for old, new in zip(before, model.get_weights(), strict=True)]

    def loss(weights):
        kernel, bias, gamma, *beta = weights
        found = layer_normalization(x @ kernel + bias, axes, gamma, beta[0] if beta else None, 1e-3, rms)
        return np.square(found - y).mean()

    for k, gradient in enumerate(gradients):
        for place in np.ndindex(gradient.shape):
            values = []
            for change in (1e-6, -1e-6):
                weights = [weight.copy() for weight in before]
                weights[k][place] += change
                values.append(loss(weights))
            assert gradient[place] == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("axis", [1, [1, 2], [-2]], ids=str)
def test_layer_normalization_in_files_of_keras(axis, x, rng, tmp_path):
    model = Sequential([Input((T, D)), layers.LayerNormalization(axis)])
    model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
    model.save(tmp_path / "model.keras")
    expected = model.predict(x, verbose=0)
    assert (load_model(tmp_path / "model.keras").predict(x, verbose=0) == expected).all()
    # Keras on PyTorch fails for the axis 1
    theirs = keras_on("tensorflow").submit(predictions_of_file, str(tmp_path / "model.keras"), x).result()
    np.testing.assert_allclose(theirs, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("axis", [-1, 1, 2, (1, 2), (-2, -1), (2, 3), (3, 1), (1, 2, 3), 3], ids=str)
@pytest.mark.parametrize("masked", [False, True])
def test_softmax_is_that_of_keras(axis, masked, rng):
    keras = require_peer("keras")
    for rank in (4,) if 3 in np.atleast_1d(axis) else (3, 4):
        x = rng.normal(size=(N, 2, T, D)[4 - rank :]).astype("f")
        mask = rng.random(x.shape) < 0.6 if masked else None
        theirs = keras.layers.Softmax(axis)(x, mask=None if mask is None else keras.ops.convert_to_tensor(mask))
        np.testing.assert_allclose(layers.Softmax(axis)(x, mask=mask), theirs.cpu().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("axis", [1, 2, (1, 2), (1, 3), (2, 3)], ids=str)
def test_gradients_of_softmax_over_axes_of_rank_4(axis, rng):
    x, target = rng.normal(size=(3, 2, 4, 2)), rng.normal(size=(3, 2, 4, 3))
    inputs = Input((2, 4, 2), dtype="float64")
    model = Model(inputs, layers.Softmax(axis, dtype="float64")(layers.Dense(3, dtype="float64")(inputs)))
    weights = model.get_weights()

    def loss(kernel):
        powers = np.exp(x @ kernel + weights[1])
        return np.sum(target * powers / powers.sum(axis=axis, keepdims=True))

    with tf.GradientTape() as tape:
        value = tf.reduce_sum(target * model(x))
    (found, _) = tape.gradient(value, model.trainable_weights)
    assert float(value) == pytest.approx(loss(weights[0]), rel=1e-12)
    for place in np.ndindex(weights[0].shape):
        step = np.zeros_like(weights[0])
        step[place] = 1e-6
        slope = (loss(weights[0] + step) - loss(weights[0] - step)) / 2e-6
        assert found[place] == pytest.approx(slope, rel=1e-7, abs=1e-9)


def test_softmax_with_a_mask_in_a_model(rng):
    x, mask = rng.normal(size=(N, 4)), rng.random((N, 4)) < 0.6
    mask[0], mask[1] = False, True
    u, v = Input((4,), dtype="float64"), Input((4,), dtype="float64")
    layer = layers.Softmax(dtype="float64")
    found = Model([u, v], layer(u, mask=v)).predict([x, mask.astype(float)], verbose=0)
    np.testing.assert_allclose(found, layer(x, mask=mask), rtol=1e-12, atol=1e-15)
    assert not found[0].any()


def test_what_does_not_fit(x):
    with pytest.raises(ValueError, match=r"axis: layer .* expected different axes from 1 to 2"):
        layers.Normalization((1, -2))(x)
    with pytest.raises(ValueError, match="needs to know the number of steps"):
        Sequential([Input((None, D)), layers.LayerNormalization(1)])
    layer = layers.LayerNormalization([1, 2])
    layer(x)
    with pytest.raises(ValueError, match=r"has weights of shape \(5, 3\), got \(6, 4, 3\)"):
        layer(x[:, 1:])
    with pytest.raises(ValueError, match=r"mean: expected one number or shape \(5,\)"):
        layers.Normalization(1, mean=[1.0, 2.0], variance=[1.0, 2.0])(x)
    with pytest.raises(ValueError, match="mask: expected a shape that can be broadcast to"):
        layers.Softmax()(x, mask=np.ones((N, T), bool))
    with pytest.raises(ValueError, match="axis: expected at least one"):
        layers.Softmax(())
