"""PyTorch's own files of whole models, written and read without running code from them."""

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
    """Write `to_torch` of a model to a file, as ``torch.save`` does.

    ``torch.load(path, weights_only=False)`` brings it back as a `torch.nn.Sequential`, `load` as a
    `fastlstm.Sequential`. A file is written whole or not at all, in place of one that exists.

    Parameters
    ----------
    model : fastlstm.Sequential
        A model that is built.
    path : path-like
        Usually ends with .pt.

    Raises
    ------
    ValueError, TypeError
        As `to_torch`.

    Warns
    -----
    UserWarning
        As `to_torch`.

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
    """Return `from_torch` of the model in a file that `save`, or ``torch.save(model)``, has written.

    The file is a pickle, which is read by PyTorch's restricted reader: it makes tensors, and the modules of torch.nn
    and of this package that `from_torch` knows. Everything else, classes of one's own too, is refused.

    Parameters
    ----------
    path : path-like
        A whole model, not a state_dict, which does not tell what the model is.

    Returns
    -------
    fastlstm.Sequential

    Raises
    ------
    OSError
        If there is no such file, or it can not be read.
    ValueError
        If the file is damaged, holds something else than such a model, or `from_torch` refuses it.
    """
    with open(path, "rb") as file, files.read(path):
        try:
            with torch.serialization.safe_globals([*_classes()]):
                module = torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # pickles fail in many ways
            unknown = re.search(r"GLOBAL ([\w.]+)", str(error))
            reason = f"it has a {unknown[1]}" if unknown else "PyTorch can not read it"
            raise ValueError(
                f"the file is damaged, or not one of modules of torch.nn that are known alone: {reason}"
            ) from error
        if not isinstance(module, torch.nn.Module):
            raise ValueError(
                f"expected a whole model, got {type(module).__name__}: make the model, let it load_state_dict, and use"
                " from_torch"
            )
        return from_torch(module)


def _classes() -> Iterator[Any]:
    """Yield the classes that a file may have objects of: they are data, and none of them runs what is in the file."""
    yield from (torch.nn.Sequential, torch.nn.Flatten, Networks, set)
    yield from CONVERTED
    yield from MODULES
