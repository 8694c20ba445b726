"""Weights of a recurrent layer between PyTorch's layout and the core's. D input features, H units, G gate blocks.

PyTorch has weight_ih (G*H, D), weight_hh (G*H, H) and two biases (G*H,) for what the core has as kernel (D, G*H),
recurrent kernel (H, G*H) and one bias, or two where they are not just added up. The order of the gate blocks is data of
each cell. Peephole weights (3, H), which only the modules here have, are the core's.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch

from ...layers import GRU, LSTM, RNN, SimpleRNN
from ...layers.recurrent import Cell

Tensor: TypeAlias = torch.Tensor

CELLS: dict[str, Cell] = {cell.name: cell for layer in (SimpleRNN, LSTM, GRU) for cell in layer.cells if cell.torch}
"""The cells that PyTorch can have, by the core's name."""

_PARAMETERS = {
    "kernel": ("weight_ih",),
    "recurrent_kernel": ("weight_hh",),
    "bias": ("bias_ih", "bias_hh"),
    "peephole": ("weight_peephole",),
}


def weight_names(cell: Cell, bias: bool) -> list[str]:
    """Return the core's names of the weights of one layer and direction, in the core's order."""
    return [name for name, _ in cell.weights if bias or name != "bias"]


def parameter_count(cell: Cell, bias: bool) -> int:
    """Return how many parameters PyTorch has for one layer and direction."""
    return sum(len(_PARAMETERS[name]) for name in weight_names(cell, bias))


def peephole_name(layer: int, reverse: bool) -> str:
    """Return the name of the parameter with the peephole weights of a layer and direction."""
    return f"{_PARAMETERS['peephole'][0]}_l{layer}{'_reverse' if reverse else ''}"


def to_core(cell: Cell, bias: bool, parameters: Sequence[Tensor]) -> list[Tensor]:
    """Return the core's weights of one layer and direction, contiguous, from PyTorch's parameters in their order."""
    left, found = list(parameters), []
    order = [_torch_blocks(cell).index(block) for block in cell.blocks]
    for name in weight_names(cell, bias):
        given = [left.pop(0) for _ in _PARAMETERS[name]]
        if name == "peephole":
            found.append(given[0].contiguous())
        elif name == "bias":
            blocks = [_in_order(one, order) for one in given]
            found.append(torch.stack(blocks) if _has_two_biases(cell) else blocks[0] + blocks[1])
        else:
            found.append(_in_order(given[0], order).t().contiguous())
    return found


def from_core(cell: Cell, bias: bool, weights: Sequence[Any], *, gradients: bool = False) -> list[Tensor]:
    """Return PyTorch's parameters of one layer and direction from arrays or tensors of the core's weights.

    Where the core has one bias it becomes bias_ih, and bias_hh is zero. A gradient of it is that of both.
    """
    found: list[Tensor] = []
    order = [cell.blocks.index(block) for block in _torch_blocks(cell)]
    for name, weight in zip(weight_names(cell, bias), weights, strict=True):
        value = torch.as_tensor(weight)
        if name == "peephole":
            found.append(value)
        elif name != "bias":
            found.append(_in_order(value.t(), order).contiguous())
        elif _has_two_biases(cell):
            found += [_in_order(row, order) for row in value]
        else:
            ordered = _in_order(value, order)
            found += [ordered, ordered.clone() if gradients else torch.zeros_like(ordered)]
    return found


def cell_of(module: Any) -> Cell:
    """Return the cell of an LSTM, GRU or RNN of torch.nn, or of the modules here, which may have peepholes."""
    peephole = getattr(module, "peephole", False)
    return next(
        cell
        for cell in CELLS.values()
        if cell.torch is not None
        and isinstance(module, getattr(torch.nn, cell.torch.module))
        and cell.options.get("peephole", False) == peephole
    )


def layer_class(cell: Cell) -> type[RNN]:
    """Return the layer class of a cell."""
    return next(layer for layer in (SimpleRNN, LSTM, GRU) if cell in layer.cells)


def _torch_blocks(cell: Cell) -> tuple[str, ...]:
    assert cell.torch is not None
    return cell.torch.blocks


def _has_two_biases(cell: Cell) -> bool:
    return len(dict(cell.weights)["bias"]) == 2


def _in_order(rows: Tensor, order: list[int]) -> Tensor:
    """Return gate blocks (G*H, ...) in another order."""
    if order == sorted(order):
        return rows
    blocks = rows.chunk(len(order))
    return torch.cat([blocks[i] for i in order])
