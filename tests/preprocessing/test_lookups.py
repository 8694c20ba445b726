"""StringLookup and IntegerLookup, against Keras 3."""

import random

import numpy as np
import pytest
from peers import require_peer

from fastlstm.preprocessing import IntegerLookup, StringLookup
from fastlstm.preprocessing._farmhash import fingerprint

LETTERS = ["a", "b", "é", "Z", "aa", "", "[M]", "longer than eight bytes", "x" * 40, "y" * 100]
CASES = [
    {},
    {"mask_token": "mask"},
    {"num_oov_indices": 3},
    {"num_oov_indices": 2, "mask_token": "mask"},
    {"num_oov_indices": 0},
    {"num_oov_indices": 0, "mask_token": "mask"},
    {"max_tokens": 4},
    {"max_tokens": 5, "mask_token": "mask", "num_oov_indices": 2},
]


def array_of(result):
    return np.asarray(getattr(result, "numpy", lambda: result)())


def pair(kind, options):
    keras = require_peer("keras")
    ours = {"StringLookup": StringLookup, "IntegerLookup": IntegerLookup}[kind](**options)
    return ours, getattr(keras.layers, kind)(**options)


def tokens(kind, rng, *shape):
    chosen = rng.integers(0, len(LETTERS), shape)
    return np.array(LETTERS, object)[chosen] if kind == "StringLookup" else chosen * 7 - 14


@pytest.mark.parametrize("options", CASES, ids=str)
@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count", "tf_idf"])
@pytest.mark.parametrize("kind", ["StringLookup", "IntegerLookup"])
def test_a_lookup_is_that_of_keras(kind, mode, options, rng):
    mask = "" if kind == "StringLookup" else 0
    options = {name: mask if value == "mask" else value for name, value in options.items()} | {"output_mode": mode}
    if "max_tokens" in options and mode != "int":
        options["pad_to_max_tokens"] = True
    ours, theirs = pair(kind, options)
    seen = tokens(kind, rng, 7, 5)
    ours.adapt(seen)
    theirs.adapt(seen)
    assert ours.get_vocabulary() == theirs.get_vocabulary()
    assert ours.get_vocabulary(False) == theirs.get_vocabulary(include_special_tokens=False)
    assert ours.vocabulary_size() == theirs.vocabulary_size()
    new = (
        np.array(["zz", "q", "", "a", "ü", "w" * 70], object) if kind == "StringLookup" else np.array([-4, 5, 0, 7, 91])
    )
    given = [seen, seen[:, :1], seen[0], seen[0, 0], new, new[None]]
    if mode in ("int", "one_hot"):
        given.insert(0, seen.reshape(7, 5, 1))
    for inputs in given if options.get("num_oov_indices") != 0 else given[:-2]:
        found, expected = ours(inputs), array_of(theirs(inputs))
        np.testing.assert_allclose(found, expected, rtol=1e-6, strict=True)
    again = type(ours).from_config(ours.get_config())
    np.testing.assert_array_equal(again(seen), ours(seen))


def test_the_last_axis_is_a_document():
    ours, theirs = pair("StringLookup", {"vocabulary": ["a", "b", "c"], "output_mode": "count"})
    given = np.array([[["a", "b"], ["c", "c"]]], object)
    assert ours(given).tolist() == [[[0, 1, 1, 0], [0, 0, 0, 2]]]
    assert array_of(theirs(given)).tolist() == [[[0, 1, 0, 1], [0, 0, 1, 1]]]  # of Keras, against its documentation


def test_documents_are_counted_by_row_and_batch():
    ours, theirs = pair("StringLookup", {"output_mode": "tf_idf"})
    batches = [[["a", "b"], ["a", "a"]], [["c", ""]], [["b", "b"]]]
    for lookup in (ours, theirs):
        lookup.adapt(iter(batches), steps=2)
    np.testing.assert_allclose(ours([["a", "b", "c"]]), array_of(theirs([["a", "b", "c"]])), rtol=1e-6)
    assert ours.get_vocabulary() == ["[UNK]", "a", "c", "b", ""]
    for batch in (["x"], ["y", "y"]):
        ours.update_state(batch)
    ours.finalize_state()
    assert ours.get_vocabulary()[1] == "a"  # update_state goes on counting
    ours.adapt([])
    assert ours.get_vocabulary() == ["[UNK]"]
    ours.adapt(["new"])
    assert ours.get_vocabulary() == ["[UNK]", "new"]


@pytest.mark.parametrize("options", [{}, {"mask_token": ""}, {"num_oov_indices": 2}, {"num_oov_indices": 0}], ids=str)
def test_indices_turn_back_into_strings(options):
    ours = StringLookup(vocabulary=["a", "b"], invert=True, **options)
    keras = require_peer("keras")
    theirs = keras.layers.StringLookup(vocabulary=["a", "b"], invert=True, **options)
    indices = [0, 1, 2, 3, 5, -1]
    assert ours(indices).tolist() == list(theirs(indices))
    there = StringLookup(vocabulary=["a", "b"], **options)
    back = StringLookup(vocabulary=there.get_vocabulary(), invert=True, **options)
    assert back(there([["b", "a"]])).tolist() == [["b", "a"]]
    assert "".join(back(there(list("abba")))) == "abba"


