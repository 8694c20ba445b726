"""Cells as data: the core's name, gate blocks, weights and states, and the layouts of ONNX and PyTorch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..._internal.arrays import Array

KERNEL = ("kernel", ("D", "GH"))
RECURRENT_KERNEL = ("recurrent_kernel", ("H", "GH"))
BIAS = ("bias", ("GH",))
"""Names and shapes of weights: D input features, H units, G gate blocks; GH stands for G*H."""


class OnnxNode(NamedTuple):
    """A recurrent operator of ONNX, and how a cell's arrays lie in its inputs W, R, B and P."""

    operator: str
    """RNN, LSTM or GRU."""
    blocks: tuple[str, ...]
    """The gate blocks in the order of the rows of W and R, and of the halves of B."""
    activations: tuple[str, ...]
    """The layer's argument behind each entry of the attribute `activations`."""
    attributes: Mapping[str, int] = {}
    """The attributes that distinguish this cell from others of the same operator. Left out, an attribute is 0."""


class TorchCell(NamedTuple):
    """A cell in PyTorch; its weights have the names and layout of those of `torch.nn.LSTM`."""

    module: str
    """The class of this name in `torch.nn`, and in `fastlstm.integrations.torch`, which has further cells."""
    blocks: tuple[str, ...]
    """The gate blocks, by this package's names, in PyTorch's order."""


class Cell(NamedTuple):
    """Everything that the Python side knows about a cell. D input features, H units, G gate blocks."""

    name: str
    """The core's name."""
    blocks: tuple[str, ...]
    """The gate blocks in the order of the columns."""
    states: tuple[str, ...] = ("h",)
    """The states in the order of `return_state`, (N, H) each; the first is the output."""
    weights: tuple[tuple[str, tuple[str | int, ...]], ...] = (KERNEL, RECURRENT_KERNEL, BIAS)
    """Name and shape of each weight in the order of `get_weights`, a size being 'D', 'H', 'GH' for G*H, or a number."""
    options: Mapping[str, bool] = {}
    """The arguments of the layer class that select this cell."""
    onnx: OnnxNode | None = None
    """The cell as an operator of ONNX; None if ONNX has none."""
    torch: TorchCell | None = None
    """The cell in PyTorch; None if PyTorch cannot have it."""

    def shapes(self, features: int, units: int) -> dict[str, tuple[int, ...]]:
        """Return the shape of each weight."""
        sizes = {"D": features, "H": units, "GH": len(self.blocks) * units}
        return {
            name: tuple(sizes[letter] if isinstance(letter, str) else letter for letter in letters)
            for name, letters in self.weights
        }

    def weight_names(self, use_bias: bool) -> tuple[str, ...]:
        """Return the names of the weights of a layer with or without a bias, in the order of `get_weights`."""
        return tuple(name for name, _ in self.weights if use_bias or name != "bias")

    @property
    def bias_rows(self) -> int:
        """1, or 2 if the recurrent product has a bias too."""
        return 2 if dict(self.weights)["bias"] == (2, "GH") else 1


def reordered(weight: Array, blocks: Sequence[Any], wanted: Iterable[Any]) -> Array:
    """Return a weight with its blocks along the last axis in the `wanted` order; missing ones are zeros."""
    parts = dict(zip(blocks, np.split(weight, len(blocks), axis=-1), strict=True))
    zeros = np.zeros_like(parts[blocks[0]])
    return np.concatenate([parts.get(block, zeros) for block in wanted], axis=-1)
