"""Data sets of Keras."""

from ...datasets import keras_files as _files
from ...datasets.keras_files import *
from .._missing import missing_names_of

__all__ = [*_files.__all__]

__getattr__ = missing_names_of(__name__)
