"""Sequences of equal length."""

from ...preprocessing.sequence import TimeseriesGenerator, make_sampling_table, pad_sequences, skipgrams
from .._missing import missing_names_of

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]

__getattr__ = missing_names_of(__name__)
