"""fastlstm.fit: from a series, in its own units, or from samples and targets."""

import numpy as np
import pytest

import fastlstm
from fastlstm import _core, layers

_, WAVE = fastlstm.datasets.sine(0, 40, 0.1)
QUICK = {"units": 8, "epochs": 2, "verbose": 0, "seed": 1}


def test_a_series_in_its_own_units():
    series = 1000 + 20 * WAVE
    model = fastlstm.fit(series, units=16, epochs=15, verbose=0, seed=0)
    x, y = fastlstm.datasets.windows(series, 20)
    error = np.sqrt(np.mean((model.predict(x)[:, 0] - y) ** 2))
    assert error < 0.2 * series.std()
    assert abs(model.forecast(series, 5) - 1000).max() < 40


@pytest.mark.parametrize("scale", [1e13, 1e-6])
def test_training_does_not_depend_on_the_units(scale):
    plain, scaled = fastlstm.fit(WAVE, **QUICK), fastlstm.fit(scale * WAVE, **QUICK)
    assert scaled.history.history["loss"] == pytest.approx(plain.history.history["loss"], rel=1e-2)
    x, _ = fastlstm.datasets.windows(WAVE, 20)
    np.testing.assert_allclose(scaled.predict(scale * x) / scale, plain.predict(x), atol=0.01)


def test_the_history_is_in_standardised_units():
    model = fastlstm.fit(500 * WAVE, loss="mae", **{**QUICK, "epochs": 1}, validation_split=0.25)
    series = 500 * WAVE
    x, y = fastlstm.datasets.windows(series, 20)
    kept = int(len(x) * 0.75)
    spread = series[: kept + 20].std()
    assert model.history.history["val_loss"][-1] == pytest.approx(model.evaluate(x[kept:], y[kept:]) / spread, rel=1e-3)


def test_scaling_is_adapted_on_the_training_part_only():
    series = np.concatenate([WAVE, 1000 + WAVE])
    model = fastlstm.fit(series, validation_split=0.6, **QUICK)
    windows = len(series) - 20
    part = series[: int(np.floor(windows * (1 - 0.6))) + 20]
    first, last = model.layers[0], model.layers[-1]
    for layer in (first, last):
        np.testing.assert_allclose(layer.mean, [part.mean()], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(layer.variance, [part.var()], rtol=1e-5)
    assert (first.invert, last.invert) == (False, True)


def test_several_features_and_layers():
    series = np.stack([WAVE, 50 + 3 * WAVE[::-1]], axis=1)
    model = fastlstm.fit(series, layers=2, window=7, **QUICK)
    assert [type(layer) for layer in model.layers] == [
        layers.Normalization,
        layers.LSTM,
        layers.LSTM,
        layers.Dense,
        layers.Normalization,
    ]
    assert model.input_shape == (None, 7, 2)
    assert model.forecast(series, 4).shape == (4, 2)


def test_what_is_known_in_advance_is_used():
    # The value is that of the calendar on the same day, which nothing but `known` tells.
    calendar = np.random.default_rng(3).integers(0, 2, 800).astype(float)
    series = np.stack([100 + 10 * calendar, calendar], axis=1)
    model = fastlstm.fit(series[:700], window=5, known=1, epochs=15, seed=1, verbose=0)
    assert model.output_shape == (None, 1)
    forecast = model.forecast(series[:700], 100, known=series[700:, 1:])
    assert forecast.shape == (100, 1)
    assert np.abs(forecast[:, 0] - series[700:, 0]).max() < 2
    several = fastlstm.fit(series[:100], window=5, known=1, horizon=3, **QUICK)
    assert several.output_shape == (None, 3)


@pytest.mark.parametrize("cell", _core.cells())
def test_every_cell_of_the_core(cell):
    model = fastlstm.fit(WAVE, cell=cell, layers=2, **QUICK)
    assert [layer.cell.name for layer in model.layers[1:3]] == [cell, cell]
    first, last = model.history.history["loss"]
    assert last < first


def test_a_horizon_is_predicted_step_after_step():
    series = np.stack([WAVE, 1000 + WAVE], axis=1)
    model = fastlstm.fit(series, horizon=3, **QUICK)
    x, _ = fastlstm.datasets.windows(series, 20, horizon=3)
    predicted = model.predict(x).reshape(len(x), 3, 2)
    assert abs(predicted[..., 0]).max() < 10
    assert abs(predicted[..., 1] - 1000).max() < 10


def test_a_seed_makes_it_repeatable():
    one, other, third = (fastlstm.fit(WAVE, **{**QUICK, "seed": seed}) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one.weights, other.weights, strict=True))
    assert any((a != b).any() for a, b in zip(one.weights, third.weights, strict=True))


