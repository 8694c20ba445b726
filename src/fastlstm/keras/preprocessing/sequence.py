"""Sequences of equal length."""

from ...datasets import pad_sequences
from .._missing import missing_names_of

__all__ = ["pad_sequences"]

__getattr__ = missing_names_of(__name__)
