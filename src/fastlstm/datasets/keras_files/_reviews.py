"""Texts as the numbers of words, as `imdb` and `reuters` have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..._internal import checks, files
from ..._internal.arrays import Array


class Words(NamedTuple):
    """How the numbers of words are changed: the arguments of `load_data` of this name."""

    num_words: int | None
    skip_top: int
    start_char: int | None
    oov_char: int | None
    index_from: int | None

    def applied(self, texts: list[list[int]]) -> list[list[int]]:
        """Return texts with shifted numbers, a first one, and rare and frequent words replaced or left out."""
        start = [] if self.start_char is None else [self.start_char]
        shift = self.index_from or 0
        texts = [start + [word + shift for word in text] for text in texts]
        # As in Keras, the largest number of all is replaced as well where no limit is given.
        end = self.num_words or max((max(text, default=0) for text in texts), default=0)
        if self.oov_char is None:
            return [[word for word in text if self.skip_top <= word < end] for text in texts]
        return [[word if self.skip_top <= word < end else self.oov_char for word in text] for text in texts]


def words_of(num_words: Any, skip_top: Any, start_char: Any, oov_char: Any, index_from: Any) -> Words:
    """Return the checked arguments."""
    return Words(
        None if num_words is None else checks.integer("num_words", num_words, 1),
        checks.integer("skip_top", skip_top, 0),
        None if start_char is None else checks.integer("start_char", start_char, 0),
        None if oov_char is None else checks.integer("oov_char", oov_char, 0),
        None if index_from is None else checks.integer("index_from", index_from, 0),
    )


def shorter(maxlen: Any, texts: Array, labels: Array, start: int) -> tuple[list[list[int]], Array]:
    """Return the texts that have, with `start` more numbers, fewer than `maxlen`, and their labels."""
    kept = list(texts)
    if maxlen is None:
        return kept, labels
    below = checks.integer("maxlen", maxlen, 1)
    chosen = [len(text) + start < below for text in kept]
    if not any(chosen):
        raise ValueError(f"maxlen: expected more than the length of the shortest text, got {maxlen}")
    return [text for text, short in zip(kept, chosen, strict=True) if short], labels[chosen]


def shuffled(random: np.random.RandomState, *parts: Array) -> list[Array]:
    """Return arrays in the same random order."""
    order = np.arange(len(parts[0]))
    random.shuffle(order)
    return [part[order] for part in parts]


def as_array(texts: list[list[int]]) -> Array:
    """Return texts as an array of lists, also where all are of one length."""
    result = np.empty(len(texts), object)
    result[:] = texts
    return result


def word_index(path: Path) -> dict[str, int]:
    """Return the numbers of words that a JSON file has."""
    with files.read(path):
        return dict(json.loads(path.read_text(encoding="utf-8")))
