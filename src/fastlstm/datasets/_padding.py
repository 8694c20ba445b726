"""Sequences of several lengths as one array, and class numbers as rows of zeros with a one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._internal import checks

_SIDES = ("pre", "post")


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> NDArray[Any]:
    """Make sequences equally long: pad the short ones, truncate the long ones, and stack them, as in Keras.

    Parameters
    ----------
    sequences : list of array_like (T,) or (T, ...)
        The lengths T may differ, other axes may not.
    maxlen : int, optional
        Length of the result. Default: that of the longest sequence.
    dtype : dtype
        Of the result; 'float32' for measurements, object for strings. Unlike in Keras, an integer dtype does not cut
        off fractions silently.
    padding, truncating : {'pre', 'post'}
        Which end is padded, and which end of a sequence longer than `maxlen` is cut off. A `Masking` or an `Embedding`
        with `mask_zero` makes a model skip what was padded, at either end.
    value : float or str
        What to pad with.

    Returns
    -------
    ndarray (len(sequences), maxlen, ...)

    Raises
    ------
    TypeError
        If `sequences` is no list of sequences.
    ValueError
        If shapes differ in other axes than the first, `padding` or `truncating` is none of these, or values do not fit
        `dtype`.

    Examples
    --------
    >>> pad_sequences([[1], [2, 3], [4, 5, 6, 7]], maxlen=3)
    array([[0, 0, 1],
           [0, 2, 3],
           [5, 6, 7]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in _SIDES:
            raise ValueError(f"{name}: expected 'pre' or 'post', got {side!r}")
    if not hasattr(sequences, "__len__") or isinstance(sequences, (str, bytes)):
        raise TypeError(f"sequences: expected a list of sequences, got {type(sequences).__name__}")
    lengths = []
    for i, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise TypeError(f"sequences[{i}]: expected a sequence, got {sequence!r}")
        lengths.append(len(sequence))
    length = max(lengths, default=0) if maxlen is None else checks.integer("maxlen", maxlen, 0)
    kind = np.dtype(dtype)
    if isinstance(value, str) and kind.kind not in "OUS":
        raise ValueError(f"value: expected a number for dtype {kind}, got {value!r} (use dtype=object for strings)")
    shape = next((np.shape(sequence)[1:] for sequence, size in zip(sequences, lengths, strict=True) if size), ())
    result = np.full((len(lengths), length, *shape), _exactly("value", value, kind), dtype=kind)
    for i, (sequence, size) in enumerate(zip(sequences, lengths, strict=True)):
        kept = min(size, length)
        if not kept:
            continue
        array = _exactly(f"sequences[{i}]", sequence[size - kept :] if truncating == "pre" else sequence[:kept], kind)
        if array.shape[1:] != shape:
            raise ValueError(f"sequences[{i}]: expected shape {('T', *shape)}, as the first one has, got {array.shape}")
        result[i, length - kept :] = array if padding == "pre" else result[i, length - kept :]
        if padding == "post":
            result[i, :kept] = array
    return result


def to_categorical(x: Any, num_classes: int | None = None) -> NDArray[np.float64]:
    """Turn class numbers into rows of zeros with a one at the class, as in Keras.

    Parameters
    ----------
    x : array_like of int (...) or (..., 1)
        Class numbers from 0 to ``num_classes - 1``.
    num_classes : int, optional
        Default: the largest class number plus one.

    Returns
    -------
    ndarray (..., num_classes), float64

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    ValueError
        If one of them is no class number: Keras takes -1 for the last class, and cuts off fractions.

    Examples
    --------
    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    given = np.asarray(x)
    if given.dtype.kind not in "biuf":
        raise TypeError(f"x: expected class numbers, got dtype {given.dtype}")
    numbers = _exactly("x", given, np.dtype(np.int64))
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    largest = int(numbers.max(initial=-1))
    classes = largest + 1 if num_classes is None else checks.integer("num_classes", num_classes, 1)
    if numbers.min(initial=0) < 0 or largest >= classes:
        bad = largest if largest >= classes else int(numbers.min())
        raise ValueError(f"x: expected class numbers from 0 to {classes - 1}, got {bad}")
    return np.asarray(numbers[..., np.newaxis] == np.arange(classes), np.float64)


def _exactly(name: str, value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return `value` in this dtype; what an integer dtype can not hold raises ValueError."""
    array = np.asarray(value)
    if dtype.kind not in "iu" or array.dtype.kind not in "iuf":
        return array.astype(dtype, copy=False)
    with np.errstate(invalid="ignore"):
        result = array.astype(dtype)
    different = result != array
    if different.any():
        raise ValueError(f"{name}: expected whole numbers, to have dtype {dtype}, got {array[different].flat[0]}")
    return result
