"""Load an ONNX file as a Sequential."""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from onnx import GraphProto, ModelProto, TensorProto, ValueInfoProto

from ....layers import Embedding, Input
from ....layers.base import Layer
from ....models import Sequential
from .._writer.graph import DOMAIN, array_of
from . import arithmetic, layers, loops, recurrent, shapes  # noqa: F401  register their operators
from .constants import folded
from .embedding import computed_indices
from .functions import read_function
from .nodes import Node, TimeFirstError, handlers, resolved
from .values import Axis, ComputedIndices, LayerSpec, OpenSize, Tensor, Unsupported, is_constant

_DTYPES = {TensorProto.FLOAT: "float32", TensorProto.DOUBLE: "float64"}
_WHOLE = (TensorProto.INT32, TensorProto.INT64)


def load(path: str | os.PathLike[str]) -> Sequential:
    """Load a model from an ONNX file.

    The graph must be a sequence of layers: recurrent nodes (RNN, LSTM, GRU; also bidirectional, in several layers, and
    with only the last step or the final states used), products with a bias, activations, and the transpositions and
    reshapes around them, as PyTorch, Keras and this package write them. The model takes and returns (N, T, D), even if
    the graph has the steps first.

    Parameters
    ----------
    path : str or path
        The file. Weights in separate files are read only from its own folder.

    Returns
    -------
    Sequential
        A built model with the weights of the file, not compiled.

    Raises
    ------
    ValueError
        If the file is damaged, or no layer of this package computes a part of it. The message names the node.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations import onnx
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "model.onnx")
    ...     onnx.export(Sequential([Input((20, 1)), layers.LSTM(8), layers.Dense(1)]), path)
    ...     onnx.load(path).output_shape
    (None, 1)
    """
    where = os.fspath(path)
    try:
        proto = onnx.load(where)
        onnx.checker.check_model(proto)
    except (DecodeError, ValueError, onnx.checker.ValidationError) as error:
        raise ValueError(f"{where}: not an ONNX file that can be read: {error}") from error
    try:
        return _sequential(proto)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    except (ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, TypeError) as error:
        raise ValueError(f"{where}: the graph is not what its operators take: {error!r}") from error


def _sequential(proto: ModelProto) -> Sequential:
    graph = proto.graph
    if len(graph.output) != 1:
        raise ValueError(f"expected one output, got {', '.join(output.name for output in graph.output)}")
    try:
        source, tensor = _followed(proto, ("batch", "time"))
    except TimeFirstError:
        source, tensor = _followed(proto, ("time", "batch"))
    return _built(source, tensor)


