"""Preparation of data: sequences, texts and images."""

from ...utils import text_dataset_from_directory
from .._data import timeseries_dataset_from_array
from .._missing import missing_names_of
from . import image, sequence, text

__all__ = ["image", "sequence", "text", "text_dataset_from_directory", "timeseries_dataset_from_array"]

__getattr__ = missing_names_of(__name__)
