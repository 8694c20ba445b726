"""Keras's modules, made of this package, for scripts that are written for Keras.

``import fastlstm.keras as keras`` and ``from fastlstm.keras.layers import LSTM`` work as with Keras, of any version.
Whole scripts run unchanged: ``python -m fastlstm.keras script.py``, and in notebooks ``%load_ext fastlstm.keras``. A
name that Keras has and this package lacks can be imported; using it raises an error that says what to do instead.
"""

from typing import Any

from .._internal.not_available import NotAvailableError
from ..layers import Input
from ..layers.variable import Variable
from . import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    preprocessing,
    random,
    regularizers,
    saving,
    tensorflow,
    tree,
    utils,
    wrappers,
)
from ._missing import missing_names_of
from .models import Model, Sequential

__all__ = [
    "Input",
    "Model",
    "NotAvailableError",
    "Sequential",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "initializers",
    "layers",
    "load_ipython_extension",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "tensorflow",
    "tree",
    "unload_ipython_extension",
    "utils",
    "wrappers",
]

__getattr__ = missing_names_of(__name__)

__version__ = "3.15.1"
"""The version of Keras whose names these modules have, beside those of older versions."""


def load_ipython_extension(ipython: Any) -> None:
    """Let later cells of a notebook import Keras and TensorFlow from this package: ``%load_ext fastlstm.keras``.

    Parameters
    ----------
    ipython : InteractiveShell
        The shell, which is not used.

    Examples
    --------
    >>> load_ipython_extension(None)
    >>> from tensorflow.keras.layers import LSTM
    >>> LSTM is layers.LSTM
    True
    >>> unload_ipython_extension(None)
    """
    from .script import finder  # it imports these modules

    finder.install()


def unload_ipython_extension(ipython: Any) -> None:
    """Let later cells import Keras and TensorFlow themselves again: ``%unload_ext fastlstm.keras``.

    Parameters
    ----------
    ipython : InteractiveShell
        The shell, which is not used.

    Examples
    --------
    >>> load_ipython_extension(None)
    >>> unload_ipython_extension(None)
    """
    from .script import finder

    finder.uninstall()
