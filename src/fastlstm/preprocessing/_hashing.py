"""Hashing: strings and integers as the numbers of bins, without a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import config
from .._internal import checks
from .._internal.names import given_or_automatic
from .._internal.preprocessors import Preprocessor
from ._encoding import MODES, encoded
from ._farmhash import fingerprint
from ._index_lookup import output_mode_of
from ._siphash import siphash
from ._tokens import strings


class Hashing(Preprocessor):
    """Puts strings and integers into bins by a hash.

    It agrees with Keras's layer of this name, and needs no vocabulary; different values may share a bin. It is called
    on arrays, or comes first in a model.

    Parameters
    ----------
    num_bins : int
        Number of bins, at least 1.
    mask_value : str or int, optional
        The value that has bin 0 for itself. Default: there is none.
    salt : int or sequence of two int, optional
        The key of SipHash, two numbers that may be equal. Default: the fingerprint of FarmHash, which has no key.
    output_mode : {'int', 'one_hot', 'multi_hot', 'count'}
        Numbers of bins; a row with a 1 at the bin of each value; or a row for each row of values: a 1 at each bin that
        occurs, or how often it occurs.
    sparse : bool
        Accepted as in Keras; True raises ValueError.
    name : str, optional
        Default: hashing, hashing_1, and so on.
    dtype : str, optional
        Of the result. Default: 'int64' for 'int', otherwise `fastlstm.config.floatx()`.

    Raises
    ------
    ValueError, TypeError
        If an argument is invalid.

    References
    ----------
    Keras 3, `keras.layers.Hashing`.

    Examples
    --------
    >>> Hashing(num_bins=3)([["A"], ["B"], ["C"]]).tolist()
    [[1], [0], [1]]
    >>> Hashing(num_bins=3, output_mode="count")([["A", "B", "C"]]).tolist()
    [[1.0, 2.0, 0.0]]
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        checks.refuse("Hashing", sparse=sparse)
        self.num_bins = checks.integer("num_bins", num_bins, 1)
        self.mask_value, self.salt = mask_value, _key(salt)
        self.output_mode = output_mode_of(output_mode, MODES[:-1])
        default = "int64" if self.output_mode == "int" else config.floatx()
        self.dtype = default if dtype is None else np.dtype(getattr(dtype, "name", dtype)).name
        if (np.dtype(self.dtype).kind == "i") < (self.output_mode == "int"):
            raise ValueError(f"dtype: expected one of integers for output_mode 'int', got {self.dtype!r}")
        self.name = given_or_automatic(name, type(self))

    def __call__(self, inputs: Any) -> Any:
        """Put values into bins.

        Parameters
        ----------
        inputs : array_like or SymbolicTensor
            Strings, integers or floats, which are cut to integers; or an input of a model, which then takes them.

        Returns
        -------
        ndarray
            Numbers of bins of the shape of the inputs. With 'one_hot', one row for each value, as wide as there are
            bins. With 'multi_hot' and 'count', one such row for each row of the inputs.

        Raises
        ------
        TypeError
            If the inputs are neither strings nor numbers.
        """
        if hasattr(inputs, "_preprocessed_by"):
            return inputs._preprocessed_by(self)
        array = np.asarray(inputs)
        if array.dtype.kind == "f":
            array = array.astype(np.int64)
        values = array.astype(str).astype(object) if array.dtype.kind in "iu" else strings("inputs", array)
        bins = np.array([self._bin(value) for value in values.ravel()], np.int64).reshape(array.shape)
        found = bins if self.output_mode == "int" else encoded(bins, self.output_mode, self.num_bins, None)
        return found.astype(self.dtype)

    def _bin(self, value: str) -> int:
        reserved = self.mask_value is not None and self.num_bins > 1
        if reserved and value == str(self.mask_value):
            return 0
        text = value.encode()
        number = fingerprint(text) if self.salt is None else siphash(text, (self.salt[0], self.salt[1]))
        return number % (self.num_bins - reserved) + reserved

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the result for inputs of this shape.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis.

        Returns
        -------
        tuple
        """
        if len(input_shape) == 1 and self.output_mode in ("multi_hot", "count"):
            return (self.num_bins,)
        return (*input_shape[:1], *self._sample_shape(tuple(input_shape[1:])))

    def _sample_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        if self.output_mode == "int":
            return shape
        is_row = self.output_mode != "one_hot" or shape[-1:] == (1,)
        return (*(shape[:-1] if is_row else shape), self.num_bins)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments.

        Returns
        -------
        dict
            Arguments for `from_config`.
        """
        names = ("num_bins", "salt", "mask_value", "output_mode", "name", "dtype")
        return {name: getattr(self, name) for name in names}


def _key(salt: Any) -> list[int] | None:
    """Return the two numbers of a salt."""
    if salt is None:
        return None
    given = [salt, salt] if isinstance(salt, (int, np.integer)) else salt
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        raise ValueError(f"salt: expected an integer or two of them, got {salt!r}")
    return [checks.integer("salt", one, 0, 2**64 - 1) for one in given]
