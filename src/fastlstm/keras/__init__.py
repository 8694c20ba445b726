"""Keras's modules, made of this package, for scripts that are written for Keras.

``import fastlstm.keras as keras`` and ``from fastlstm.keras.layers import LSTM`` work as with Keras, of any version.
Whole scripts run unchanged: ``python -m fastlstm.keras script.py``, and in notebooks ``%load_ext fastlstm.keras``. A
name that Keras has and this package lacks can be imported; using it raises an error that says what to do instead.
"""

from typing import Any

from .._internal.not_available import NotAvailableError
from ..layers import Input
from ..layers.symbolic import SymbolicTensor as KerasTensor
from ..layers.variable import Variable
from ..optimizers import Optimizer
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
from ._inert import Inert
from ._missing import missing_names_of
from .backend import name_scope
from .initializers import Initializer
from .layers import InputSpec, Layer
from .losses import Loss
from .metrics import Metric
from .mixed_precision import Policy as DTypePolicy
from .models import Model, Sequential
from .regularizers import Regularizer

__all__ = [
    "DTypePolicy",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "NotAvailableError",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "device",
    "initializers",
    "layers",
    "load_ipython_extension",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
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
    "version",
    "wrappers",
]

__getattr__ = missing_names_of(__name__)

__version__ = "3.15.1"
"""The version of Keras whose names these modules have, beside those of older versions."""

device = Inert("keras.device")


def version() -> str:
    """Return the version of Keras whose names these modules have.

    Returns
    -------
    str

    Examples
    --------
    >>> version()
    '3.15.1'
    """
    return __version__


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
