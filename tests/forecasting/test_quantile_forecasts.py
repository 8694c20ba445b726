"""Roll-outs of quantiles: what is fed back, the shapes, medians and intervals, and what the intervals hold."""

import numpy as np
import pytest

import fastlstm
from fastlstm import Input, Sequential, layers, losses
from fastlstm.forecasting import QuantileForecast

QUANTILES = (0.9, 0.1, 0.5, 0.25, 0.75)
MEDIAN = 2


def model_of(window=6, features=1, predicted=1, loss=None, quantiles=QUANTILES):
    fastlstm.utils.set_random_seed(3)
    model = Sequential([Input((window, features)), layers.LSTM(5), layers.Dense(predicted * len(quantiles))])
    model.compile("adam", losses.Quantile(quantiles) if loss is None else loss)
    return model


@pytest.mark.parametrize("window", [6, None])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_roll_out_is_the_loop_over_predict(rng, window, rank, monkeypatch):
    model = model_of(window)
    history = rng.normal(size={1: (9,), 2: (9, 1), 3: (4, 9, 1)}[rank]).astype(np.float32)
    values = history.reshape(-1, 9, 1)[:, 9 - (window or 9) :]
    size, expected = values.shape[1], []
    for _ in range(11):
        expected.append(model.predict(np.ascontiguousarray(values[:, -size:])))
        values = np.concatenate([values, expected[-1][:, None, MEDIAN : MEDIAN + 1]], axis=1)
    expected = np.stack(expected, axis=1)
    for block in (2**22, 1):
        monkeypatch.setattr("fastlstm.training.native_model._BLOCK", block)
        forecast = model.forecast_quantiles(history, 11)
        assert forecast.quantiles == QUANTILES
        assert forecast.values.shape == {1: (11, 5), 2: (11, 1, 5), 3: (4, 11, 1, 5)}[rank]
        assert (forecast.values.ravel() == expected.ravel()).all()
        median = model.forecast(history, 11)
        assert median.shape == forecast.median.shape == {1: (11,), 2: (11, 1), 3: (4, 11, 1)}[rank]
        assert (median == forecast.median).all()
        assert (median.ravel() == expected[..., MEDIAN].ravel()).all()


def test_inputs_that_are_known_are_seen(rng):
    model = model_of(6, features=3)
    series = rng.normal(size=(20, 3)).astype(np.float32)
    rows = np.concatenate([series[:9, :1], series[1:10, 1:]], axis=1)
    expected = []
    for t in range(9, 20):
        expected.append(model.predict(rows[None, -6:])[0])
        if t < 19:
            rows = np.concatenate([rows, [[expected[-1][MEDIAN], *series[t + 1, 1:]]]], axis=0).astype(np.float32)
    forecast = model.forecast_quantiles(series[:9], 11, known=series[9:, 1:])
    np.testing.assert_array_equal(forecast.values[:, 0], expected)
    np.testing.assert_array_equal(model.forecast(series[:9], 11, known=series[9:, 1:]), forecast.median)


def test_several_features_have_their_quantiles_side_by_side(rng):
    def loss(y_true, y_pred):
        raise NotImplementedError

    model = model_of(6, features=2, predicted=2, loss=loss)
    history = rng.normal(size=(6, 2)).astype(np.float32)
    rows, expected = history, []
    for _ in range(4):
        expected.append(model.predict(rows[None, -6:]).reshape(2, 5))
        rows = np.concatenate([rows, expected[-1][None, :, MEDIAN]])
    forecast = model.forecast_quantiles(history, 4, quantiles=QUANTILES)
    np.testing.assert_array_equal(forecast.values, expected)
    assert forecast.median.shape == (4, 2)


@pytest.mark.parametrize(("dtype", "result"), [("float64", "float64"), ("float16", "float16"), ("int64", "float32")])
def test_dtypes_and_no_steps(dtype, result):
    model = model_of()
    assert model.forecast_quantiles(np.zeros(8, dtype), 3).values.dtype == result
    assert model.forecast_quantiles(np.zeros(8, dtype), 0).values.shape == (0, 5)
    assert model.forecast_quantiles(np.zeros((0, 6, 1)), 3).values.shape == (0, 3, 1, 5)


def test_medians_and_intervals():
    values = np.array([[9.0, 1.0, 5.0, 2.0, 7.0], [8.0, 1.0, 5.0, 6.0, 4.0]])
    forecast = QuantileForecast(QUANTILES, values)
    assert forecast.median.tolist() == [5.0, 5.0]
    assert list(forecast.intervals) == [0.5, 0.8]
    assert [bound.tolist() for bound in forecast.intervals[0.8]] == [[1.0, 1.0], [9.0, 8.0]]
    assert [bound.tolist() for bound in forecast.intervals[0.5]] == [[2.0, 4.0], [7.0, 6.0]]  # which have crossed
    assert QuantileForecast((0.1, 0.6), values[:, :2]).intervals == {}
    with pytest.raises(ValueError, match=r"quantiles: expected 0\.5, the median, to be one of them"):
        _ = QuantileForecast((0.1, 0.6), values[:, :2]).median
    with pytest.raises(ValueError, match="values: expected a last axis of 2"):
        QuantileForecast((0.1, 0.6), values)


