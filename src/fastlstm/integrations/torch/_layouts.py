"""Weights of a recurrent layer between PyTorch's layout and the core's. D input features, H units, G gate blocks.

PyTorch has weight_ih (G*H, D), weight_hh (G*H, H) and two biases (G*H,) for what the core has as kernel (D, G*H),
recurrent kernel (H, G*H) and one bias, or two where they are not just added up. The order of the gate blocks is data of
each cell. Peephole weights (3, H), which only the modules here have, are the core's.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import torch

from ..._engine import Array
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


@cache
def weight_names(cell_name: str, bias: bool) -> tuple[str, ...]:
    """Return the core's names of the weights of one layer and direction, in the core's order."""
    return CELLS[cell_name].weight_names(bias)


@cache
def parameter_count(cell_name: str, bias: bool) -> int:
    """Return how many parameters PyTorch has for one layer and direction."""
    return sum(len(_PARAMETERS[name]) for name in weight_names(cell_name, bias))


def peephole_name(layer: int, reverse: bool) -> str:
    """Return the name of the parameter with the peephole weights of a layer and direction."""
    return f"{_PARAMETERS['peephole'][0]}_l{layer}{'_reverse' if reverse else ''}"


def to_core(cell_name: str, bias: bool, parameters: Sequence[Tensor]) -> list[Tensor]:
    """Return the core's weights of one layer and direction, contiguous, from PyTorch's parameters in their order."""
    order, two_biases, left = _order(cell_name), _has_two_biases(cell_name), iter(parameters)
    found = []
    for name in weight_names(cell_name, bias):
        given = next(left)
        if name == "peephole":
            found.append(given.contiguous())
        elif name != "bias":
            found.append(_in_order(given, order).t().contiguous())
        elif two_biases:
            found.append(torch.stack((_in_order(given, order), _in_order(next(left), order))))
        else:
            found.append(_in_order(given + next(left), order))
    return found


def from_core(cell_name: str, bias: bool, weights: Sequence[Array], *, gradients: bool = False) -> list[Tensor]:
    """Return PyTorch's parameters of one layer and direction from arrays of the core's weights.

    Where the core has one bias it becomes bias_ih, and bias_hh is zero. A gradient of it is that of both.
    """
    order, two_biases = _order(cell_name, back=True), _has_two_biases(cell_name)
    found: list[Tensor] = []
    for name, weight in zip(weight_names(cell_name, bias), weights, strict=True):
        value = torch.from_numpy(weight)
        if name == "peephole":
            found.append(value)
        elif name != "bias":
            found.append(_in_order(value.t(), order).contiguous())
        elif two_biases:
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


@cache
def _order(cell_name: str, back: bool = False) -> tuple[int, ...] | None:
    """Return the places in PyTorch of the core's gate blocks, or `back`; None where they are the same."""
    cell = CELLS[cell_name]
    assert cell.torch is not None
    ours, theirs = cell.blocks, cell.torch.blocks
    order = tuple(ours.index(block) for block in theirs) if back else tuple(theirs.index(block) for block in ours)
    return None if order == tuple(range(len(order))) else order


@cache
def _has_two_biases(cell_name: str) -> bool:
    return CELLS[cell_name].bias_rows == 2


def _in_order(rows: Tensor, order: tuple[int, ...] | None) -> Tensor:
    """Return gate blocks (G*H, ...) in another order."""
    if order is None:
        return rows
    blocks = rows.chunk(len(order))
    return torch.cat([blocks[i] for i in order])
