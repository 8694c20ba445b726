"""Preparation of data: sequences, texts and images."""

from .._data import timeseries_dataset_from_array
from .._missing import missing_names_of
from . import image, sequence, text

__all__ = ["image", "sequence", "text", "timeseries_dataset_from_array"]

__getattr__ = missing_names_of(__name__)
