"""Pairs of words and their contexts, to train word embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._internal import checks, rng


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> NDArray[np.float64]:
    """Return how likely `skipgrams` keeps the word of each rank, so that frequent words do not dominate.

    The frequency of the word of rank r is taken to be ``1 / (r * (log(r) + 0.577) + 1/2 - 1/(12 r))`` (Zipf's law), and
    a word of frequency f is kept with the probability ``min(1, sqrt(sampling_factor / f))``.

    Parameters
    ----------
    size : int
        Number of words, among which 0 is no word; the word of number i has rank i.
    sampling_factor : float
        The lower, the fewer frequent words are kept.

    Returns
    -------
    ndarray (size,)
        The probability of each rank.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a positive number.

    References
    ----------
    Keras 2, `keras.preprocessing.sequence.make_sampling_table`; Mikolov et al., "Distributed representations of words
    and phrases and their compositionality" (2013).

    Examples
    --------
    >>> make_sampling_table(4).round(4).tolist()
    [0.0032, 0.0032, 0.0055, 0.0074]
    """
    rank = np.arange(checks.integer("size", size, 1), dtype=np.float64)
    rank[0] = 1
    factor = checks.positive("sampling_factor", sampling_factor)
    inverse_frequency = rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank)
    probabilities: NDArray[np.float64] = np.minimum(1.0, np.sqrt(factor * inverse_frequency))
    return probabilities


def skipgrams(
    sequence: Any,
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Return pairs of a word and one near it, labelled 1, and pairs with a random word, labelled 0, as Keras 2 does.

    Parameters
    ----------
    sequence : list of int
        The numbers of the words of a text; 0 is no word and is skipped.
    vocabulary_size : int
        The largest number of a word plus one.
    window_size : int
        Words up to this many places before and after a word are paired with it.
    negative_samples : float
        How many pairs with random words there are for each pair of words near each other.
    shuffle : bool
        Whether the pairs are in random order.
    categorical : bool
        Whether labels are [0, 1] and [1, 0] instead of 1 and 0.
    sampling_table : array_like (vocabulary_size,), optional
        The probability with which each word gets pairs; see `make_sampling_table`. Default: all words get them.
    seed : int, optional
        Seed of everything random. Default: the generator that `fastlstm.utils.set_random_seed` seeds.

    Returns
    -------
    couples : list of [int, int]
        A word, and a word near it or a random one.
    labels : list of int, or of [int, int]
        The label of each pair.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range or has the wrong type.

    References
    ----------
    Keras 2, `keras.preprocessing.sequence.skipgrams`.

    Examples
    --------
    >>> couples, labels = skipgrams([3, 0, 4], 5, window_size=2, negative_samples=0, shuffle=False)
    >>> couples, labels
    ([[3, 4], [4, 3]], [1, 1])
    """
    size = checks.integer("vocabulary_size", vocabulary_size, 1)
    window = checks.integer("window_size", window_size, 0)
    ratio = checks.number("negative_samples", negative_samples, 0.0)
    random = rng.generator() if seed is None else np.random.default_rng(checks.seed(seed))
    words = [int(word) for word in sequence]
    couples = []
    for i, word in enumerate(words):
        if word and (sampling_table is None or random.random() < sampling_table[word]):
            places = range(max(0, i - window), min(len(words), i + window + 1))
            couples += [[word, words[j]] for j in places if j != i and words[j]]
    far, near = ([1, 0], [0, 1]) if categorical else (0, 1)
    labels: list[Any] = [near] * len(couples)
    extra = int(len(couples) * ratio)
    if extra:
        if size < 2:
            raise ValueError("vocabulary_size: expected at least 2, to draw random words, got 1")
        centres = random.permutation([word for word, _ in couples])
        drawn = random.integers(1, size, extra)
        couples += [[int(centres[i % len(centres)]), int(other)] for i, other in enumerate(drawn)]
        labels += [far] * extra
    if shuffle:
        order = random.permutation(len(couples))
        couples, labels = [couples[i] for i in order], [labels[i] for i in order]
    return couples, labels
