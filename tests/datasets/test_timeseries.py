"""timeseries_dataset_from_array: batches of windows, against Keras."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import datasets

CASES = [
    {},
    {"sequence_stride": 3},
    {"sampling_rate": 2, "batch_size": 5},
    {"sequence_stride": 2, "sampling_rate": 3, "start_index": 4, "end_index": 33},
    {"start_index": 7},
    {"end_index": 20, "batch_size": 3},
    {"batch_size": None, "sequence_stride": 4},
    {"sequence_length": 39},
    {"sequence_length": 1, "batch_size": 7},
    {"shuffle": True, "seed": 3, "batch_size": 7},
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("targets", ["none", "vector", "matrix", "short"])
@pytest.mark.parametrize("features", [None, 2])
def test_windows_are_those_of_keras(case, targets, features, rng):
    require_peer("tensorflow")
    keras = require_peer("keras")
    data = rng.normal(size=(40,) if features is None else (40, features)).astype("float32")
    y = {"none": None, "vector": rng.normal(size=40), "matrix": rng.normal(size=(40, 3)), "short": rng.normal(size=17)}
    options = {"sequence_length": 4, **case}
    wanted = y[targets]
    if targets == "short" and options.get("start_index"):
        pytest.skip("Keras reads beyond the targets")
    ours = datasets.timeseries_dataset_from_array(data, wanted, **options)
    theirs = keras.utils.timeseries_dataset_from_array(data, wanted, **options)
    ours, theirs = ([item if isinstance(item, tuple) else (item,) for item in ds] for ds in (ours, theirs))
    theirs = [tuple(np.asarray(part) for part in item) for item in theirs]
    assert len(ours) == len(theirs)
    if case.get("shuffle"):  # Keras shuffles once more, within a buffer
        ours, theirs = ([[np.concatenate(parts) for parts in zip(*ds, strict=True)]] for ds in (ours, theirs))
        for ds in (ours, theirs):
            order = np.lexsort(ds[0][0].reshape(len(ds[0][0]), -1).T)
            ds[0] = [part[order] for part in ds[0]]
    for one, other in zip(ours, theirs, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype


def test_a_data_set_can_be_iterated_over_again():
    make = datasets.timeseries_dataset_from_array
    ds = make(np.arange(50), np.arange(50), 3, batch_size=7)
    first, second = (list(ds) for _ in range(2))
    for (a, b), (c, d) in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, c)
        np.testing.assert_array_equal(b, d)
    assert len(ds) == 7
    np.testing.assert_array_equal(ds[-1][1], ds[6][1])
    for bad in (7, -8):
        with pytest.raises((IndexError, ValueError), match="index"):
            ds[bad]
    shuffled = make(np.arange(50), np.arange(50), 3, shuffle=True, seed=1)
    orders = [np.concatenate([y for _, y in shuffled]).tolist() for _ in range(3)]
    assert all(sorted(order) == list(range(48)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    again = make(np.arange(50), np.arange(50), 3, shuffle=True, seed=1)
    assert np.concatenate([y for _, y in again]).tolist() == orders[0]
    fastlstm.utils.set_random_seed(5)
    one = make(np.arange(50), None, 3, shuffle=True)[0]
    fastlstm.utils.set_random_seed(5)
    np.testing.assert_array_equal(make(np.arange(50), None, 3, shuffle=True)[0], one)


def test_the_series_is_not_copied_and_batches_are():
    series = np.arange(100.0).reshape(50, 2)
    ds = datasets.timeseries_dataset_from_array(series, None, 5, sampling_rate=3)
    assert np.shares_memory(ds._windows, series)
    batch = ds[0]
    batch[:] = 0
    assert (ds[0] != 0).any()
    single = datasets.timeseries_dataset_from_array(series, None, 5, batch_size=None)[0]
    single[:] = -1
    assert series[0, 1] == 1


def test_targets_end_where_the_last_window_may_begin():
    ds = datasets.timeseries_dataset_from_array(np.arange(20), np.arange(8), 3, start_index=5)
    x, y = ds[0]
    assert x[:, 0].tolist() == y.tolist() == [5, 6, 7]
    assert len(datasets.timeseries_dataset_from_array(np.arange(5), None, 9)) == 0


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"sequence_length": 0}, ValueError, "sequence_length"),
        ({"sequence_stride": 10}, ValueError, "sequence_stride: expected an integer of at most 9, got 10"),
        ({"sampling_rate": 0}, ValueError, "sampling_rate"),
        ({"start_index": 10}, ValueError, "start_index: expected an integer of at most 9"),
        ({"start_index": -1}, ValueError, "start_index"),
        ({"end_index": 10}, ValueError, "end_index: expected an integer of at most 9, got 10"),
        ({"start_index": 5, "end_index": 5}, ValueError, "end_index: expected an integer of at least 6"),
        ({"end_index": 0}, ValueError, "end_index"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"shuffle": 1}, TypeError, "shuffle"),
        ({"seed": -1, "shuffle": True}, ValueError, "seed"),
        ({"format": "torch"}, ValueError, "format: expected 'tf' or 'grain'"),
        ({"data": ["a"] * 10}, TypeError, "data: expected real"),
        ({"data": 3.0}, ValueError, "data: expected shape"),
        ({"targets": 3.0}, ValueError, "targets: expected one for each step"),
    ],
)
def test_windows_in_batches_refuse(options, error, match):
    arguments = {"data": np.arange(10.0), "targets": None, "sequence_length": 3, **options}
    with pytest.raises(error, match=match):
        fastlstm.utils.timeseries_dataset_from_array(**arguments)
