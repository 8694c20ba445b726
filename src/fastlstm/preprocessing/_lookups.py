"""StringLookup and IntegerLookup: vocabularies of strings and of integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._internal import checks
from ._farmhash import fingerprint
from ._index_lookup import IndexLookup
from ._tokens import integers


class StringLookup(IndexLookup):
    """A vocabulary of strings: strings as indices or counts, or with `invert` indices as strings.

    It agrees with Keras's layer of this name. It is called on arrays, or comes first in a model, which then takes
    strings.

    Parameters
    ----------
    max_tokens : int, optional
        Largest size of the vocabulary, with the mask token and those for unknown strings. Default: no limit.
    num_oov_indices : int
        Number of indices for strings that are not in the vocabulary. With several, a hash chooses among them; with 0,
        such strings raise.
    mask_token : str, optional
        Has index 0 in mode 'int', and counts for nothing in the other modes. Default: there is none.
    oov_token : str
        The entry of the vocabulary for unknown strings, which `invert` returns for unknown indices.
    vocabulary : array_like (terms,), or str, optional
        As for `set_vocabulary`. Default: `adapt` learns it.
    idf_weights : array_like (terms,), optional
        Inverse document frequencies; required with a `vocabulary` for 'tf_idf'.
    invert : bool
        Whether to turn indices into strings.
    output_mode : {'int', 'one_hot', 'multi_hot', 'count', 'tf_idf'}
        Indices; a row with a 1 at the index of each string; or a row for each row of strings: a 1 at each index that
        occurs, how often it occurs, or that count times the inverse document frequency.
    pad_to_max_tokens : bool
        Whether rows are as wide as `max_tokens` instead of the vocabulary.
    sparse, salt
        Accepted as in Keras; values other than False and None raise ValueError.
    encoding : str
        How bytes and files are decoded.
    name : str, optional
        Default: string_lookup, string_lookup_1, and so on.

    Raises
    ------
    ValueError, TypeError
        If an argument is invalid.

    References
    ----------
    Keras 3, `keras.layers.StringLookup`.

    Examples
    --------
    >>> lookup = StringLookup()
    >>> lookup.adapt(["b", "c", "b"])
    >>> lookup.get_vocabulary()
    ['[UNK]', 'b', 'c']
    >>> lookup([["c", "b"], ["b", "z"]])
    array([[2, 1],
           [1, 0]])
    >>> back = StringLookup(vocabulary=lookup.get_vocabulary(), invert=True)
    >>> back([2, 1]).tolist()
    ['c', 'b']
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
    ) -> None:
        checks.refuse("StringLookup", sparse=sparse, salt=salt)
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            idf_weights,
            invert,
            output_mode,
            pad_to_max_tokens,
            encoding,
            name,
        )

    def _bucket(self, token: Any) -> int:
        return fingerprint(token.encode())


class IntegerLookup(IndexLookup):
    """A vocabulary of integers: integers as indices or counts, or with `invert` indices as the integers.

    It agrees with Keras's layer of this name, but is called on arrays before a model.

    Parameters
    ----------
    max_tokens : int, optional
        Largest size of the vocabulary, with the mask token and those for unknown integers. Default: no limit.
    num_oov_indices : int
        Number of indices for integers that are not in the vocabulary. With several, the remainder chooses among them;
        with 0, such integers raise.
    mask_token : int, optional
        Has index 0 in mode 'int', and counts for nothing in the other modes. Default: there is none.
    oov_token : int
        The entry of the vocabulary for unknown integers, which `invert` returns for unknown indices.
    vocabulary : array_like (terms,), or str, optional
        As for `set_vocabulary`. Default: `adapt` learns it.
    idf_weights : array_like (terms,), optional
        Inverse document frequencies; required with a `vocabulary` for 'tf_idf'.
    invert : bool
        Whether to turn indices into the integers of the vocabulary.
    output_mode : {'int', 'one_hot', 'multi_hot', 'count', 'tf_idf'}
        As for `StringLookup`.
    pad_to_max_tokens : bool
        Whether rows are as wide as `max_tokens` instead of the vocabulary.
    sparse, salt
        Accepted as in Keras; values other than False and None raise ValueError.
    name : str, optional
        Default: integer_lookup, integer_lookup_1, and so on.

    Raises
    ------
    ValueError, TypeError
        If an argument is invalid.

    References
    ----------
    Keras 3, `keras.layers.IntegerLookup`.

    Examples
    --------
    >>> lookup = IntegerLookup(vocabulary=[12, 36, 1138], output_mode="count")
    >>> lookup([[12, 1138, 12], [36, 7, 7]])
    array([[0, 2, 0, 1],
           [2, 0, 1, 0]])
    """

    _convert = staticmethod(integers)
    _dtype = np.int64
    _data_dtype = "int64"

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        name: str | None = None,
        salt: Any = None,
    ) -> None:
        checks.refuse("IntegerLookup", sparse=sparse, salt=salt)
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            idf_weights,
            invert,
            output_mode,
            pad_to_max_tokens,
            "utf-8",
            name,
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, with the vocabulary as it is now.

        Returns
        -------
        dict
            Arguments for `from_config`.
        """
        config = super().get_config()
        del config["encoding"]
        return config

    def _bucket(self, token: Any) -> int:
        return int(token)