def test_a_constant_series_stays_constant():
    model = fastlstm.fit(np.full(60, 7.0), **QUICK)
    np.testing.assert_allclose(model.forecast(np.full(20, 7.0), 5), 7.0, rtol=1e-5)


def test_the_dtype_is_floatx():
    fastlstm.config.set_floatx("float64")
    try:
        model = fastlstm.fit(WAVE, **QUICK)
    finally:
        fastlstm.config.set_floatx("float32")
    assert model.dtype == "float64"


def test_a_series_that_rounding_would_spoil_warns():
    series = 1e6 + 1e-2 * WAVE
    with pytest.warns(UserWarning, match="varies so little around its mean"):
        fastlstm.fit(series, window=5, epochs=1, verbose=0)


@pytest.mark.parametrize("scale", [1e-9, 1e-30, 1e30])
def test_a_series_that_normalization_can_not_scale_is_refused(scale):
    with pytest.raises(ValueError, match=r"X: expected a series with a standard deviation from 1e-07 to 2e.19"):
        fastlstm.fit(scale * WAVE, window=5, epochs=1, verbose=0)


@pytest.mark.parametrize(
    ("y_shape", "output"), [((30,), (30, 1)), ((30, 1), (30, 1)), ((30, 4), (30, 4)), ((30, 5, 2), (30, 5, 2))]
)
def test_samples_and_targets(rng, y_shape, output):
    x = rng.normal(size=(30, 5, 3))
    model = fastlstm.fit(x, rng.normal(size=y_shape), validation_split=0.2, **QUICK)
    assert model.predict(x).shape == output
    assert set(model.history.history) == {"loss", "val_loss"}


def test_classes(rng):
    x = rng.normal(size=(40, 5, 3))
    y = (x[:, -1].argmax(-1)).astype(int)
    model = fastlstm.fit(x, y, loss="sparse_categorical_crossentropy", output_activation="softmax", **QUICK)
    np.testing.assert_allclose(model.predict(x).sum(-1), np.ones(40), rtol=1e-5)
    assert model.output_shape == (None, 3)


def test_the_output_is_as_wide_as_the_loss_needs(rng):
    def squared_error(y_true, y_pred):
        return ((y_pred - y_true) ** 2).mean(axis=-1), 2 * (y_pred - y_true) / y_pred.shape[-1]

    x, y = rng.normal(size=(40, 5, 3)), rng.normal(size=40)
    quantiles = fastlstm.losses.Quantile((0.1, 0.9))
    assert fastlstm.fit(x, y, loss=quantiles, **QUICK).output_shape == (None, 2)
    assert fastlstm.fit(x, y, loss=squared_error, **QUICK).output_shape == (None, 1)
    assert fastlstm.fit(WAVE, loss=quantiles, **QUICK).output_shape == (None, 2)
    with pytest.raises(ValueError, match=r"loss: expected 'mse', 'mae' or a Quantile for a series .*, got 'square"):
        fastlstm.fit(WAVE, loss=squared_error, **QUICK)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"X": WAVE[:20]}, ValueError, "X: expected at least window \\+ horizon = 21 steps, got 20"),
        ({"X": []}, ValueError, "X: expected at least"),
        ({"X": np.where(np.arange(400) == 17, np.nan, WAVE)}, ValueError, r"X: NaN at \[17\]"),
        ({"X": np.zeros((3, 4, 5))}, ValueError, "X: expected a series"),
        ({"X": ["a", "b"]}, TypeError, "X: expected real"),
        ({"cell": "lsmt"}, ValueError, "unknown cell 'lsmt'; did you mean 'lstm'"),
        ({"units": 0}, ValueError, "units"),
        ({"layers": 0}, ValueError, "layers"),
        ({"window": 0}, ValueError, "window"),
        ({"horizon": 0}, ValueError, "horizon"),
        ({"window": 2.5}, TypeError, "window"),
        ({"loss": "binary_crossentropy"}, ValueError, "loss: expected 'mse', 'mae' or a Quantile"),
        ({"optimizer": "adma"}, ValueError, "unknown optimizer 'adma'; did you mean .*'adam'"),
        ({"seed": -1}, ValueError, "seed"),
        ({"validation_split": 1.0}, ValueError, "validation_split"),
        ({"epochs": -1}, ValueError, "epochs"),
        ({"y": WAVE}, ValueError, r"X: expected shape \(N, T, D\)"),
        ({"X": np.zeros((5, 4, 1)), "y": np.zeros(4)}, ValueError, "y: expected as many samples as X, 5"),
    ],
)
def test_bad_input(change, error, match):
    with pytest.raises(error, match=match):
        fastlstm.fit(**{"X": WAVE, **QUICK, **change})


def test_a_series_far_beyond_the_dtype_is_refused():
    with pytest.raises(ValueError, match="X: expected a series whose mean is a float32"):
        fastlstm.fit(np.full(30, 1e300), window=5, epochs=1, verbose=0)
