"""How PyTorch has a cell."""

from typing import NamedTuple


class TorchCell(NamedTuple):
    """What a cell is in PyTorch, its weights being named and laid out as in `torch.nn.LSTM`."""

    module: str
    """The class of `torch.nn`, and of `fastlstm.integrations.torch`, which has more cells than that."""
    blocks: tuple[str, ...]
    """The gate blocks by our names, in PyTorch's order."""
