"""Reading what is computed from whole numbers before they choose the vectors of an Embedding.

Exporters let negative numbers count from the end, or change types; each number still chooses its own vector.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import helper

from ..._internal.arrays import Array
from ...layers import Embedding
from ._reading import Node, constant
from ._values import Axis, Entries, Spec, Tensor

_ENTRYWISE = {
    "Add": np.add,
    "Less": np.less,
    "Mul": np.multiply,
    "Not": np.logical_not,
    "Sub": np.subtract,
    "Where": np.where,
}


def entrywise(node: Node, inputs: Sequence[Any]) -> Entries:
    """Return what a node makes of numbers one by one."""
    sources = {id(value.source): value.source for value in inputs if isinstance(value, Entries)}
    function: Any = _ENTRYWISE.get(node.operator)
    if node.operator == "Cast":
        dtype = helper.tensor_dtype_to_np_dtype(node.attributes["to"])
        function = lambda numbers: numbers.astype(dtype)  # noqa: E731
    if function is None or len(sources) != 1:
        raise node.error("computes with whole numbers; expected them to choose the vectors of an Embedding")

    def computed(numbers: Array) -> Array:
        found: Array = function(*(value.of(numbers) if isinstance(value, Entries) else value for value in inputs))
        return found

    return Entries(next(iter(sources.values())), computed)


def embedded(node: Node, table: Any, places: Tensor | Entries) -> Tensor:
    """Return the vectors that numbers of the input choose."""
    vectors = constant(node, "the vectors", table)
    numbers = np.arange(len(vectors))
    source = places.source if isinstance(places, Entries) else places
    each_its_own = not isinstance(places, Entries) or np.array_equal(places.of(numbers), numbers)
    plain = not source.chain and len(source.axes) == 2 and node.attributes.get("axis", 0) == 0 and vectors.ndim == 2
    if not (plain and each_its_own):
        raise node.error("takes entries by computed numbers; expected an Embedding (N, T) of the input")
    spec = Spec(Embedding, {"input_dim": vectors.shape[0], "output_dim": vectors.shape[1]}, (vectors,))
    steps = Axis("time", source.shape[1])
    axes = (source.axes[0], (steps,), (Axis("features", vectors.shape[1]),))
    return Tensor((spec,), axes, helper.np_dtype_to_tensor_dtype(vectors.dtype))
