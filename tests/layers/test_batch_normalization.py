"""BatchNormalization: moments of the batch, moving averages, masks, frozen layers, threads."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, config, layers, load_model

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
    assert layer.moving_mean.tolist() == [0] * shape[-1]
    np.testing.assert_allclose(layer(x), x / np.sqrt(1 + 1e-3), rtol=1e-14)


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
        (lambda: layers.BatchNormalization(axis=1)(np.zeros((2, 3, 4))), ValueError, "axis: .* only the last axis"),
        (lambda: layers.BatchNormalization(axis=[1, 2]), TypeError, "axis"),
        (lambda: layers.BatchNormalization(momentum=1.5), ValueError, "momentum"),
        (lambda: layers.BatchNormalization(renorm=True), ValueError, "renorm: BatchNormalization does not support it"),
        (lambda: layers.BatchNormalization(synchronized=True), ValueError, "synchronized"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()
