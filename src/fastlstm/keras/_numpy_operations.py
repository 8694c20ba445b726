"""Operations of Keras that are functions of NumPy with the same arguments."""

import functools
from typing import Any

import numpy as np

from .._internal.deferred import defer_functions
from ..config import floatx
from ._arrays import cast, wrapped

_SAME = """
    amax amin angle append arccos arccosh arcsin arcsinh arctan arctan2 arctanh bincount bitwise_and
    bitwise_not bitwise_or bitwise_xor broadcast_to cbrt conj conjugate corrcoef cosh cross deg2rad diag
    diagflat diagonal digitize exp2 fabs fliplr flipud fmax fmin fmod gcd heaviside hypot i0 imag inner
    isclose isin isneginf isposinf isreal kron lcm ldexp left_shift log10 log2 logaddexp logaddexp2
    logical_xor moveaxis nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanprod
    nanstd nansum nanvar nextafter percentile ptp rad2deg real right_shift rot90 signbit sinc sinh
    swapaxes take_along_axis trace tril triu true_divide trunc vander vdot
    """
_OTHERWISE_CALLED = {
    "bitwise_invert": np.bitwise_not,
    "bitwise_left_shift": np.left_shift,
    "bitwise_right_shift": np.right_shift,
    "cholesky": np.linalg.cholesky,
    "det": np.linalg.det,
    "inv": np.linalg.inv,
    "matrix_rank": np.linalg.matrix_rank,
    "pinv": np.linalg.pinv,
    "solve": np.linalg.solve,
    "trapezoid": np.trapezoid if hasattr(np, "trapezoid") else np.trapz,  # type: ignore[attr-defined]
}

_WINDOWS = ("bartlett", "blackman", "hamming", "hanning", "kaiser")
"""Functions that return weights of the default dtype."""

__all__ = [*_SAME.split(), *_OTHERWISE_CALLED, *_WINDOWS]


def _window(function: Any) -> Any:
    @functools.wraps(function)
    def window(x: Any, *args: Any, **options: Any) -> Any:
        return cast(function(int(x), *args, **options), floatx())

    return window


globals().update({name: wrapped(getattr(np, name)) for name in _SAME.split()})
globals().update({name: wrapped(function) for name, function in _OTHERWISE_CALLED.items()})
globals().update({name: _window(getattr(np, name)) for name in _WINDOWS})
defer_functions(globals(), [name for name in __all__ if name not in _WINDOWS])
