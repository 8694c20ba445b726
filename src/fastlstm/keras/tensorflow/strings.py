"""`tf.strings` on arrays of strings. Where the rows of a result differ in length, it is a `RaggedTensor`."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .._arrays import tensor
from .._missing import missing_names_of
from ._ragged import RaggedTensor
from .dtypes import as_dtype

__all__ = [
    "as_string",
    "bytes_split",
    "join",
    "length",
    "lower",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "strip",
    "substr",
    "to_number",
    "unicode_split",
    "upper",
]

__getattr__ = missing_names_of(__name__)


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _each(function: Callable[[str], Any], strings: Any, dtype: Any = None) -> Any:
    """Return the results of a function for each string, in the shape of the strings."""
    if isinstance(strings, RaggedTensor):
        return strings.with_rows(_each(function, row, dtype) for row in strings)
    array = np.asarray(strings)
    found = [function(_text(value)) for value in array.ravel().tolist()]
    return tensor(np.array(found, dtype if found or dtype is not None else "U").reshape(array.shape))


def _parts(function: Callable[[str], list[str]], strings: Any) -> Any:
    """Return the parts of a string as a vector; those of several strings as rows of different lengths."""
    if isinstance(strings, RaggedTensor) or np.ndim(strings):
        return RaggedTensor(_parts(function, each) for each in strings)
    return tensor(np.array(function(_text(np.asarray(strings)[()])), "U"))


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Return strings in lower case: letters of ASCII alone, or all of them with the encoding 'utf-8'."""
    return _each(str.lower if encoding else lambda text: text.translate(_LOWER), input)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Return strings in upper case: letters of ASCII alone, or all of them with the encoding 'utf-8'."""
    return _each(str.upper if encoding else lambda text: text.translate(_UPPER), input)


_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER, _UPPER = str.maketrans(_CAPITALS, _CAPITALS.lower()), str.maketrans(_CAPITALS.lower(), _CAPITALS)


def strip(input: Any, name: str | None = None) -> Any:
    """Return strings without white space at their ends."""
    return _each(str.strip, input)


def regex_replace(input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None) -> Any:
    r"""Return strings with what a regular expression matches replaced; ``\1`` is its first group, ``\0`` all of it."""
    expression, by = re.compile(_text(pattern), re.ASCII), _text(rewrite).replace("\\0", "\\g<0>")
    return _each(lambda text: expression.sub(by, text, count=0 if replace_global else 1), input)


def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Any:
    """Return whether each string as a whole matches a regular expression."""
    expression = re.compile(_text(pattern), re.ASCII)
    return _each(lambda text: expression.fullmatch(text) is not None, input, bool)


def split(input: Any = None, sep: Any = None, maxsplit: int = -1, name: str | None = None, source: Any = None) -> Any:
    """Return the parts of strings between separators, by default between white space."""
    by = _text(sep) if sep is not None else ""
    return _parts(lambda text: text.split(by or None, maxsplit), source if input is None else input)


def unicode_split(input: Any, input_encoding: str = "UTF-8", errors: str = "replace", **_: Any) -> Any:
    """Return the characters of strings."""
    return _parts(list, input)


def bytes_split(input: Any, name: str | None = None) -> Any:
    """Return the characters of strings of ASCII."""
    return _parts(list, input)


def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """Return strings that are joined of the strings at the same place of several arrays, or of single strings."""
    arrays = np.broadcast_arrays(*(np.asarray(each) for each in inputs))
    rows = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    found = [separator.join(map(_text, row)) for row in rows]
    return tensor(np.array(found, "U").reshape(arrays[0].shape))


def reduce_join(
    inputs: Any = None, axis: Any = None, keepdims: bool = False, separator: str = "", name: str | None = None
) -> Any:
    """Return the strings along an axis joined, or all of them."""
    if isinstance(inputs, RaggedTensor):
        if axis not in (-1, 1):
            raise ValueError(f"axis: expected -1, that of the rows of a RaggedTensor, got {axis!r}")
        return tensor(np.array([separator.join(map(_text, np.asarray(row).tolist())) for row in inputs], "U"))
    array = np.asarray(inputs)
    if axis is None:
        found = np.array(separator.join(map(_text, array.ravel().tolist())))
        return tensor(found.reshape((1,) * array.ndim) if keepdims else found)
    moved = np.moveaxis(array, axis, -1)
    rows = moved.reshape(-1, moved.shape[-1]).tolist()
    joined = np.array([separator.join(map(_text, row)) for row in rows], "U").reshape(moved.shape[:-1])
    return tensor(np.expand_dims(joined, axis) if keepdims else joined)


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """Return the lengths of strings, in bytes of UTF-8, or in characters with the unit 'UTF8_CHAR'."""
    return _each(lambda text: len(text.encode() if unit == "BYTE" else text), input, np.int32)


def substr(input: Any, pos: int, len: int, unit: str = "BYTE", name: str | None = None) -> Any:
    """Return the parts of strings from a position on, in bytes of UTF-8, or in characters with the unit 'UTF8_CHAR'."""
    if unit == "BYTE":
        return _each(lambda text: _part(text.encode(), int(pos), int(len)).decode("utf-8", "replace"), input)
    return _each(lambda text: _part(text, int(pos), int(len)), input)


def _part(text: Any, start: int, count: int) -> Any:
    first = start % len(text) if start < 0 else start
    return text[first : first + count]


def to_number(input: Any, out_type: Any = "float32", name: str | None = None) -> Any:
    """Return the numbers that strings are numerals of."""
    return _each(float if as_dtype(out_type).kind == "f" else int, input, as_dtype(out_type))


def as_string(input: Any, precision: int = -1, **_: Any) -> Any:
    """Return numbers as strings; floats have six decimal places unless `precision` says otherwise."""
    array = np.asarray(input)
    places = 6 if precision < 0 else precision
    found = [f"{value:.{places}f}" if isinstance(value, float) else str(value) for value in array.ravel().tolist()]
    return tensor(np.array(found, "U").reshape(array.shape))
