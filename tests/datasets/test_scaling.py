"""StandardScaler and MinMaxScaler: there and back, features that do not vary, and what they refuse."""

import json

import numpy as np
import pytest

from fastlstm import datasets, layers

SCALERS = [datasets.StandardScaler, datasets.MinMaxScaler, lambda: datasets.MinMaxScaler((-1, 3))]


@pytest.mark.parametrize("make", SCALERS)
@pytest.mark.parametrize("shape", [(50,), (50, 3), (7, 5, 3)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_scaling_comes_back(make, shape, dtype, rng):
    data = (1000 + 50 * rng.normal(size=shape)).astype(dtype)
    scaler = make()
    scaled = scaler.fit_transform(data)
    assert scaled.shape == shape
    assert scaled.dtype == ("float32" if dtype == "float32" else "float64")
    np.testing.assert_allclose(scaler.inverse_transform(scaled), data, rtol=1e-6 if dtype == "float32" else 1e-13)
    rows = scaled.reshape(-1, 3 if len(shape) > 1 else 1)
    if isinstance(scaler, datasets.StandardScaler):
        np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(rows.std(axis=0), 1, rtol=1e-6)
    else:
        low, high = scaler.feature_range
        np.testing.assert_allclose(rows.min(axis=0), low, atol=1e-6)
        np.testing.assert_allclose(rows.max(axis=0), high, rtol=1e-6)
    again = type(scaler).from_config(json.loads(json.dumps(scaler.get_config())))
    np.testing.assert_array_equal(again.transform(data), scaled)


def test_scaling_is_that_of_the_normalization_layer(rng):
    data = 3 + 2 * rng.normal(size=(60, 4))
    layer = layers.Normalization(dtype="float64")
    layer.adapt(data)
    np.testing.assert_allclose(datasets.StandardScaler().fit_transform(data), layer(data), rtol=1e-12)


@pytest.mark.parametrize("make", SCALERS)
@pytest.mark.parametrize("value", [0.0, 0.1, -1e6, 1e-30])
def test_constant_features(make, value, rng):
    data = np.column_stack([np.full(40, value), rng.normal(size=40)])
    scaler = make().fit(data)
    lower = 0.0 if isinstance(scaler, datasets.StandardScaler) else scaler.feature_range[0]
    scaled = scaler.transform(data)
    np.testing.assert_allclose(scaled[:, 0], lower, atol=1e-9)
    np.testing.assert_allclose(scaler.inverse_transform(scaled)[:, 0], value, atol=1e-9)


def test_tiny_features_are_scaled(rng):
    data = 1e-12 * rng.normal(size=(100, 1))
    assert datasets.StandardScaler().fit_transform(data).std() == pytest.approx(1)


@pytest.mark.parametrize("make", SCALERS)
def test_scaling_refuses(make):
    with pytest.raises(ValueError, match="is not fitted"):
        make().transform([1.0])
    with pytest.raises(ValueError, match="data: NaN at"):
        make().fit([1.0, np.nan])
    with pytest.raises(ValueError, match="at least one row"):
        make().fit(np.zeros((0, 3)))
    with pytest.raises(TypeError, match="data"):
        make().fit(["a"])
    scaler = make().fit(np.arange(6.0).reshape(3, 2))
    with pytest.raises(ValueError, match="data: expected 2 features, as the scaler was fitted to, got 3"):
        scaler.transform(np.zeros((4, 3)))
    assert np.isnan(scaler.transform([[np.nan, 1.0]])[0, 0])


def test_statistics_are_given_together():
    with pytest.raises(ValueError, match="mean, deviation: expected all of them or none"):
        datasets.StandardScaler(mean=[1.0])
    with pytest.raises(ValueError, match="expected one number for each feature"):
        datasets.MinMaxScaler(minimum=[1.0], maximum=[1.0, 2.0])
    for bad, error in (((1, 0), ValueError), ((0, 0), ValueError), (3, TypeError), ((0, "1"), TypeError)):
        with pytest.raises(error, match="feature_range"):
            datasets.MinMaxScaler(bad)
