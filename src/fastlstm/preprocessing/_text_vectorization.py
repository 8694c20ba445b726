"""TextVectorization: texts as arrays of indices, or as rows of counts."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from .._internal.names import given_or_automatic
from .._internal.preprocessors import Preprocessor
from ._index_lookup import output_mode_of
from ._lookups import StringLookup
from ._tokens import batches, strings

# As in Keras, only ASCII letters change, only ASCII punctuation is removed, and only ASCII white space separates words.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[^ \t\n\v\f\r]+")

_STANDARDIZE: dict[str, Callable[[str], str]] = {
    "lower_and_strip_punctuation": lambda text: text.translate(_LOWER).translate(_NO_PUNCTUATION),
    "lower": lambda text: text.translate(_LOWER),
    "strip_punctuation": lambda text: text.translate(_NO_PUNCTUATION),
}
_SPLIT: dict[str, Callable[[str], list[str]]] = {"whitespace": _WORD.findall, "character": list}
_MODES = ("int", "multi_hot", "count", "tf_idf")


class TextVectorization(Preprocessor):
    """Texts as indices of their words, or as rows of counts, with a vocabulary that is learned or given.

    It agrees with Keras's layer of this name. It is called on texts, or comes first in a model, which then takes texts.
    Index 0 is padding and 1 stands for unknown words.

    Parameters
    ----------
    max_tokens : int, optional
        Largest size of the vocabulary, with padding and the unknown word. Default: no limit.
    standardize : {'lower_and_strip_punctuation', 'lower', 'strip_punctuation'}, callable or None
        What is done with texts first. As in Keras, only ASCII letters and punctuation are affected. A function takes an
        array of strings and returns one of the same shape.
    split : {'whitespace', 'character'}, callable or None
        How texts are split into words. A function takes an array (N,) of texts and returns a list of words for each.
        With None, the last axis of the input has the words.
    ngrams : int or tuple of int, optional
        Lengths of the runs of words that are taken in place of words: up to this one, or just these.
    output_mode : {'int', 'multi_hot', 'count', 'tf_idf'}
        Indices, padded with 0 at the end; or a row for each text: a 1 at each index that occurs, how often it occurs,
        or that count times the inverse document frequency.
    output_sequence_length : int, optional
        Number of indices for each text in mode 'int'. Default: that of the longest text of a call.
    pad_to_max_tokens : bool
        Whether rows of counts are as wide as `max_tokens` instead of the vocabulary.
    vocabulary : array_like (terms,), or str, optional
        As for `set_vocabulary`. Default: `adapt` learns it.
    idf_weights : array_like (terms,), optional
        Inverse document frequencies; required with a `vocabulary` for 'tf_idf'.
    sparse, ragged
        Accepted as in Keras; True raises ValueError.
    encoding : str
        How bytes and files are decoded.
    name : str, optional
        Default: text_vectorization, text_vectorization_1, and so on.

    Raises
    ------
    ValueError, TypeError
        If an argument is invalid.

    References
    ----------
    Keras 3, `keras.layers.TextVectorization`.

    Examples
    --------
    >>> vectorize = TextVectorization(output_sequence_length=4)
    >>> vectorize.adapt(["The cat sat.", "The dog and the cat!"])
    >>> vectorize.get_vocabulary()
    ['', '[UNK]', 'the', 'cat', 'sat', 'dog', 'and']
    >>> vectorize(["the cat", "The bird, and the dog, and the cat"])
    array([[2, 3, 0, 0],
           [2, 1, 6, 2]])
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable[[Any], Any] | None = "lower_and_strip_punctuation",
        split: str | Callable[[Any], Any] | None = "whitespace",
        ngrams: int | Iterable[int] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
    ) -> None:
        checks.refuse("TextVectorization", sparse=sparse, ragged=ragged)
        self.max_tokens = None if max_tokens is None else checks.integer("max_tokens", max_tokens, 2)
        self.standardize = _choice("standardize", standardize, _STANDARDIZE)
        self.split = _choice("split", split, _SPLIT)
        self.ngrams = ngrams
        self._ngrams = _lengths(ngrams)
        self.output_mode = output_mode_of(output_mode, _MODES)
        self.output_sequence_length = None
        if output_sequence_length is not None:
            if output_mode != "int":
                raise ValueError(
                    f"output_sequence_length: expected None for output_mode {output_mode!r}, got"
                    f" {output_sequence_length!r}"
                )
            self.output_sequence_length = checks.integer("output_sequence_length", output_sequence_length, 0)
        self.pad_to_max_tokens = pad_to_max_tokens
        self.encoding = encoding
        self.name = given_or_automatic(name, type(self))
        self._lookup = StringLookup(
            max_tokens,
            mask_token="" if output_mode == "int" else None,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            encoding=encoding,
            name=self.name,
        )

    # The vocabulary -------------------------------------------------------------------------------------------------

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary from texts, the most frequent word first. What was learned before is forgotten.

        Words that are equally frequent are in falling order, as in Keras.

        Parameters
        ----------
        data : array_like of str (N,) or (N, 1), or an iterable of batches
            The texts.
        batch_size : int, optional
            Accepted as in Keras, without effect.
        steps : int, optional
            Number of batches to use, if `data` is an iterable of batches. Default: all.

        Raises
        ------
        ValueError
            If the vocabulary was given, or the texts have another shape.
        TypeError
            If `data` does not hold strings.
        """
        self._lookup._require_learned()
        self.reset_state()
        for batch in batches(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the words of a batch of texts; `finalize_state` then makes the vocabulary.

        Parameters
        ----------
        data : array_like of str (N,) or (N, 1)
            The texts.

        Raises
        ------
        ValueError
            If the vocabulary was given, or the texts have another shape.
        TypeError
            If `data` does not hold strings.
        """
        texts = strings("data", data, self.encoding)
        if self.split is None and texts.ndim < 2:  # each is the only word of its text
            texts = texts.reshape(-1, 1)
        self._lookup._count(self._words_of("data", np.atleast_1d(texts)))

    def finalize_state(self) -> None:
        """Make the vocabulary of the words that were counted."""
        self._lookup.finalize_state()

    def reset_state(self) -> None:
        """Forget what was learned. A vocabulary that was given stays."""
        self._lookup.reset_state()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the vocabulary, in place of learning it.

        Parameters
        ----------
        vocabulary : array_like (terms,), or str
            The terms, or the path of a text file with one in each line. It may begin with padding and the unknown word
            as `get_vocabulary` returns them, or have neither of them.
        idf_weights : array_like (terms,), optional
            The inverse document frequency of each term; required by 'tf_idf', and only there.

        Raises
        ------
        ValueError
            If there are no terms, more than `max_tokens`, or one of them twice; if `idf_weights` are missing,
            superfluous, or not as many as the terms.
        TypeError
            If a term is not a string.
        """
        self._lookup.set_vocabulary(vocabulary, idf_weights)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """Return the vocabulary, in the order of the indices.

        Parameters
        ----------
        include_special_tokens : bool
            Whether it begins with padding and the unknown word.

        Returns
        -------
        list of str
            The terms.
        """
        return self._lookup.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Return the number of entries of the vocabulary, with padding and the unknown word.

        Returns
        -------
        int
            The length of `get_vocabulary`, which is the `input_dim` of an `Embedding` of the indices.
        """
        return self._lookup.vocabulary_size()

    # Calls ----------------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any) -> Any:
        """Turn texts into numbers.

        Parameters
        ----------
        inputs : array_like of str (N,) or (N, 1), or str; or SymbolicTensor
            Texts, or a single one; or an input of a model, which then takes texts.

        Returns
        -------
        ndarray
            (N, T) indices (int64) with T words in the longest text, or (N, vocabulary) in the other modes: int64, or
            float32 for 'tf_idf'. For a single text, the only row of it.

        Raises
        ------
        ValueError
            If there is no vocabulary, or the texts have another shape.
        TypeError
            If the inputs are not strings.
        """
        if hasattr(inputs, "_preprocessed_by"):
            return inputs._preprocessed_by(self)
        texts = strings("inputs", inputs, self.encoding)
        self._lookup._require_vocabulary()
        if self.split is None:
            single, texts = texts.ndim < 2, np.atleast_2d(texts)
        else:
            single, texts = texts.ndim < 1, np.atleast_1d(texts)
        rows = self._rows(self._words_of("inputs", texts))
        return rows[0] if single else rows

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, with the vocabulary as it is now.

        Returns
        -------
        dict
            Arguments for `from_config`.
        """
        names = ("max_tokens", "standardize", "split", "ngrams", "output_mode", "output_sequence_length")
        config = {name: getattr(self, name) for name in (*names, "pad_to_max_tokens", "encoding", "name")}
        lookup = self._lookup.get_config()
        return config | {name: lookup[name] for name in ("vocabulary", "idf_weights")}

    # ----------------------------------------------------------------------------------------------------------------

    def _sample_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        if self.output_mode == "int":
            return (self.output_sequence_length,)
        return (self._lookup._width(),)

    def _words_of(self, name: str, texts: Array) -> list[list[str]]:
        """Return the words, or the runs of words, of texts (N,) or (N, 1), or (N, T) if they are not to be split."""
        if callable(self.standardize):
            texts = strings("standardize", self.standardize(texts.astype(str)))
        elif self.standardize is not None:
            texts = np.asarray(np.frompyfunc(_STANDARDIZE[self.standardize], 1, 1)(texts), object)
        if self.split is None:
            words: list[list[str]] = texts.tolist()
        else:
            if texts.ndim == 2 and texts.shape[1] == 1:
                texts = texts[:, 0]
            if texts.ndim != 1:
                raise ValueError(f"{name}: expected texts of shape (N,) or (N, 1), got {texts.shape}")
            if callable(self.split):
                words = [strings("split", text).tolist() for text in self.split(texts.astype(str))]
                if len(words) != len(texts):
                    raise ValueError(f"split: expected {len(texts)} lists of words of the function, got {len(words)}")
            else:
                words = [_SPLIT[self.split](text) for text in texts]
        if self._ngrams is None:
            return words
        return [[" ".join(text[i : i + n]) for n in self._ngrams for i in range(len(text) - n + 1)] for text in words]

    def _rows(self, words: list[list[str]]) -> Array:
        """Return the words of each text as a row of indices or counts."""
        lookup = self._lookup
        sizes = np.array([len(text) for text in words], np.int64)
        longest = int(sizes.max(initial=0))
        length = longest if self.output_sequence_length is None else self.output_sequence_length
        rows = np.full((len(words), max(longest, length)), 0 if self.output_mode == "int" else -1, np.int64)
        rows[np.arange(rows.shape[1]) < sizes[:, None]] = lookup._indices_of(np.array([*chain(*words)], object))
        return rows[:, :length] if self.output_mode == "int" else lookup._encoded(rows)


def _choice(name: str, value: Any, known: dict[str, Any]) -> Any:
    """Return a function, None, or the name of one of the known functions."""
    if value is not None and not callable(value) and value not in known:
        raise ValueError(
            f"{name}: expected one of {', '.join(map(repr, known))}, a function or None, got {value!r:.80}"
        )
    return value


def _lengths(ngrams: Any) -> list[int] | None:
    """Return the lengths of runs of words."""
    if ngrams is None:
        return None
    if isinstance(ngrams, Iterable):
        return [checks.integer("ngrams", n, 1) for n in ngrams]
    return list(range(1, checks.integer("ngrams", ngrams, 1) + 1))
