"""Activations of this package in ONNX: one operator, an attribute of a recurrent node, or a function of operators.

Each activation's own definition says how it is written.
"""

from collections.abc import Callable

from ....activations._definitions import Operator, definitions
from .graph import Symbol, Writer

OPERATORS = {name: definition.onnx for name, definition in definitions.items() if isinstance(definition.onnx, Operator)}
"""Activations that are one operator."""

FUNCTIONS: dict[str, Callable[[Symbol], Symbol]] = {
    name: definition.onnx
    for name, definition in definitions.items()
    if definition.onnx is not None and not isinstance(definition.onnx, Operator)
}
"""Activations that are an expression of several operators, which becomes a function of the file."""

READ_ONLY = {"celu": Operator("Celu", {"alpha": 1.0}), "gelu": Operator("Gelu")}
"""Operators that only other exporters write: Celu takes float32 only, and Gelu is newer than the opset used here."""

_IN_NODES = {
    *("Elu", "HardSigmoid", "LeakyRelu", "Relu", "Sigmoid", "Softplus", "Softsign", "Tanh", "ThresholdedRelu"),
}
"""Operators that the attribute `activations` of a recurrent node may name."""

IN_NODES = {
    "linear": Operator("Affine", {"alpha": 1.0, "beta": 0.0}),
    **{name: operator for name, operator in OPERATORS.items() if operator.name in _IN_NODES},
}
"""Activations that RNN, LSTM and GRU nodes take by name."""


def expression(name: str, x: Symbol) -> Symbol:
    """Return an activation of a tensor, in operators of ONNX only."""
    if name == "linear":
        return x
    if name in FUNCTIONS:
        return FUNCTIONS[name](x)
    operator = OPERATORS.get(name)
    if operator is None:
        raise ValueError(f"activation: ONNX has no operator for {name!r}, and none is written with others")
    return x.apply(operator.name, *operator.constants, hint=name, **operator.attributes)


def applied(graph: Writer, name: str, x: Symbol) -> Symbol:
    """Return an activation of a tensor of the model's graph: an operator, or a call to the function of this name."""
    if name not in FUNCTIONS:
        return expression(name, x)
    (output,) = graph.call(name, {"x": x}, lambda x: [FUNCTIONS[name](x)])
    return output
