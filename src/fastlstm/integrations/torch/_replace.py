"""Replaces the recurrent modules of torch.nn in an existing model, in place."""

import warnings
from typing import Any

import torch

from ._base import DTYPES
from ._modules import GRU, LSTM, RNN
from ._networks import Networks

_OURS: dict[type[torch.nn.Module], type[torch.nn.Module]] = {torch.nn.LSTM: LSTM, torch.nn.GRU: GRU, torch.nn.RNN: RNN}


def replace(model: Any) -> Any:
    """Make every `torch.nn.LSTM`, `GRU` and `RNN` of a model run on the kernels of this package.

    The modules stay the same objects, with their parameters, hooks and names; only their class changes, to a subclass
    of the one they had. Optimizers and other references to the modules and parameters therefore stay valid, and the
    model has the same `state_dict` and loads the same files.

    A module that is not supported is left unchanged, with a UserWarning that says why: a subclass of these modules,
    projections, dtypes other than float32 and float64, devices other than the CPU.

    Parameters
    ----------
    model : torch.nn.Module
        The model, which may itself be one of these modules.

    Returns
    -------
    torch.nn.Module
        The same object as `model`.

    Raises
    ------
    TypeError
        If it is not a module.

    Warns
    -----
    UserWarning
        For each recurrent module that is left unchanged.

    Examples
    --------
    >>> import torch
    >>> from fastlstm.integrations.torch import replace
    >>> model = torch.nn.ModuleDict({"lstm": torch.nn.LSTM(3, 8), "head": torch.nn.Linear(8, 1)})
    >>> optimizer = torch.optim.Adam(model.parameters())
    >>> replace(model)["lstm"].__class__
    <class 'fastlstm.integrations.torch._modules.LSTM'>
    """
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model: expected a torch.nn.Module, got {type(model).__name__}")
    for name, module in model.named_modules():
        if not isinstance(module, torch.nn.RNNBase) or isinstance(module, tuple(_OURS.values())):
            continue
        reason = _reason_against(module)
        if reason is None:
            module.__class__ = _OURS[type(module)]
            module._networks = Networks()
        else:
            what = f"{name!r} ({type(module).__name__})" if name else type(module).__name__
            warnings.warn(f"replace: {what} is left as it is: {reason}", UserWarning, stacklevel=2)
    return model


def _reason_against(module: Any) -> str | None:
    if type(module) not in _OURS:
        return "its class is not torch.nn.LSTM, GRU or RNN itself"
    if module.proj_size:
        return "it has projections (proj_size)"
    weights = list(module.parameters())
    if any(weight.device.type != "cpu" for weight in weights):
        return f"it is on {weights[0].device}, not on the CPU"
    if any(weight.dtype not in DTYPES for weight in weights):
        return f"its dtype is {weights[0].dtype}, not float32 or float64"
    return None
