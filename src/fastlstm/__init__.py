"""Fast recurrent neural networks for the CPU, with the API of Keras."""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from . import (
    activations,
    callbacks,
    config,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    saving,
    schedules,
    utils,
)
from ._internal.native import version as __version__
from .config import get_num_threads, set_num_threads
from .layers import Input
from .models import Sequential
from .models.quick_fit import fit
from .saving import load_model

if TYPE_CHECKING:
    from . import ops, plotting, preprocessing, reference

__all__ = [
    "Input",
    "Sequential",
    "__version__",
    "activations",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "fit",
    "get_num_threads",
    "initializers",
    "layers",
    "load_model",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "plotting",
    "preprocessing",
    "reference",
    "regularizers",
    "saving",
    "schedules",
    "set_num_threads",
    "utils",
]

_RARELY_NEEDED = ("analysis", "keras", "ops", "plotting", "preprocessing", "reference")


def __getattr__(name: str) -> ModuleType:
    """Import a rarely needed module on first use."""
    if name in _RARELY_NEEDED:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
