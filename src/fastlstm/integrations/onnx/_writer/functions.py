"""Layers that ONNX has no operator for, as functions beside the graph."""

from collections.abc import Callable, Sequence

from onnx import TensorProto

from .graph import Symbol


def _normalization(x: Symbol, mean: Symbol, variance: Symbol) -> list[Symbol]:
    return [(x - mean) / _deviation(variance)]


def _denormalization(x: Symbol, mean: Symbol, variance: Symbol) -> list[Symbol]:
    return [x * _deviation(variance) + mean]


def _deviation(variance: Symbol) -> Symbol:
    return variance.apply("Sqrt").apply("Max", 1e-7)


def _masking(x: Symbol, mask_value: Symbol) -> list[Symbol]:
    graph, last = x.graph, x.graph.integers(-1)
    differs = x.apply("Equal", mask_value).apply("Not").apply("Cast", to=TensorProto.INT32)
    valid = differs.apply("ReduceMax", last).apply("Cast", to=TensorProto.BOOL)
    return [valid.apply("Where", x, graph.symbol(0.0)), valid.apply("Squeeze", last)]


def _embedding_with_mask(x: Symbol, embeddings: Symbol) -> list[Symbol]:
    return [embeddings.apply("Gather", x), x.apply("Equal", x.graph.integers(0)).apply("Not")]


FUNCTIONS: dict[str, Callable[..., Sequence[Symbol]]] = {
    "denormalization": _denormalization,
    "embedding_with_mask": _embedding_with_mask,
    "masking": _masking,
    "normalization": _normalization,
}
"""The bodies of the functions by name; their inputs are named as the arguments in Python."""
