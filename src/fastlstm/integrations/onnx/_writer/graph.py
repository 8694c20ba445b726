"""Writes a graph of ONNX: nodes, constants and functions, with arithmetic on symbols of its tensors."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

import numpy as np
from onnx import FunctionProto, GraphProto, NodeProto, TensorProto, helper, numpy_helper

from ...._internal.arrays import Array

DOMAIN = "fastlstm"
"""Domain of the functions that replace missing operators of ONNX."""
OPSET = 18
IR_VERSION = 8
"""The format of ONNX 1.13, the first version with this opset; ONNX Runtime reads it since 1.14."""

ELEMENTS = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}

Operand: TypeAlias = Union["Symbol", float]


@dataclass(frozen=True)
class Symbol:
    """A named tensor of the graph. Numbers combined with it become constants of the graph's dtype."""

    graph: "Writer"
    name: str

    def apply(self, operator: str, *others: Operand, hint: str = "", **attributes: Any) -> "Symbol":
        """Add a node whose first input is this tensor, and return its only output."""
        (output,) = self.graph.node(operator, self, *others, hint=hint, **attributes)
        return output

    def __add__(self, other: Any) -> "Symbol":
        return self.apply("Add", other)

    def __radd__(self, other: Any) -> "Symbol":
        return self.graph.symbol(other).apply("Add", self)

    def __sub__(self, other: Any) -> "Symbol":
        return self.apply("Sub", other)

    def __rsub__(self, other: Operand) -> "Symbol":
        return self.graph.symbol(other).apply("Sub", self)

    def __mul__(self, other: Any) -> "Symbol":
        return self.apply("Mul", other)

    def __rmul__(self, other: Any) -> "Symbol":
        return self.graph.symbol(other).apply("Mul", self)

    def __truediv__(self, other: Operand) -> "Symbol":
        return self.apply("Div", other)

    def __matmul__(self, other: "Symbol") -> "Symbol":
        return self.apply("MatMul", other)


class Writer:
    """The nodes and constants of one graph: the model, or with `inner` the body of a function or a loop."""

    def __init__(self, dtype: str, *, inner: bool = False) -> None:
        self.dtype = dtype
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self.functions: dict[str, FunctionProto] = {}
        self._inner = inner
        self._used: set[str] = set()

    def loop_body(self) -> "Writer":
        """Return a writer for the body of a loop, which may use the names of this graph."""
        writer = Writer(self.dtype, inner=True)
        writer._used = self._used
        return writer

    def name(self, hint: str) -> str:
        """Return a name that is not taken."""
        candidates = itertools.chain([hint], (f"{hint}_{i}" for i in itertools.count(1)))
        name = next(candidate for candidate in candidates if candidate not in self._used)
        self._used.add(name)
        return name

    def input(self, name: str) -> Symbol:
        """Return an input of the graph."""
        return Symbol(self, self.name(name))

    def constant(self, value: Any, hint: str = "constant") -> Symbol:
        """Return a constant: floats in the graph's dtype, or integers as they are."""
        array = np.asarray(value)
        if array.dtype.kind == "f":
            array = array.astype(self.dtype)
        symbol = self.input(hint)
        tensor = numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), symbol.name)
        if self._inner:  # bodies have no initializers
            self.nodes.append(helper.make_node("Constant", [], [symbol.name], value=tensor))
        else:
            self.constants.append(tensor)
        return symbol

    def integers(self, *values: int) -> Symbol:
        """Return a constant vector of int64: a shape, axes or indices."""
        return self.constant(np.array(values, np.int64), "integers")

    def symbol(self, value: Operand) -> Symbol:
        """Return a symbol unchanged, a number as a constant."""
        return value if isinstance(value, Symbol) else self.constant(float(value))

    def node(
        self,
        operator: str,
        *inputs: Operand | None,
        outputs: int = 1,
        hint: str = "",
        domain: str = "",
        **attributes: Any,
    ) -> tuple[Symbol, ...]:
        """Add a node and return its outputs; None stands for an omitted input."""
        names = ["" if value is None else self.symbol(value).name for value in inputs]
        while names and not names[-1]:
            names.pop()
        symbols = tuple(self.input(hint or operator.lower()) for _ in range(outputs))
        self.nodes.append(
            helper.make_node(operator, names, [symbol.name for symbol in symbols], domain=domain, **attributes)
        )
        return symbols

    def graph(self, name: str, inputs: Mapping[Symbol, int], outputs: Sequence[Symbol]) -> GraphProto:
        """Return this graph as the body of a loop, given the element types of the inputs; the outputs are floats."""
        return helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(symbol.name, element, None) for symbol, element in inputs.items()],
            [helper.make_tensor_value_info(symbol.name, ELEMENTS[self.dtype], None) for symbol in outputs],
        )

    def call(
        self, name: str, inputs: Mapping[str, Symbol], body: "Body", attributes: Mapping[str, Any] | None = None
    ) -> tuple[Symbol, ...]:
        """Add a node that calls a function, add the function to the file, and return the outputs."""
        attributes = attributes or {}
        for candidate in itertools.chain([name], (f"{name}_{i}" for i in itertools.count(2))):
            function = written(candidate, list(inputs), body, self.dtype, list(attributes))
            if self.functions.setdefault(candidate, function) == function:
                break
        return self.node(function.name, *inputs.values(), outputs=len(function.output), domain=DOMAIN, **attributes)


Body: TypeAlias = Callable[..., Sequence[Symbol]]
"""Computes a function: takes the symbols of its inputs, returns those of its outputs."""


def written(name: str, inputs: Sequence[str], body: Body, dtype: str, attributes: Sequence[str] = ()) -> FunctionProto:
    """Return the function that `body` computes. Equal bodies give equal functions, so they can be compared."""
    writer = Writer(dtype, inner=True)
    outputs = body(*(writer.input(given) for given in inputs))
    return helper.make_function(
        DOMAIN,
        name,
        list(inputs),
        [symbol.name for symbol in outputs],
        writer.nodes,
        [helper.make_opsetid("", OPSET)],
        list(attributes),
    )


def array_of(tensor: TensorProto) -> Array:
    """Return a tensor as an array."""
    return np.asarray(numpy_helper.to_array(tensor))
