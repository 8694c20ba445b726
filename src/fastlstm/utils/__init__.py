"""Utilities for reproducibility, labels, sequences, data sets and files."""

from ..datasets import PyDataset, pad_sequences, timeseries_dataset_from_array, to_categorical
from ._files import get_file
from ._normalize import normalize
from ._random import set_random_seed
from ._text_files import text_dataset_from_directory

Sequence = PyDataset

__all__ = [
    "PyDataset",
    "Sequence",
    "get_file",
    "normalize",
    "pad_sequences",
    "set_random_seed",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
]
