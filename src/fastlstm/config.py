"""Settings: the default dtype, the instruction set in use, the number of threads."""

from ._internal import checks, native
from ._internal.arrays import dtype_name

__all__ = ["floatx", "get_num_threads", "isa", "set_floatx", "set_num_threads"]

_floatx = "float32"


def floatx() -> str:
    """Return the dtype of layers made without one: 'float32' unless `set_floatx` changed it.

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
    """Set the dtype of layers that are made from now on without one.

    Parameters
    ----------
    value : {'float32', 'float64'}
        The dtype. Layers that exist keep theirs.

    Raises
    ------
    ValueError
        If `value` is another dtype.

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
    """Return the instruction set whose kernels run: baseline, avx2, avx512 or neon.

    Where avx512 was not asked for, a network whose layers are no wider than half of its vectors (8 units in float32)
    runs with avx2, of which they fill more.

    Returns
    -------
    str
        The name. The environment variable FASTLSTM_ISA forces one, for networks of any width.

    Examples
    --------
    >>> import fastlstm
    >>> fastlstm.config.isa() in ("baseline", "avx2", "avx512", "neon")
    True
    """
    return native.isa()


def get_num_threads() -> int:
    """Return how many threads the kernels may use.

    Returns
    -------
    int
        At least 1; the cores that this process may use, FASTLSTM_NUM_THREADS, or what `set_num_threads` set.

    Examples
    --------
    >>> import fastlstm
    >>> fastlstm.get_num_threads() >= 1
    True
    """
    return native.get_num_threads()


def set_num_threads(threads: int) -> None:
    """Set how many threads the kernels may use. Results do not depend on it.

    Parameters
    ----------
    threads : int
        1 to 1024.
        At least 1.

    Raises
    ------
    TypeError
        If `threads` is not an integer.
    ValueError
        If it is less than 1.

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
