"""Expressions: what functions of NumPy give for symbolic tensors and variables, computed in Python when it is needed.

Functions that follow each other become one node of a graph: an expression is only made a layer, a `Computation`, where
a layer takes it or it is an output. Shapes are found by calling each function with two examples of its arguments, whose
sizes differ where they are not known.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from .._internal.tensor import TensorShape
from .computation import Computation, Slot, Step
from .symbolic import OPERATIONS, ROWS, OperationCall, SymbolicCall, SymbolicTensor, outputs_of
from .variable import TRACING, Variable

_numbers = itertools.count()


class Operation:
    """A function with its arguments, and what it gives for two examples.

    Parameters
    ----------
    function : callable
        What is called.
    arguments, options : tuple, dict
        Its arguments, with symbolic tensors and variables among them.
    """

    def __init__(self, function: Callable[..., Any], arguments: Any, options: dict[str, Any]) -> None:
        self.function, self.arguments, self.options = function, arguments, options
        self.number = next(_numbers)
        self.examples = tuple(self._called(which) for which in (0, 1))

    def _called(self, which: int) -> Any:
        token = TRACING.set(None)
        try:
            with np.errstate(all="ignore"):
                arguments = filled(self.arguments, lambda one: _example(one, which))
                options = filled(self.options, lambda one: _example(one, which))
                return self.function(*arguments, **options)
        finally:
            TRACING.reset(token)


class Expression(SymbolicTensor):
    """A symbolic tensor that functions of others give.

    Parameters
    ----------
    operation : Operation
        What gives it.
    dtype : str
        That of the layers.
    of_shapes : bool
        Whether it depends on shapes only.
    of_samples : bool
        Whether it may be different for other samples.
    """

    def __init__(
        self, operation: Operation, dtype: str | None, of_shapes: bool = False, of_samples: bool = True
    ) -> None:
        self._operation, self._of_shapes, self._of_samples = operation, of_shapes, of_samples
        self._layers_dtype = dtype
        self._made: SymbolicTensor | None = None
        examples = self._examples()
        self._has_rows = all(np.ndim(one) > 0 and len(one) == rows for one, rows in zip(examples, ROWS, strict=True))
        self.dtype = str(examples[0].dtype)
        sizes = zip(*(np.shape(one) for one in examples), strict=True)
        self.shape = TensorShape(a if a == b else None for a, b in sizes)

    def _examples(self) -> tuple[Any, ...]:
        return tuple(map(np.asarray, self._operation.examples))

    @property
    def is_made(self) -> bool:
        """Whether a layer computes it."""
        return self._made is not None

    @property
    def has_rows(self) -> bool:
        """Whether the first axis is that of samples."""
        return self._has_rows

    @property
    def call(self) -> SymbolicCall:  # type: ignore[override]
        """The call of the layer that computes it, which is made now if there is none."""
        return self._computed().call

    @property
    def output(self) -> int:  # type: ignore[override]
        """Which output of the call it is."""
        return self._computed().output

    def _computed(self) -> SymbolicTensor:
        if self._made is None:
            self._made = _made(self)
        return self._made

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        if not self.shape or self.shape[0] is None:
            raise NeedsValuesError(f"{self!r} is not iterable: the size of its first axis is not known")
        return (self[i] for i in range(self.shape[0]))

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise NeedsValuesError(f"{self!r} has no length: the size of its first axis is not known")
        return int(self.shape[0])

    def __repr__(self) -> str:
        """Return the shape."""
        return f"<Expression shape={tuple(self.shape)}>"

    def _refuse(self) -> NoReturn:
        raise NeedsValuesError(
            f"a call is traced with symbolic tensors, which have no values yet, and needs that of {self!r}: use"
            " functions such as where, switch or cond instead of a branch of Python"
        )

    def __bool__(self) -> bool:
        return bool(self._refuse())

    def __int__(self) -> int:
        self._refuse()

    def __float__(self) -> float:
        self._refuse()

    __index__ = __int__


class NeedsValuesError(TypeError):
    """Something needs the values of a symbolic tensor."""


def filled(value: Any, replace: Callable[[Any], Any]) -> Any:
    """Return arguments with what `replace` returns in place of symbolic tensors, variables and slots."""
    if isinstance(value, (SymbolicTensor, Variable, Slot)):
        return replace(value)
    if isinstance(value, (list, tuple)):
        parts = [filled(one, replace) for one in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts) if isinstance(value, tuple) else parts
    if isinstance(value, dict):
        return {name: filled(one, replace) for name, one in value.items()}
    if isinstance(value, slice):
        return slice(*(filled(one, replace) for one in (value.start, value.stop, value.step)))
    return value


def _example(one: Any, which: int) -> Any:
    if isinstance(one, Variable):
        return one._current()
    examples = one._operation.examples if isinstance(one, Expression) else one._examples()
    return examples[which]


def leaves_in(value: Any) -> list[Any]:
    """Return the symbolic tensors and variables among arguments."""
    found: list[Any] = []
    filled(value, found.append)
    return found


def applied(function: Callable[..., Any], given: tuple[Any, dict[str, Any]]) -> Any:
    """Return what a function gives for arguments with symbolic tensors or variables."""
    operation = Operation(function, *given)
    leaves = leaves_in([operation.arguments, operation.options])
    of_shapes = bool(leaves) and all(isinstance(one, Expression) and one._of_shapes for one in leaves)
    dtype = next((_layers_dtype(one) for one in leaves if isinstance(one, SymbolicTensor)), None)
    of_samples = not getattr(function, "same_for_all_samples", False) and any(map(_is_of_samples, leaves))
    return _result(operation, dtype, of_shapes, of_samples)


def _is_of_samples(one: Any) -> bool:
    return isinstance(one, SymbolicTensor) and getattr(one, "_of_samples", True)


def shape_of(x: Any) -> Any:
    """Return the shape of a symbolic tensor as a tensor, known numbers where possible."""
    operation = Operation(_shape, (x,), {})
    return _result(operation, _layers_dtype(x) if isinstance(x, SymbolicTensor) else None, True, False)


def _shape(x: Any) -> Any:
    return np.array(np.shape(x), np.int32)


def _layers_dtype(tensor: SymbolicTensor) -> str | None:
    return tensor._layers_dtype if isinstance(tensor, Expression) else tensor.dtype


def _result(operation: Operation, dtype: str | None, of_shapes: bool, of_samples: bool = True) -> Any:
    first, second = operation.examples
    if isinstance(first, (list, tuple)):
        parts = [
            _result(Operation(_entry, (_several(operation, dtype), i), {}), dtype, of_shapes, of_samples)
            for i in range(len(first))
        ]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    if first is None:
        return None
    if of_shapes and np.array_equal(first, second):
        return first
    return Expression(operation, dtype, of_shapes, of_samples)


def _entry(values: Any, i: int) -> Any:
    return values[i]


def _several(operation: Operation, dtype: str | None) -> Expression:
    """Return an expression that stands for several arrays, of which only entries are taken."""
    made = Expression.__new__(Expression)
    made._operation, made._of_shapes, made._layers_dtype, made._made = operation, False, dtype, None
    made._has_rows, made._of_samples, made.dtype, made.shape = False, True, dtype, TensorShape()
    return made


def _made(expression: Expression) -> SymbolicTensor:
    """Return the output of a new layer that computes an expression."""
    if not expression.has_rows:
        expression = _with_rows(expression)
    layer, inputs = computation_of(expression)
    layer.remember([tuple(one.shape) for one in inputs], tuple(expression.shape))
    (output,) = outputs_of(layer, inputs, [tuple(expression.shape)])
    output.call.operands = _operands(_behind(expression))
    return output


def computation_of(expression: Expression) -> tuple[Computation, list[SymbolicTensor]]:
    """Return what computes an expression from outputs of layers, and these."""
    inputs: list[SymbolicTensor] = []
    variables: list[Variable] = []
    slots: dict[int, Slot] = {}

    def slot(one: Any) -> Slot:
        if isinstance(one, Variable):
            if not any(one is other for other in variables):
                variables.append(one)
            return Slot("variable", next(i for i, other in enumerate(variables) if other is one))
        if isinstance(one, Expression) and not one.is_made:
            return slots[one._operation.number]
        tensor = one._computed() if isinstance(one, Expression) else one
        places = [i for i, other in enumerate(inputs) if other.call is tensor.call and other.output == tensor.output]
        if not places:
            inputs.append(tensor)
        return Slot("input", places[0] if places else len(inputs) - 1)

    steps = []
    for operation in _behind(expression):
        steps.append(
            Step(operation.function, tuple(filled(operation.arguments, slot)), filled(operation.options, slot))
        )
        slots[operation.number] = Slot("step", len(steps) - 1)
    if not inputs:
        inputs.append(_anchor())
    name = getattr(expression._operation.function, "__name__", "computation").strip("_")
    dtype = next((one.dtype for one in inputs if one.dtype is not None), None) or expression._layers_dtype
    return Computation(steps, variables, name, dtype=dtype), inputs


def _operands(operations: Sequence[Operation]) -> tuple[SymbolicTensor, ...]:
    """Return what the last operation takes, with calls for those before it."""
    calls: dict[int, OperationCall] = {}

    def operand(one: Any) -> list[SymbolicTensor]:
        if isinstance(one, Variable):
            return []
        if isinstance(one, Expression):
            return [one._computed()] if one.is_made else calls[one._operation.number].outputs
        return [one]

    found: list[SymbolicTensor] = []
    for operation in operations:
        leaves = leaves_in([operation.arguments, operation.options])
        found = [tensor for one in leaves for tensor in operand(one)]
        calls[operation.number] = OperationCall(found)
    return tuple(found)


def _behind(expression: Expression) -> list[Operation]:
    """Return the operations that lead to an expression and are in no layer yet, in their order."""
    found: dict[int, Operation] = {}
    waiting: list[Any] = [expression]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Expression) and not one.is_made and one._operation.number not in found:
            found[one._operation.number] = one._operation
            waiting += leaves_in([one._operation.arguments, one._operation.options])
    return [found[number] for number in sorted(found)]


def _anchor() -> SymbolicTensor:
    """Return a tensor that says how many samples there are."""
    tracing = TRACING.get()
    if tracing is None or not tracing.inputs:
        raise ValueError("an output depends on no input")
    found: SymbolicTensor = tracing.inputs[0]
    return found


def _with_rows(expression: Expression) -> Expression:
    """Return an expression with the same value for each sample."""
    if expression._of_samples:
        raise ValueError(
            f"expected a function that returns as many rows as it gets, got shape {np.shape(expression._examples()[0])}"
            f" for {ROWS[0]}"
        )
    leaves = [one for one in _all_leaves(expression) if isinstance(one, SymbolicTensor)]
    anchor = leaves[0] if leaves else _anchor()
    found: Expression = applied(for_each_row, ((expression, anchor), {}))
    return found


def _all_leaves(expression: Expression) -> Sequence[Any]:
    operations = _behind(expression)
    return [
        one
        for operation in operations
        for one in leaves_in([operation.arguments, operation.options])
        if not isinstance(one, Expression) or one.is_made
    ]


def for_each_row(value: Any, like: Any) -> Any:
    """Return a value once for each row of another array."""
    return np.broadcast_to(value, (np.shape(like)[0], *np.shape(value)))


def identity_of(tensor: SymbolicTensor) -> Expression:
    """Return the same as a tensor, as the output of a layer of its own."""
    found: Expression = applied(np.positive, ((tensor,), {}))
    return found


OPERATIONS.update(apply=applied, shape=shape_of)