def test_indices_turn_back_into_integers():
    ours, theirs = pair("IntegerLookup", {"vocabulary": [12, 42], "invert": True, "mask_token": 0})
    indices = [[0, 1], [2, 5]]
    np.testing.assert_array_equal(ours(indices), array_of(theirs(indices)), strict=True)


def test_weights_of_a_vocabulary():
    full = {"vocabulary": ["[UNK]", "a", "b"], "idf_weights": [0.5, 1.0, 2.0]}
    short = {"vocabulary": ["a", "b"], "idf_weights": [1.0, 2.0], "num_oov_indices": 2}
    for options in (full, short):
        ours, theirs = pair("StringLookup", options | {"output_mode": "tf_idf"})
        given = [["a", "b", "b", "x"]]
        np.testing.assert_array_equal(ours(given), array_of(theirs(given)), strict=True)


def test_a_vocabulary_from_anywhere(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("foo\nbär\n", encoding="utf-8")
    assert StringLookup(vocabulary=str(path)).get_vocabulary() == ["[UNK]", "foo", "bär"]
    assert IntegerLookup(vocabulary=["3", "4"]).get_vocabulary() == [-1, 3, 4]
    given = StringLookup(vocabulary=(b"a", "b"), oov_token="?")
    assert given.get_vocabulary() == ["?", "a", "b"]
    assert given(np.array([b"b", b"z"])).tolist() == [2, 0]
    pandas = require_peer("pandas")
    assert given(pandas.Series(["b"])).tolist() == [2]
    inputs = np.array([b"b"], object)
    given(inputs)
    assert inputs[0] == b"b"
    assert repr(StringLookup(name="words")) == "<StringLookup name=words>"


def test_the_hash_is_that_of_tensorflow():
    strings = require_peer("tensorflow").strings
    chosen = random.Random(5)
    for size in range(0, 260, 3):
        data = bytes(chosen.randrange(1, 256) for _ in range(size))
        assert int(strings.to_hash_bucket_fast([data], 2**62)[0]) == fingerprint(data) % 2**62


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: StringLookup()(["a"]), ValueError, "vocabulary: expected one before the call"),
        (lambda: StringLookup(vocabulary=["a"])([1]), TypeError, "inputs: expected strings.* got int"),
        (lambda: StringLookup(vocabulary=["a"])([["a"], ["a", "b"]]), ValueError, "inputs: expected a rectangular"),
        (lambda: StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]), ValueError, "num_oov_indices is 0, got 'b'"),
        (lambda: StringLookup(vocabulary=[]), ValueError, "vocabulary: expected a list of at least one term"),
        (lambda: StringLookup(vocabulary=["a", "a"]), ValueError, "expected every term once, got 'a' 2 times"),
        (lambda: StringLookup(vocabulary=["a", "b"], max_tokens=2), ValueError, "at most max_tokens=2 entries, got 3"),
        (lambda: StringLookup(vocabulary=["a", ""], mask_token=""), ValueError, "the mask token '' only as the first"),
        (lambda: StringLookup(vocabulary=["a"]).adapt(["b"]), ValueError, "vocabulary: expected None, or no set_vocab"),
        (lambda: StringLookup(vocabulary="none.txt"), FileNotFoundError, "none.txt"),
        (lambda: StringLookup(invert=True, output_mode="count"), ValueError, "output_mode: expected 'int' if invert"),
        (lambda: StringLookup(output_mode="x"), ValueError, "output_mode: expected one of 'int', 'one_hot'"),
        (lambda: StringLookup(max_tokens=1), ValueError, "max_tokens: expected an integer of at least 2, got 1"),
        (lambda: StringLookup(num_oov_indices=-1), ValueError, "num_oov_indices"),
        (lambda: StringLookup(pad_to_max_tokens=True), ValueError, "max_tokens: expected a number if pad_to_max"),
        (lambda: StringLookup(salt=3), ValueError, "salt: StringLookup does not support it"),
        (lambda: StringLookup(idf_weights=[1.0]), ValueError, "idf_weights: expected None without a vocabulary"),
        (lambda: StringLookup(vocabulary=["a"], idf_weights=[1.0]), ValueError, "idf_weights: expected None unless"),
        (
            lambda: StringLookup(vocabulary=["a"], output_mode="tf_idf"),
            ValueError,
            "idf_weights: expected weights with",
        ),
        (
            lambda: StringLookup(vocabulary=["a"], output_mode="tf_idf", idf_weights=[1.0, 2.0]),
            ValueError,
            r"idf_weights: expected shape \(1,\), one for each term, got \(2,\)",
        ),
        (lambda: StringLookup().adapt(3), TypeError, "data: expected an array, a list or an iterable of batches"),
        (lambda: IntegerLookup(vocabulary=[1])([0.5]), ValueError, "inputs: expected whole numbers, got 0.5"),
        (
            lambda: IntegerLookup(vocabulary=[1])(["a"]),
            TypeError,
            "inputs: expected a rectangular array of integers.* got list",
        ),
        (lambda: IntegerLookup(sparse=True), ValueError, "sparse: IntegerLookup does not support it"),
    ],
)
def test_a_lookup_refuses(call, error, match):
    with pytest.raises(error, match=match):
        call()
