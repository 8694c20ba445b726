"""Wrappers of models for other libraries."""

from .._missing import missing_names_of
from . import scikit_learn

__all__ = ["scikit_learn"]

__getattr__ = missing_names_of(__name__)
