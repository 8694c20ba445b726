"""Words of a text and their numbers, with the names of Keras 2's `keras.preprocessing.text`."""

from ._tokenizer import Tokenizer, tokenizer_from_json
from ._words import hashing_trick, one_hot, text_to_word_sequence

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]
