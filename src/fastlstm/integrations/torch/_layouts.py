"""Converts weights of recurrent layers between the layouts of PyTorch and the core: D features, H units, G gates.

PyTorch has weight_ih (G*H, D), weight_hh (G*H, H) and two biases (G*H,). The core has kernel (D, G*H), recurrent kernel
(H, G*H) and one bias, or two in cells that do not just add them. Each cell declares PyTorch's order of its gate blocks.
Peephole weights (3, H), which only the modules of this package have, are laid out as in the core.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import torch

from ..._internal.arrays import Array
from ...layers import GRU, LSTM, Recurrent, SimpleRNN
from ...layers.rnn.cell import Cell

Tensor: TypeAlias = torch.Tensor

CELLS: dict[str, Cell] = {cell.name: cell for layer in (SimpleRNN, LSTM, GRU) for cell in layer.cells if cell.torch}
"""The cells that PyTorch has, by their name in the core."""

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
    """Return the number of PyTorch's parameters for one layer and direction."""
    return sum(len(_PARAMETERS[name]) for name in weight_names(cell_name, bias))


def peephole_name(layer: int, reverse: bool) -> str:
    """Return the name of the peephole parameter of a layer and direction."""
    return f"{_PARAMETERS['peephole'][0]}_l{layer}{'_reverse' if reverse else ''}"


@cache
def blocks_of(cell_name: str, bias: bool) -> tuple[tuple[int, ...], ...]:
    """Return, for each weight of the core, the position in PyTorch of each of its gate blocks."""
    cell = CELLS[cell_name]
    assert cell.torch is not None
    gates = tuple(cell.torch.blocks.index(block) for block in cell.blocks)
    return tuple((0,) if name == "peephole" else gates for name in weight_names(cell_name, bias))


def to_core(cell_name: str, bias: bool, parameters: Sequence[Tensor]) -> list[Array]:
    """Return the core's weights of one layer and direction, given PyTorch's parameters in their order.

    They are views where possible, with the gate blocks in PyTorch's order.
    """
    arrays = iter([parameter.detach().numpy() for parameter in parameters])
    found: list[Array] = []
    for name in weight_names(cell_name, bias):
        given = next(arrays)
        if name == "peephole":
            found.append(given)
        elif name != "bias":
            found.append(given.T)
        else:
            found.append(np.stack((given, next(arrays))) if CELLS[cell_name].bias_rows == 2 else given + next(arrays))
    return found


Fill: TypeAlias = Callable[[int, Array, Sequence[int]], object]
"""Writes the core's i-th weight of a layer to an array of its shape, with its blocks at the given positions."""


def from_core(
    cell_name: str, bias: bool, shapes: Sequence[tuple[int, ...]], dtype: Any, fill: Fill, *, gradients: bool = False
) -> list[Tensor]:
    """Return PyTorch's parameters of one layer and direction, given the shapes of the core's weights.

    A single bias of the core becomes bias_ih, with bias_hh zero; its gradient is the gradient of both.
    """
    two_biases = CELLS[cell_name].bias_rows == 2
    found: list[Tensor] = []
    names, blocks = weight_names(cell_name, bias), blocks_of(cell_name, bias)
    for i, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        transposed = name in ("kernel", "recurrent_kernel")
        array = np.empty(shape[::-1] if transposed else shape, dtype)
        fill(i, array.T if transposed else array, blocks[i])
        value = torch.from_numpy(array)
        if name != "bias":
            found.append(value)
        elif two_biases:
            found += value
        else:
            found += [value, value.clone() if gradients else torch.zeros_like(value)]
    return found


def cell_of(module: Any) -> Cell:
    """Return the cell of an LSTM, GRU or RNN of torch.nn or of this package, which may have peepholes."""
    peephole = getattr(module, "peephole", False)
    return next(
        cell
        for cell in CELLS.values()
        if cell.torch is not None
        and isinstance(module, getattr(torch.nn, cell.torch.module))
        and cell.options.get("peephole", False) == peephole
    )


def layer_class(cell: Cell) -> type[Recurrent]:
    """Return the layer class of a cell."""
    return next(layer for layer in (SimpleRNN, LSTM, GRU) if cell in layer.cells)
