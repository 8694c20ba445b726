"""Splits and folds in time order, against scikit-learn and plain loops."""

import itertools

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
        (([1, 2, 3],), {"test": 2, "validation": 1}, ValueError, "at least one training row"),
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
