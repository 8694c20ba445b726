"""pad_sequences and to_categorical, against Keras."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import datasets

SEQUENCES = [[1], [2, 3, 4], [], [5, 6, 7, 8, 9], [10, 11]]


@pytest.mark.parametrize("maxlen", [None, 1, 3, 7])
@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
@pytest.mark.parametrize("features", [None, 2])
def test_padding_is_that_of_keras(maxlen, padding, truncating, features, rng):
    keras = require_peer("keras")
    options = {"maxlen": maxlen, "padding": padding, "truncating": truncating}
    if features is None:
        sequences = SEQUENCES
    else:
        sequences = [rng.normal(size=(len(sequence), features)) for sequence in SEQUENCES]
        options |= {"dtype": "float32", "value": -1.5}
    ours, theirs = datasets.pad_sequences(sequences, **options), keras.utils.pad_sequences(sequences, **options)
    np.testing.assert_array_equal(ours, theirs, strict=True)


def test_padding_of_strings_is_that_of_keras():
    keras = require_peer("keras")
    words = [["a", "house"], ["the"], ["one", "two", "three"]]
    for dtype in (object, "<U5"):
        ours, theirs = (
            function(words, dtype=dtype, value="-", padding="post")
            for function in (datasets.pad_sequences, keras.utils.pad_sequences)
        )
        np.testing.assert_array_equal(ours, theirs, strict=True)


def test_nothing_to_pad():
    assert datasets.pad_sequences([]).shape == (0, 0)
    assert datasets.pad_sequences(SEQUENCES, maxlen=0).shape == (5, 0)
    assert fastlstm.utils.pad_sequences is datasets.pad_sequences


@pytest.mark.parametrize(
    ("sequences", "options", "error", "match"),
    [
        (SEQUENCES, {"padding": "left"}, ValueError, "padding: expected 'pre' or 'post', got 'left'"),
        (SEQUENCES, {"truncating": None}, ValueError, "truncating: expected"),
        (SEQUENCES, {"maxlen": -1}, ValueError, "maxlen"),
        (SEQUENCES, {"maxlen": 2.0}, TypeError, "maxlen"),
        (3, {}, TypeError, "sequences: expected a list of sequences, got int"),
        ([[1], 2], {}, TypeError, r"sequences\[1\]: expected a sequence, got 2"),
        ([[0.5, 1]], {}, ValueError, r"sequences\[0\]: expected whole numbers, to have dtype int32, got 0.5"),
        ([[2**40]], {}, ValueError, r"sequences\[0\]: expected whole numbers"),
        ([[float("nan")]], {}, ValueError, r"sequences\[0\]: expected whole numbers"),
        ([[1], [[2, 3]]], {}, ValueError, r"sequences\[1\]: expected shape \('T',\)"),
        (SEQUENCES, {"value": "x"}, ValueError, "value: expected a number for dtype int32"),
        (SEQUENCES, {"value": 0.5}, ValueError, "value: expected whole numbers"),
    ],
)
def test_padding_refuses(sequences, options, error, match):
    with pytest.raises(error, match=match):
        datasets.pad_sequences(sequences, **options)


@pytest.mark.parametrize("shape", [(7,), (7, 1), (3, 4), (3, 4, 1), (0,), ()])
@pytest.mark.parametrize("classes", [None, 9])
def test_categories_are_those_of_keras(shape, classes, rng):
    keras = require_peer("keras")
    x = rng.integers(0, 6, shape)
    if x.size == 0 and classes is None:
        assert datasets.to_categorical(x).shape == (0, 0)
        return
    ours, theirs = (f(x, classes) for f in (fastlstm.utils.to_categorical, keras.utils.to_categorical))
    np.testing.assert_array_equal(ours, theirs, strict=True)
    np.testing.assert_array_equal(datasets.to_categorical(x.astype(float), classes), ours)


def test_categories_as_in_keras_2():
    expected = require_peer("tf_keras").utils.to_categorical([0, 2, 1], num_classes=4)
    found = datasets.to_categorical([0, 2, 1], nb_classes=4, dtype="float32")
    np.testing.assert_array_equal(found, expected, strict=True)
    for numerals in (["0", "2", "1"], np.array([0, 2, 1], object), [[0], [2], [1]]):
        np.testing.assert_array_equal(datasets.to_categorical(numerals, 4), expected)
    with pytest.raises(TypeError, match="nb_classes: expected num_classes alone"):
        datasets.to_categorical([0], num_classes=3, nb_classes=3)


@pytest.mark.parametrize(
    ("x", "error", "match"),
    [
        ([0, -1], ValueError, "x: expected class numbers from 0 to 3, got -1"),
        ([0, 4], ValueError, "x: expected class numbers from 0 to 3, got 4"),
        ([0.5], ValueError, "x: expected whole numbers"),
        (["a"], TypeError, "x: expected class numbers"),
    ],
)
def test_categories_refuse(x, error, match):
    with pytest.raises(error, match=match):
        datasets.to_categorical(x, 4)


# Batches of windows
