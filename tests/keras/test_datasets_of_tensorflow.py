"""`tf.data.Dataset` over arrays."""

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import tensorflow as tf

Dataset = tf.data.Dataset


def values(dataset):
    return [np.asarray(element).tolist() for element in dataset]


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (Dataset.range(5).batch(2), [[0, 1], [2, 3], [4]]),
        (Dataset.range(5).batch(2, drop_remainder=True), [[0, 1], [2, 3]]),
        (Dataset.range(3).repeat(2), [0, 1, 2, 0, 1, 2]),
        (Dataset.range(9).skip(2).take(3), [2, 3, 4]),
        (Dataset.range(2).concatenate(Dataset.range(1)), [0, 1, 0]),
        (Dataset.range(4).map(lambda x: 2 * x, num_parallel_calls=tf.data.AUTOTUNE), [0, 2, 4, 6]),
        (Dataset.range(6).filter(lambda x: x % 2 == 0).cache().prefetch(1), [0, 2, 4]),
        (Dataset.range(4).batch(2).unbatch(), [0, 1, 2, 3]),
        (
            Dataset.from_generator(lambda: iter([[1], [2, 3]]), output_types=tf.int32).padded_batch(2),
            [[[1, 0], [2, 3]]],
        ),
        (Dataset.from_tensors([1, 2]), [[1, 2]]),
    ],
)
def test_elements(dataset, expected):
    assert values(dataset) == expected
    assert values(dataset) == expected  # again
    if dataset._length is not None:
        assert len(dataset) == dataset.cardinality() == len(expected)


def test_windows_of_a_series():
    series = np.arange(7, dtype=np.float32)
    dataset = Dataset.from_tensor_slices(series).window(4, shift=1, drop_remainder=True)
    dataset = dataset.flat_map(lambda window: window.batch(4)).map(lambda window: (window[:-1], window[-1]))
    x, y = zip(*dataset, strict=True)
    np.testing.assert_array_equal(x, [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]])
    np.testing.assert_array_equal(y, [3, 4, 5, 6])


def test_windows_of_several_arrays():
    window, labels = next(iter(Dataset.from_tensor_slices((np.arange(4), np.arange(4) + 10)).window(2)))
    assert (values(window), values(labels)) == ([0, 1], [10, 11])


def test_tuples_and_dicts():
    dataset = Dataset.from_tensor_slices(({"a": np.arange(3), "b": np.ones((3, 2))}, ["x", "y", "z"])).batch(2)
    first, labels = next(iter(dataset))
    assert (first["a"].tolist(), first["b"].shape, labels.tolist()) == ([0, 1], (2, 2), ["x", "y"])
    assert values(Dataset.zip((Dataset.range(2), Dataset.range(3)))) == [[0, 0], [1, 1]]
    with pytest.raises(ValueError, match="same number of rows"):
        Dataset.from_tensor_slices((np.ones(2), np.ones(3)))


def test_shuffling():
    tf.random.set_seed(1)
    dataset = Dataset.range(50).shuffle(10)
    first, second = values(dataset), values(dataset)
    assert first != second
    assert sorted(first) == sorted(second) == list(range(50))
    fixed = Dataset.range(50).shuffle(10, seed=1, reshuffle_each_iteration=False)
    assert values(fixed) == values(fixed)


def test_shuffle_draws_from_a_buffer():
    dataset = Dataset.range(1000).shuffle(10)
    found = [int(one) for one in dataset]
    assert sorted(found) == list(range(1000))
    assert all(value < place + 10 for place, value in enumerate(found))
    endless = Dataset.range(20).repeat().shuffle(5).take(50)
    assert len(list(endless)) == 50


def test_fit_takes_one(rng):
    x, y = rng.normal(size=(20, 5, 1)), rng.normal(size=20)
    model = keras.Sequential([keras.layers.GRU(2, input_shape=(5, 1)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    dataset = Dataset.from_tensor_slices((x, y)).shuffle(20).batch(8).prefetch(tf.data.AUTOTUNE)
    assert len(model.fit(dataset, epochs=2, verbose=0, validation_data=dataset).history["val_loss"]) == 2
    assert model.predict(Dataset.from_tensor_slices(x).batch(8), verbose=0).shape == (20, 1)
    assert model.fit(dataset.repeat(), steps_per_epoch=2, epochs=2, verbose=0).epoch == [0, 1]


def test_time_series():
    dataset = keras.preprocessing.timeseries_dataset_from_array(np.arange(10), np.arange(10), 3, batch_size=4)
    x, y = next(iter(dataset.take(1)))
    assert (x.shape, y.tolist()) == ((4, 3), [0, 1, 2, 3])
