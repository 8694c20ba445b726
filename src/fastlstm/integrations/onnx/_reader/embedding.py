"""Reads an Embedding, and the arithmetic on its indices.

Exporters make negative indices count from the end, or change types; each valid index must still choose its own vector.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import helper

from ...._internal.arrays import Array
from ....layers import Embedding
from .nodes import Node, constant
from .values import Axis, ComputedIndices, LayerSpec, Tensor

_ELEMENTWISE = {
    "Add": np.add,
    "Less": np.less,
    "Mul": np.multiply,
    "Not": np.logical_not,
    "Sub": np.subtract,
    "Where": np.where,
}


def computed_indices(node: Node, inputs: Sequence[Any]) -> ComputedIndices:
    """Return indices that a node computes elementwise."""
    sources = {id(value.source): value.source for value in inputs if isinstance(value, ComputedIndices)}
    function: Any = _ELEMENTWISE.get(node.operator)
    if node.operator == "Cast":
        dtype = helper.tensor_dtype_to_np_dtype(node.attributes["to"])
        function = lambda numbers: numbers.astype(dtype)  # noqa: E731
    if function is None or len(sources) != 1:
        raise node.error("computes with whole numbers; expected them to choose the vectors of an Embedding")

    def computed(numbers: Array) -> Array:
        found: Array = function(
            *(value.function(numbers) if isinstance(value, ComputedIndices) else value for value in inputs)
        )
        return found

    return ComputedIndices(next(iter(sources.values())), computed)


def embedded(node: Node, table: Any, indices: Tensor | ComputedIndices) -> Tensor:
    """Return the Embedding that looks up the vectors of the input's indices."""
    vectors = constant(node, "the vectors", table)
    numbers = np.arange(len(vectors))
    source = indices.source if isinstance(indices, ComputedIndices) else indices
    is_identity = not isinstance(indices, ComputedIndices) or np.array_equal(indices.function(numbers), numbers)
    plain = not source.layers and len(source.axes) == 2 and node.attributes.get("axis", 0) == 0 and vectors.ndim == 2
    if not (plain and is_identity):
        raise node.error("takes entries by computed numbers; expected an Embedding (N, T) of the input")
    spec = LayerSpec(Embedding, {"input_dim": vectors.shape[0], "output_dim": vectors.shape[1]}, (vectors,))
    steps = Axis("time", source.shape[1])
    axes = (source.axes[0], (steps,), (Axis("features", vectors.shape[1]),))
    return Tensor((spec,), axes, helper.np_dtype_to_tensor_dtype(vectors.dtype))
