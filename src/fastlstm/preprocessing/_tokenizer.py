"""Tokenizer: words of texts as numbers, the most frequent ones first."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._internal import checks
from .._internal.not_available import has_attributes_of_keras
from .._internal.old_names import accepts_old_names
from ._words import PUNCTUATION, text_to_word_sequence

_MODES = ("binary", "count", "tfidf", "freq")
_WORDS_BY_NUMBER = ("index_docs", "index_word")  # whose keys JSON turns into strings


@has_attributes_of_keras
class Tokenizer:
    """Numbers the words of texts by their frequency, as the Tokenizer of Keras 2 does: 1 is the most frequent word.

    0 is never a word's number: `pad_sequences` pads with it. Attributes have the names of Keras's, and a pickled
    tokenizer has them as they are.

    Parameters
    ----------
    num_words : int, optional
        Only the ``num_words - 1`` most frequent words get a number in sequences and matrices. `word_index` has all of
        them nevertheless.
    filters : str
        Characters that are replaced by `split`. Default: ASCII punctuation except the apostrophe, tabs and line breaks.
    lower : bool
        Whether to convert texts to lower case.
    split : str
        What separates words.
    char_level : bool
        Whether every character is a word.
    oov_token : str, optional
        Gets number 1, and stands for the words that have no number. By default these are left out.
    analyzer : callable, optional
        Takes a text and returns its words, in place of `text_to_word_sequence`.
    document_count : int
        Number of texts seen so far; used to restore a tokenizer from its `get_config`.

    Attributes
    ----------
    word_index : dict of str to int
        The number of each word.
    index_word : dict of int to str
        The word of each number.
    word_counts : OrderedDict of str to int
        How often each word was seen, in the order of first occurrence.
    word_docs, index_docs : dict
        In how many texts each word, or each number, was seen.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If `num_words` is less than 1.

    References
    ----------
    Keras 2, `keras.preprocessing.text.Tokenizer`.

    Examples
    --------
    >>> tokenizer = Tokenizer(oov_token="?")
    >>> tokenizer.fit_on_texts(["The cat sat.", "The dog and the cat!"])
    >>> tokenizer.word_index
    {'?': 1, 'the': 2, 'cat': 3, 'sat': 4, 'dog': 5, 'and': 6}
    >>> tokenizer.texts_to_sequences(["The cat and the bird"])
    [[2, 3, 6, 2, 1]]
    """

    @accepts_old_names
    def __init__(
        self,
        num_words: int | None = None,
        filters: str = PUNCTUATION,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[Any], list[str]] | None = None,
        document_count: int = 0,
    ) -> None:
        self.num_words = None if num_words is None else checks.integer("num_words", num_words, 1)
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.document_count = checks.integer("document_count", document_count, 0)
        self.word_counts: OrderedDict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    # Vocabulary -----------------------------------------------------------------------------------------------------

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts and number them again. A second call adds to the counts of the first.

        Parameters
        ----------
        texts : iterable of str, or of list of str
            The texts; a list has the words of a text.

        Raises
        ------
        TypeError
            If an entry is neither a text nor a list of words.
        """
        for words in self._words_of(texts):
            self.document_count += 1
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        most_frequent = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        if self.oov_token is not None:
            most_frequent.insert(0, self.oov_token)
        self.word_index = {word: number for number, word in enumerate(most_frequent, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        self.index_docs.update({self.word_index[word]: count for word, count in self.word_docs.items()})

    def fit_on_sequences(self, sequences: Iterable[Any]) -> None:
        """Count in how many sequences each number occurs, which `sequences_to_matrix` needs in mode 'tfidf'.

        Parameters
        ----------
        sequences : iterable of list of int
            The numbers of words.
        """
        for sequence in sequences:
            self.document_count += 1
            for number in set(sequence):
                self.index_docs[number] += 1

    # Texts and sequences --------------------------------------------------------------------------------------------

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Return the numbers of the words of texts.

        Parameters
        ----------
        texts : iterable of str, or of list of str
            The texts; a list has the words of a text.

        Returns
        -------
        list of list of int
            The numbers of the words of each text. Words without a number are left out, or have that of `oov_token`.

        Raises
        ------
        TypeError
            If an entry is neither a text nor a list of words.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """Yield what `texts_to_sequences` returns, text by text.

        Parameters
        ----------
        texts : iterable of str, or of list of str
            The texts; a list has the words of a text.

        Returns
        -------
        iterator of list of int
            The numbers of the words of each text.

        Raises
        ------
        TypeError
            If an entry is neither a text nor a list of words.
        """
        unknown = None if self.oov_token is None else self.word_index.get(self.oov_token)
        for words in self._words_of(texts):
            numbers = (self.word_index.get(word) for word in words)
            known = (unknown if number is None or self._is_rare(number) else number for number in numbers)
            yield [number for number in known if number is not None]

    def sequences_to_texts(self, sequences: Iterable[Any]) -> list[str]:
        """Return the texts with these numbers of words, the words separated by blanks.

        Parameters
        ----------
        sequences : iterable of list of int
            The numbers of words.

        Returns
        -------
        list of str
            The texts. Numbers without a word are left out, or appear as `oov_token`.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Any]) -> Iterator[str]:
        """Yield what `sequences_to_texts` returns, text by text.

        Parameters
        ----------
        sequences : iterable of list of int
            The numbers of words.

        Returns
        -------
        iterator of str
            The texts.
        """
        for sequence in sequences:
            words = (None if self._is_rare(number) else self.index_word.get(number) for number in sequence)
            known = (self.oov_token if word is None else word for word in words)
            yield " ".join(word for word in known if word is not None)

    # Matrices -------------------------------------------------------------------------------------------------------

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> NDArray[np.float64]:
        """Return a row for each text, with a column for each word.

        Parameters
        ----------
        texts : iterable of str, or of list of str
            The texts; a list has the words of a text.
        mode : {'binary', 'count', 'tfidf', 'freq'}
            What a column has, as for `sequences_to_matrix`.

        Returns
        -------
        ndarray (len(texts), num_words)
            As wide as `num_words`, or, if this is None, as the number of words plus one.

        Raises
        ------
        TypeError
            If an entry is neither a text nor a list of words.
        ValueError
            If `mode` is unknown, or there is no vocabulary yet.
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> NDArray[np.float64]:
        """Return a row for each sequence, with a column for each number.

        Parameters
        ----------
        sequences : list of list of int
            The numbers of words.
        mode : {'binary', 'count', 'tfidf', 'freq'}
            What a column has: 1 if the number occurs; how often it occurs; that count c, weighted by how rare the word
            is, ``(1 + log(c)) * log(1 + documents / (1 + documents with the word))``; the count divided by the length
            of the sequence.

        Returns
        -------
        ndarray (len(sequences), num_words)
            As wide as `num_words`, or, if this is None, as the number of words plus one.

        Raises
        ------
        ValueError
            If `mode` is unknown, there is no vocabulary to tell the width, or nothing was seen that mode 'tfidf' needs.
        """
        if mode not in _MODES:
            raise ValueError(f"mode: expected one of {', '.join(map(repr, _MODES))}, got {mode!r}")
        if not (self.num_words or self.word_index):
            raise ValueError("num_words: expected a number of columns, or fit_on_texts first, got None")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("mode: 'tfidf' expected texts or sequences seen before (fit_on_texts), got none")
        width = self.num_words or len(self.word_index) + 1
        rows = [list(sequence) for sequence in sequences]
        matrix = np.zeros((len(rows), width))
        for row, sequence in zip(matrix, rows, strict=True):
            for number, count in Counter(sequence).items():
                if number < width:
                    row[number] = self._entry(mode, number, count, len(sequence))
        return matrix

    def _entry(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "binary":
            return 1.0
        if mode == "count":
            return count
        if mode == "freq":
            return count / length
        rarity = np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))
        return float((1 + np.log(count)) * rarity)

    # Saving ---------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return arguments and vocabulary as in Keras 2, where each dict is a JSON string.

        Returns
        -------
        dict
            What `to_json` writes as 'config'.
        """
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            **{name: json.dumps(getattr(self, name)) for name in _VOCABULARY},
        }

    def to_json(self, **kwargs: Any) -> str:
        """Return the tokenizer as JSON, which `tokenizer_from_json` reads, here and in Keras 2.

        Parameters
        ----------
        **kwargs
            Passed on to `json.dumps`.

        Returns
        -------
        str
            The JSON text.
        """
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)

    # --------------------------------------------------------------------------------------------------------------

    def _is_rare(self, number: int) -> bool:
        """Return whether a number is beyond those of the most frequent words."""
        return self.num_words is not None and number >= self.num_words

    def _lowered(self, name: str, text: Any) -> str:
        """Return a text or a word, in lower case if this is wanted."""
        if not isinstance(text, str):
            raise TypeError(f"{name}: expected a string, got {type(text).__name__}")
        return text.lower() if self.lower else text

    def _words_of(self, texts: Iterable[Any]) -> Iterator[list[str]]:
        """Yield the words of each text."""
        for i, text in enumerate(texts):
            words: Any
            if isinstance(text, (list, tuple, np.ndarray)):
                words = [self._lowered(f"texts[{i}][{j}]", word) for j, word in enumerate(text)]
            elif self.analyzer is not None and not self.char_level:
                words = self.analyzer(text)
            elif self.char_level or not isinstance(text, str):
                words = self._lowered(f"texts[{i}]", text)
            else:
                words = text_to_word_sequence(text, self.filters, self.lower, self.split)
            yield list(words)


_VOCABULARY = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Return the tokenizer that `Tokenizer.to_json` wrote, here or in Keras 2.

    Parameters
    ----------
    json_string : str
        The JSON text.

    Returns
    -------
    Tokenizer
        With the vocabulary of the one that was written.

    Raises
    ------
    ValueError
        If the text is not that of a tokenizer.

    References
    ----------
    Keras 2, `keras.preprocessing.text.tokenizer_from_json`.

    Examples
    --------
    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["to be or not to be"])
    >>> tokenizer_from_json(tokenizer.to_json()).word_index
    {'to': 1, 'be': 2, 'or': 3, 'not': 4}
    """
    try:
        config = json.loads(json_string)["config"]
        vocabulary = {name: json.loads(config.pop(name)) for name in _VOCABULARY}
        tokenizer = Tokenizer(**config)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"json_string: expected what Tokenizer.to_json returns, got {error!r:.200}") from error
    for name, entries in vocabulary.items():
        by_number = name in _WORDS_BY_NUMBER
        getattr(tokenizer, name).update({int(key) if by_number else key: entry for key, entry in entries.items()})
    return tokenizer
