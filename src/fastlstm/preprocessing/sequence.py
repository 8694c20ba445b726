"""Sequences of numbers, with the names of Keras 2's `keras.preprocessing.sequence`."""

from ..datasets import pad_sequences
from ._skipgrams import make_sampling_table, skipgrams
from ._timeseries_generator import TimeseriesGenerator

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]
