"""Tokenizer and the hashing of words, against Keras 2."""

import itertools
import json
import pickle
import random

import numpy as np
import pytest
from peers import require_peer

from fastlstm import preprocessing
from fastlstm.preprocessing import Tokenizer, text

WORDS = [
    "the",
    "The",
    "cat",
    "don't",
    "a-b",
    "Äpfel,",
    "(x)",
    "one\ttwo",
    "naïve?",
    "cat.",
    "42",
    "<oov>",
    "\n",
    "...",
    "  ",
]


def texts(seed, count=12, longest=15):
    chosen = random.Random(seed)
    return [" ".join(chosen.choices(WORDS, k=chosen.randrange(longest))) for _ in range(count)]


OPTIONS = [
    {},
    {"num_words": 5},
    {"num_words": 6, "oov_token": "<OOV>"},
    {"oov_token": "cat"},
    {"lower": False, "filters": ""},
    {"char_level": True, "num_words": 9, "oov_token": "?"},
    {"split": "-", "filters": "\t\n"},
    {"num_words": 1},
    {"analyzer": str.split},
]


@pytest.fixture(scope="module")
def theirs():
    return require_peer("tf_keras").preprocessing.text


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_tokenizer_is_that_of_keras(theirs, options):
    peer, ours = theirs.Tokenizer(**options), Tokenizer(**options)
    for seed in range(3):  # a second fit adds to the first
        peer.fit_on_texts(texts(seed))
        ours.fit_on_texts(texts(seed))
        for name in ("word_index", "index_word", "word_counts", "word_docs", "index_docs", "document_count"):
            assert getattr(ours, name) == getattr(peer, name), name
        assert list(ours.word_index.items()) == list(peer.word_index.items())
    assert vars(ours).keys() == vars(peer).keys()  # those that a pickle of Keras's has
    seen = texts(0) + texts(7) + ["quite new words", ""]
    sequences = peer.texts_to_sequences(seen)
    assert ours.texts_to_sequences(seen) == sequences
    assert ours.sequences_to_texts([*sequences, [0, 999]]) == peer.sequences_to_texts([*sequences, [0, 999]])
    for mode in ("binary", "count", "tfidf", "freq"):
        np.testing.assert_array_equal(ours.texts_to_matrix(seen, mode), peer.texts_to_matrix(seen, mode))
    if "analyzer" not in options:
        ours_json, their_json = json.loads(ours.to_json()), json.loads(peer.to_json())
        of_words = ("word_docs", "index_docs")  # in the order of sets
        for config in (ours_json["config"], their_json["config"]):
            config |= {name: json.loads(config[name]) for name in of_words}
        assert ours_json == their_json
        back, there = text.tokenizer_from_json(peer.to_json()), theirs.tokenizer_from_json(ours.to_json())
        assert vars(back) == vars(ours)
        assert back.texts_to_sequences(seen) == there.texts_to_sequences(seen) == sequences
    assert vars(pickle.loads(pickle.dumps(ours))) == vars(ours)


def test_lists_of_words_are_those_of_keras(theirs):
    words = [["The", "cat"], ["a cat"], "The dog"]
    peer, ours = theirs.Tokenizer(), Tokenizer()
    for tokenizer in (peer, ours):
        tokenizer.fit_on_texts(words)
    assert ours.word_index == peer.word_index
    assert ours.texts_to_sequences(words) == peer.texts_to_sequences(words)
    assert ours.texts_to_sequences([np.array(["the", "dog"])]) == [[1, ours.word_index["dog"]]]


def test_sequences_are_counted_as_in_keras(theirs):
    peer, ours = theirs.Tokenizer(num_words=6), Tokenizer(num_words=6)
    for tokenizer in (peer, ours):
        tokenizer.fit_on_sequences([[1, 2, 2], [2, 5, 9], []])
    for mode in ("tfidf", "count"):
        expected = peer.sequences_to_matrix([[1, 2, 2, 5], []], mode)
        np.testing.assert_array_equal(ours.sequences_to_matrix([[1, 2, 2, 5], []], mode), expected)


