"""Traced: an array that remembers how it was computed, so that a gradient can be carried back to what it depends on.

NumPy's functions and operators on a traced array give traced arrays. The derivative of each is in a table: `SLOPES` for
ufuncs, `FUNCTIONS` for other functions, which the modules beside this one fill.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from ..arrays import Array
from ..not_available import NotAvailableError, attribute_of

Pull: TypeAlias = Callable[[Any], Any]
"""Takes the gradient with respect to a result, and returns that with respect to one of the arrays it depends on.

What it returns is then summed over the axes along which that array was broadcast, and converted to its dtype.
"""
Slope: TypeAlias = Callable[..., Any]
"""``slope(d, y, *inputs)`` of a ufunc ``y = f(*inputs)``: the gradient with respect to one of the inputs."""

SLOPES: dict[np.ufunc, tuple[Slope, ...]] = {}
"""The slopes of each ufunc, one for each input; none for a ufunc that is constant almost everywhere."""
FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {}
"""What each other function of NumPy is for traced arrays."""

_numbers = itertools.count()


class NotDifferentiableError(TypeError):
    """Something was done with a traced array of which no derivative is known here."""


class Recording:
    """Whether operations are recorded: from its creation until `end`. Afterwards arrays count as constants.

    Otherwise what is computed later with a loss, such as the sum over an epoch, would keep all that led to it.
    """

    __slots__ = ("is_open",)

    def __init__(self) -> None:
        self.is_open = True

    def end(self) -> None:
        """Record nothing more."""
        self.is_open = False


class Traced:
    """An array with the operations that led to it.

    Parameters
    ----------
    value : ndarray or scalar
        The array.
    parents : sequence of (Traced, callable)
        The traced arrays that it was computed from, each with its `Pull`.
    recording : Recording
        That of its parents.
    """

    __slots__ = ("_keras_mask", "number", "parents", "recording", "value")
    _also_in_keras = ("Tensor",)

    def __init__(self, value: Any, parents: Sequence[tuple["Traced", Pull]], recording: Recording) -> None:
        self.value = value
        self.parents = parents
        self.recording = recording
        self.number = next(_numbers)
        """Its place in the order of computation."""
        self._keras_mask: Any = None
        """The mask of a sequence that a layer has returned."""

    # NumPy's protocols -------------------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if not self.recording.is_open and not any(map(is_traced, inputs)):
            return getattr(ufunc, method)(*map(plain, inputs), **options)
        if method != "__call__":
            raise NotDifferentiableError(f"numpy.{ufunc.__name__}.{method} has no derivative here")
        if not options:
            return apply(ufunc, *inputs)
        options.pop("out", None)  # of an augmented assignment, which takes the result
        dtype = options.pop("dtype", None)
        if options:
            raise NotDifferentiableError(f"numpy.{ufunc.__name__} has no derivative here with {', '.join(options)}")
        found = apply(ufunc, *inputs)
        return found if dtype is None else found.astype(dtype)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, options: Any) -> Any:
        if not self.recording.is_open and not any(map(is_traced, _inside((*args, *options.values())))):
            return function(*_plain_inside(args), **_plain_inside(options))
        if any(hasattr(each, "_current") for each in types):  # a variable, which replaces itself by its value
            return NotImplemented
        implementation = FUNCTIONS.get(function)
        if implementation is None:
            raise NotDifferentiableError(f"numpy.{function.__name__} has no derivative here")
        for name in options.keys() & {"out", "where"}:
            if options[name] is not None and options[name] is not np._NoValue:
                raise NotDifferentiableError(f"numpy.{function.__name__} has no derivative here with {name}")
        return implementation(*args, **options)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self._plain_value(), dtype=dtype)

    # What it is --------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        shape: tuple[int, ...] = self.value.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        dtype: np.dtype[Any] = self.value.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.value.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(self.value.size)

    def numpy(self) -> Any:
        """Return the plain array, or the number if there is one without axes; it has no gradient."""
        return self.value if self.value.shape else self.value[()]

    eval = numpy

    def get_shape(self) -> tuple[int, ...]:
        """Return the shape."""
        return self.shape

    def _plain_value(self) -> Any:
        """Return the value for something that would lose the gradient without a word."""
        if self.recording.is_open:
            raise NotDifferentiableError(
                "an array whose gradient is recorded cannot become a plain array or number: use functions of NumPy or"
                " of keras.backend, keras.ops and tensorflow that take it as it is, or its .numpy(), which has no"
                " gradient"
            )
        return self.value

    def item(self, *place: Any) -> Any:
        """Return an element as a number of Python."""
        return self.value.item(*place)

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __float__(self) -> float:
        return float(self._plain_value())

    def __int__(self) -> int:
        return int(self._plain_value())

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __repr__(self) -> str:
        return f"Traced({np.array2string(np.asarray(self.value), separator=', ')})"

    # Operators ---------------------------------------------------------------------------------------------------

    def __getitem__(self, index: Any) -> Any:
        value, shape = self.value, self.value.shape
        index = tuple(map(plain, index)) if isinstance(index, tuple) else plain(index)
        return record(value[index], (self, lambda d: put_back(d, index, shape)))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self.value)))

    def __setitem__(self, index: Any, value: Any) -> None:
        raise NotDifferentiableError("an array whose gradient is recorded cannot be changed in place: use where")

    def __add__(self, other: Any) -> Any:
        return apply(np.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return apply(np.add, other, self)

    def __sub__(self, other: Any) -> Any:
        return apply(np.subtract, self, other)

    def __rsub__(self, other: Any) -> Any:
        return apply(np.subtract, other, self)

    def __mul__(self, other: Any) -> Any:
        return apply(np.multiply, self, other)

    def __rmul__(self, other: Any) -> Any:
        return apply(np.multiply, other, self)

    def __truediv__(self, other: Any) -> Any:
        return apply(np.divide, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return apply(np.divide, other, self)

    def __floordiv__(self, other: Any) -> Any:
        return apply(np.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return apply(np.floor_divide, other, self)

    def __mod__(self, other: Any) -> Any:
        return apply(np.remainder, self, other)

    def __rmod__(self, other: Any) -> Any:
        return apply(np.remainder, other, self)

    def __pow__(self, other: Any) -> Any:
        return (
            apply(np.square, self) if isinstance(other, (int, float)) and other == 2 else apply(np.power, self, other)
        )

    def __rpow__(self, other: Any) -> Any:
        return apply(np.power, other, self)

    def __matmul__(self, other: Any) -> Any:
        return apply(np.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return apply(np.matmul, other, self)

    def __neg__(self) -> Any:
        return apply(np.negative, self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return apply(np.absolute, self)

    def __lt__(self, other: Any) -> Any:
        return apply(np.less, self, other)

    def __le__(self, other: Any) -> Any:
        return apply(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return apply(np.greater, self, other)

    def __ge__(self, other: Any) -> Any:
        return apply(np.greater_equal, self, other)

    def __eq__(self, other: Any) -> Any:
        return apply(np.equal, self, other)

    def __ne__(self, other: Any) -> Any:
        return apply(np.not_equal, self, other)

    __hash__ = object.__hash__

    # Methods of arrays -------------------------------------------------------------------------------------------

    @property
    def T(self) -> Any:
        """The transpose."""
        return np.transpose(self)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """Return the array in another dtype; one of integers or booleans is plain, since it has no gradient."""
        dtype = np.dtype(dtype)
        if dtype == self.value.dtype:
            return self
        value = self.value.astype(dtype)
        return record(value, (self, _unchanged)) if dtype.kind == "f" else value

    def reshape(self, *shape: Any) -> Any:
        """Return the array in another shape, given as one argument or several."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        """Return the array with its axes in another order, given as one argument or several."""
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) if axes else None)

    def __getattr__(self, name: str) -> Any:
        if name in _METHODS:
            function = np.ravel if name == "flatten" else getattr(np, name)
            return lambda *args, **options: function(self, *args, **options)
        return attribute_of(self, name)


_METHODS_OF_ARRAYS = """
    sum mean prod max min std var cumsum clip squeeze ravel flatten repeat take dot round argmax argmin any all swapaxes
    copy
    """
_METHODS = frozenset(_METHODS_OF_ARRAYS.split())
"""The methods of arrays that are the function of that name."""


_KNOWN = frozenset([Traced, np.ndarray, int, float, bool])
"""The usual types of what functions are called with; others may be variables."""


def _unchanged(d: Any) -> Any:
    return d


def _is_basic(index: Any) -> bool:
    """Return whether an index takes no element twice: numbers, slices and so on, or one mask of booleans."""
    entries = index if isinstance(index, tuple) else (index,)
    return all(
        entry is None or entry is Ellipsis or isinstance(entry, (int, np.integer, slice)) for entry in entries
    ) or (isinstance(index, np.ndarray) and index.dtype == np.bool_)


def only_once(pull: Pull, what: str) -> Pull:
    """Return a `Pull` whose results have no gradients: asking for these raises NotAvailableError.

    Parameters
    ----------
    pull : callable
        Takes and returns plain arrays.
    what : str
        What has no gradients of gradients, for the message.

    Returns
    -------
    callable
    """

    def refuse(_: Any) -> Any:
        raise NotAvailableError(
            f"fastlstm does not have gradients of gradients through {what}: they are there for functions of NumPy and"
            " for Dense, Activation, ReLU, LeakyReLU, ELU, Softmax, Flatten, Reshape, Identity, Rescaling, Add,"
            " Subtract, Multiply, Average, Concatenate, and Dropout that drops nothing; use those inside the outer"
            " tape, or leave the inner gradient out of the loss with tf.stop_gradient"
        )

    def call(d: Any) -> Any:
        return record(pull(plain(d)), (d, refuse))

    return call


def put_back(d: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Return zeros of a shape to which values are added at an index, where some elements may be several times."""
    values = plain(d)
    found = np.zeros(shape, values.dtype)
    if _is_basic(index):
        found[index] = values
    else:
        np.add.at(found, index, values)
    return record(found, (d, lambda of_found: of_found[index]))


