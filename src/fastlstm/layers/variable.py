"""Variables: the weights of layers that users write, and arrays whose value can be assigned."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy as np

from .. import config, initializers
from .._internal import tape
from .._internal.arrays import Array
from .._internal.not_available import attribute_of
from .._internal.tensor import TensorShape
from ._weights import Weight, Weights
from .symbolic import OPERATIONS

TRACING: ContextVar[Any] = ContextVar("tracing", default=None)
"""The `Tracing` of the call of a layer or a model that is being traced, None outside of one."""


class Variable:
    """An array that `assign` changes: a weight of a custom layer, or a value beside the weights.

    Operators and functions of NumPy take it as an array. A layer that has it as an attribute, or whose `add_weight` has
    made it, counts it among its weights.

    Parameters
    ----------
    initial_value : array_like or callable
        The value, or a function without arguments that returns it.
    dtype : dtype, optional
        Default: that of an array; for other values 'float32' or what `fastlstm.config.floatx` says, or 'int32'.
    trainable : bool
        Whether training changes it.
    name : str, optional
        For display.
    **options
        Accepted as in Keras and TensorFlow, without effect.

    Examples
    --------
    >>> from fastlstm.keras import Variable
    >>> scale = Variable([1.0, 2.0])
    >>> scale = scale.assign_add([1.0, 1.0])
    >>> (scale * 2).tolist()
    [4.0, 6.0]
    """

    __array_priority__ = 1000

    def __init__(
        self,
        initial_value: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **options: Any,
    ) -> None:
        if isinstance(dtype, bool):  # `trainable` comes second in TensorFlow
            dtype, trainable = None, dtype
        if options.get("shape") is not None and (isinstance(initial_value, str) or callable(initial_value)):
            initial_value = initializers.get(initial_value)(tuple(options["shape"]), dtype or config.floatx())
        value = initial_value() if callable(initial_value) and not hasattr(initial_value, "shape") else initial_value
        value = tape.plain(value.numpy() if isinstance(value, Variable) else value)
        array = np.asarray(value)
        if dtype is None and not hasattr(initial_value, "dtype"):
            dtype = config.floatx() if array.dtype.kind == "f" else "int32" if array.dtype.kind == "i" else None
        dtype = getattr(dtype, "name", dtype)
        array = np.array(array, dtype=dtype)
        self._store, self._index = Weights(), 0
        self._store.append(Weight(name or "variable", array.shape, _fixed, bool(trainable)), array)
        self.constraint: Any = None
        self.holder: Any = None
        """The layer that holds it among its weights."""

    @property
    def number(self) -> int:
        """Which of the weights of its holder it is."""
        return self._index

    # What it is --------------------------------------------------------------------------------------------------

    @property
    def _weight(self) -> Weight:
        return self._store.declared[self._index]

    @property
    def _array(self) -> Array:
        return self._store.arrays()[self._index]

    @property
    def name(self) -> str:
        """The name."""
        return self._weight.name

    @property
    def path(self) -> str:
        """The name."""
        return self._weight.name

    @property
    def trainable(self) -> bool:
        """Whether training changes it."""
        return self._weight.trainable

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return TensorShape(self._weight.shape)

    @property
    def dtype(self) -> Any:
        """The dtype."""
        return self._array.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self._weight.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(self._array.size)

    def numpy(self) -> Any:
        """Return a copy of the value, or the number if there is one without axes."""
        array = np.array(self._array)
        return array if array.ndim else array[()]

    eval = numpy

    def value(self) -> Any:
        """Return the value for arithmetic, through which gradients are found."""
        return self._current()

    read_value = value

    def get_shape(self) -> TensorShape:
        """Return the shape."""
        return self.shape

    def assign(self, value: Any, **_: Any) -> "Variable":
        """Replace the value, and return the variable."""
        found = tape.plain(value)
        if getattr(type(found), "_defers", None) is not None and found._defers:
            raise TypeError(f"assign: variable {self.name!r} cannot take a value that is not known yet: {found!r}")
        array = np.asarray(found._array if isinstance(found, Variable) else found, self.dtype)
        if array.shape != tuple(self.shape):
            array = np.broadcast_to(array, self.shape)
        self._store.write_at(self._index, array)
        return self

    def assign_add(self, value: Any, **_: Any) -> "Variable":
        """Add to the value, and return the variable."""
        return self.assign(self._array + np.asarray(tape.plain(value)))

    def assign_sub(self, value: Any, **_: Any) -> "Variable":
        """Subtract from the value, and return the variable."""
        return self.assign(self._array - np.asarray(tape.plain(value)))

    # What it stands for ------------------------------------------------------------------------------------------

    @property
    def _defers(self) -> bool:
        return TRACING.get() is not None

    def _defer(self, function: Callable[..., Any], arguments: Any, options: Any) -> Any:
        return OPERATIONS["apply"](function, (arguments, options))

    def _current(self) -> Any:
        """Return what the variable is at the moment: a symbolic, traced or plain array."""
        if self._defers:
            return OPERATIONS["apply"](same, ((self,), {}))
        recording = tape.session()
        if recording is not None and self.dtype.kind == "f":
            return recording.source((self._store, self._index), self._array)
        return np.array(self._array).view(tape_tensor[0])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return the value, for NumPy."""
        if self._defers:
            raise TypeError(
                f"expected an array, got variable {self.name!r} while a call is traced: use functions of NumPy or of"
                " keras.backend, keras.ops and tensorflow that take it as it is"
            )
        return np.array(self._array, dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Return what a function of NumPy gives for the current value."""
        out = options.get("out")
        if out is not None and any(isinstance(one, Variable) for one in out):
            return NotImplemented
        return getattr(ufunc, method)(*map(_value, inputs), **options)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        """Return what a function of NumPy gives for the current value."""
        return function(*_values(arguments), **_values(options))

    def __getitem__(self, key: Any) -> Any:
        """Return elements."""
        return self._current()[_values(key)]

    def __len__(self) -> int:
        return int(self.shape[0])

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __float__(self) -> float:
        return float(self._array)

    def __int__(self) -> int:
        return int(self._array)

    def __index__(self) -> int:
        return int(self._array)

    def __bool__(self) -> bool:
        return bool(self._array)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_") or attribute not in _METHODS:
            return attribute_of(self, attribute)
        return getattr(self._current(), attribute)

    def __eq__(self, other: Any) -> Any:
        return self is other if isinstance(other, Variable) or other is None else self._current() == _value(other)

    def __ne__(self, other: Any) -> Any:
        return self is not other if isinstance(other, Variable) or other is None else self._current() != _value(other)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        """Return the name, the shape and the dtype."""
        return f"<Variable name={self.name!r}, shape={tuple(self.shape)}, dtype={self.dtype}>"

    def ref(self) -> "Variable":
        """Return the variable, as a key of dicts."""
        return self

    deref = ref


tape_tensor: list[Any] = [np.ndarray]
"""The class of plain values: an array, or one with the methods of tensors."""

_METHODS_OF_ARRAYS = "T astype reshape transpose sum mean max min std var dot ravel flatten tolist item"
_METHODS = frozenset(_METHODS_OF_ARRAYS.split())
_BINARY = "add sub mul truediv floordiv mod pow matmul lt le gt ge and or xor"
_UNARY = "neg pos abs invert"


def _value(x: Any) -> Any:
    return x._current() if isinstance(x, Variable) else x


def _values(x: Any) -> Any:
    """Return arguments with the current values of variables."""
    if isinstance(x, (list, tuple)):
        return type(x)(map(_values, x)) if type(x) in (list, tuple) else x
    return {name: _values(value) for name, value in x.items()} if isinstance(x, dict) else _value(x)


def same(x: Any) -> Any:
    """Return the argument: a function for what is not computed."""
    return x


def _fixed(shape: Any, dtype: str) -> Array:
    raise ValueError("a variable keeps its value")


def _forward(name: str) -> Callable[..., Any]:
    def operate(self: Variable, *others: Any) -> Any:
        current = self._current()
        method = getattr(current, name, None)
        return NotImplemented if method is None else method(*map(_value, others))

    operate.__name__, operate.__doc__ = name, "Apply the operator to the current value."
    return operate


for _name in _BINARY.split():
    for _method in (f"__{_name}__", f"__r{_name}__"):
        if not _name.startswith(("lt", "le", "gt", "ge")) or not _method.startswith("__r"):
            setattr(Variable, _method, _forward(_method))
for _name in _UNARY.split():
    setattr(Variable, f"__{_name}__", _forward(f"__{_name}__"))