def test_intervals_of_one_step_hold_what_they_promise(rng):
    """Of a first-order autoregressive process, whose next value is normal around a share of the last one."""
    share, scale, steps = 0.8, 2.0, 6000
    values = np.zeros(steps)
    for t in range(1, steps):
        values[t] = share * values[t - 1] + scale * rng.normal()
    values += 100
    loss = losses.Quantile((0.1, 0.5, 0.9))
    model = fastlstm.fit(values[:4000], window=8, units=8, loss=loss, epochs=15, seed=1, verbose=0)
    x, y = fastlstm.datasets.windows(values[4000:], 8)
    forecast = QuantileForecast(loss.quantiles, model.predict(x))
    lower, upper = forecast.intervals[0.8]
    # 1992 tests of a chance of 0.8 have a standard deviation of 0.009; the rest is what the model has to learn.
    assert ((lower < y) & (y < upper)).mean() == pytest.approx(0.8, abs=0.04)
    assert (y < forecast.median).mean() == pytest.approx(0.5, abs=0.05)
    given = 100 + share * (x[:, -1, 0] - 100)
    assert np.abs(forecast.median - given).mean() < 0.25 * scale
    assert (upper - lower).mean() == pytest.approx(2 * 1.2816 * scale, rel=0.1)
    first = model.forecast_quantiles(values[:4008], 1)
    assert [bound[0] for bound in first.intervals[0.8]] == pytest.approx([lower[0], upper[0]], rel=1e-6)
    # Far from the last value the median is that of the whole process.
    assert model.forecast(values[:4000], 60)[-1] == pytest.approx(100, abs=1.0)


def test_a_fit_gives_quantiles_in_the_series_units(rng):
    """Scaling keeps quantiles: the standardised series has the same, standardised."""
    values = 1000 + 50 * rng.normal(size=300).cumsum()
    loss = losses.Quantile(QUANTILES)
    options = {"window": 5, "units": 3, "epochs": 2, "seed": 1, "verbose": 0}
    model = fastlstm.fit(values, loss=loss, **options)
    assert model.output_shape == (None, 5)
    standard = fastlstm.fit((values - values.mean()) / values.std(), loss=losses.Quantile(QUANTILES), **options)
    found = (model.forecast_quantiles(values, 4).values - values.mean()) / values.std()
    expected = standard.forecast_quantiles((values - values.mean()) / values.std(), 4).values
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_a_fit_with_known_inputs(rng):
    values = np.stack([rng.normal(size=60), np.arange(60) % 7], axis=1)
    model = fastlstm.fit(values, known=1, window=5, units=3, loss=losses.Quantile(), epochs=1, seed=1, verbose=0)
    forecast = model.forecast_quantiles(values, 4, known=np.arange(60, 64) % 7)
    assert forecast.values.shape == (4, 1, 3)


def test_a_model_draws_its_intervals(rng):
    values = rng.normal(size=60)
    model = fastlstm.fit(values, window=5, units=3, loss=losses.Quantile(QUANTILES), epochs=1, seed=1, verbose=0)
    forecast = model.forecast_quantiles(values, 4)
    axes = model.plot_forecast(values, 4)
    assert [shape.get_label() for shape in axes.collections] == ["80% interval", "50% interval"]
    (drawn,) = [line for line in axes.lines if line.get_label() == "forecast"]
    np.testing.assert_array_equal(drawn.get_ydata()[1:], forecast.median)
    outline = axes.collections[0].get_paths()[0].vertices[:, 1]
    for bound in forecast.intervals[0.8]:
        assert np.isin(bound, outline).all()
    own = model.plot_forecast(values, 4, intervals=(np.full(4, -9.0), np.full(4, 9.0)))
    assert [shape.get_label() for shape in own.collections] == ["interval"]


@pytest.mark.parametrize(
    ("model", "options", "error", "match"),
    [
        (lambda: model_of(loss="mse"), {}, ValueError, "quantiles: expected the quantiles of the output's columns"),
        (model_of, {"quantiles": (0.5, 0.9)}, ValueError, "quantiles: expected the same number for each feature"),
        (model_of, {"quantiles": (0.1, 0.2, 0.3, 0.4, 0.6)}, ValueError, "expected 0.5, the median, to be one of them"),
        (model_of, {"quantiles": "all"}, TypeError, "quantiles"),
        (model_of, {"quantiles": 0.5}, ValueError, "output has 5 values, its input 1 features"),
        (lambda: model_of(quantiles=(0.1, 0.9)), {}, ValueError, "expected 0.5, the median, to be one of them"),
        (model_of, {"steps": -1}, ValueError, "steps"),
        (model_of, {"history": np.zeros(3)}, ValueError, "history: expected at least 6 steps"),
        (lambda: model_of(features=2), {}, ValueError, r"history: expected shape \(T, 2\)"),
        (lambda: model_of(features=2), {"history": np.zeros((8, 2))}, ValueError, "known: expected shape"),
        (
            lambda: Sequential([Input((6, 1), batch_size=1), layers.LSTM(3, stateful=True)]),
            {"quantiles": (0.1, 0.5, 0.9)},
            ValueError,
            "forecast: expected a model that is not stateful",
        ),
    ],
)
def test_wrong_arguments(model, options, error, match):
    with pytest.raises(error, match=match):
        model().forecast_quantiles(**{"history": np.zeros(8), "steps": 2, **options})


@pytest.mark.parametrize("options", [{"horizon": 2}, {"series": np.zeros((50, 2))}])
def test_a_fit_of_several_values_is_refused(options):
    series = options.pop("series", np.zeros(50))
    with pytest.raises(ValueError, match="loss: a Quantile applies to one value; expected horizon=1 and one column"):
        fastlstm.fit(series, loss=losses.Quantile(), window=5, verbose=0, **options)
