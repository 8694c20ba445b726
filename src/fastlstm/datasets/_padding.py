"""Sequences of different lengths as one array, and class numbers as one-hot rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._internal import checks
from .._internal.old_names import accepts_old_names
from .._internal.whole_numbers import truncated_in_scripts

_SIDES = ("pre", "post")


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> NDArray[Any]:
    """Pad short sequences, truncate long ones, and stack them into one array, as Keras does.

    Parameters
    ----------
    sequences : list of array_like (T,) or (T, ...)
        The sequences. Their lengths T may differ, their other axes may not.
    maxlen : int, optional
        Length of the result. Default: that of the longest sequence.
    dtype : dtype
        Dtype of the result, such as 'float32' for measurements or object for strings. Unlike in Keras, fractions are
        not truncated silently to an integer dtype: they raise.
    padding, truncating : {'pre', 'post'}
        The end to pad, and the end at which sequences longer than `maxlen` are cut. A `Masking` layer, or an
        `Embedding` with `mask_zero`, makes a model skip the padding at either end.
    value : float or str
        The padding value.

    Returns
    -------
    ndarray (len(sequences), maxlen, ...)
        The sequences as one array of dtype `dtype`.

    Raises
    ------
    TypeError
        If `sequences` is not a list of sequences.
    ValueError
        If shapes differ beyond the first axis, `padding` or `truncating` is unknown, or a value does not fit `dtype`.

    References
    ----------
    Keras 3, `keras.utils.pad_sequences`.

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
        used = min(size, length)
        if not used:
            continue
        array = _exactly(f"sequences[{i}]", sequence[size - used :] if truncating == "pre" else sequence[:used], kind)
        if array.shape[1:] != shape:
            raise ValueError(f"sequences[{i}]: expected shape {('T', *shape)}, as the first one has, got {array.shape}")
        if padding == "pre":
            result[i, length - used :] = array
        else:
            result[i, :used] = array
    return result


@accepts_old_names
def to_categorical(x: Any, num_classes: int | None = None, dtype: Any = "float64") -> NDArray[Any]:
    """Turn class numbers into one-hot rows, as Keras does.

    Parameters
    ----------
    x : array_like of int (...) or (..., 1)
        Class numbers from 0 to ``num_classes - 1``, or numerals.
    num_classes : int, optional
        Number of classes. Default: the largest class number plus one.
    dtype : dtype
        Dtype of the result. The default is that of Keras 3; in Keras 2 it was float32.

    Returns
    -------
    ndarray (..., num_classes)
        Zeros, with a one at the class of each entry.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    ValueError
        If an entry is not such a class number. (Keras takes -1 for the last class and truncates fractions.)

    References
    ----------
    Keras 3, `keras.utils.to_categorical`.

    Examples
    --------
    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    given = np.asarray(x)
    if given.dtype.kind not in "biuf":
        try:
            given = given.astype(np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"x: expected class numbers, got dtype {given.dtype}") from None
    numbers = _exactly("x", given, np.dtype(np.int64))
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    largest = int(numbers.max(initial=-1))
    classes = largest + 1 if num_classes is None else checks.integer("num_classes", num_classes, 1)
    if numbers.min(initial=0) < 0 or largest >= classes:
        bad = largest if largest >= classes else int(numbers.min())
        raise ValueError(f"x: expected class numbers from 0 to {classes - 1}, got {bad}")
    return np.asarray(numbers[..., np.newaxis] == np.arange(classes), dtype)


def _exactly(name: str, value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return `value` in this dtype; raise ValueError if an integer dtype cannot hold it exactly."""
    array = np.asarray(value)
    if dtype.kind not in "iu" or array.dtype.kind not in "iuf":
        return array.astype(dtype, copy=False)
    array = truncated_in_scripts(name, array)
    with np.errstate(invalid="ignore"):
        result = array.astype(dtype)
    different = result != array
    if different.any():
        raise ValueError(f"{name}: expected whole numbers, to have dtype {dtype}, got {array[different].flat[0]}")
    return result
