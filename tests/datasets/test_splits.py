"""Splits and folds in the order of time, and scaling: against scikit-learn and plain loops."""

import itertools
import json

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import datasets, layers


def test_parts_are_in_the_order_of_time():
    x, y = np.arange(20).reshape(10, 2), np.arange(10)
    train, validation, test = datasets.split(x, y, validation=0.2, test=3)
    assert [len(part[0]) for part in (train, validation, test)] == [5, 2, 3]
    for part in (train, validation, test):
        np.testing.assert_array_equal(part[0][:, 0] // 2, part[1])
    np.testing.assert_array_equal(np.concatenate([train[1], validation[1], test[1]]), y)
    assert np.shares_memory(train[0], x)
    one, other = datasets.split(y, test=0.25)
    assert (one.tolist(), other.tolist()) == (list(range(7)), [7, 8, 9])
    assert len(datasets.split(y, validation=1)[1]) == 1


@pytest.mark.parametrize("split", [0.1, 0.2, 0.3, 0.5, 0.7])
def test_a_fraction_is_what_validation_split_is(split, rng):
    x, y = rng.normal(size=(37, 2)), rng.normal(size=(37, 1))
    model = fastlstm.Sequential([fastlstm.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    (x_train, y_train), validation = datasets.split(x, y, validation=split)
    weights = model.get_weights()
    results = []
    for arguments in (
        {"x": x, "y": y, "validation_split": split},
        {"x": x_train, "y": y_train, "validation_data": validation},
    ):
        model.set_weights(weights)
        results.append(model.fit(**arguments, shuffle=False, verbose=0).history)
    assert results[0] == results[1]


def test_frames_remain_frames():
    pandas = require_peer("pandas")
    frame = pandas.DataFrame({"a": range(10)}, index=np.arange(10) / 2)
    train, test = datasets.split(frame, test=4)
    assert test.index.tolist() == [3.0, 3.5, 4.0, 4.5]
    assert isinstance(train, pandas.DataFrame)


@pytest.mark.parametrize(
    ("arrays", "options", "error", "match"),
    [
        ((), {"test": 1}, TypeError, "at least one array"),
        (([1, 2],), {}, ValueError, "expected validation, test or both"),
        (([1, 2], [1]), {"test": 1}, ValueError, r"arrays of one length, got lengths \[2, 1\]"),
        ((3,), {"test": 1}, ValueError, "arrays of one length"),
        (([1, 2, 3],), {"test": 2, "validation": 1}, ValueError, "a row or more to train on"),
        (([1, 2, 3],), {"test": 0}, ValueError, "test"),
        (([1, 2, 3],), {"test": 0.0}, ValueError, "test: expected a fraction above 0"),
        (([1, 2, 3],), {"test": 1.0}, ValueError, "test"),
        (([1, 2, 3],), {"validation": "1"}, TypeError, "validation"),
        (([1, 2, 3],), {"validation": True}, TypeError, "validation"),
    ],
)
def test_splits_refuse(arrays, options, error, match):
    with pytest.raises(error, match=match):
        datasets.split(*arrays, **options)


def test_folds_are_those_of_scikit_learn():
    selection = require_peer("sklearn.model_selection")
    for rows, folds, longest, size, gap in itertools.product((7, 20, 33), (2, 5), (None, 4), (None, 3), (0, 2)):
        options = {"n_splits": folds, "max_train_size": longest, "test_size": size, "gap": gap}
        try:
            expected = list(selection.TimeSeriesSplit(**options).split(np.zeros(rows)))
        except ValueError:
            with pytest.raises(ValueError, match="data: expected more rows than"):
                datasets.time_series_folds(rows, **options)
            continue
        found = [
            tuple(np.arange(rows)[part] for part in parts) for parts in datasets.time_series_folds(rows, **options)
        ]
        for ours, theirs in zip(found, expected, strict=True):
            for a, b in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("rows", [12, 13, 17])
@pytest.mark.parametrize("gap", [0, 2])
def test_folds_move_forward(rows, gap):
    folds = list(datasets.time_series_folds(np.zeros(rows), n_splits=3, test_size=2, gap=gap))
    tests = [np.arange(rows)[test].tolist() for _, test in folds]
    assert list(itertools.chain(*tests)) == list(range(rows - 6, rows))
    for (training, test), (later, _) in itertools.pairwise(folds):
        assert training.stop + gap == test.start
        assert later.stop == test.stop - gap
    rolling = datasets.time_series_folds(rows, n_splits=3, test_size=2, gap=gap, max_train_size=3)
    assert all(training.stop - training.start == 3 for training, _ in rolling)


@pytest.mark.parametrize(
    "options", [{"n_splits": 1}, {"n_splits": 5}, {"test_size": 2}, {"gap": 5}, {"max_train_size": 0}]
)
def test_folds_refuse(options):
    with pytest.raises(ValueError, match=r"^(data|n_splits|max_train_size): "):
        datasets.time_series_folds(5, **{"n_splits": 3, **options})


# Scaling


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
