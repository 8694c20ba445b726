"""TextVectorization, against Keras 3."""

import pickle
import random

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, Sequential, layers, preprocessing
from fastlstm.preprocessing import TextVectorization

WORDS = [
    "the",
    "The",
    "cat,",
    "don't",
    "ÉTÉ",
    "straße",
    "İ",
    "a b",
    "[UNK]",
    "x\u00a0y",
    "\u2003",
    "\t",
    "",
    "#1",
    "cat",
]


def texts(seed, count=9, longest=8):
    chosen = random.Random(seed)
    return [" ".join(chosen.choices(WORDS, k=chosen.randrange(longest))) for _ in range(count)]


def compare(options, seen, given):
    keras = require_peer("keras")
    ours, theirs = TextVectorization(**options), keras.layers.TextVectorization(**options)
    ours.adapt(seen)
    theirs.adapt(seen)
    assert ours.get_vocabulary() == theirs.get_vocabulary()
    assert ours.get_vocabulary(False) == theirs.get_vocabulary(include_special_tokens=False)
    assert ours.vocabulary_size() == theirs.vocabulary_size()
    for inputs in given:
        np.testing.assert_allclose(ours(inputs), theirs(inputs).numpy(), rtol=1e-6, strict=True)
    return ours


@pytest.mark.parametrize("standardize", [None, "lower", "strip_punctuation", "lower_and_strip_punctuation"])
@pytest.mark.parametrize("split", ["whitespace", "character"])
@pytest.mark.parametrize("mode", ["int", "multi_hot", "count", "tf_idf"])
def test_texts_are_those_of_keras(standardize, split, mode):
    options = {"standardize": standardize, "split": split, "output_mode": mode}
    new = [*texts(2), "quite new", ""]
    ours = compare(options, texts(1), [new, np.array(new)[:, None], new[0], [""], [new[1]]])
    again = pickle.loads(pickle.dumps(ours)), TextVectorization.from_config(ours.get_config())
    for other in again:
        np.testing.assert_array_equal(other(new), ours(new))


@pytest.mark.parametrize(
    "options",
    [
        {"ngrams": 2},
        {"ngrams": 3, "output_mode": "count"},
        {"ngrams": (1, 3), "output_sequence_length": 5},
        {"ngrams": (2,), "output_mode": "tf_idf"},
        {"output_sequence_length": 3},
        {"output_sequence_length": 12, "max_tokens": 5},
        {"max_tokens": 6},
        {"max_tokens": 40, "pad_to_max_tokens": True, "output_mode": "multi_hot"},
        {"max_tokens": 30, "pad_to_max_tokens": True, "output_mode": "tf_idf"},
    ],
    ids=str,
)
def test_options_are_those_of_keras(options):
    compare(options, texts(1), [texts(2), "the cat", [], ["a"]])


@pytest.mark.parametrize(
    "options", [{}, {"ngrams": 2}, {"output_sequence_length": 3}, {"output_mode": "count"}], ids=str
)
def test_words_that_are_split_already(options):
    seen = np.array([["a b", "b"], ["c", "d."]], object)
    compare({"split": None} | options, seen, [seen, [["d", "q"]], ["a b", "c"]])


def test_a_given_vocabulary():
    keras = require_peer("keras")
    for vocabulary in (["x", "y"], ["", "[UNK]", "x", "y"]):
        ours, theirs = (at.TextVectorization(vocabulary=vocabulary) for at in (preprocessing, keras.layers))
        assert ours.get_vocabulary() == theirs.get_vocabulary() == ["", "[UNK]", "x", "y"]
        assert ours(["x y z"]).tolist() == [[2, 3, 1]]
    weighted = {"vocabulary": ["x", "y"], "idf_weights": [0.5, 2.0], "output_mode": "tf_idf"}
    ours, theirs = (at.TextVectorization(**weighted) for at in (preprocessing, keras.layers))
    np.testing.assert_array_equal(ours(["x y y z"]), theirs(["x y y z"]).numpy(), strict=True)
    ours.set_vocabulary(["z"], [3.0])
    assert ours(["z z"]).tolist() == [[0.0, 6.0]]


def test_functions_take_arrays():
    ours = TextVectorization(standardize=np.char.upper, split=lambda texts: np.char.split(texts, "-"))
    ours.adapt(["a-b", "b"])
    assert ours.get_vocabulary() == ["", "[UNK]", "B", "A"]
    assert ours(["b-a", "c"]).tolist() == [[2, 3], [1, 0]]
    with pytest.raises(ValueError, match="split: expected 2 lists of words of the function, got 3"):
        TextVectorization(split=lambda texts: [["a"]] * 3).adapt(["a", "b"])


def test_batches_of_texts():
    ours = TextVectorization()
    ours.adapt(iter([["a b", b"b"], np.array([["b c"]]), "c"]))
    assert ours.get_vocabulary() == ["", "[UNK]", "b", "c", "a"]
    ours.adapt(([text] for text in ("x", "y")), batch_size=8, steps=1)
    assert ours.get_vocabulary() == ["", "[UNK]", "x"]
    ours.update_state(["x y"])
    ours.finalize_state()
    assert ours.get_vocabulary() == ["", "[UNK]", "x", "y"]
    ours.adapt([])
    assert ours.get_vocabulary() == ["", "[UNK]"]
    assert ours(["x"]).tolist() == [[1]]


def test_before_a_model():
    vectorize = TextVectorization(max_tokens=50, output_sequence_length=6)
    vectorize.adapt(texts(1))
    model = Sequential([Input((6,)), layers.Embedding(50, 4), layers.LSTM(3), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(vectorize(texts(2)), np.zeros(9), verbose=0)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: TextVectorization()(["a"]), ValueError, "vocabulary: expected one before the call"),
        (
            lambda: TextVectorization(vocabulary=["a"])([["a", "b"]]),
            ValueError,
            r"inputs: expected texts of shape \(N,\)",
        ),
        (
            lambda: TextVectorization().adapt([["a", "b"]]),
            ValueError,
            r"data: expected texts of shape \(N,\) or \(N, 1\)",
        ),
        (lambda: TextVectorization().adapt(["a", None]), TypeError, "data: expected strings.* got NoneType"),
        (lambda: TextVectorization(vocabulary=["a"]).adapt(["b"]), ValueError, "vocabulary: expected None, or no"),
        (lambda: TextVectorization(vocabulary=["a"])([1]), TypeError, "inputs: expected strings.* got int"),
        (lambda: TextVectorization(standardize="x"), ValueError, "standardize: expected one of 'lower_and_strip_punct"),
        (
            lambda: TextVectorization(split="x"),
            ValueError,
            "split: expected one of 'whitespace', 'character', a function",
        ),
        (lambda: TextVectorization(ngrams=0), ValueError, "ngrams: expected an integer of at least 1, got 0"),
        (
            lambda: TextVectorization(output_mode="one_hot"),
            ValueError,
            "output_mode: expected one of 'int', 'multi_hot'",
        ),
        (
            lambda: TextVectorization(output_mode="count", output_sequence_length=3),
            ValueError,
            "output_sequence_length: expected None for output_mode 'count', got 3",
        ),
        (lambda: TextVectorization(ragged=True), ValueError, "ragged: TextVectorization does not support it"),
        (lambda: TextVectorization(max_tokens=1), ValueError, "max_tokens: expected an integer of at least 2, got 1"),
    ],
)
def test_refuses(call, error, match):
    with pytest.raises(error, match=match):
        call()
