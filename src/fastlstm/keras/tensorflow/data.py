"""`tf.data`: data sets over NumPy arrays."""

from types import SimpleNamespace
from typing import Any

from .._data import AUTOTUNE, Dataset
from .._inert import Inert
from .._missing import missing_names_of
from ._text_lines import TextLineDataset

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "TextLineDataset"]

__getattr__ = missing_names_of(__name__)


def _bucket_by_sequence_length(*args: Any, **kwargs: Any) -> Any:
    """Return a function for `Dataset.apply`, which calls `Dataset.bucket_by_sequence_length`."""
    return lambda dataset: dataset.bucket_by_sequence_length(*args, **kwargs)


def get_output_shapes(dataset: Dataset) -> Any:
    """Return the shapes of a data set's elements, in which sizes are None."""
    return dataset.output_shapes


def get_output_types(dataset: Dataset) -> Any:
    """Return the dtypes of a data set's elements."""
    return dataset.output_types


INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2
Options = Inert("tf.data.Options")
experimental = SimpleNamespace(
    AUTOTUNE=AUTOTUNE,
    INFINITE_CARDINALITY=INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY=UNKNOWN_CARDINALITY,
    AutoShardPolicy=Inert("tf.data.experimental.AutoShardPolicy"),
    bucket_by_sequence_length=_bucket_by_sequence_length,
    cardinality=lambda dataset: dataset.cardinality(),
)
