"""How ONNX writes a cell, as data for `Cell.onnx`."""

from collections.abc import Mapping
from typing import NamedTuple


class OnnxNode(NamedTuple):
    """A recurrent operator of ONNX, and how a cell's arrays lie in its inputs W, R, B and P."""

    operator: str
    """RNN, LSTM or GRU."""
    blocks: tuple[str, ...]
    """The gate blocks in the order of the rows of W and R, and of the halves of B."""
    activations: tuple[str, ...]
    """The layer's argument behind each entry of the attribute `activations`."""
    attributes: Mapping[str, int] = {}
    """The attributes that tell this cell from others of the same operator. Left out, an attribute is 0."""
