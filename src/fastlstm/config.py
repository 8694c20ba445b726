"""Settings: default dtype, instruction set and number of threads."""

from ._internal import checks, native
from ._internal.arrays import dtype_name

__all__ = ["floatx", "get_num_threads", "isa", "set_floatx", "set_num_threads"]

_floatx = "float32"


def floatx() -> str:
    """Return the dtype of layers created without one: 'float32' unless `set_floatx` changed it.

    Returns
    -------
    str
        'float32' or 'float64'.

    Examples
    --------
    >>> import fastlstm
    >>> fastlstm.config.floatx()
    'float32'
    """
    return _floatx


def set_floatx(value: str) -> None:
    """Set the dtype of layers created afterwards without one.

    Parameters
    ----------
    value : {'float32', 'float64'}
        The dtype, in any of NumPy's spellings. Existing layers keep theirs.

    Raises
    ------
    ValueError
        If `value` is any other dtype.

    Examples
    --------
    >>> import fastlstm
    >>> fastlstm.config.set_floatx("float64")
    >>> fastlstm.layers.Dense(1).dtype
    'float64'
    >>> fastlstm.config.set_floatx("float32")
    """
    global _floatx  # noqa: PLW0603 - the one setting, as in Keras
    _floatx = dtype_name("value", value)


def isa() -> str:
    """Return the instruction set whose kernels run: 'baseline', 'avx2', 'avx512' or 'neon'.

    The environment variable FASTLSTM_ISA selects one. Without it, a network whose layers fill at most half an AVX-512
    vector (8 units in float32) runs the avx2 kernels, whose shorter vectors it fills better.

    Returns
    -------
    str
        The name of the instruction set.

    Examples
    --------
    >>> import fastlstm
    >>> fastlstm.config.isa() in ("baseline", "avx2", "avx512", "neon")
    True
    """
    return native.isa()


def get_num_threads() -> int:
    """Return the number of threads the kernels may use.

    Returns
    -------
    int
        At least 1: the number set by `set_num_threads`, or by FASTLSTM_NUM_THREADS, or else the number of cores
        available to this process.

    Examples
    --------
    >>> import fastlstm
    >>> fastlstm.get_num_threads() >= 1
    True
    """
    return native.get_num_threads()


def set_num_threads(threads: int) -> None:
    """Set the number of threads the kernels may use. Results do not depend on it.

    Parameters
    ----------
    threads : int
        From 1 to 1024.

    Raises
    ------
    TypeError
        If `threads` is not an integer.
    ValueError
        If `threads` is less than 1 or more than 1024.

    Examples
    --------
    >>> import fastlstm
    >>> before = fastlstm.get_num_threads()
    >>> fastlstm.set_num_threads(1)
    >>> fastlstm.get_num_threads()
    1
    >>> fastlstm.set_num_threads(before)
    """
    native.set_num_threads(checks.integer("threads", threads, 1, 1024))
