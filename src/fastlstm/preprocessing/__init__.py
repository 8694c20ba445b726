"""Texts as numbers: tokenizers, vocabularies, hashes, n-grams; intervals of numbers; windows as in Keras 2."""

from . import sequence, text
from ._discretization import Discretization
from ._hashing import Hashing
from ._lookups import IntegerLookup, StringLookup
from ._text_vectorization import TextVectorization
from .sequence import TimeseriesGenerator, make_sampling_table, pad_sequences, skipgrams
from .text import Tokenizer, hashing_trick, one_hot, text_to_word_sequence, tokenizer_from_json

__all__ = [
    "Discretization",
    "Hashing",
    "IntegerLookup",
    "StringLookup",
    "TextVectorization",
    "TimeseriesGenerator",
    "Tokenizer",
    "hashing_trick",
    "make_sampling_table",
    "one_hot",
    "pad_sequences",
    "sequence",
    "skipgrams",
    "text",
    "text_to_word_sequence",
    "tokenizer_from_json",
]
