"""Files of whole models in PyTorch's format, which are read without running code from them."""

import io
import os
import re
from collections.abc import Iterator
from typing import Any

import torch

from ... import models
from ..._internal import files
from ._activations import MODULES
from ._from_torch import CONVERTED, from_torch
from ._networks import Networks
from ._to_torch import to_torch


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Convert a model with `to_torch` and write it to a file, as ``torch.save`` does.

    ``torch.load(path, weights_only=False)`` reads it as a `torch.nn.Sequential`, `load` as a `fastlstm.Sequential`. An
    existing file is replaced only after the new one is complete.

    Parameters
    ----------
    model : fastlstm.Sequential
        A built model.
    path : path-like
        The file, usually with the suffix .pt.

    Raises
    ------
    ValueError
        If the model is not built, or PyTorch cannot express a layer.
    TypeError
        If it is not a Sequential.
    OSError
        If the file cannot be written.

    Warns
    -----
    UserWarning
        If something that only training uses is left out.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations import torch
    >>> model = Sequential([Input((20, 1)), layers.LSTM(8), layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     torch.save(model, pathlib.Path(folder, "model.pt"))
    ...     again = torch.load(pathlib.Path(folder, "model.pt"))
    >>> bool((again.predict([[[0.5]] * 20]) == model.predict([[[0.5]] * 20])).all())
    True
    """
    contents = io.BytesIO()
    torch.save(to_torch(model), contents)
    with files.written(path, overwrite=True) as file:
        file.write(contents.getvalue())


def load(path: str | os.PathLike[str]) -> models.Sequential:
    """Load a model from a file that `save` or ``torch.save(model)`` has written, converted with `from_torch`.

    The file is a pickle. PyTorch's restricted unpickler reads it, and creates only tensors and the modules of torch.nn
    and of this package that `from_torch` converts. Everything else is refused, including your own classes.

    Parameters
    ----------
    path : path-like
        A file with a whole model. A state_dict is not enough, since it does not describe the model.

    Returns
    -------
    fastlstm.Sequential
        A built model with the dtype and weights of the file, not compiled.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file is damaged or does not hold such a model, or a Sequential cannot express it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import torch
    >>> from fastlstm.integrations.torch import load
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "model.pt")
    ...     torch.save(torch.nn.LSTM(3, 8, batch_first=True), path)
    ...     load(path).output_shape
    (None, None, 8)
    """
    with open(path, "rb") as file, files.read(path):
        try:
            with torch.serialization.safe_globals([*_classes()]):
                module = torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # pickles fail in many ways
            unknown = re.search(r"GLOBAL ([\w.]+)", str(error))
            reason = f"it has a {unknown[1]}" if unknown else "PyTorch cannot read it"
            raise ValueError(
                f"the file is damaged, or has something other than supported modules of torch.nn: {reason}"
            ) from error
        if not isinstance(module, torch.nn.Module):
            raise ValueError(
                f"expected a whole model, got {type(module).__name__}: create the model, call its load_state_dict, and"
                " use from_torch"
            )
        return from_torch(module)


def _classes() -> Iterator[Any]:
    """Yield the classes that a file may contain; creating their objects runs no code from the file."""
    yield from (torch.nn.Sequential, torch.nn.Flatten, Networks, set)
    yield from CONVERTED
    yield from MODULES
