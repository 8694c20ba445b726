"""BatchNormalization: moments of the batch, moving averages, masks, frozen layers, threads."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, config, layers, load_model, optimizers

RNG = np.random.default_rng(0)


def model_of(*options, dtype="float64", **more):
    model = Sequential(
        [
            Input((6, 3)),
            layers.Conv1D(5, 2, dtype=dtype),
            layers.BatchNormalization(*options, dtype=dtype, **more),
            layers.LSTM(4, dtype=dtype),
            layers.Dense(1, dtype=dtype),
        ]
    )
    model.compile("sgd", "mse")
    return model


def data(rows=40, dtype="float64"):
    rng = np.random.default_rng(1)
    return rng.normal(size=(rows, 6, 3)).astype(dtype), rng.normal(size=(rows, 1)).astype(dtype)


@pytest.mark.parametrize("shape", [(1, 3), (7, 3), (40, 19), (33, 5, 17), (9, 1, 1)])
def test_a_batch_has_mean_zero_and_variance_one(shape):
    x = RNG.normal(3, 2, shape)
    layer = layers.BatchNormalization(epsilon=1e-3, dtype="float64")
    axes = tuple(range(x.ndim - 1))
    expected = (x - x.mean(axes)) / np.sqrt(x.var(axes) + 1e-3)
    np.testing.assert_allclose(layer(x, training=True), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(layer.moving_mean, 0.01 * x.mean(axes), rtol=1e-12)
    np.testing.assert_allclose(layer.moving_variance, 0.99 + 0.01 * x.var(axes), rtol=1e-12)
    expected = (x - layer.moving_mean) / np.sqrt(layer.moving_variance + 1e-3)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-12, atol=1e-14)


AXES = [(shape, axis) for shape in [(6, 3), (6, 5, 3), (6, 2, 5, 3), (6, 2, 3, 2, 5)] for axis in range(1, len(shape))]


def normalized(x, axis, mean, variance, weights):
    """Return the equation of the layer, with moments and weights for each entry of an axis."""
    spread = [one.reshape([-1 if k == axis else 1 for k in range(x.ndim)]) for one in (mean, variance, *weights)]
    return spread[2] * (x - spread[0]) / np.sqrt(spread[1] + 1e-3) + spread[3]


@pytest.mark.parametrize(("shape", "axis"), AXES)
def test_any_axis_has_the_features(shape, axis):
    x, others = RNG.normal(3, 2, shape), tuple(k for k in range(len(shape)) if k != axis)
    layer = layers.BatchNormalization(axis=axis - len(shape), momentum=0.5, dtype="float64")
    layer.build(shape)
    gamma, beta, mean, variance = weights = RNG.uniform(0.5, 1.5, (4, shape[axis]))
    layer.set_weights(list(weights))
    np.testing.assert_allclose(layer(x), normalized(x, axis, mean, variance, (gamma, beta)), rtol=1e-12, atol=1e-12)
    model = Sequential([Input(shape[1:]), layer, layers.Flatten(dtype="float64")])
    model.compile("sgd", "mse")
    np.testing.assert_array_equal(model.predict(x, verbose=0), layer(x).reshape(6, -1))
    expected = normalized(x, axis, x.mean(others), x.var(others), (gamma, beta))
    np.testing.assert_allclose(model(x, training=True), expected.reshape(6, -1), rtol=1e-12, atol=1e-12)
    model.train_on_batch(x, expected.reshape(6, -1))
    np.testing.assert_allclose(layer.moving_mean, (mean + x.mean(others)) / 2, rtol=1e-12)
    np.testing.assert_allclose(layer.moving_variance, (variance + x.var(others)) / 2, rtol=1e-12)
    layer.set_weights(list(weights))
    np.testing.assert_allclose(layer(x, training=True), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(layer.moving_mean, (mean + x.mean(others)) / 2, rtol=1e-12)


@pytest.mark.parametrize(("shape", "axis"), AXES)
def test_gradients_over_any_axis(shape, axis):
    x, target = RNG.normal(3, 2, shape), RNG.normal(size=shape)
    others = tuple(k for k in range(len(shape)) if k != axis)
    dense = layers.Dense(shape[-1], use_bias=False, dtype="float64")
    normalization, flatten = layers.BatchNormalization(axis=axis, dtype="float64"), layers.Flatten(dtype="float64")
    model = Sequential([Input(shape[1:]), dense, normalization, flatten])
    weights = [RNG.normal(size=(shape[-1],) * 2), *RNG.uniform(0.5, 1.5, (4, shape[axis]))]
    model.set_weights(weights)
    model.compile(optimizers.SGD(1.0), "mse")
    model.train_on_batch(x, target.reshape(6, -1))

    def loss(kernel, gamma, beta):
        h = x @ kernel
        return ((normalized(h, axis, h.mean(others), h.var(others), (gamma, beta)) - target) ** 2).mean()

    for k in range(3):
        slopes = np.zeros_like(weights[k])
        for place in np.ndindex(slopes.shape):
            step = np.zeros_like(slopes)
            step[place] = 1e-6
            both = [loss(*(w + sign * step if i == k else w for i, w in enumerate(weights[:3]))) for sign in (1, -1)]
            slopes[place] = (both[0] - both[1]) / 2e-6
        np.testing.assert_allclose(weights[k] - model.get_weights()[k], slopes, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("axis", [1, 2])
def test_a_mask_of_any_shape_says_what_counts(axis):
    x, mask = RNG.normal(size=(9, 5, 4)), RNG.random((9, 5)) < 0.6
    layer, others = layers.BatchNormalization(axis=axis, dtype="float64"), (0, 3 - axis)
    counts = np.broadcast_to(mask[:, :, None], x.shape)
    mean, variance = x.mean(others, where=counts), x.var(others, where=counts)
    ones, zeros = np.ones(x.shape[axis]), np.zeros(x.shape[axis])
    expected = normalized(x, axis, mean, variance, (ones, zeros))
    np.testing.assert_allclose(layer(x, mask=mask.astype("float32"), training=True), expected, rtol=1e-10)
    vectors = layers.BatchNormalization(dtype="float64")(x[:, 0], mask=mask[:, 0], training=True)
    rows = x[mask[:, 0], 0]
    np.testing.assert_allclose(vectors, (x[:, 0] - rows.mean(0)) / np.sqrt(rows.var(0) + 1e-3), rtol=1e-10)


def test_large_offsets_do_not_spoil_the_variance():
    x = (RNG.normal(size=(64, 9, 5)) + 1e4).astype("float32")
    found = layers.BatchNormalization(epsilon=0.0)(x, training=True)
    exact = x.astype("float64")
    exact = (exact - exact.mean((0, 1))) / exact.std((0, 1))
    assert np.abs(found - exact).max() < 2e-3  # x itself has seven digits


def test_masked_steps_are_normalized_but_do_not_count():
    x, mask = RNG.normal(size=(20, 7, 4)), RNG.random((20, 7)) < 0.6
    found = layers.BatchNormalization(epsilon=1e-3, dtype="float64")(x, mask=mask, training=True)
    mean, variance = x[mask].mean(0), x[mask].var(0)
    np.testing.assert_allclose(found, (x - mean) / np.sqrt(variance + 1e-3), rtol=1e-6, atol=1e-6)


def test_a_batch_without_a_valid_step_stays_finite():
    x = RNG.normal(size=(4, 3, 2))
    assert np.isfinite(layers.BatchNormalization()(x, mask=np.zeros((4, 3), bool), training=True)).all()


def test_moving_averages_move_in_training_alone():
    model, (x, y) = model_of(momentum=0.9), data()
    layer = model.layers[1]
    model.predict(x, verbose=0)
    model.evaluate(x, y, verbose=0)
    model(x, training=True)
    assert layer.moving_mean.tolist() == [0.0] * 5
    before = model.layers[0](x)
    model.train_on_batch(x, y)
    np.testing.assert_allclose(layer.moving_mean, 0.1 * before.mean((0, 1)), rtol=1e-12)
    np.testing.assert_allclose(layer.moving_variance, 0.9 + 0.1 * before.var((0, 1)), rtol=1e-12)


@pytest.mark.filterwarnings("ignore:.*no trainable weights")
@pytest.mark.parametrize("whole", [False, True])
def test_a_frozen_layer_normalizes_by_the_moving_averages(whole):
    model, (x, y) = model_of(), data()
    model.train_on_batch(x, y)
    (model if whole else model.layers[1]).trainable = False
    before = model.layers[1].get_weights()
    assert (model(x, training=True) == model.predict(x, verbose=0)).all()
    assert model.train_on_batch(x, y) == pytest.approx(model.evaluate(x, y, verbose=0), rel=0.1)
    for found, expected in zip(model.layers[1].get_weights(), before, strict=True):
        assert (found == expected).all()
    (model if whole else model.layers[1]).trainable = True
    model.train_on_batch(x, y)
    assert (model.layers[1].moving_mean != before[2]).any()


def test_a_layer_without_trained_weights_can_be_frozen():
    model, (x, y) = model_of(center=False, scale=False), data()
    model.train_on_batch(x, y)
    layer = model.layers[1]
    layer.trainable = False
    before = layer.get_weights()
    model.train_on_batch(x, y)
    assert (layer.moving_mean == before[0]).all()
    layer.trainable = True
    model.train_on_batch(x, y)
    assert (layer.moving_mean != before[0]).any()


def test_a_loss_written_in_python_trains_the_same():
    def mse(y_true, y_pred):
        return ((y_pred - y_true) ** 2).mean(-1), 2 * (y_pred - y_true) / y_pred.shape[-1]

    x, y = data()
    models = [model_of(), model_of()]
    models[1].set_weights(models[0].get_weights())
    models[1].compile("sgd", mse)
    for model in models:
        model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    for found, expected in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("rows", [1, 3, 17, 64])
def test_training_gives_the_same_bits_on_any_number_of_threads(rows):
    x, y = data(2 * rows, "float32")
    first, results, before = model_of(dtype="float32").get_weights(), [], config.get_num_threads()
    try:
        for threads in (1, 2, 4):
            config.set_num_threads(threads)
            model = model_of(dtype="float32")
            model.set_weights(first)
            losses = model.fit(x, y, batch_size=rows, epochs=3, shuffle=False, verbose=0).history["loss"]
            results.append([*model.get_weights(), np.array(losses)])
    finally:
        config.set_num_threads(before)
    for other in results[1:]:
        for found, expected in zip(other, results[0], strict=True):
            np.testing.assert_array_equal(found, expected)


def test_rows_are_independent_outside_of_training():
    model, (x, y) = model_of(dtype="float32"), data(dtype="float32")
    model.fit(x, y, verbose=0)
    whole = model.predict(x, verbose=0)
    for start, end in [(0, 1), (5, 7), (39, 40)]:
        assert (model.predict(x[start:end], verbose=0) == whole[start:end]).all()


def test_a_stream_uses_the_moving_averages():
    model = Sequential([Input((6, 3)), layers.BatchNormalization(), layers.GRU(4), layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = data(dtype="float32")
    model.fit(x, y, verbose=0)
    stream = model.stream()
    for step in x[0]:
        last = stream.step(step)
    assert (last == model.predict(x[:1], verbose=0)[0]).all()


def test_training_goes_on_from_a_file(tmp_path):
    model, (x, y) = model_of(), data()
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    for each in (model, again):
        each.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    for found, expected in zip(again.get_weights(), model.get_weights(), strict=True):
        assert (found == expected).all()


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.BatchNormalization(axis=3)(np.zeros((2, 3, 4))), ValueError, "axis: .* from 1 to 2 .* got 3"),
        (lambda: layers.BatchNormalization(axis=0)(np.zeros((2, 3, 4))), ValueError, "axis: .* from 1 to 2 .* got 0"),
        (
            lambda: layers.BatchNormalization(axis=1).build((None, None, 4)),
            ValueError,
            "to know the size of axis 1",
        ),
        (
            lambda: Sequential([Input((3, 4)), layers.Masking(), layers.BatchNormalization(axis=1)]).predict(
                np.zeros((2, 3, 4)), verbose=0
            ),
            ValueError,
            "takes a mask only if the features are the last axis",
        ),
        (
            lambda: layers.BatchNormalization()(np.zeros((2, 3)), mask=np.ones((2, 2)), training=True),
            ValueError,
            r"mask: expected a shape that can be broadcast to \(2, 3\)",
        ),
        (lambda: layers.BatchNormalization(axis=[1, 2]), TypeError, "axis"),
        (lambda: layers.BatchNormalization(momentum=1.5), ValueError, "momentum"),
        (lambda: layers.BatchNormalization(renorm=True), ValueError, "renorm: BatchNormalization does not support it"),
        (lambda: layers.BatchNormalization(synchronized=1), TypeError, "synchronized"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()
