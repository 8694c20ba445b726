"""Utilities: labels, sequences, seeds, pictures of models, and custom objects."""

from typing import Any

from .. import utils as _utils
from ..models.model import Model
from ..utils import *
from . import _notes
from ._custom_objects import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from ._data import timeseries_dataset_from_array  # type: ignore[assignment]
from ._missing import missing_names_of
from ._plot_model import model_to_dot, plot_model
from ._progbar import Progbar
from ._serialization import deserialize_keras_object, serialize_keras_object

__all__ = [
    *_utils.__all__,
    "CustomObjectScope",
    "Progbar",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "model_to_dot",
    "multi_gpu_model",
    "plot",
    "plot_model",
    "print_summary",
    "register_keras_serializable",
    "serialize_keras_object",
]

__getattr__ = missing_names_of(__name__)

CustomObjectScope = custom_object_scope
plot = plot_model


def print_summary(model: Model, line_length: int | None = None, **options: object) -> None:
    """Print a table of a model's layers."""
    model.summary(line_length)


def multi_gpu_model(model: Any, gpus: Any = None, **options: object) -> Any:
    """Return the model: there are no GPUs to divide it between.

    Parameters
    ----------
    model : Model
        The model.
    gpus : int or list of int, optional
        Ignored.
    **options
        Ignored.

    Returns
    -------
    Model
    """
    _notes.ignored("multi_gpu_model")
    return model
