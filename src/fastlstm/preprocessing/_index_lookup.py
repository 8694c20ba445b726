"""Vocabularies: tokens as indices and back, learned from data or given."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array, real_array
from .._internal.names import given_or_automatic
from .._internal.preprocessors import Preprocessor
from ._encoding import MODES, encoded
from ._tokens import batches, integers, strings, terms


class IndexLookup(Preprocessor):
    """A vocabulary: the base class of `StringLookup` and `IntegerLookup`, which say what a token is."""

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: Any,
        invert: bool,
        output_mode: str,
        pad_to_max_tokens: bool,
        encoding: str,
        name: str | None,
    ) -> None:
        self.max_tokens = None if max_tokens is None else checks.integer("max_tokens", max_tokens, 2)
        self.num_oov_indices = checks.integer("num_oov_indices", num_oov_indices, 0)
        self.mask_token, self.oov_token = mask_token, oov_token
        self.invert = checks.flag("invert", invert)
        self.output_mode = output_mode_of(output_mode, MODES)
        self.pad_to_max_tokens = checks.flag("pad_to_max_tokens", pad_to_max_tokens)
        if self.pad_to_max_tokens and max_tokens is None:
            raise ValueError("max_tokens: expected a number if pad_to_max_tokens is True, got None")
        self.encoding = encoding
        self.name = given_or_automatic(name, type(self))
        if self.invert and output_mode != "int":
            raise ValueError(f"output_mode: expected 'int' if invert is True, got {output_mode!r}")
        self._fixed = False
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        elif idf_weights is not None:
            raise ValueError("idf_weights: expected None without a vocabulary, got weights")

    # What a subclass defines ----------------------------------------------------------------------------------------

    _convert = staticmethod(strings)
    _dtype: Any = object

    def _bucket(self, token: Any) -> int:
        """Return a number of any size, the same in all processes, that chooses an index for an unknown token."""
        raise NotImplementedError

    # The vocabulary -------------------------------------------------------------------------------------------------

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary from data, the most frequent token first. What was learned before is forgotten.

        Tokens that are equally frequent are in falling order, as in Keras.

        Parameters
        ----------
        data : array_like, or an iterable of batches
            Tokens. For 'tf_idf', a row of (N, T) is a document, and so is an entry of (N,).
        batch_size : int, optional
            Accepted as in Keras, without effect.
        steps : int, optional
            Number of batches to use, if `data` is an iterable of batches. Default: all.

        Raises
        ------
        ValueError
            If the vocabulary was given.
        TypeError
            If `data` does not hold tokens.
        """
        self._require_learned()
        self.reset_state()
        for batch in batches(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch; `finalize_state` then makes the vocabulary.

        Parameters
        ----------
        data : array_like
            Tokens.

        Raises
        ------
        ValueError
            If the vocabulary was given.
        TypeError
            If `data` does not hold tokens.
        """
        rows = np.atleast_1d(self._convert("data", data, self.encoding))
        self._count(rows.reshape(len(rows), math.prod(rows.shape[1:])).tolist())

    def finalize_state(self) -> None:
        """Make the vocabulary of the tokens that were counted."""
        if self._fixed:
            return
        most = None if self.max_tokens is None else max(0, self.max_tokens - len(self._specials()))
        ranked = sorted(self._counts, key=lambda token: (self._counts[token], token), reverse=True)
        kept = [token for token in ranked if token not in (self.mask_token, self.oov_token)][:most]
        frequency = np.array([self._documents_with[token] for token in kept])
        self._set_terms(kept, np.log(1 + self._documents / (1 + frequency)))

    def reset_state(self) -> None:
        """Forget what was learned. A vocabulary that was given stays."""
        if self._fixed:
            return
        self._counts: Counter[Any] = Counter()
        self._documents_with: Counter[Any] = Counter()
        self._documents = 0
        self._set_terms([], np.empty(0))
        self._ready = False

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the vocabulary, in place of learning it.

        Parameters
        ----------
        vocabulary : array_like (terms,), or str
            The terms, or the path of a text file with one in each line. It may begin with the mask token and the
            tokens for unknown ones as `get_vocabulary` returns them, or have none of them.
        idf_weights : array_like (terms,), optional
            The inverse document frequency of each term; required by 'tf_idf', and only there.

        Raises
        ------
        ValueError
            If there are no terms, more than `max_tokens`, or one of them twice; if the mask token is among them in
            another place; if `idf_weights` are missing, superfluous, or not as many as the terms.
        TypeError
            If a term is not a token.
        """
        found = terms(vocabulary, self._convert, self.encoding)
        weights = self._weights(idf_weights, len(found))
        specials, unknown_weights = self._specials(), None
        if found[: len(specials)] == specials:
            unknown_weights = weights[len(specials) - self.num_oov_indices : len(specials)]
            found, weights = found[len(specials) :], weights[len(specials) :]
        if self.mask_token is not None and self.mask_token in found:
            raise ValueError(
                f"vocabulary: expected the mask token {self.mask_token!r} only as the first of {specials}, which may"
                f" precede the terms, got it as term {found.index(self.mask_token)}"
            )
        if len(set(found)) < len(found):
            again, count = Counter(found).most_common(1)[0]
            raise ValueError(f"vocabulary: expected every term once, got {again!r:.80} {count} times")
        size = len(specials) + len(found)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(f"vocabulary: expected at most max_tokens={self.max_tokens} entries, got {size}")
        self._set_terms(found, weights, unknown_weights)
        self._fixed = True

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """Return the vocabulary, in the order of the indices.

        Parameters
        ----------
        include_special_tokens : bool
            Whether it begins with the mask token and the tokens for unknown ones.

        Returns
        -------
        list
            The terms.
        """
        return [*(self._specials() if include_special_tokens else []), *self._terms]

    def vocabulary_size(self) -> int:
        """Return the number of entries of the vocabulary, with the mask token and those for unknown ones.

        Returns
        -------
        int
            The length of `get_vocabulary`, which is the `input_dim` of an `Embedding` of the indices.
        """
        return len(self._specials()) + len(self._terms)

    # Calls ----------------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any) -> Any:
        """Look up tokens, or with `invert` indices.

        Parameters
        ----------
        inputs : array_like or SymbolicTensor
            Tokens or indices of any shape; or an input of a model, which then takes them.

        Returns
        -------
        ndarray
            Indices (int64) of the shape of the inputs, or tokens with `invert`. With 'one_hot', one row for each
            input, as wide as the vocabulary. With 'multi_hot', 'count' (int64) and 'tf_idf' (float32), one such row
            for each row of the inputs.

        Raises
        ------
        ValueError
            If there is no vocabulary, or none of its indices is for unknown tokens and there is one.
        TypeError
            If the inputs are not tokens.
        """
        if hasattr(inputs, "_preprocessed_by"):
            return inputs._preprocessed_by(self)
        tokens = (integers if self.invert else self._convert)("inputs", inputs, self.encoding)
        self._require_vocabulary()
        if self.invert:
            return self._tokens_of(tokens)
        indices = self._indices_of(tokens)
        return indices if self.output_mode == "int" else self._encoded(indices)

    def _width(self) -> int:
        """Return the number of columns of a result that is not of indices."""
        return self.max_tokens if self.pad_to_max_tokens and self.max_tokens else self.vocabulary_size()

    def _sample_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        if self.output_mode == "int":
            return shape
        return (*(shape if self.output_mode == "one_hot" and shape[-1:] != (1,) else ()), self._width())

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, with the vocabulary as it is now.

        Returns
        -------
        dict
            Arguments for `from_config`.
        """
        names = ("max_tokens", "num_oov_indices", "mask_token", "oov_token", "invert", "output_mode")
        config = {name: getattr(self, name) for name in (*names, "pad_to_max_tokens", "encoding", "name")}
        config["vocabulary"] = self.get_vocabulary() if self._terms else None
        config["idf_weights"] = self._idf.tolist() if self._terms and self.output_mode == "tf_idf" else None
        return config

    # ----------------------------------------------------------------------------------------------------------------

    def _specials(self) -> list[Any]:
        """Return the entries before the terms. The mask token has an index only in mode 'int'."""
        mask = [self.mask_token] if self.mask_token is not None and self.output_mode == "int" else []
        return [*mask, *[self.oov_token] * self.num_oov_indices]

    def _set_terms(self, found: list[Any], idf: Array, unknown_idf: Array | None = None) -> None:
        specials = self._specials()
        self._terms = found
        self._index = {term: i for i, term in enumerate(found, len(specials))}
        if self.mask_token is not None:
            self._index[self.mask_token] = 0 if self.output_mode == "int" else -1
        if unknown_idf is None:
            unknown_idf = np.full(self.num_oov_indices, idf.mean() if len(idf) else 0.0)
        self._idf = np.concatenate([unknown_idf, idf]).astype(np.float32)
        self._ready = True

    def _weights(self, value: Any, count: int) -> Array:
        if self.output_mode != "tf_idf":
            if value is not None:
                raise ValueError(
                    f"idf_weights: expected None unless output_mode is 'tf_idf', got {type(value).__name__}"
                )
            return np.zeros(count)
        if value is None:
            raise ValueError("idf_weights: expected weights with a vocabulary for output_mode 'tf_idf', got None")
        weights = real_array("idf_weights", value, "float64")
        if weights.shape != (count,):
            raise ValueError(f"idf_weights: expected shape {(count,)}, one for each term, got {weights.shape}")
        return weights

    def _count(self, documents: Iterable[list[Any]]) -> None:
        """Count the tokens of documents."""
        self._require_learned()
        for document in documents:
            self._documents += 1
            self._counts.update(document)
            self._documents_with.update(set(document))

    def _require_learned(self) -> None:
        if self._fixed:
            raise ValueError("vocabulary: expected None, or no set_vocabulary, to learn one by adapt; got one")

    def _require_vocabulary(self) -> None:
        if not self._ready:
            raise ValueError("vocabulary: expected one before the call (adapt, set_vocabulary, vocabulary=), got none")

    def _encoded(self, indices: Array) -> Array:
        """Return indices, of which negative ones count for nothing, in the output mode."""
        width = self.max_tokens if self.pad_to_max_tokens else None
        return encoded(indices, self.output_mode, width or self.vocabulary_size(), self._idf)

    def _indices_of(self, tokens: Array) -> Array:
        found = [self._index.get(token) for token in tokens.ravel().tolist()]
        if None in found:
            first = len(self._specials()) - self.num_oov_indices
            unknown = [i for i, index in enumerate(found) if index is None]
            flat = tokens.ravel().tolist()
            if not self.num_oov_indices:
                raise ValueError(
                    f"inputs: expected tokens of the vocabulary, since num_oov_indices is 0, got"
                    f" {flat[unknown[0]]!r:.80}"
                )
            for i in unknown:
                bucket = 0 if self.num_oov_indices == 1 else self._bucket(flat[i]) % self.num_oov_indices
                found[i] = first + bucket
        return np.array(found, np.int64).reshape(tokens.shape)

    def _tokens_of(self, indices: Array) -> Array:
        vocabulary = np.array([*self.get_vocabulary(), self.oov_token], self._dtype)
        known = (indices >= 0) & (indices < len(vocabulary))
        return vocabulary[np.where(known, indices, len(vocabulary) - 1)]


def output_mode_of(value: Any, modes: tuple[str, ...]) -> str:
    """Return an output mode."""
    if value not in modes:
        raise ValueError(f"output_mode: expected one of {', '.join(map(repr, modes))}, got {value!r:.80}")
    return str(value)