def current(x: Any) -> Any:
    """Return what a variable is at the moment, which may be traced; anything else is returned unchanged."""
    return x._current() if hasattr(type(x), "_current") else x


def plain(x: Any) -> Any:
    """Return the value of a traced array; anything else is returned unchanged."""
    return x.value if type(x) is Traced else x


def _inside(arguments: Iterable[Any]) -> Iterator[Any]:
    """Yield arguments, and the entries of those that are lists or tuples."""
    for each in arguments:
        if isinstance(each, (list, tuple)):
            yield from each
        else:
            yield each


def _plain_inside(x: Any) -> Any:
    """Return arguments without traced arrays, also in lists, tuples and dicts."""
    if isinstance(x, (list, tuple)):
        return type(x)(map(_plain_inside, x))
    return {name: _plain_inside(value) for name, value in x.items()} if isinstance(x, dict) else plain(x)


def is_traced(x: Any) -> bool:
    """Return whether a gradient can be carried back from x."""
    return type(x) is Traced and x.recording.is_open


def record(value: Any, *parents: tuple[Any, Pull]) -> Any:
    """Return a value with the arrays that it was computed from, each with its `Pull`; plain if none is traced."""
    traced = [parent for parent in parents if type(parent[0]) is Traced and parent[0].recording.is_open]
    return Traced(value, traced, traced[0][0].recording) if traced else value


def apply(ufunc: np.ufunc, *inputs: Any) -> Any:
    """Return the result of a ufunc on arrays some of which are traced."""
    if not all(type(x) in _KNOWN for x in inputs):
        inputs = tuple(x._current() if hasattr(type(x), "_current") else x for x in inputs)  # of variables
    values = [x.value if type(x) is Traced else x for x in inputs]
    y = ufunc(*values)
    slopes = SLOPES.get(ufunc)
    if slopes is None:
        raise NotDifferentiableError(f"numpy.{ufunc.__name__} has no derivative here")
    if not slopes:
        return y

    def pull_to(slope: Slope) -> Pull:
        def pull(d: Any) -> Any:
            # A gradient that is traced has gradients itself, with respect to what the slope depends on.
            return slope(d, apply(ufunc, *inputs), *inputs) if is_traced(d) else slope(plain(d), y, *values)

        return pull

    return record(y, *[(x, pull_to(slope)) for x, slope in zip(inputs, slopes, strict=True) if type(x) is Traced])
