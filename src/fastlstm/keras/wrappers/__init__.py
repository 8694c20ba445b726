"""Wrappers of models for other libraries."""

import importlib
from typing import Any

from .._missing import missing_names_of

__all__ = ["scikit_learn"]

_missing_names = missing_names_of(__name__)


def __getattr__(name: str) -> Any:
    """Import the module that needs scikit-learn on first use."""
    return importlib.import_module(f".{name}", __name__) if name == "scikit_learn" else _missing_names(name)
