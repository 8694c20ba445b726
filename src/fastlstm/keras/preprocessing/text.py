"""Texts as sequences of numbers."""

from ...preprocessing import text as _text
from ...preprocessing.text import *
from .._missing import missing_names_of

__all__ = [*_text.__all__, "base_filter"]

__getattr__ = missing_names_of(__name__)


def base_filter() -> str:
    """Return the characters that `Tokenizer` leaves out by default, as in Keras 1."""
    return Tokenizer().filters
