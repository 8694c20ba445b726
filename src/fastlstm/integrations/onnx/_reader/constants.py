"""Folds constants: the arithmetic on weights and shapes that exporters leave in a graph."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from onnx import helper, numpy_helper

from ...._internal.arrays import Array
from .nodes import Node
from .values import Constant, Filled, OpenSize, Unsupported

_LARGEST = 2**20  # most entries with which a filled constant becomes an array


def folded(node: Node, inputs: list[Any]) -> Sequence[Constant | Unsupported]:
    """Return the outputs of a node whose inputs are constants."""
    fold = _FOLDS.get(node.operator)
    if fold is None or any(isinstance(value, Unsupported) for value in inputs):
        reason = f"a constant that {node.label} computes, which loading does not do"
        return [Unsupported(reason, constant=True) for _ in node.proto.output]
    if node.operator not in ("Shape", "Expand"):
        for value in inputs:
            if isinstance(value, Filled):
                return [_of_filled(node, value, inputs)]
    try:
        found = fold(node, *inputs)
    except (TypeError, ValueError, IndexError, AssertionError, AttributeError) as error:
        raise node.error(f"cannot be computed: {error}") from error
    return list(found) if isinstance(found, list) else [found]


def _of_filled(node: Node, value: Filled, inputs: list[Any]) -> Filled:
    """Apply an operator to a filled constant, which it must only move or reshape."""
    if node.operator not in _MOVING or any(isinstance(other, Filled) and other != value for other in inputs):
        raise node.error(f"computes with {value.value!r} everywhere in a shape that the graph leaves open")
    return Filled(value.value, ())


_MOVING = ("Cast", "Concat", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze")


def _numbers(node: Node, name: str, given: Any) -> list[Any]:
    """Return integers that are an attribute or an input."""
    value = node.attributes.get(name) if given is None else given.reshape(-1)
    return [] if value is None else [entry if isinstance(entry, OpenSize) else int(entry) for entry in value]


def _constant(node: Node) -> Array:
    attributes = node.attributes
    if "value" in attributes:
        return np.asarray(numpy_helper.to_array(attributes["value"]))
    for name, dtype in (("float", np.float32), ("int", np.int64)):
        for key in (f"value_{name}", f"value_{name}s"):
            if key in attributes:
                return np.asarray(attributes[key], dtype)
    raise node.error(f"expected a constant of numbers, got {', '.join(attributes)}")


def _filled(node: Node, shape: Array) -> Constant:
    value = node.attributes.get("value")
    number = np.float32(0) if value is None else np.asarray(numpy_helper.to_array(value)).reshape(-1)[0]
    return _of_shape(number, _numbers(node, "shape", shape))


def _of_shape(value: Any, shape: list[Any]) -> Constant:
    if all(isinstance(size, int) for size in shape) and math.prod(shape) <= _LARGEST:
        return np.full(shape, value)
    return Filled(value, tuple(shape))


def _expand(node: Node, value: Constant, shape: Array) -> Constant:
    sizes = _numbers(node, "shape", shape)
    if isinstance(value, Filled):
        return Filled(value.value, tuple(sizes))
    first = value.reshape(-1)[0]
    if value.dtype == object or (value == first).all():
        if value.size != 1 and value.dtype == object:
            raise node.error("expands sizes that the graph leaves open")
        return _of_shape(first, sizes)
    return np.array(np.broadcast_to(value, np.broadcast_shapes(value.shape, tuple(sizes))))


def _slice(node: Node, value: Array, *bounds: Array | None) -> Array:
    given = [*bounds, None, None, None, None][:4]
    starts, ends, axes, steps = (
        _numbers(node, name, bound) for name, bound in zip(("starts", "ends", "axes", "steps"), given, strict=True)
    )
    chosen = [slice(None)] * value.ndim
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        step = steps[i] if steps else 1
        before_the_first = step < 0 and end < -value.shape[axes[i] if axes else i]
        chosen[axes[i] if axes else i] = slice(start, None if before_the_first else end, step)
    return value[tuple(chosen)]


def _reshape(node: Node, value: Array, shape: Array) -> Array:
    sizes = _numbers(node, "shape", shape)
    if not node.attributes.get("allowzero", 0):
        sizes = [value.shape[i] if size == 0 else size for i, size in enumerate(sizes)]
    return value.reshape(sizes)


def _squeeze(node: Node, value: Array, axes: Array | None = None) -> Array:
    squeezed = _numbers(node, "axes", axes)
    return value.squeeze(tuple(squeezed) if squeezed else None)


def _unsqueeze(node: Node, value: Array, axes: Array | None = None) -> Array:
    return np.expand_dims(value, tuple(_numbers(node, "axes", axes)))


def _split(node: Node, value: Array, sizes: Array | None = None) -> list[Array]:
    given = _numbers(node, "split", sizes)
    axis = node.attributes.get("axis", 0)
    return np.split(value, np.cumsum(given)[:-1].tolist() if given else len(node.proto.output), axis)


def _cast(node: Node, value: Array) -> Array:
    if value.dtype == object:  # symbolic sizes, which need no type
        return value
    return value.astype(helper.tensor_dtype_to_np_dtype(node.attributes["to"]))


def _divide(node: Node, value: Array, other: Array) -> Any:
    return value // other if value.dtype.kind in "iu" else value / other


def _range(node: Node, start: Array, limit: Array, delta: Array) -> Array:
    if (limit - start) / delta > _LARGEST:
        raise node.error("too long")
    return np.asarray(np.arange(start.item(), limit.item(), delta.item(), dtype=start.dtype))


def _transpose(node: Node, value: Array) -> Array:
    return np.asarray(value.transpose(node.attributes.get("perm")))


_FOLDS: dict[str, Callable[..., Any]] = {
    "Add": lambda node, x, y: x + y,
    "Cast": _cast,
    "Concat": lambda node, *parts: np.concatenate(parts, axis=node.attributes["axis"]),
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Div": _divide,
    "Expand": _expand,
    "Gather": lambda node, x, index: np.asarray(np.take(x, index.astype(np.int64), node.attributes.get("axis", 0))),
    "Identity": lambda node, x: x,
    "Max": lambda node, *x: np.maximum.reduce(x),
    "Min": lambda node, *x: np.minimum.reduce(x),
    "Mul": lambda node, x, y: x * y,
    "Neg": lambda node, x: -x,
    "Range": _range,
    "Reciprocal": lambda node, x: 1 / x,
    "Reshape": _reshape,
    "Shape": lambda node, x: np.array(x.shape[node.attributes.get("start", 0) : node.attributes.get("end")], np.int64),
    "Slice": _slice,
    "Split": _split,
    "Sqrt": lambda node, x: np.sqrt(x),
    "Squeeze": _squeeze,
    "Sub": lambda node, x, y: x - y,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
