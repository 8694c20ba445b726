"""Loading models from files and saving them."""

import os
from collections.abc import Mapping
from typing import Any

from .model import Model
from .sequential import Sequential


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Return the model in a file written by this package or by Keras.

    Nothing that the file contains is run or imported: Lambda layers, pickles, links to other files, and classes that
    are neither from this package nor in `custom_objects` raise ValueError.

    Parameters
    ----------
    filepath : path-like or file
        A .keras file, a whole model in an .h5 file, or a .safetensors file of `Sequential.save_weights`. From Keras: a
        Sequential or a functional model. Such a file may also be open, in binary mode or as an `h5py.File`.
    custom_objects : dict, optional
        Your own classes and functions, by their names in the file.
    compile : bool
        Whether to restore optimizer, loss and metrics with the optimizer's state, so that `fit` continues where it
        stopped.
    safe_mode : bool
        Accepted as in Keras, without effect: loading is always safe.

    Returns
    -------
    Sequential or Model
        A Sequential, or a subclass in `custom_objects` that the file names, if the layers form a chain; otherwise a
        Model.

    Raises
    ------
    OSError
        If the file does not exist or cannot be read.
    ValueError
        If the file is damaged or contains anything unsupported or unsafe.

    Warns
    -----
    UserWarning
        If the optimizer's state in the file does not fit.

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
    from ..formats import model_files, saved_model  # slow to import

    classes = saved_model.ModelClasses(chain=Sequential, graph=Model)
    return model_files.load_model(filepath, custom_objects, compile, safe_mode, model_classes=classes)


def save_model(model: Model, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write a model to a file that `load_model` and Keras open, as `Sequential.save` does.

    Parameters
    ----------
    model : Model
        The model, with its weights, optimizer, loss and metrics.
    filepath : path-like
        Must end with .keras, or with .h5 or .hdf5 for Keras's older format.
    overwrite : bool
        Whether to replace an existing file.

    Raises
    ------
    ValueError
        If the path has another ending.
    FileExistsError
        If the file exists and `overwrite` is False.
    """
    model.save(filepath, overwrite)
