"""Reuters: 11,228 newswires on 46 topics."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._internal import checks
from ..._internal.arrays import Array
from ..._internal.keras_home import cached
from ..._internal.old_names import accepts_old_names
from ._archives import arrays
from ._reviews import as_array, shorter, shuffled, word_index, words_of

__all__ = ["get_word_index", "load_data"]


@accepts_old_names
def load_data(
    path: Any = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return the newswires as lists of the numbers of words, and their topics.

    Numbers are those of `get_word_index` plus `index_from`: the lower, the more frequent the word.

    Parameters
    ----------
    path : str or path
        The file's name in Keras's cache folder, or its path.
    num_words : int, optional
        Words from this number on are rare, and replaced by `oov_char`. Default: the largest number, as in Keras.
    skip_top : int
        Words below this number are frequent, and replaced by `oov_char`.
    maxlen : int, optional
        Only newswires with fewer numbers than this are used.
    test_split : float
        Fraction of the newswires to test on.
    seed : int
        Seed of the order.
    start_char : int, optional
        The first number of each newswire.
    oov_char : int, optional
        The number in place of words that are left out; None to leave them out without one.
    index_from : int, optional
        Added to the number of each word.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        x: arrays (N,) of lists; y: topics from 0 to 45.

    Raises
    ------
    FileNotFoundError
        If the file is not there; the message says where to put it.
    ValueError, TypeError
        If an argument is out of range, or the file is damaged.

    References
    ----------
    Keras 3, `keras.datasets.reuters`.

    Examples
    --------
    >>> from fastlstm.datasets.keras_files import reuters
    >>> (x_train, y_train), (x_test, y_test) = reuters.load_data(num_words=10000)  # doctest: +SKIP
    >>> len(x_train), len(x_test)  # doctest: +SKIP
    (8982, 2246)
    """
    words = words_of(num_words, skip_top, start_char, oov_char, index_from)
    random = np.random.RandomState(checks.integer("seed", seed, 0, 2**32 - 1))
    split = checks.number("test_split", test_split, 0.0, 1.0)
    x, y = shuffled(random, *arrays(cached("path", path), "x", "y"))
    texts, labels = shorter(maxlen, x, y, start_char is not None)
    trained = int(len(texts) * (1 - split))
    texts = words.applied(texts)
    return (as_array(texts[:trained]), labels[:trained]), (as_array(texts[trained:]), labels[trained:])


def get_word_index(path: Any = "reuters_word_index.json") -> dict[str, int]:
    """Return the number of each word; the numbers of `load_data` are larger by its `index_from`.

    Parameters
    ----------
    path : str or path
        The file's name in Keras's cache folder, or its path.

    Returns
    -------
    dict of str to int
        The numbers, from 1 for the most frequent word.

    Raises
    ------
    FileNotFoundError
        If the file is not there; the message says where to put it.
    ValueError, TypeError
        If the file is damaged, or `path` is not a path.

    References
    ----------
    Keras 3, `keras.datasets.reuters.get_word_index`.

    Examples
    --------
    >>> from fastlstm.datasets.keras_files import reuters
    >>> reuters.get_word_index()["the"]  # doctest: +SKIP
    1
    """
    return word_index(cached("path", path))
