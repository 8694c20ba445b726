"""Strings and data sets of them: results are those of TensorFlow."""

import numpy as np
import pytest
import string_cases
from peers import keras_on

from fastlstm import keras
from fastlstm.keras import tensorflow as tf

CASES = string_cases.cases(tf)


@pytest.fixture(scope="module")
def theirs():
    return keras_on("tensorflow").submit(string_cases.results).result()


@pytest.mark.parametrize("name", CASES)
def test_results(theirs, name):
    assert string_cases.plain(CASES[name]()) == theirs[name]


def test_characters_and_their_numbers():
    ids_of = keras.layers.StringLookup(vocabulary=["a", "b", "ü"], mask_token=None)
    chars_of = keras.layers.StringLookup(vocabulary=ids_of.get_vocabulary(), invert=True, mask_token=None)
    ids = ids_of(tf.strings.unicode_split(["abü", "b"], "UTF-8"))
    assert ids.to_list() == [[1, 2, 3], [2]]
    assert tf.strings.reduce_join(chars_of(ids), axis=-1).numpy().tolist() == ["abü".encode(), b"b"]
    (first, *_) = tf.data.Dataset.from_tensor_slices(ids_of(tf.strings.unicode_split("bü", "UTF-8")))
    assert chars_of(first).numpy().decode("utf-8") == "b"


def test_texts_are_vectorized_in_a_data_set():
    vectorize = keras.layers.TextVectorization(output_sequence_length=3)
    texts = tf.data.Dataset.from_tensor_slices((["The sea", "the  Wind"], [0, 1]))
    vectorize.adapt(texts.map(lambda text, label: text).batch(2))
    x, y = next(iter(texts.map(lambda text, label: (vectorize(text), label)).batch(2)))
    assert (x.shape, x[:, 0].numpy().tolist(), y.numpy().tolist()) == ((2, 3), [2, 2], [0, 1])
    assert vectorize(["the"]).numpy().tolist() == [[2, 0, 0]]


def test_what_elements_are_like():
    rows = tf.data.Dataset.from_generator(lambda: iter([([1, 2], 3), ([4], 5)]), (tf.int64, tf.float32))
    assert rows.output_shapes == tf.data.get_output_shapes(rows) == ((None,), ())
    assert rows.output_types == tf.data.get_output_types(rows) == (tf.int64, tf.float32)
    assert rows.element_spec == (tf.TensorSpec((None,), tf.int64), tf.TensorSpec((), tf.float32))
    ((x, y),) = rows.padded_batch(2, rows.output_shapes)
    assert (x.numpy().tolist(), y.numpy().tolist()) == ([[1, 2], [4, 0]], [3, 5])


def test_what_does_not_fit():
    rows = tf.data.Dataset.from_tensor_slices(np.ones((2, 3)))
    with pytest.raises(ValueError, match="padded_shapes: expected room for 3 entries, got 2"):
        list(rows.padded_batch(2, [2]))
    with pytest.raises(ValueError, match="bucket_batch_sizes: expected 2 of them, got 1"):
        list(rows.bucket_by_sequence_length(len, [2], [4]))
    with pytest.raises(ValueError, match="axis: expected -1"):
        tf.strings.reduce_join(tf.strings.split(["a b"]), axis=0)
    with pytest.raises(ValueError, match="compression_type: "):
        tf.data.TextLineDataset("a.gz", "GZIP")
