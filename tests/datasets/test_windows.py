"""Windows of a series against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest

from fastlstm import datasets


def looped_windows(series, n_steps, horizon, stride):
    x, y = [], []
    for start in range(0, len(series), stride):
        middle, end = start + n_steps, start + n_steps + horizon
        if end <= len(series):
            x.append(series[start:middle])
            y.append(series[middle:end])
    return np.array(x), np.array(y)


@pytest.mark.parametrize("features", [1, 3])
@pytest.mark.parametrize("stride", [1, 2, 5])
@pytest.mark.parametrize("horizon", [1, 2, 4])
@pytest.mark.parametrize(("steps", "n_steps"), [(20, 5), (21, 1), (9, 5)])
def test_windows_agree_with_a_loop(steps, n_steps, horizon, stride, features):
    series = np.random.default_rng(1).normal(size=(steps, features))
    x, y = datasets.windows(series, n_steps, horizon, stride)
    expected_x, expected_y = looped_windows(series, n_steps, horizon, stride)
    if horizon == 1:
        expected_y = expected_y[:, 0, 0] if features == 1 else expected_y[:, 0]
    np.testing.assert_array_equal(x, expected_x, strict=True)
    np.testing.assert_array_equal(y, expected_y, strict=True)


@pytest.mark.parametrize("known", [1, 2])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("horizon", [1, 3])
def test_what_is_known_of_a_step_stands_in_the_row_before(horizon, stride, known):
    series = np.arange(60.0).reshape(15, 4)
    x, y = datasets.windows(series, 5, horizon=horizon, stride=stride, known=known)
    assert len(x) == len(y) == len(range(0, 15 - 5 - horizon + 1, stride))
    for i in range(len(x)):
        start = i * stride
        np.testing.assert_array_equal(x[i, :, :-known], series[start : start + 5, :-known])
        np.testing.assert_array_equal(x[i, :, -known:], series[start + 1 : start + 6, -known:])
        wanted = series[start + 5 : start + 5 + horizon, :-known]
        np.testing.assert_array_equal(y[i].reshape(wanted.shape), wanted)


def test_a_series_without_feature_axis_has_one_feature():
    series = np.arange(10.0)
    x, y = datasets.windows(series, 4)
    column_x, column_y = datasets.windows(series[:, None], 4)
    np.testing.assert_array_equal(x, column_x, strict=True)
    np.testing.assert_array_equal(y, column_y, strict=True)
    assert x.shape == (6, 4, 1)
    assert y.shape == (6,)
    assert datasets.windows(series, 4, horizon=2)[1].shape == (5, 2, 1)


def test_the_longest_window_that_fits():
    x, y = datasets.windows([1.0, 2.0, 3.0], 2)
    np.testing.assert_array_equal(x, [[[1.0], [2.0]]])
    np.testing.assert_array_equal(y, [3.0])


@pytest.mark.parametrize("horizon", [1, 3])
def test_windows_are_read_only_views(horizon):
    series = np.arange(30.0).reshape(15, 2)
    for view in datasets.windows(series, 4, horizon):
        assert np.shares_memory(view, series)
        with pytest.raises(ValueError, match="read-only"):
            view[0] = 0


def test_a_series_that_is_itself_a_view_with_strides():
    whole = np.arange(60.0).reshape(30, 2)
    x, y = datasets.windows(whole[::-3, 1], 4)
    expected_x, expected_y = datasets.windows(whole[::-3, 1].copy(), 4)
    np.testing.assert_array_equal(x, expected_x)
    np.testing.assert_array_equal(y, expected_y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
def test_windows_keep_the_dtype_and_nan(dtype):
    x, y = datasets.windows(np.arange(6, dtype=dtype), 2)
    assert x.dtype == y.dtype == dtype
    assert np.isnan(datasets.windows([1.0, np.nan, 3.0], 2)[0]).any()


@pytest.mark.parametrize(
    ("sequence", "options", "error", "message"),
    [
        (np.arange(5.0), {"n_steps": 5}, ValueError, r"sequence: expected at least n_steps \+ horizon = 6 .*got 5"),
        ([], {"n_steps": 1}, ValueError, "sequence: expected at least .* got 0"),
        (np.zeros((2, 3, 4)), {"n_steps": 1}, ValueError, r"sequence: expected shape .* got \(2, 3, 4\)"),
        (np.zeros((4, 0)), {"n_steps": 1}, ValueError, r"sequence: expected shape .* got \(4, 0\)"),
        (3.0, {"n_steps": 1}, ValueError, r"sequence: expected shape .* got \(\)"),
        ([[1.0], [2.0, 3.0]], {"n_steps": 1}, ValueError, "sequence: expected a rectangular array"),
        (["1", "2", "3"], {"n_steps": 1}, TypeError, "sequence: expected real integers or floats"),
        ([1j, 2j, 3j], {"n_steps": 1}, TypeError, "sequence: expected real"),
        ([None, 2, 3], {"n_steps": 1}, TypeError, "sequence: expected real"),
        (np.arange(5.0), {"n_steps": 0}, ValueError, "n_steps: expected an integer of at least 1, got 0"),
        (np.arange(5.0), {"n_steps": 2.0}, TypeError, "n_steps: expected an integer, got 2.0"),
        (np.arange(5.0), {"n_steps": 2, "horizon": 0}, ValueError, "horizon: expected"),
        (np.arange(5.0), {"n_steps": 2, "stride": -1}, ValueError, "stride: expected"),
        (np.arange(5.0), {"n_steps": 2, "stride": True}, TypeError, "stride: expected"),
        (np.arange(5.0), {"n_steps": 2, "known": 1}, ValueError, "known: expected fewer than the 1 features"),
    ],
)
def test_windows_refuse_bad_input(sequence, options, error, message):
    with pytest.raises(error, match=message):
        datasets.windows(sequence, **options)
