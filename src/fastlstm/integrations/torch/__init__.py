"""PyTorch: its recurrent modules on the kernels of this package, and the conversion of models in both directions.

`LSTM`, `GRU` and `RNN` are the modules of `torch.nn` on other kernels; `replace` swaps them into an existing model.
`from_torch` and `to_torch` convert whole models; `save` and `load` write and read them as files of PyTorch. Needs
PyTorch: ``pip install 'fastlstm[torch]'``.

Examples
--------
>>> import torch
>>> from fastlstm.integrations.torch import LSTM
>>> lstm = LSTM(1, 32, batch_first=True)
>>> output, (h, c) = lstm(torch.zeros(16, 20, 1))
>>> output.shape
torch.Size([16, 20, 32])
"""

try:
    import torch as _torch
except ImportError as error:
    raise ImportError("fastlstm.integrations.torch needs PyTorch: pip install 'fastlstm[torch]'") from error

from ..._internal import native
from ._files import load, save
from ._from_torch import from_torch
from ._modules import GRU, LSTM, RNN
from ._pieces import Normalization, Recurrent, RepeatVector, Rescaling
from ._replace import replace
from ._to_torch import to_torch

# Idle threads of PyTorch spin for a while, so the kernels must run on these threads instead of competing with them.
native.borrow_threads(_torch._C.__file__)

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Normalization",
    "Recurrent",
    "RepeatVector",
    "Rescaling",
    "from_torch",
    "load",
    "replace",
    "save",
    "to_torch",
]
