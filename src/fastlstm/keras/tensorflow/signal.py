"""`tf.signal`: Fourier transforms, frames and windows of signals."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._internal.deferred import defer_functions
from .._arrays import cast, convert_to_tensor, plain, plain_constant, tensor
from .._missing import missing_names_of

__all__ = [
    "fft",
    "fft2d",
    "fftshift",
    "frame",
    "hamming_window",
    "hann_window",
    "ifft",
    "ifft2d",
    "ifftshift",
    "irfft",
    "rfft",
    "stft",
]

__getattr__ = missing_names_of(__name__)


def _transform(function: Callable[..., Any], *, to_real: bool = False) -> Callable[..., Any]:
    """Return a transform of NumPy along the last axis, or the last two, in the precision of its argument."""

    @functools.wraps(function)
    def transform(input_tensor: Any = None, fft_length: Any = None, name: str | None = None, input: Any = None) -> Any:
        value = input if input_tensor is None else input_tensor
        given = plain_constant(f"tf.signal.{function.__name__}", convert_to_tensor(value))
        length = () if fft_length is None else (int(np.ravel(plain(fft_length))[0]),)
        found = function(given, *length)
        wide = hasattr(value, "numpy") and given.dtype in (np.float64, np.complex128)  # not one of NumPy
        narrow = "float32" if to_real else "complex64"
        return tensor(found if wide else found.astype(narrow))

    return transform


fft, ifft, rfft = map(_transform, (np.fft.fft, np.fft.ifft, np.fft.rfft))
fft2d, ifft2d = map(_transform, (np.fft.fft2, np.fft.ifft2))
irfft = _transform(np.fft.irfft, to_real=True)


def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Any:
    """Return an array with the frequency 0 in the middle of each axis."""
    return _rolled(x, axes, lambda size: size // 2)


def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Any:
    """Return an array as it was before `fftshift`."""
    return _rolled(x, axes, lambda size: -(size // 2))


def _rolled(x: Any, axes: Any, shift: Callable[[int], int]) -> Any:
    x = convert_to_tensor(x)
    along = range(x.ndim) if axes is None else [int(axis) for axis in np.ravel(plain(axes))]
    return tensor(np.roll(x, tuple(shift(x.shape[axis]) for axis in along), tuple(along)))


def _window(window_length: Any, periodic: bool, dtype: Any, offset: float) -> Any:
    length = int(window_length)
    period = length if periodic and length % 2 == 0 else length - 1
    angles = 2 * np.pi * np.arange(length) / max(period, 1)
    return cast(offset - (1 - offset) * np.cos(angles) if length > 1 else np.ones(length), dtype)


def hann_window(window_length: Any, periodic: bool = True, dtype: Any = "float32", name: str | None = None) -> Any:
    """Return the weights of a Hann window."""
    return _window(window_length, periodic, dtype, 0.5)


def hamming_window(window_length: Any, periodic: bool = True, dtype: Any = "float32", name: str | None = None) -> Any:
    """Return the weights of a Hamming window."""
    return _window(window_length, periodic, dtype, 0.54)


def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: int = -1,
    name: str | None = None,
) -> Any:
    """Return parts of an axis that overlap, in two axes instead of one: the parts and their elements."""
    array = np.moveaxis(convert_to_tensor(signal), axis, -1)
    length, step, size = int(frame_length), int(frame_step), array.shape[-1]
    count = -(-size // step) if pad_end else max(0, 1 + (size - length) // step)
    missing = max(0, (count - 1) * step + length - size)
    if pad_end and missing:
        array = np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, missing)], constant_values=pad_value)
    places = np.arange(count)[:, None] * step + np.arange(length)
    place = axis % array.ndim
    return tensor(np.moveaxis(array[..., places], (-2, -1), (place, place + 1)))


def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Any:
    """Return the Fourier transforms of frames, each multiplied by a window. They have no derivative here."""
    framed = frame(signals, frame_length, frame_step, pad_end)
    if window_fn is not None:
        framed = framed * plain(window_fn(frame_length, dtype=framed.dtype))
    length = 1 << (int(frame_length) - 1).bit_length() if fft_length is None else fft_length
    return rfft(framed, [length])


defer_functions(globals(), [name for name in __all__ if not name.endswith("window")])
