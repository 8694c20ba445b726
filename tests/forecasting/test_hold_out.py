"""Forecasting a series: the hold-out against naive forecasts, and the whole job."""

from __future__ import annotations

import numpy as np
import pytest
from waves import wave

import fastlstm
from fastlstm.forecasting import forecast_series, rmse, seasonal_naive_forecast
from fastlstm.series import Series


def series_of(values):
    return Series("x", np.arange(len(values)), np.asarray(values, float))


def test_the_whole_job_beats_the_naive_forecast_on_a_wave():
    series = series_of(wave(150))
    result = forecast_series(series, 10, window=12, test=24, units=16, epochs=60, seed=1)
    assert result.season == 12
    scores = result.hold_out.scores
    assert list(scores) == ["model", "naive", "seasonal naive"]
    assert scores["model"].rmse < scores["naive"].rmse / 2
    assert scores["seasonal naive"].rmse < 1e-9
    np.testing.assert_array_equal(result.hold_out.values, series.values[-24:])
    np.testing.assert_array_equal(result.hold_out.index, np.arange(126, 150))
    np.testing.assert_array_equal(result.index, np.arange(150, 160))
    assert rmse(wave(160)[150:], result.values) < 10
    assert result.loss > 0
    assert set(result.seconds) == {"fit", "roll_out"}


def test_the_hold_out_is_one_roll_out_of_a_model_that_has_not_seen_it():
    values = wave(80)
    result = forecast_series(series_of(values), 5, window=10, test=15, units=4, epochs=2, seed=7)
    model = fastlstm.fit(values[:65], window=10, units=4, epochs=2, seed=7, verbose=0)
    np.testing.assert_array_equal(result.hold_out.forecasts["model"], model.forecast(values[:65], 15))
    final = fastlstm.fit(values, window=10, units=4, epochs=2, seed=7, verbose=0)
    np.testing.assert_array_equal(result.values, final.forecast(values, 5))
    spoiled = np.concatenate([values[:65], values[65:][::-1]])
    again = forecast_series(series_of(spoiled), 5, window=10, test=15, units=4, epochs=2, seed=7)
    for name, forecast in result.hold_out.forecasts.items():
        np.testing.assert_array_equal(again.hold_out.forecasts[name], forecast)


def test_without_a_hold_out_and_without_a_season(rng):
    result = forecast_series(series_of(rng.normal(size=40).cumsum() ** 2), 3, window=5, epochs=1, seed=1)
    assert result.hold_out is None
    line = forecast_series(series_of(np.arange(40.0)), 3, window=5, test=5, epochs=1, seed=1)
    assert line.season is None
    assert list(line.hold_out.forecasts) == ["model", "naive"]


def test_a_season_that_is_given():
    result = forecast_series(series_of(wave(60)), 3, window=5, test=10, season=7, epochs=1, seed=1)
    assert result.season == 7
    np.testing.assert_array_equal(
        result.hold_out.forecasts["seasonal naive"], seasonal_naive_forecast(wave(60)[:50], 10, 7)
    )


def test_the_shortest_series():
    assert forecast_series(series_of(wave(8)), 1, window=5, test=2, epochs=1, seed=1).values.shape == (1,)
    with pytest.raises(ValueError, match=r"series: expected at least window \+ test \+ 1 = 8 values, got 7"):
        forecast_series(series_of(wave(7)), 1, window=5, test=2, epochs=1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"steps": 0}, ValueError, "steps: expected an integer of at least 1, got 0"),
        ({"window": 0}, ValueError, "window: expected"),
        ({"test": -1}, ValueError, "test: expected"),
        ({"test": 2.5}, TypeError, "test: expected an integer"),
        ({"epochs": 0}, ValueError, "epochs: expected an integer of at least 1, got 0"),
        ({"season": 0}, ValueError, "season: expected an integer of at least 1"),
        ({"season": 56, "test": 5}, ValueError, "season: expected at most the 55 known values, got 56"),
        ({"cell": "lstn"}, ValueError, "unknown cell 'lstn'; did you mean 'lstm'"),
    ],
)
def test_bad_arguments(options, error, message):
    with pytest.raises(error, match=message):
        forecast_series(series_of(wave(60)), **{"steps": 3, "window": 5, "epochs": 1, **options})


@pytest.mark.parametrize("size", [1e38, 1e300])
def test_values_too_large_for_the_models_are_refused(size):
    with pytest.raises(
        ValueError, match=r"series: expected values that float32 can hold, got .* \(multiply the values by a"
    ):
        forecast_series(series_of(size * wave(60)), 3, window=5, epochs=1)


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match=r"series: NaN at \[59\]"):
        forecast_series(series_of([*wave(59), np.nan]), 3, window=5, epochs=1)


def test_dates_that_cannot_go_on_are_refused():
    years = (np.datetime64("9940-01", "M") + 12 * np.arange(60)).astype("datetime64[D]")
    with pytest.raises(ValueError, match="steps: 1 after 9999-01-01 would go beyond 9999-12-31"):
        forecast_series(Series("x", years, wave(60)), 1, window=5, epochs=1)
