"""Texts as numbers: tokenizers, vocabularies and n-grams; windows of a series as Keras 2 cuts them."""

from . import sequence, text
from ._lookups import IntegerLookup, StringLookup
from ._text_vectorization import TextVectorization
from .sequence import TimeseriesGenerator, make_sampling_table, pad_sequences, skipgrams
from .text import Tokenizer, hashing_trick, one_hot, text_to_word_sequence, tokenizer_from_json

__all__ = [
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