def test_texts_of_any_kind():
    tokenizer = Tokenizer(nb_words=3)  # as in Keras 1
    tokenizer.fit_on_texts(text for text in np.array(["a a b", "c"]))
    assert (tokenizer.num_words, tokenizer.word_index) == (3, {"a": 1, "b": 2, "c": 3})
    generator = tokenizer.texts_to_sequences_generator(["a b c"])
    assert (next(generator), list(generator)) == ([1, 2], [])
    assert tokenizer.texts_to_sequences("ab") == [[1], [2]]  # a string is a list of characters
    assert list(tokenizer.sequences_to_texts_generator([(1, 2)])) == ["a b"]
    pandas = require_peer("pandas")
    tokenizer.fit_on_texts(pandas.Series(["c c c c"], index=[7]))
    assert tokenizer.word_index["c"] == 1


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: Tokenizer(num_words=0), ValueError, "num_words: expected an integer of at least 1, got 0"),
        (lambda: Tokenizer(num_words="5"), TypeError, "num_words: expected an integer, got '5'"),
        (lambda: Tokenizer().fit_on_texts(["a", np.nan]), TypeError, r"texts\[1\]: expected a string, got float"),
        (lambda: Tokenizer().fit_on_texts([["a", 3]]), TypeError, r"texts\[0\]\[1\]: expected a string, got int"),
        (lambda: Tokenizer().texts_to_sequences([b"a"]), TypeError, r"texts\[0\]: expected a string, got bytes"),
        (lambda: Tokenizer(char_level=True).fit_on_texts([1]), TypeError, r"texts\[0\]: expected a string, got int"),
        (lambda: Tokenizer().sequences_to_matrix([[1]]), ValueError, "num_words: expected a number of columns"),
        (lambda: Tokenizer(5).sequences_to_matrix([[1]], "tfidf"), ValueError, "mode: 'tfidf' expected texts"),
        (lambda: Tokenizer(5).texts_to_matrix(["a"], "idf"), ValueError, "mode: expected one of 'binary', .* 'idf'"),
        (lambda: text.tokenizer_from_json("{}"), ValueError, "json_string: expected what Tokenizer.to_json returns"),
        (lambda: text.tokenizer_from_json("no"), ValueError, "json_string: expected what Tokenizer.to_json returns"),
    ],
)
def test_a_tokenizer_refuses(call, error, match):
    with pytest.raises(error, match=match):
        call()


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("options", [{}, {"filters": "a"}, {"split": ","}, {"filters": "", "split": "the"}], ids=str)
def test_words_are_those_of_keras(theirs, lower, options):
    for one in texts(3):
        expected = theirs.text_to_word_sequence(one, lower=lower, **options)
        assert text.text_to_word_sequence(one, lower=lower, **options) == expected
        for function in (None, "md5", len):
            found = text.hashing_trick(one, 50, function, lower=lower, **options)
            assert found == theirs.hashing_trick(one, 50, function, lower=lower, **options)
        assert text.one_hot(one, 50, lower=lower, **options) == theirs.one_hot(one, 50, lower=lower, **options)
    assert text.one_hot("a b", 9, analyzer=list) == theirs.one_hot("a b", 9, analyzer=list)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: text.text_to_word_sequence(["a"]), TypeError, "input_text: expected a string, got list"),
        (lambda: text.text_to_word_sequence("a", filters=None), TypeError, "filters: expected a string, got NoneType"),
        (lambda: text.text_to_word_sequence("a", split=""), ValueError, "split: expected a string with at least one"),
        (lambda: text.one_hot("a", 1), ValueError, "n: expected an integer of at least 2, got 1"),
        (lambda: text.one_hot(None, 5), TypeError, "input_text: expected a string, got NoneType"),
        (lambda: text.hashing_trick("a", 5, "sha"), ValueError, "hash_function: expected a function, 'md5' or None"),
    ],
)
def test_words_refuse(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_the_names_are_those_of_keras_2():
    for module in (preprocessing.text, preprocessing.sequence):
        assert all(getattr(preprocessing, name) is getattr(module, name) for name in module.__all__)
    assert len(set(itertools.chain(preprocessing.text.__all__, preprocessing.sequence.__all__))) == 9
