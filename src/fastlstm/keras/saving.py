"""Saving and loading models, and the custom objects that loading finds."""

from ._custom_objects import custom_object_scope, get_custom_objects, register_keras_serializable
from ._missing import missing_names_of
from .models import load_model, save_model

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "get_custom_objects",
    "load_model",
    "register_keras_serializable",
    "save_model",
]

__getattr__ = missing_names_of(__name__)

CustomObjectScope = custom_object_scope
