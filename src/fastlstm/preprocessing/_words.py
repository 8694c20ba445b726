"""A text as words, and words as numbers without a vocabulary."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from .._internal import checks
from .._internal.old_names import accepts_old_names

PUNCTUATION = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
"""What is not part of a word by default: ASCII punctuation except the apostrophe, tabs and line breaks."""


@accepts_old_names
def text_to_word_sequence(
    input_text: str, filters: str = PUNCTUATION, lower: bool = True, split: str = " "
) -> list[str]:
    r"""Split a text into words, as Keras 2 does.

    Parameters
    ----------
    input_text : str
        The text.
    filters : str
        Characters that are replaced by `split`. Default: ASCII punctuation except the apostrophe, tabs and line breaks.
    lower : bool
        Whether to convert the text to lower case first.
    split : str
        What separates words.

    Returns
    -------
    list of str
        The words, none of them empty.

    Raises
    ------
    TypeError
        If an argument is not a string.
    ValueError
        If `split` is empty.

    References
    ----------
    Keras 2, `keras.preprocessing.text.text_to_word_sequence`.

    Examples
    --------
    >>> text_to_word_sequence("Don't panic - it's only\na test!")
    ["don't", 'panic', "it's", 'only', 'a', 'test']
    """
    for name, value in (("input_text", input_text), ("filters", filters), ("split", split)):
        if not isinstance(value, str):
            raise TypeError(f"{name}: expected a string, got {type(value).__name__}")
    if not split:
        raise ValueError("split: expected a string with at least one character, got ''")
    text = input_text.lower() if lower else input_text
    return [word for word in text.translate({ord(character): split for character in filters}).split(split) if word]


def hashing_trick(
    text: Any,
    n: int,
    hash_function: str | Callable[[str], int] | None = None,
    filters: str = PUNCTUATION,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[Any], list[str]] | None = None,
) -> list[int]:
    """Turn a text into numbers by hashing its words, as Keras 2 does. Different words may get the same number.

    Parameters
    ----------
    text : str
        The text.
    n : int
        Numbers are from 1 to ``n - 1``; 0 is left for padding.
    hash_function : callable, or 'md5', optional
        Takes a word and returns an integer. The default is Python's `hash`, whose values differ from one process to
        the next; those of 'md5' do not.
    filters, lower, split
        As for `text_to_word_sequence`.
    analyzer : callable, optional
        Takes the text and returns its words, in place of `text_to_word_sequence`.

    Returns
    -------
    list of int
        The number of each word.

    Raises
    ------
    TypeError
        If `text` is not a string or `n` not an integer.
    ValueError
        If `n` is less than 2 or `hash_function` unknown.

    References
    ----------
    Keras 2, `keras.preprocessing.text.hashing_trick`.

    Examples
    --------
    >>> hashing_trick("the cat and the dog", 1000, hash_function="md5")
    [132, 759, 384, 132, 168]
    """
    buckets = checks.integer("n", n, 2) - 1
    function = _hash_function(hash_function)
    words = text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    return [function(word) % buckets + 1 for word in words]


@accepts_old_names
def one_hot(
    input_text: Any,
    n: int,
    filters: str = PUNCTUATION,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[Any], list[str]] | None = None,
) -> list[int]:
    """Turn a text into numbers by Python's `hash` of its words, as Keras 2 does; the result has no one-hot rows.

    The numbers differ from one process to the next, unless PYTHONHASHSEED is set: a model that was trained on them is
    of no use in another process. `Tokenizer`, or `hashing_trick` with 'md5', does not have this problem.

    Parameters
    ----------
    input_text : str
        The text.
    n : int
        Numbers are from 1 to ``n - 1``; 0 is left for padding.
    filters, lower, split
        As for `text_to_word_sequence`.
    analyzer : callable, optional
        Takes the text and returns its words, in place of `text_to_word_sequence`.

    Returns
    -------
    list of int
        The number of each word.

    Raises
    ------
    TypeError
        If `input_text` is not a string or `n` not an integer.
    ValueError
        If `n` is less than 2.

    References
    ----------
    Keras 2, `keras.preprocessing.text.one_hot`.

    Examples
    --------
    >>> numbers = one_hot("the cat and the dog", 1000)
    >>> len(numbers), numbers[0] == numbers[3]
    (5, True)
    """
    return hashing_trick(input_text, n, None, filters, lower, split, analyzer)


def _hash_function(value: Any) -> Callable[[str], int]:
    if value is None:
        return hash
    if callable(value):
        return value  # type: ignore[no-any-return]
    if value == "md5":
        return lambda word: int(hashlib.md5(word.encode()).hexdigest(), 16)
    raise ValueError(f"hash_function: expected a function, 'md5' or None, got {value!r}")
