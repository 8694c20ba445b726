"""Activations of this package in ONNX: one operator, an attribute of a recurrent node, or a function of operators."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from .graph import Symbol, Writer


class Operator(NamedTuple):
    """One operator of ONNX that computes an activation."""

    name: str
    attributes: Mapping[str, float] = {}
    """Attributes in the order in which recurrent nodes take them (alpha, beta)."""
    constants: tuple[float, ...] = ()
    """Its other inputs."""


OPERATORS = {
    "elu": Operator("Elu", {"alpha": 1.0}),
    "exponential": Operator("Exp"),
    "hard_shrink": Operator("Shrink", {"bias": 0.0, "lambd": 0.5}),
    "hard_sigmoid": Operator("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "hard_silu": Operator("HardSwish"),
    "hard_tanh": Operator("Clip", constants=(-1.0, 1.0)),
    "leaky_relu": Operator("LeakyRelu", {"alpha": 0.2}),
    "log_softmax": Operator("LogSoftmax", {"axis": -1}),
    "mish": Operator("Mish"),
    "relu": Operator("Relu"),
    "relu6": Operator("Clip", constants=(0.0, 6.0)),
    "selu": Operator("Selu"),
    "sigmoid": Operator("Sigmoid"),
    "soft_shrink": Operator("Shrink", {"bias": 0.5, "lambd": 0.5}),
    "softmax": Operator("Softmax", {"axis": -1}),
    "softplus": Operator("Softplus"),
    "softsign": Operator("Softsign"),
    "sparse_sigmoid": Operator("HardSigmoid", {"alpha": 0.5, "beta": 0.5}),
    "tanh": Operator("Tanh"),
}

READ_ONLY = {"celu": Operator("Celu", {"alpha": 1.0}), "gelu": Operator("Gelu")}
"""Operators that only other exporters write: Celu takes float32 only, and Gelu is newer than the opset used here."""

IN_NODES = {
    "linear": Operator("Affine", {"alpha": 1.0, "beta": 0.0}),
    **{
        name: OPERATORS[name]
        for name in (
            *("elu", "hard_sigmoid", "leaky_relu", "relu", "sigmoid"),
            *("softplus", "softsign", "sparse_sigmoid", "tanh"),
        )
    },
}
"""Activations that RNN, LSTM and GRU nodes take by name."""


def _celu(x: Symbol) -> Symbol:
    return x.apply("Relu") + (x.apply("Min", 0.0).apply("Exp") - 1.0)


def _gelu(x: Symbol) -> Symbol:
    return 0.5 * x * (1.0 + (x / float(np.sqrt(2))).apply("Erf"))


def _glu(x: Symbol) -> Symbol:
    half, gate = x.graph.node("Split", x, outputs=2, axis=-1, num_outputs=2)
    return half * gate.apply("Sigmoid")


def _log_sigmoid(x: Symbol) -> Symbol:
    return 0.0 - (0.0 - x).apply("Softplus")


def _silu(x: Symbol) -> Symbol:
    return x * x.apply("Sigmoid")


def _sparse_plus(x: Symbol) -> Symbol:
    bent = 0.5 * (x.apply("Clip", -1.0, 1.0) + 1.0)
    return bent * bent + (x - 1.0).apply("Relu")


def _sparsemax(x: Symbol) -> Symbol:
    graph, last, one = x.graph, x.graph.integers(-1), x.graph.constant(np.int64(1))
    width = x.apply("Shape", start=-1)
    ordered, _ = graph.node("TopK", x, width, outputs=2, axis=-1)
    ranks = one.apply("Range", width.apply("Squeeze") + one, one).apply("CastLike", x)
    sums = ordered.apply("CumSum", graph.constant(np.int64(-1)))
    supported = (ranks * ordered + 1.0).apply("Greater", sums).apply("CastLike", x)
    threshold = ((supported * ordered).apply("ReduceSum", last) - 1.0) / supported.apply("ReduceSum", last)
    return (x - threshold).apply("Relu")


def _squareplus(x: Symbol) -> Symbol:
    return 0.5 * (x + (x * x + 4.0).apply("Sqrt"))


def _tanh_shrink(x: Symbol) -> Symbol:
    return x - x.apply("Tanh")


FUNCTIONS: dict[str, Callable[[Symbol], Symbol]] = {
    "celu": _celu,
    "gelu": _gelu,
    "glu": _glu,
    "log_sigmoid": _log_sigmoid,
    "silu": _silu,
    "sparse_plus": _sparse_plus,
    "sparsemax": _sparsemax,
    "squareplus": _squareplus,
    "tanh_shrink": _tanh_shrink,
}


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
