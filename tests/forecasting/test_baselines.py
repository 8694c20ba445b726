"""Naive forecasts, seasons and error measures."""

from __future__ import annotations

import numpy as np
import pytest
from waves import wave

from fastlstm.forecasting import find_season, mae, naive_forecast, rmse, seasonal_naive_forecast


def test_errors_by_their_definition(rng):
    truth, forecast = rng.normal(size=(2, 30))
    assert rmse(truth, forecast) ** 2 == pytest.approx(
        sum((a - b) ** 2 for a, b in zip(truth, forecast, strict=True)) / 30
    )
    assert mae(truth, forecast) == pytest.approx(sum(abs(a - b) for a, b in zip(truth, forecast, strict=True)) / 30)


@pytest.mark.parametrize("error", [rmse, mae])
def test_errors_of_lists_and_of_what_has_none(error):
    assert error([1, 2], [4, 5]) == 3.0
    assert error(np.array([1], np.uint8), np.array([4], np.uint8)) == 3.0
    with pytest.raises(ValueError, match=r"forecast: expected shape \(3,\) like truth, got \(3, 1\)"):
        error(np.zeros(3), np.zeros((3, 1)))
    with pytest.raises(ValueError, match=r"truth: expected at least one value, got shape \(0,\)"):
        error([], [])
    with pytest.raises(TypeError, match="truth: expected real integers or floats"):
        error(["a"], [1.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: naive_forecast([], 1), ValueError, r"values: expected shape \(n,\) with at least one value"),
        (lambda: naive_forecast([[1.0]], 1), ValueError, r"values: expected shape \(n,\) .*, got \(1, 1\)"),
        (lambda: naive_forecast([1.0], 0), ValueError, "steps: expected an integer of at least 1, got 0"),
        (lambda: naive_forecast([1.0], 1.5), TypeError, "steps: expected an integer"),
        (lambda: seasonal_naive_forecast([1.0], -1, 1), ValueError, "steps: expected an integer of at least 1, got -1"),
        (lambda: seasonal_naive_forecast([1.0], 1, 0), ValueError, "season: expected an integer of at least 1, got 0"),
        (lambda: seasonal_naive_forecast([1.0], 1, -1), ValueError, "season: expected an integer of at least 1"),
        (lambda: seasonal_naive_forecast([], 1, 1), ValueError, "values: expected"),
        (lambda: find_season([]), ValueError, "values: expected"),
        (lambda: find_season([1.0, np.nan]), ValueError, r"values: NaN at \[1\]"),
    ],
)
def test_bad_arguments_of_naive_forecasts(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_naive_forecasts(rng):
    values = rng.normal(size=20)
    assert naive_forecast(values, 3).tolist() == [values[-1]] * 3
    for season in (1, 5, 20):
        extended = [*values]
        for _ in range(43):
            extended.append(extended[-season])
        np.testing.assert_array_equal(seasonal_naive_forecast(values, 43, season), extended[20:])
    with pytest.raises(ValueError, match="season: expected at most the 20 known values, got 21"):
        seasonal_naive_forecast(values, 3, 21)


@pytest.mark.parametrize("period", [2, 3, 7, 12, 24, 52])
def test_the_season_of_a_noisy_pattern_with_a_trend(rng, period):
    pattern = rng.normal(size=period)
    steps = np.arange(8 * period)
    values = np.resize(pattern, len(steps)) + 0.1 * rng.normal(size=len(steps)) * np.std(pattern) + 0.05 * steps
    assert find_season(values) == period


@pytest.mark.parametrize("period", [8, 20, 50])
def test_the_season_of_a_smooth_wave(period):
    assert find_season(wave(6 * period, period)) == period


def test_the_season_does_not_depend_on_units(rng):
    values = wave(100) + rng.normal(size=100)
    assert find_season(values) == find_season(1e6 + 1e-3 * values) == 12


@pytest.mark.parametrize(
    "values",
    [np.arange(50.0), np.full(50, 3.0), np.arange(50.0) ** 2, [1.0], [1.0, 2.0, 1.0, 2.0], 0.1 * np.arange(300) + 1e6],
    ids=["line", "constant", "parabola", "one value", "four values", "line with rounding"],
)
def test_no_season(values):
    assert find_season(np.asarray(values)) is None


def test_noise_seldom_has_a_season():
    found = [find_season(np.random.default_rng(seed).normal(size=200)) for seed in range(100)]
    assert sum(season is not None for season in found) <= 10
