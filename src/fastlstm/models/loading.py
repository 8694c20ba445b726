"""Models from files, and into them."""

import os
from collections.abc import Mapping
from typing import Any

from .sequential import Sequential


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Sequential:
    """Return the model in a file that this package or Keras has written.

    Nothing in a file is ever run or imported: Lambda layers, pickles and classes that are neither this package's nor
    in `custom_objects` raise ValueError, and so does what leads out of a file.

    Parameters
    ----------
    filepath : path-like
        A .keras file; a whole model in an .h5 file; or a .safetensors file of `Sequential.save_weights`. From Keras: a
        Sequential, or a Functional model that is a chain of layers.
    custom_objects : dict, optional
        Classes and functions of one's own, by their names in the file.
    compile : bool
        Whether to compile the model as it was, with the state of its optimizer, so that a fit goes on where it stopped.
    safe_mode : bool
        As in Keras code, without effect: the safe way is the only one.

    Returns
    -------
    Sequential

    Raises
    ------
    OSError
        If there is no such file, or it can not be read.
    ValueError
        If the file is damaged, or has something that is not supported or not safe.

    Warns
    -----
    UserWarning
        If what the file keeps of the optimizer does not fit.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import fastlstm
    >>> model = fastlstm.Sequential([fastlstm.Input((20, 1)), fastlstm.layers.LSTM(4)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(pathlib.Path(folder, "model.keras"))
    ...     again = fastlstm.load_model(pathlib.Path(folder, "model.keras"))
    >>> bool((again.predict([[[0.5]] * 20]) == model.predict([[[0.5]] * 20])).all())
    True
    """
    from ..formats import model_files  # slow to import

    model: Sequential = model_files.load_model(filepath, custom_objects, compile, safe_mode, model_class=Sequential)
    return model


def save_model(model: Sequential, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Do what `Sequential.save` does."""
    model.save(filepath, overwrite)
