"""Wrappers of models for other libraries."""

import importlib
from typing import Any

from .._missing import missing_names_of

_OF_KERAS_3 = ("SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer")

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer", "scikit_learn"]

_missing_names = missing_names_of(__name__)


def __getattr__(name: str) -> Any:
    """Import what needs scikit-learn on first use."""
    if name in _OF_KERAS_3:
        try:
            return getattr(importlib.import_module("fastlstm.integrations.sklearn"), name)
        except ImportError:  # importing the name works, and using it raises an error
            return _missing_names(name)
    return importlib.import_module(f".{name}", __name__) if name == "scikit_learn" else _missing_names(name)
