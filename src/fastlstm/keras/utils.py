"""Utilities: labels, sequences, seeds, pictures of models, and custom objects."""

from typing import Any

from .. import utils as _utils
from ..models.model import Model
from ..models.own_steps import unpacked
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
from .backend import clear_session, is_keras_tensor

__all__ = [
    *_utils.__all__,
    "CustomObjectScope",
    "Progbar",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "is_keras_tensor",
    "model_to_dot",
    "multi_gpu_model",
    "pack_x_y_sample_weight",
    "plot",
    "plot_model",
    "print_summary",
    "register_keras_serializable",
    "serialize_keras_object",
    "unpack_x_y_sample_weight",
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


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Return x, y and sample weights of what `train_step` gets; None for those that are not there.

    Parameters
    ----------
    data : tuple or list of up to three, or anything else for x alone
        A batch.

    Returns
    -------
    tuple of three

    Examples
    --------
    >>> unpack_x_y_sample_weight(([1.0], [2.0]))
    ([1.0], [2.0], None)
    """
    if isinstance(data, (tuple, list)) and not 1 <= len(data) <= 3:
        raise ValueError(f"data: expected x, (x, y) or (x, y, sample_weight), got {len(data)} parts")
    return unpacked(data)


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return x, y and sample weights as one value, without those that are None.

    Parameters
    ----------
    x, y, sample_weight : object
        Parts of a batch.

    Returns
    -------
    tuple, or x alone unless it is a list or tuple

    Examples
    --------
    >>> pack_x_y_sample_weight([1.0], [2.0])
    ([1.0], [2.0])
    """
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
