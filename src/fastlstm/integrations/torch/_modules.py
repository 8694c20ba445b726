"""LSTM, GRU and RNN: the modules of torch.nn on the kernels of this package.

Files of PyTorch name this module: do not rename it.
"""

from typing import Any

import torch

from ..._internal.checks import flag
from ._base import NativeModule
from ._layouts import peephole_name


class LSTM(NativeModule, torch.nn.LSTM):
    """`torch.nn.LSTM` on the kernels of this package, optionally with peephole connections.

    It is a subclass of `torch.nn.LSTM` with the same arguments, parameters, `state_dict`, inputs and results. After the
    same ``torch.manual_seed``, initial weights and dropout are the same as well. Second derivatives raise
    NotImplementedError.

    Parameters
    ----------
    input_size, hidden_size : int
        Number of input features D and of units H.
    num_layers : int
        Number of layers; each takes the outputs of the one below.
    bias : bool
        Whether to use bias_ih and bias_hh.
    batch_first : bool
        Whether inputs and outputs are (N, T, D) instead of (T, N, D). It saves a copy of each.
    dropout : float
        Fraction of the outputs of each layer but the last that is dropped in training.
    bidirectional : bool
        Whether a second set of layers processes the sequence in reverse.
    proj_size : int
        Must be 0: projections are not supported.
    device, dtype
        As in `torch.nn`; the CPU, with float32 or float64.
    peephole : bool
        Whether the gates see c, as in `fastlstm.layers.LSTM`, through the parameters weight_peephole_l{k}[_reverse]
        (3, H) in the order i, f, o.

    Raises
    ------
    ValueError
        If `proj_size` is not 0, or `torch.nn.LSTM` refuses an argument.

    Examples
    --------
    >>> import torch
    >>> from fastlstm.integrations.torch import LSTM
    >>> lstm = LSTM(3, 8, num_layers=2, batch_first=True)
    >>> output, (h, c) = lstm(torch.randn(4, 10, 3))
    >>> output.shape, h.shape
    (torch.Size([4, 10, 8]), torch.Size([2, 4, 8]))
    >>> output.sum().backward()
    >>> lstm.weight_ih_l0.grad.shape
    torch.Size([32, 3])
    >>> torch.nn.LSTM(3, 8, num_layers=2).load_state_dict(lstm.state_dict())
    <All keys matched successfully>
    """

    peephole: bool = False

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
        *,
        peephole: bool = False,
    ) -> None:
        if proj_size != 0:
            raise ValueError(f"proj_size: {self._title} has no projections, expected 0, got {proj_size!r}")
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device=device, dtype=dtype
        )
        self.peephole = flag("peephole", peephole)
        if not peephole:
            return
        for i, names in enumerate(self._all_weights):
            layer, reverse = divmod(i, 2) if bidirectional else (i, 0)
            name = peephole_name(layer, bool(reverse))
            weights = torch.nn.Parameter(torch.empty((3, hidden_size), device=device, dtype=dtype))
            torch.nn.init.uniform_(weights, -(hidden_size**-0.5), hidden_size**-0.5)
            self.register_parameter(name, weights)
            names.append(name)
        self._flat_weights_names = [name for names in self._all_weights for name in names]
        self._init_flat_weights()

    def extra_repr(self) -> str:
        """Return the arguments that are not the default."""
        return f"{super().extra_repr()}{', peephole=True' if self.peephole else ''}"


class GRU(NativeModule, torch.nn.GRU):
    """`torch.nn.GRU` on the kernels of this package.

    It is a subclass of `torch.nn.GRU` with the same arguments, parameters, `state_dict`, inputs and results. After the
    same ``torch.manual_seed``, initial weights and dropout are the same as well. Second derivatives raise
    NotImplementedError.

    Parameters
    ----------
    *args, **options
        The arguments of `torch.nn.GRU`; the CPU, with float32 or float64.

    Raises
    ------
    ValueError, TypeError
        If `torch.nn.GRU` refuses an argument.

    Examples
    --------
    >>> import torch
    >>> from fastlstm.integrations.torch import GRU
    >>> output, h = GRU(3, 8, bidirectional=True)(torch.randn(10, 4, 3))
    >>> output.shape, h.shape
    (torch.Size([10, 4, 16]), torch.Size([2, 4, 8]))
    """


class RNN(NativeModule, torch.nn.RNN):
    """`torch.nn.RNN` on the kernels of this package.

    It is a subclass of `torch.nn.RNN` with the same arguments, parameters, `state_dict`, inputs and results. After the
    same ``torch.manual_seed``, initial weights and dropout are the same as well. Second derivatives raise
    NotImplementedError.

    Parameters
    ----------
    *args, **options
        The arguments of `torch.nn.RNN`; the CPU, with float32 or float64.

    Raises
    ------
    ValueError, TypeError
        If `torch.nn.RNN` refuses an argument.

    Examples
    --------
    >>> import torch
    >>> from fastlstm.integrations.torch import RNN
    >>> output, h = RNN(3, 8, nonlinearity="relu")(torch.randn(10, 3))
    >>> output.shape, h.shape
    (torch.Size([10, 8]), torch.Size([1, 8]))
    """

    @property
    def _activation(self) -> str:
        return "relu" if self.nonlinearity == "relu" else "tanh"
