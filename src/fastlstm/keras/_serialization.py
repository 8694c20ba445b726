"""Layers, models, losses and so on as plain data in Keras's format, and back."""

from collections.abc import Mapping
from typing import Any

from .. import activations
from ._custom_objects import all_custom_objects


def serialize_keras_object(obj: Any) -> Any:
    """Return an object as plain data with its class and arguments, as Keras's files have it.

    Parameters
    ----------
    obj : object
        A layer, model, loss, metric, optimizer, initializer and so on; a function; a list or dict of them; or plain
        data, which stays as it is.

    Returns
    -------
    dict, list, str, number or None
        What `deserialize_keras_object` reads.

    Raises
    ------
    ValueError
        If the object contains Python code, as a `Lambda` does.

    Examples
    --------
    >>> from fastlstm import keras
    >>> keras.saving.serialize_keras_object(keras.layers.ReLU(name="r"))["class_name"]
    'ReLU'
    """
    from ..formats import serialize

    return serialize.described(obj)


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    *,
    module_objects: Mapping[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Return the object that plain data describes: what `serialize_keras_object` has returned.

    Parameters
    ----------
    config : dict, list, str, number or None
        A description with 'class_name' and 'config'. A name is looked up among the custom objects and
        `module_objects`.
    custom_objects : dict, optional
        Your own classes and functions by name, beside those that are registered.
    safe_mode : bool
        For Keras compatibility: Python code in a description is never run.
    module_objects : dict, optional
        Classes and functions by name, as in Keras 2.
    **options
        For compatibility with Keras 2, such as `printable_module_name`.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        If the description is of a class that is not in this package and not among the custom objects.

    Examples
    --------
    >>> from fastlstm import keras
    >>> described = keras.saving.serialize_keras_object(keras.losses.Huber(2.0))
    >>> keras.saving.deserialize_keras_object(described).delta
    2.0
    """
    from ..formats import build, deserialize
    from .models import model_classes

    objects = {**(module_objects or {}), **all_custom_objects(custom_objects)}
    if isinstance(config, str):
        found = objects.get(config, config)
        return found() if isinstance(found, type) else found
    deserializer = deserialize.Deserializer(objects)
    if build.is_model(config):
        return build.with_initial_weights(config, deserializer, model_classes(), chains=False)
    model = build.subclassed(config, deserializer)
    found = deserializer.deserialize(config) if model is None else model
    is_function = isinstance(config, dict) and config.get("class_name") == "function"
    return activations.get(found) if is_function and found in activations.__all__ else found
