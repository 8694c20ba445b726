"""Texts as sequences of numbers."""

from ...preprocessing import text as _text
from ...preprocessing.text import *
from .._missing import missing_names_of

__all__ = [*_text.__all__]

__getattr__ = missing_names_of(__name__)
