"""Functions on arrays that `backend`, `ops` and `tensorflow` share.

They call NumPy without converting their arguments first, so that objects with NumPy's protocols pass through them, in
particular the arrays whose gradient is recorded (`fastlstm._internal.tape`): losses of scripts are written with them.
"""

import functools
from collections.abc import Callable
from operator import index
from typing import Any

import numpy as np

from .. import activations, config
from .._internal import tape
from .._internal.arrays import Array
from .._internal.deferred import defer_functions
from .._internal.tensor import Tensor
from .._internal.tensor import tensor as _tensor
from ..layers.symbolic import SymbolicTensor
from ..layers.variable import Variable

__all__ = [
    "Tensor",
    "absolute",
    "add",
    "argmax",
    "argmin",
    "argsort",
    "cast",
    "ceil",
    "convert_to_tensor",
    "cos",
    "cumprod",
    "cumsum",
    "diff",
    "divide",
    "dot",
    "einsum",
    "equal",
    "exp",
    "expand_dims",
    "expm1",
    "flip",
    "floor",
    "floor_divide",
    "full",
    "greater",
    "greater_equal",
    "is_tensor",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "linspace",
    "log",
    "log1p",
    "logical_and",
    "logical_not",
    "logical_or",
    "logsumexp",
    "matmul",
    "maximum",
    "mean",
    "minimum",
    "mod",
    "multiply",
    "negative",
    "not_equal",
    "ones",
    "ones_like",
    "outer",
    "power",
    "prod",
    "ravel",
    "reciprocal",
    "reshape",
    "roll",
    "sign",
    "sin",
    "softmax",
    "sort",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "stop_gradient",
    "subtract",
    "take",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "transpose",
    "var",
    "where",
    "zeros",
    "zeros_like",
]
"""The functions that have one name in `backend`, `ops` and `tensorflow`."""

Function = Callable[..., Any]

tensor = _tensor


_SINGLE = {"float": "float32", "string": "U"}
"""Names that stand for another dtype in TensorFlow than in NumPy."""


def dtype_of(dtype: Any) -> np.dtype[Any]:
    """Return NumPy's dtype for a name or a dtype of any library."""
    name = getattr(dtype, "name", dtype)
    found: np.dtype[Any] = np.dtype(_SINGLE.get(name, name) if isinstance(name, str) else name)
    return found


def joined(x: Any) -> Any:
    """Return a list or tuple of arrays, of which some may be traced, as one array; anything else unchanged."""
    if isinstance(x, (list, tuple)) and any(type(each) is tape.Traced for each in x):
        return np.stack([each if hasattr(each, "shape") else np.asarray(each) for each in x])
    return x


def convert_to_tensor(value: Any, dtype: Any = None) -> Any:
    """Return a value as a tensor; Python's floats become 'float32', its integers 'int32', as in TensorFlow."""
    value = joined(tape.current(value))
    if type(value) is tape.Traced:
        return value if dtype is None else cast(value, dtype)
    array = np.asarray(value)
    if array.dtype.kind == "S" or (array.dtype.kind == "O" and array.size and isinstance(array.flat[0], bytes)):
        array = np.char.decode(array.astype("S"), "utf-8")
    array = array if dtype is None else array.astype(dtype_of(dtype), copy=False)
    if dtype is None and not hasattr(value, "dtype"):
        narrow = {"f": np.float32, "i": np.int32}.get(array.dtype.kind)
        array = array if narrow is None else array.astype(narrow)
    return tensor(array)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """Return a value as a tensor, spread over a shape if there is one."""
    found = convert_to_tensor(value, dtype)
    return (
        found
        if shape is None
        else tensor(np.broadcast_to(found, shape).copy() if found.ndim == 0 else found.reshape(shape))
    )


def cast(x: Any, dtype: Any) -> Any:
    """Return an array in another dtype."""
    return tensor((x if hasattr(x, "astype") else np.asarray(x)).astype(dtype_of(dtype)))


