"""Symbolic tensors: outputs of layers before there is data, from which functional models are made."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np

from .._internal.not_available import has_attributes_of_keras
from .._internal.tensor import TensorShape

OPERATIONS: dict[str, Callable[..., Any]] = {}
"""What operators do, by name: `symbolic_operators` defines them, which knows the layers that they call."""


class SymbolicCall:
    """A call of a layer or a model on symbolic tensors.

    Parameters
    ----------
    layer : Layer, Model or InputLayer
        What was called.
    inputs : sequence of SymbolicTensor
        What it was called on; nothing for an InputLayer.
    arguments : mapping, optional
        The arguments of the call other than tensors that differ from their defaults.
    """

    def __init__(
        self, layer: Any, inputs: "Sequence[SymbolicTensor]" = (), arguments: Mapping[str, Any] | None = None
    ) -> None:
        self.layer = layer
        self.inputs = tuple(inputs)
        self.arguments = dict(arguments or {})
        self.outputs: list[SymbolicTensor] = []
        self.operands: tuple[SymbolicTensor, ...] | None = None
        """What the last of several operations takes that are one layer here, and several in Keras."""


class OperationCall(SymbolicCall):
    """An operation that is part of a layer here. In Keras it is a call, which counts for the order of layers.

    Parameters
    ----------
    inputs : sequence of SymbolicTensor
        What it takes.
    """

    def __init__(self, inputs: "Sequence[SymbolicTensor]") -> None:
        super().__init__(self, inputs)
        self.outputs = [SymbolicTensor(self, 0, (), None)]


ROWS, UNKNOWN = (2, 3), (5, 7)
"""Sizes of samples and of axes that are not known in the two examples with which shapes are found."""


@has_attributes_of_keras
class SymbolicTensor:
    """An output of a layer, or an input of a model, before there is data.

    `fastlstm.Input` returns one, and calling a layer on symbolic tensors returns others. `fastlstm.models.Model` makes
    a model of inputs and the outputs that were computed from them.

    Parameters
    ----------
    call : SymbolicCall
        The call whose output it is.
    output : int
        Which of its outputs.
    shape : tuple
        With the batch axis; None stands for any size.
    dtype : str or None
        'float32' or 'float64'; None for an input that takes the dtype of the layers.

    Examples
    --------
    >>> from fastlstm import Input, layers
    >>> x = Input((20, 1))
    >>> layers.LSTM(4)(x).shape
    (None, 4)
    """

    def __init__(self, call: SymbolicCall, output: int, shape: tuple[int | None, ...], dtype: str | None) -> None:
        self.call = call
        self.output = output
        self.shape = TensorShape(shape)
        self.dtype = dtype

    _defers: ClassVar[bool] = True

    def _defer(self, function: Callable[..., Any], arguments: Any, options: Any) -> Any:
        """Return what a function gives for arguments this is among."""
        return OPERATIONS["apply"](function, (arguments, options))

    def _examples(self) -> tuple[Any, ...]:
        """Return two arrays of this shape, of different sizes along axes that are not known."""
        return tuple(
            np.zeros([rows, *(unknown if size is None else size for size in self.shape[1:])], self.dtype or "float32")
            for rows, unknown in zip(ROWS, UNKNOWN, strict=True)
        )

    @property
    def layer(self) -> Any:
        """The layer, model or InputLayer whose output it is."""
        return self.call.layer

    @property
    def name(self) -> str:
        """The name of the layer."""
        name: str = self.layer.name
        return name

    @property
    def ndim(self) -> int:
        """The number of axes, with that of the batch."""
        return len(self.shape)

    def _preprocessed_by(self, preprocessor: Any) -> "SymbolicTensor":
        """Return the result of a preprocessor, which takes inputs only."""
        if not hasattr(self.layer, "_preprocessed_by"):
            raise ValueError(f"inputs: {preprocessor!r} takes inputs of a model, not outputs of layers")
        found: SymbolicTensor = self.layer._preprocessed_by(preprocessor)
        return found

    def __repr__(self) -> str:
        """Return the shape and the layer."""
        return f"<SymbolicTensor shape={self.shape} of {self.name!r}>"

    def __add__(self, other: Any) -> Any:
        """Return the sum with a number or another symbolic tensor."""
        return OPERATIONS["add"](self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        """Return the difference from a number or another symbolic tensor."""
        return OPERATIONS["subtract"](self, other)

    def __rsub__(self, other: Any) -> Any:
        """Return the difference of a number and this."""
        return OPERATIONS["subtract_from"](self, other)

    def __mul__(self, other: Any) -> Any:
        """Return the product with a number or another symbolic tensor."""
        return OPERATIONS["multiply"](self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        """Return the quotient by a number."""
        return OPERATIONS["divide"](self, other)

    def __rtruediv__(self, other: Any) -> Any:
        """Return the quotient of something and this."""
        return self._defer(np.true_divide, (other, self), {})

    def __neg__(self) -> Any:
        """Return the negative."""
        return OPERATIONS["multiply"](self, -1)

    def __abs__(self) -> Any:
        """Return the absolute value."""
        return self._defer(np.absolute, (self,), {})

    def __pow__(self, other: Any) -> Any:
        """Return a power."""
        return self._defer(np.power if other != 2 else np.square, (self, other) if other != 2 else (self,), {})

    def __rpow__(self, other: Any) -> Any:
        """Return a power of something."""
        return self._defer(np.power, (other, self), {})

    def __matmul__(self, other: Any) -> Any:
        """Return a product of matrices."""
        return self._defer(np.matmul, (self, other), {})

    def __rmatmul__(self, other: Any) -> Any:
        """Return a product of matrices."""
        return self._defer(np.matmul, (other, self), {})

    def __floordiv__(self, other: Any) -> Any:
        """Return the quotient, rounded down."""
        return self._defer(np.floor_divide, (self, other), {})

    def __mod__(self, other: Any) -> Any:
        """Return the remainder."""
        return self._defer(np.remainder, (self, other), {})

    def __lt__(self, other: Any) -> Any:
        """Return whether each element is less."""
        return self._defer(np.less, (self, other), {})

    def __le__(self, other: Any) -> Any:
        """Return whether each element is less or equal."""
        return self._defer(np.less_equal, (self, other), {})

    def __gt__(self, other: Any) -> Any:
        """Return whether each element is greater."""
        return self._defer(np.greater, (self, other), {})

    def __ge__(self, other: Any) -> Any:
        """Return whether each element is greater or equal."""
        return self._defer(np.greater_equal, (self, other), {})

    def __and__(self, other: Any) -> Any:
        """Return whether both are true."""
        return self._defer(np.logical_and, (self, other), {})

    def __or__(self, other: Any) -> Any:
        """Return whether one is true."""
        return self._defer(np.logical_or, (self, other), {})

    def __invert__(self) -> Any:
        """Return whether each element is not true."""
        return self._defer(np.logical_not, (self,), {})

    @property
    def _keras_mask(self) -> Any:
        """The mask that comes with a sequence, as Keras names it; None without one."""
        return OPERATIONS["mask"](self)

    @property
    def T(self) -> Any:
        """The transpose."""
        return self._defer(np.transpose, (self,), {})

    def astype(self, dtype: Any) -> Any:
        """Return the elements in another dtype.

        Parameters
        ----------
        dtype : dtype
            NumPy's, or its name.

        Returns
        -------
        SymbolicTensor
        """
        return self._defer(_astype, (self, dtype), {})

    def get_shape(self) -> TensorShape:
        """Return the shape.

        Returns
        -------
        tuple
        """
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Do nothing: the shape is known as far as possible.

        Parameters
        ----------
        shape : tuple
            As in TensorFlow.
        """

    def __getitem__(self, key: Any) -> Any:
        """Return some of the steps, as in ``x[:, -1]`` and ``x[:, 2:5]``."""
        return OPERATIONS["get_item"](self, key)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Return what a function of NumPy gives element by element, computed in Python."""
        if method != "__call__" or "out" in options:
            return NotImplemented
        return OPERATIONS["apply"](ufunc, (inputs, options))

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        """Return what a function of NumPy gives, computed in Python; the shape and number of axes at once."""
        if function in (np.shape, np.ndim):
            return self.shape if function is np.shape else self.ndim
        return OPERATIONS["apply"](function, (arguments, options))

    __iter__ = None
    """Not iterable, although it can be indexed."""

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse to become an array: there is no data yet."""
        raise TypeError(
            f"expected an array, got the symbolic output of layer {self.name!r}, which has no values: make a Model that"
            " computes it"
        )


def _astype(x: Any, dtype: Any) -> Any:
    return (x if hasattr(x, "astype") else np.asarray(x)).astype(dtype)


def are_symbolic(x: Any) -> bool:
    """Return whether this is a symbolic tensor, or a list or dict of them, which may be inside each other."""
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, (list, tuple)):
        return bool(x) and all(map(are_symbolic, x))
    return isinstance(x, SymbolicTensor)


def listed(x: Any) -> list[SymbolicTensor]:
    """Return symbolic tensors as a list; lists inside become part of it."""
    if isinstance(x, dict):
        return list(x.values())
    return [tensor for one in x for tensor in listed(one)] if isinstance(x, (list, tuple)) else [x]


def outputs_of(
    layer: Any,
    inputs: Sequence[SymbolicTensor],
    shapes: Sequence[tuple[int | None, ...]],
    arguments: Mapping[str, Any] | None = None,
) -> list[SymbolicTensor]:
    """Return the symbolic outputs, of these shapes, of a call of a layer or a model."""
    call = SymbolicCall(layer, inputs, arguments)
    layer._calls.append(call)
    call.outputs = [SymbolicTensor(call, i, shape, layer.dtype) for i, shape in enumerate(shapes)]
    return list(call.outputs)
