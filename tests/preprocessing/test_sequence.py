"""TimeseriesGenerator and skipgrams, against Keras 2."""

import random
from collections import Counter

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, datasets, layers
from fastlstm.preprocessing import TimeseriesGenerator, sequence


@pytest.fixture(scope="module")
def theirs():
    return require_peer("tf_keras").preprocessing.sequence


def test_batches_of_windows_are_those_of_keras(theirs):
    chosen = random.Random(4)
    for _ in range(60):
        steps = chosen.randrange(2, 40)
        shape = chosen.choice([(), (1,), (2, 3)])
        data, targets = np.random.default_rng(0).normal(size=(steps, *shape)), np.arange(steps)
        options = {
            "length": chosen.randrange(steps),
            "sampling_rate": chosen.randrange(1, 4),
            "stride": chosen.randrange(1, 4),
            "reverse": chosen.random() < 0.5,
            "batch_size": chosen.randrange(1, 12),
            "start_index": chosen.choice([0, 0, 1, 5]),
            "end_index": chosen.choice([None, steps - 1, steps // 2]),
        }
        try:
            peer = theirs.TimeseriesGenerator(data, targets, **options)
        except ValueError:
            with pytest.raises(ValueError, match="length: expected at most"):
                TimeseriesGenerator(data, targets, **options)
            continue
        ours = TimeseriesGenerator(data, targets, **options)
        assert len(ours) == len(peer)
        for i in range(len(peer)):
            for found, expected in zip(ours[i], peer[i], strict=True):
                if expected.size or found.size:
                    np.testing.assert_array_equal(found, expected)


def test_shuffled_windows_are_drawn_at_random():
    fastlstm.utils.set_random_seed(3)
    series = np.arange(30)
    generator = TimeseriesGenerator(series.tolist(), series.tolist(), length=2, shuffle=True, batch_size=50)
    x, y = generator[0]
    assert x.shape == (50, 2)
    np.testing.assert_array_equal(y[:, None] - [2, 1], x)
    assert len(set(y.tolist())) > 10
    assert {2, 29} <= set(np.concatenate([generator[0][1] for _ in range(20)]).tolist())


def test_fit_takes_a_generator_of_windows():
    series = np.sin(np.arange(60) / 3)[:, None]
    generator = TimeseriesGenerator(series, series, length=5, batch_size=16)
    assert isinstance(generator, datasets.PyDataset)
    assert [len(y) for _, y in generator] == [16, 16, 16, 7]
    model = Sequential([Input((5, 1)), layers.LSTM(4), layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(generator, epochs=2, verbose=0, validation_data=generator)
    assert len(history.history["val_loss"]) == 2
    assert model.predict(generator, verbose=0).shape == (55, 1)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"targets": [1]}, ValueError, "targets: expected one for each of the 5 steps of data, got 1"),
        ({"length": 5}, ValueError, "length: expected at most 4, so that a window and its target fit .* got 5"),
        ({"end_index": 5}, ValueError, "end_index: expected an integer of at most 4, got 5"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"length": 2.5}, TypeError, "length: expected an integer"),
    ],
)
def test_windows_refuse(options, error, match):
    with pytest.raises(error, match=match):
        TimeseriesGenerator(**{"data": range(5), "targets": range(5), "length": 2} | options)
    with pytest.raises(IndexError, match="index: expected one of 1 batches, got 1"):
        TimeseriesGenerator(range(5), range(5), 2)[1]


def test_pairs_are_those_of_keras(theirs):
    words = [random.Random(1).randrange(9) for _ in range(40)]
    for window in (0, 1, 4):
        for categorical in (False, True):
            options = {"window_size": window, "negative_samples": 0.0, "shuffle": False, "categorical": categorical}
            assert sequence.skipgrams(words, 9, **options) == theirs.skipgrams(words, 9, **options)
    near = Counter(map(tuple, theirs.skipgrams(words, 9, negative_samples=0.0)[0]))
    couples, labels = sequence.skipgrams(words, 9, negative_samples=0.5, seed=3)
    assert (couples, labels) == sequence.skipgrams(words, 9, negative_samples=0.5, seed=3)
    assert (couples, labels) != sequence.skipgrams(words, 9, negative_samples=0.5, seed=4)
    assert near == Counter(tuple(c) for c, label in zip(couples, labels, strict=True) if label)
    far = [c for c, label in zip(couples, labels, strict=True) if not label]
    assert len(far) == int(sum(near.values()) * 0.5)
    assert {other for _, other in far} <= set(range(1, 9))
    assert {word for word, _ in far} <= set(words)


def test_sampling_tables_are_those_of_keras(theirs):
    for size, factor in ((1, 1e-5), (50, 1e-3), (2000, 0.1)):
        np.testing.assert_allclose(
            sequence.make_sampling_table(size, factor), theirs.make_sampling_table(size, factor), rtol=1e-13
        )
    couples, labels = sequence.skipgrams([1, 2] * 50, 3, sampling_table=[0, 0, 1], seed=1)
    assert {word for word, _ in couples} == {2}
    assert len(couples) == len(labels) > 100
    with pytest.raises(ValueError, match="vocabulary_size: expected at least 2, to draw random words, got 1"):
        sequence.skipgrams([1, 1], 1)
    with pytest.raises(ValueError, match="sampling_factor: expected a number above 0"):
        sequence.make_sampling_table(3, 0)