def wrapped(function: Any, **others: str) -> Function:
    """Return a function of NumPy whose result is a tensor, and which takes the argument `name` of TensorFlow.

    `others` are names that its other arguments have in Keras, with NumPy's.
    """

    @functools.wraps(function)
    def call(*args: Any, name: str | None = None, **kwargs: Any) -> Any:
        if kwargs:
            more, kwargs = _positional(kwargs)
            args = (*args, *more)
            kwargs = {others.get(given, given): value for given, value in kwargs.items()}
        return tensor(function(*args, **kwargs))

    return call


_ARRAYS = """
    input_tensor input x x1 a tensor t value values features logits arrays tensors xs
    y x2 b
    """
"""What Keras and TensorFlow call the arrays that a function takes first, in this order."""


def _positional(arguments: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arrays among keyword arguments by position, and the other keyword arguments."""
    names = [name for name in _ARRAYS.split() if name in arguments]
    return tuple(arguments[name] for name in names), {k: v for k, v in arguments.items() if k not in names}


absolute, exp, expm1, log, log1p = (
    wrapped(np.absolute),
    wrapped(np.exp),
    wrapped(np.expm1),
    wrapped(np.log),
    wrapped(np.log1p),
)
sqrt, square, sign, negative, reciprocal = map(wrapped, (np.sqrt, np.square, np.sign, np.negative, np.reciprocal))
sin, cos, tan, tanh, floor, ceil = map(wrapped, (np.sin, np.cos, np.tan, np.tanh, np.floor, np.ceil))
round_, isnan, isinf, isfinite = map(wrapped, (np.round, np.isnan, np.isinf, np.isfinite))
add, subtract, multiply, divide, power = map(wrapped, (np.add, np.subtract, np.multiply, np.divide, np.power))
floor_divide, mod, maximum, minimum = map(wrapped, (np.floor_divide, np.mod, np.maximum, np.minimum))
equal, not_equal, greater, greater_equal = map(wrapped, (np.equal, np.not_equal, np.greater, np.greater_equal))
less, less_equal, matmul, dot = map(wrapped, (np.less, np.less_equal, np.matmul, np.dot))
logical_and, logical_or, logical_not = map(wrapped, (np.logical_and, np.logical_or, np.logical_not))
stack, roll, flip, concatenate, squeeze = map(wrapped, (np.stack, np.roll, np.flip, np.concatenate, np.squeeze))
tile, repeat = wrapped(np.tile, n="reps", repeats="reps", multiples="reps"), wrapped(np.repeat, rep="repeats")
reshape = wrapped(np.reshape, newshape="shape")
ravel, sort, argsort, cumsum, cumprod, take = map(
    wrapped, (np.ravel, np.sort, np.argsort, np.cumsum, np.cumprod, np.take)
)
tensordot, einsum, outer, diff, linspace = map(wrapped, (np.tensordot, np.einsum, np.outer, np.diff, np.linspace))


def reduction(function: Function, *, averages: bool = False) -> Function:
    """Return a reduction with Keras's arguments. Averages of integers and booleans are floats of the default dtype."""

    @functools.wraps(function)
    def reduce(x: Any = None, axis: Any = None, keepdims: bool = False, name: str | None = None, **named: Any) -> Any:
        for each, value in named.items():  # of TensorFlow, in version 1 as well
            if each == "input_tensor":
                x = value
            elif each == "keep_dims":
                keepdims = value
            elif each == "reduction_indices":
                axis = value
            else:
                raise TypeError(f"{function.__name__}() got an unexpected keyword argument {each!r}")
        x, axis = joined(x), tuple(axis) if isinstance(axis, list) else axis
        if averages and getattr(getattr(x, "dtype", None), "kind", "f") in "biu":
            x = cast(x, config.floatx())
        return tensor(function(x, axis=axis, keepdims=keepdims))

    return reduce


sum_, prod, max_, min_ = reduction(np.sum), reduction(np.prod), reduction(np.max), reduction(np.min)
all_, any_ = reduction(np.all), reduction(np.any)
mean, std, var = (reduction(function, averages=True) for function in (np.mean, np.std, np.var))


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """Return elements of the one or the other array; the places (N, axes) of what is true if there are none."""
    if x is None and y is None:
        return tensor(np.argwhere(tape.plain(condition)))
    return tensor(np.where(condition, x, y))


def clip(x: Any, minimum: Any, maximum: Any) -> Any:
    """Return an array with its elements limited to an interval."""
    return tensor(np.clip(x, minimum, maximum))


def transpose(a: Any, axes: Any = None, perm: Any = None, conjugate: bool = False, name: str | None = None) -> Any:
    """Return an array with its axes in another order, reversed if none is given."""
    return tensor(np.transpose(a, axes if perm is None else perm))


def expand_dims(x: Any, axis: int = -1, name: str | None = None) -> Any:
    """Return an array with a new axis of size 1."""
    return tensor(np.expand_dims(x, axis))


def argmax(x: Any, axis: int = -1, keepdims: bool = False) -> Any:
    """Return the index of the largest element along an axis."""
    return tensor(np.argmax(x, axis=axis, keepdims=keepdims))


def argmin(x: Any, axis: int = -1, keepdims: bool = False) -> Any:
    """Return the index of the smallest element along an axis."""
    return tensor(np.argmin(x, axis=axis, keepdims=keepdims))


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the logarithm of a sum of exponentials, without overflow."""
    largest = np.max(x, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True)) + largest
    return tensor(total if keepdims else np.squeeze(total, axis=axis))


def one_hot(indices: Any, num_classes: int) -> Any:
    """Return a 1 at each index, in a new last axis; zeros for indices out of range."""
    return tensor((np.asarray(tape.plain(indices))[..., None] == np.arange(num_classes)).astype(config.floatx()))


def zeros(shape: Any, dtype: Any = None) -> Any:
    """Return zeros, of the default dtype if none is given."""
    return tensor(np.zeros(shape, dtype_of(dtype or config.floatx())))


def ones(shape: Any, dtype: Any = None) -> Any:
    """Return ones, of the default dtype if none is given."""
    return tensor(np.ones(shape, dtype_of(dtype or config.floatx())))


def full(shape: Any, value: Any, dtype: Any = None) -> Any:
    """Return an array filled with a value, of the default dtype if none is given."""
    return tensor(np.full(shape, value, dtype_of(dtype or config.floatx())))


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Return a matrix with ones on a diagonal, of the default dtype if none is given."""
    return tensor(np.eye(N, M, k, dtype=dtype_of(dtype or config.floatx())))


def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Return zeros of the shape of an array."""
    return tensor(np.zeros_like(x, None if dtype is None else dtype_of(dtype)))


def ones_like(x: Any, dtype: Any = None) -> Any:
    """Return ones of the shape of an array."""
    return tensor(np.ones_like(x, None if dtype is None else dtype_of(dtype)))


def generator(seed: Any) -> np.random.Generator:
    """Return a random generator; without a seed it is seeded by `numpy.random`, which `set_random_seed` seeds."""
    if seed is None:
        return np.random.default_rng(np.random.randint(2**31))
    return np.random.default_rng(index(seed) if np.ndim(seed) == 0 else np.asarray(seed))


def normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Return normally distributed random numbers."""
    return cast(generator(seed).normal(mean, stddev, shape), dtype or config.floatx())


def uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Return uniformly distributed random numbers from `minval` to `maxval`, which is excluded."""
    dtype = dtype_of(dtype or config.floatx())
    draw: Function = generator(seed).integers if dtype.kind in "iu" else generator(seed).uniform
    return cast(draw(minval, maxval, shape), dtype)


def categorical(logits: Any, num_samples: int, seed: int | None = None) -> Any:
    """Return indices (N, num_samples) drawn with the probabilities whose logarithms are the rows of `logits`."""
    logits = np.asarray(logits, np.float64)
    noise = generator(seed).gumbel(size=(len(logits), num_samples, logits.shape[-1]))
    return tensor(np.argmax(logits[:, None] + noise, axis=-1))


def shuffled(x: Any, seed: int | None = None) -> Any:
    """Return an array with its rows in random order."""
    return tensor(generator(seed).permutation(np.asarray(x)))


def value_of(x: Any) -> Any:
    """Return a variable, tensor or number as NumPy has it."""
    return x.numpy() if hasattr(x, "numpy") else x


def assign(x: Any, value: Any) -> None:
    """Set the value of a variable, of an optimizer's learning rate, or of an array."""
    value = tape.plain(value)
    if hasattr(x, "assign"):
        x.assign(value_of(value))
    elif isinstance(x, np.ndarray) and x.flags.writeable:
        x[...] = value
    else:
        raise TypeError(f"x: expected a variable or a learning rate, got {type(x).__name__}; use layer.set_weights")


def softmax(x: Any, axis: int = -1) -> Any:
    """Return exponentials divided by their sum along an axis."""
    exponentials = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return tensor(exponentials / np.sum(exponentials, axis=axis, keepdims=True))


tanh._plain, softmax._plain = activations.tanh, activations.softmax  # type: ignore[attr-defined]  # as activations


def plain(x: Any) -> Array:
    """Return an array without the methods of tensors."""
    return np.asarray(tape.plain(x))


def plain_constant(function: str, x: Any) -> Array:
    """Return an array as `plain` does, for a function whose derivative is not recorded: that of a constant.

    Parameters
    ----------
    function : str
        The name of the function.
    x : array_like
        Its argument.

    Raises
    ------
    NotDifferentiableError
        If the gradient of the argument is recorded.
    """
    x = joined(tape.current(x))
    if tape.is_traced(x):
        raise tape.NotDifferentiableError(
            f"{function} has no derivative here: call it on what needs no gradient, or on tf.stop_gradient of its"
            " argument"
        )
    return plain(x)


def stop_gradient(x: Any, name: str | None = None) -> Any:
    """Return an array as a constant, through which no gradient is carried back."""
    return tensor(tape.plain(x))


def is_tensor(x: Any) -> bool:
    """Return whether a value is an array."""
    return isinstance(x, (np.ndarray, tape.Traced, SymbolicTensor, Variable))


def norm(x: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """Return the norm of all elements, or along an axis."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    if ord == "euclidean" and axis is None:
        x = np.ravel(x)
    found = np.linalg.norm(x, None if ord == "euclidean" else ord, axis, keepdims)
    return tensor(found)


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """Return the products of the matrices of two batches; `axes` are the axes that are summed over."""
    ndims = np.ndim(x), np.ndim(y)
    given = (
        (ndims[0] - 1, ndims[1] - 2 if ndims[1] > 2 else 1)
        if axes is None
        else (axes, axes)
        if np.ndim(axes) == 0
        else axes
    )
    summed = [axis % ndim for axis, ndim in zip(given, ndims, strict=True)]
    letters = [["n"] + [each + str(i) for i in range(1, ndim)] for each, ndim in zip("xy", ndims, strict=True)]
    alphabet = {name: chr(ord("a") + i) for i, name in enumerate(dict.fromkeys(letters[0] + letters[1]))}
    alphabet[letters[1][summed[1]]] = alphabet[letters[0][summed[0]]]
    left, right = ("".join(alphabet[name] for name in each) for each in letters)
    result = "".join(each for each in left + right[1:] if each != left[summed[0]])
    found = np.einsum(f"{left},{right}->{result}", x, y)
    return tensor(found[:, None] if found.ndim == 1 else found)


_NOT_DEFERRED = ("Tensor", "is_tensor")
defer_functions(globals(), [name for name in __all__ if name not in _NOT_DEFERRED])
defer_functions(globals(), ["all_", "any_", "batch_dot", "clip", "concatenate", "constant"])
defer_functions(globals(), ["eye", "max_", "min_", "norm", "one_hot"])
defer_functions(globals(), ["repeat", "round_", "sum_"])
