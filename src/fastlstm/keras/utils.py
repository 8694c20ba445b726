"""Utilities: labels, sequences, seeds, pictures of models, and objects of your own."""

from .. import utils as _utils
from ..models.model import Model
from ..utils import *
from ._custom_objects import custom_object_scope, get_custom_objects, register_keras_serializable
from ._data import timeseries_dataset_from_array  # type: ignore[assignment]
from ._missing import missing_names_of
from ._plot_model import model_to_dot, plot_model

__all__ = [
    *_utils.__all__,
    "CustomObjectScope",
    "custom_object_scope",
    "get_custom_objects",
    "model_to_dot",
    "plot",
    "plot_model",
    "print_summary",
    "register_keras_serializable",
]

__getattr__ = missing_names_of(__name__)

CustomObjectScope = custom_object_scope
plot = plot_model


def print_summary(model: Model, line_length: int | None = None, **options: object) -> None:
    """Print a table of a model's layers."""
    model.summary(line_length)