def _followed(proto: ModelProto, order: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Return the input of the graph, with its first axes in this order, and its output."""
    graph = proto.graph
    opset = max((entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx")), default=1)
    functions = {function.name: function for function in proto.functions if function.domain == DOMAIN}
    nodes = _needed(graph)
    values: dict[str, Any] = {tensor.name: tensor for tensor in graph.initializer}
    (given,) = _inputs(graph, nodes)
    values[given.name] = source = _source(given, order)
    for proto_node in nodes:
        bare = Node(proto_node, opset, functions)
        node = replace(bare, captured={name: _value(bare, values, name) for name in _captured(proto_node)})
        inputs = [_value(node, values, name) for name in proto_node.input]
        values.update(zip(proto_node.output, _outputs(node, inputs), strict=False))
    end = graph.output[0].name
    last = Node(onnx.helper.make_node("output", [end], [end]), opset, functions)
    tensor = resolved(last, values.get(end))
    if tensor.time_reversed:
        raise last.error("its steps are in reverse order")
    return source, tensor


def _value(node: Node, values: dict[str, Any], name: str) -> Any:
    """Return an input of a node; None if it is omitted."""
    if not name:
        return None
    value = values.get(name)
    if isinstance(value, TensorProto):
        value = values[name] = array_of(value)
    if value is None:
        raise node.error(f"takes {name!r}, which nothing gives")
    return value


def _outputs(node: Node, inputs: list[Any]) -> Sequence[Any]:
    domain = node.proto.domain
    if domain == DOMAIN:
        return read_function(node, inputs)
    if domain not in ("", "ai.onnx"):
        raise node.error(f"of the domain {domain!r}, expected an operator of ONNX")
    if all(map(is_constant, [*inputs, *node.captured.values()])):
        return folded(node, inputs)
    if node.operator != "Gather" and any(isinstance(value, ComputedIndices) for value in inputs):
        return [computed_indices(node, inputs)]
    handler = handlers.get(node.operator)
    if handler is None:
        raise node.error(f"no layer of this package does that; known are {', '.join(sorted(handlers))}")
    for name, value in zip(node.proto.input, inputs, strict=True):
        if isinstance(value, Unsupported) and not node.captured:  # a loop may take values that the layer does not need
            raise node.error(f"takes {name!r}: {value.reason}")
    return handler(node, inputs)


def _needed(graph: GraphProto) -> list[onnx.NodeProto]:
    """Return the nodes that the output needs, in their order."""
    wanted, found = {graph.output[0].name}, []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            found.append(node)
            wanted.update(node.input, _captured(node))
    return found[::-1]


def _captured(node: onnx.NodeProto) -> list[str]:
    """Return the names that the graphs inside a node use from outside."""
    found: dict[str, None] = {}
    for attribute in node.attribute:
        own = {value.name for value in [*attribute.g.input, *attribute.g.initializer]}
        for inner in attribute.g.node:
            found |= dict.fromkeys(name for name in [*inner.input, *_captured(inner)] if name and name not in own)
            own.update(inner.output)
        found |= dict.fromkeys(value.name for value in attribute.g.output if value.name not in own)
    return list(found)


def _inputs(graph: GraphProto, nodes: Sequence[onnx.NodeProto]) -> list[ValueInfoProto]:
    """Return the inputs that the output depends on; raise unless there is exactly one."""
    constants = {tensor.name for tensor in graph.initializer}
    used = {name for node in nodes for name in [*node.input, *_captured(node)]} | {graph.output[0].name}
    found = [given for given in graph.input if given.name in used - constants]
    if len(found) != 1:
        names = ", ".join(given.name for given in found) or "none"
        raise ValueError(f"expected one input, got {names}; a Sequential takes one array and begins with zero states")
    return found


def _source(given: ValueInfoProto, order: Sequence[str]) -> Tensor:
    """Return the input as a tensor."""
    kind = given.type.tensor_type
    if kind.elem_type not in (*_DTYPES, *_WHOLE):
        name = TensorProto.DataType.Name(kind.elem_type)
        raise ValueError(f"input {given.name!r}: expected float32, float64 or integers, got {name}")
    sizes = [
        size.dim_value if size.HasField("dim_value") else OpenSize((size.dim_param or f"{given.name}.{i}",))
        for i, size in enumerate(kind.shape.dim)
    ]
    if len(sizes) not in (2, 3):
        raise ValueError(f"input {given.name!r}: expected (N, T, D), (N, D) or (N, T), got {len(sizes)} axes")
    kinds = (*order, "features") if len(sizes) == 3 else ("batch", "features")
    return Tensor((), tuple((Axis(kind, size),) for kind, size in zip(kinds, sizes, strict=True)), kind.elem_type)


def _built(source: Tensor, tensor: Tensor) -> Sequential:
    """Return the model of the layers that compute a tensor."""
    if not tensor.layers:
        raise ValueError("the graph has no layers")
    types = {weight.dtype.name for spec in tensor.layers for weight in spec.weights}
    if tensor.layers[0].layer_class is not Embedding and source.element in _DTYPES:
        types.add(_DTYPES[source.element])
    if len(types) != 1 or not types <= set(_DTYPES.values()):
        raise ValueError(f"expected one type of numbers, float32 or float64, got {', '.join(sorted(types)) or 'none'}")
    (dtype,) = types
    sizes = dict(zip(source.kinds, source.shape, strict=True))
    del sizes["batch"]
    shape = tuple(size if isinstance(size, int) else None for size in sizes.values())
    model = Sequential([Input(shape, dtype=dtype), *(_layer(spec, dtype) for spec in tensor.layers)])
    for layer, spec in zip(model.layers, tensor.layers, strict=True):
        if spec.weights:
            layer.set_weights(list(spec.weights))
    return model


def _layer(spec: LayerSpec, dtype: str) -> Layer:
    arguments: dict[str, Any] = {
        name: _layer(value, dtype) if isinstance(value, LayerSpec) else value for name, value in spec.arguments.items()
    }
    return spec.layer_class(**arguments, dtype=dtype)
