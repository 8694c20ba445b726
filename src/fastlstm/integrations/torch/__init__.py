"""PyTorch: its recurrent modules on the kernels of this package, and models there and back.

`LSTM`, `GRU` and `RNN` are the modules of `torch.nn`, on other kernels; `replace` puts them into a model that exists.
`from_torch` and `to_torch` convert whole models, `save` and `load` such models in PyTorch's files. ``pip install
'fastlstm[torch]'`` installs what this needs.

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

# Its threads wait for more work by spinning, so the passes here have to run on them, not on others beside them.
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
