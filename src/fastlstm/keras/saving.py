"""Saving and loading models, and the custom objects that loading finds."""

from ._custom_objects import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from ._missing import missing_names_of
from ._serialization import deserialize_keras_object, serialize_keras_object
from .models import load_model, save_model

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "register_keras_serializable",
    "save_model",
    "serialize_keras_object",
]

__getattr__ = missing_names_of(__name__)

CustomObjectScope = custom_object_scope
