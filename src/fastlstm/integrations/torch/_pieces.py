"""Modules that torch.nn lacks, so that `to_torch` can return a plain `torch.nn.Sequential`.

Files of PyTorch name this module: do not rename it.
"""

from collections.abc import Callable
from typing import Any

import torch

from ..._internal.checks import size
from ._layouts import Tensor

_LEAST_DEVIATION = 1e-7
_MERGES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "concat": lambda a, b: torch.cat((a, b), -1),
    "sum": torch.add,
    "mul": torch.mul,
    "ave": lambda a, b: (a + b) / 2,
}


class Recurrent(torch.nn.Module):
    """A recurrent module that returns one tensor, so that it can be part of a `torch.nn.Sequential`.

    Parameters
    ----------
    layer : torch.nn.LSTM, GRU or RNN
        The recurrent module, of torch.nn or of this package, with ``batch_first=True``.
    return_sequences : bool
        Whether to return the outputs of all steps (N, T, H). Otherwise the last state h of the last layer (N, H).
    merge_mode : {'concat', 'sum', 'mul', 'ave'}
        How to merge the two directions of a bidirectional module.
    go_backwards : bool
        Whether to start at the last step; outputs are in the order of processing, as in Keras.

    Raises
    ------
    ValueError
        If `layer` is not batch-first, or `merge_mode` is unknown.

    Examples
    --------
    >>> import torch
    >>> from fastlstm.integrations.torch import Recurrent
    >>> lstm = torch.nn.LSTM(1, 8, batch_first=True)
    >>> model = torch.nn.Sequential(Recurrent(lstm, return_sequences=False), torch.nn.Linear(8, 1))
    >>> model(torch.zeros(4, 10, 1)).shape
    torch.Size([4, 1])
    """

    def __init__(
        self, layer: Any, return_sequences: bool, merge_mode: str = "concat", go_backwards: bool = False
    ) -> None:
        super().__init__()
        if not layer.batch_first:
            raise ValueError("layer: expected one with batch_first=True")
        if merge_mode not in _MERGES:
            raise ValueError(f"merge_mode: expected one of {', '.join(_MERGES)}, got {merge_mode!r}")
        self.layer, self.return_sequences = layer, return_sequences
        self.merge_mode, self.go_backwards = merge_mode, go_backwards

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs (N, T, H), or the last state (N, H), of x (N, T, D)."""
        output, state = self.layer(x.flip(1) if self.go_backwards else x)
        merge = _MERGES[self.merge_mode]
        if self.return_sequences:
            return merge(*output.chunk(2, -1)) if self.layer.bidirectional else output
        h = state[0] if isinstance(state, tuple) else state
        return merge(h[-2], h[-1]) if self.layer.bidirectional else h[-1]

    def extra_repr(self) -> str:
        """Return the arguments."""
        options = f"return_sequences={self.return_sequences}"
        if self.layer.bidirectional:
            options += f", merge_mode={self.merge_mode!r}"
        return options + (", go_backwards=True" if self.go_backwards else "")


class Normalization(torch.nn.Module):
    """Computes `fastlstm.layers.Normalization`; mean and variance (D,) are buffers."""

    mean: Tensor
    variance: Tensor

    def __init__(self, mean: Tensor, variance: Tensor, invert: bool = False) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("variance", variance)
        self.invert = invert

    def forward(self, x: Tensor) -> Tensor:
        """Return (x - mean) / deviation, or x * deviation + mean."""
        deviation = self.variance.sqrt().clamp_min(_LEAST_DEVIATION)
        return x * deviation + self.mean if self.invert else (x - self.mean) / deviation

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"{len(self.mean)}, invert={self.invert}"


class Rescaling(torch.nn.Module):
    """Computes ``x * scale + offset``; scale and offset, (D,) or a number, are buffers."""

    scale: Tensor
    offset: Tensor

    def __init__(self, scale: Tensor, offset: Tensor) -> None:
        super().__init__()
        self.register_buffer("scale", scale)
        self.register_buffer("offset", offset)

    def forward(self, x: Tensor) -> Tensor:
        """Return x * scale + offset."""
        return x * self.scale + self.offset


class RepeatVector(torch.nn.Module):
    """Repeats (N, D) n times along a new axis: (N, n, D)."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = size("n", n)

    def forward(self, x: Tensor) -> Tensor:
        """Return x (N, D), repeated, as (N, n, D)."""
        return x[:, None].expand(-1, self.n, -1)

    def extra_repr(self) -> str:
        """Return the argument."""
        return str(self.n)
