"""The recurrent operators of ONNX: which layers they express, and their weights in the layouts of both sides.

Legend: N batch, T steps, D features, H units, G gate blocks. ONNX has W (directions, G*H, D), R (directions, G*H, H),
B (directions, 2*G*H) with the bias of x first, P (directions, 3*H); a layer has them as `Cell.weights` says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..._internal.arrays import Array
from ...layers import Recurrent
from ...layers.rnn.cell import Cell, reordered
from ._writer.activations import IN_NODES


def is_native(layer: Recurrent) -> bool:
    """Return whether an operator of ONNX computes a layer, provided there is no mask."""
    node = layer.cell.onnx
    no_zoneout = not layer.zoneout and not getattr(layer, "zoneout_cell", 0.0)
    return node is not None and no_zoneout and all(getattr(layer, name) in IN_NODES for name in node.activations)


def attributes_of(layers: Sequence[Recurrent], direction: str) -> dict[str, Any]:
    """Return the attributes of the node for one layer, or for the two directions of a bidirectional one."""
    node = layers[0].cell.onnx
    assert node is not None
    chosen = [getattr(layer, name) for layer in layers for name in node.activations]
    operators = [IN_NODES[name] for name in chosen]
    numbers = [list(operator.attributes.values()) for operator in operators]
    found = {
        **{name: value for name, value in node.attributes.items() if value},
        "hidden_size": layers[0].units,
        "direction": direction,
        "activations": [operator.name for operator in operators],
        "activation_alpha": [values[0] for values in numbers if values],
        "activation_beta": [values[1] for values in numbers if len(values) == 2],
        "clip": layers[0].clip,
    }
    return {name: value for name, value in found.items() if value is not None and value != []}


def inputs_of(layers: Sequence[Recurrent]) -> dict[str, Array]:
    """Return W, R, and B and P if there are any."""
    parts = [_inputs_of(layer) for layer in layers]
    return {name: np.stack([part[name] for part in parts]) for name in parts[0]}


def _inputs_of(layer: Recurrent) -> dict[str, Array]:
    cell, node = layer.cell, layer.cell.onnx
    assert node is not None
    assert layer.kernel is not None
    assert layer.recurrent_kernel is not None
    found = {
        "W": reordered(layer.kernel, cell.blocks, node.blocks).T,
        "R": reordered(layer.recurrent_kernel, cell.blocks, node.blocks).T,
    }
    if layer.use_bias and layer.bias is not None:
        bias = layer.bias if layer.bias.ndim == 2 else np.stack([layer.bias, np.zeros_like(layer.bias)])
        found["B"] = reordered(bias, cell.blocks, node.blocks).reshape(-1)
    peephole = layer._weight("peephole")
    if peephole is not None:
        found["P"] = reordered(peephole.reshape(-1), peephole_gates(cell.blocks), peephole_gates(node.blocks))
    return found


def weights_from(cell: Cell, inputs: Mapping[str, Array], direction: int) -> list[Array]:
    """Return the weights of one direction in the order of `get_weights`."""
    node = cell.onnx
    assert node is not None
    found = [reordered(inputs[name][direction].T, node.blocks, cell.blocks) for name in ("W", "R")]
    if "B" in inputs:
        rows = reordered(inputs["B"][direction].reshape(2, -1), node.blocks, cell.blocks)
        found.append(rows if cell.bias_rows == 2 else rows[0] + rows[1])
    if "P" in inputs:
        gates = peephole_gates(cell.blocks)
        weight = reordered(inputs["P"][direction], peephole_gates(node.blocks), gates)
        found.append(weight.reshape(len(gates), -1))
    return found


def peephole_gates(blocks: Sequence[str]) -> list[str]:
    """Return the gate blocks of an LSTM that have peephole weights, in their order."""
    return [block for block in blocks if block != "c"]
