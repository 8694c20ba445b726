"""Symbolic tensors: outputs of layers before there is data, from which functional models are made."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {}
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
        self.shape = shape
        self.dtype = dtype

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

    def __neg__(self) -> Any:
        """Return the negative."""
        return OPERATIONS["multiply"](self, -1)

    def __getitem__(self, key: Any) -> Any:
        """Return some of the steps, as in ``x[:, -1]`` and ``x[:, 2:5]``."""
        return OPERATIONS["get_item"](self, key)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Return what a function of NumPy gives element by element, computed by a `Lambda`."""
        if method != "__call__" or "out" in options:
            return NotImplemented
        return OPERATIONS["apply"](ufunc, (inputs, options))

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        """Return what a function of NumPy gives, computed by a `Lambda`."""
        return OPERATIONS["apply"](function, (arguments, options))

    __iter__ = None
    """Not iterable, although it can be indexed."""

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse to become an array: there is no data yet."""
        raise TypeError(
            f"expected an array, got the symbolic output of layer {self.name!r}, which has no values: make a Model that"
            " computes it"
        )


def are_symbolic(x: Any) -> bool:
    """Return whether this is a symbolic tensor, or a list or dict of them."""
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, (list, tuple)):
        return bool(x) and all(isinstance(one, SymbolicTensor) for one in x)
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
