"""Layers, models, losses and so on as plain data in Keras's format, and back."""

from collections.abc import Mapping
from types import FunctionType
from typing import Any

from .. import activations, losses, metrics
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
    TypeError
        If it is, or contains, something else than these.

    Examples
    --------
    >>> from fastlstm import keras
    >>> keras.saving.serialize_keras_object(keras.layers.ReLU(name="r"))["class_name"]
    'ReLU'
    """
    from ..formats import serialize

    found = serialize.described(obj)
    _require_plain(found)
    return found


def _require_plain(value: Any) -> None:
    """Raise TypeError for what is not plain data."""
    if isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            _require_plain(each)
    elif not (value is None or isinstance(value, (str, int, float))):
        raise TypeError(f"obj: expected an object with get_config, a function or plain data, got {value!r}")


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
        If the description is of a class or function that is not in this package and not among the custom objects, or
        a name is not among these and `module_objects`, where they are given.

    Examples
    --------
    >>> from fastlstm import keras
    >>> described = keras.saving.serialize_keras_object(keras.losses.Huber(2.0))
    >>> keras.saving.deserialize_keras_object(described).delta
    2.0
    """
    from ..formats import deserialize

    objects = {**(module_objects or {}), **all_custom_objects(custom_objects)}
    if isinstance(config, str):
        if module_objects is not None and config not in objects:
            raise ValueError(f"config: expected a name among module_objects or custom_objects, got {config!r}")
        found = objects.get(config, config)
        return found() if isinstance(found, type) else found
    return _deserialized(config, deserialize.Deserializer(objects))


def deserialize_layer(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True, **options: Any
) -> Any:
    """Return the layer or model that plain data describes, whose class may stand without its module.

    Parameters
    ----------
    config : dict or str
        A description with 'class_name' and 'config', or the name of a class.
    custom_objects : dict, optional
        Your own classes by name, beside those that are registered.
    safe_mode : bool
        For Keras compatibility: Python code in a description is never run.
    **options
        Ignored; for compatibility with Keras 2.

    Returns
    -------
    Layer or Model

    Raises
    ------
    ValueError
        If the class is not a layer of this package and not among the custom objects.

    Examples
    --------
    >>> from fastlstm import keras
    >>> keras.layers.deserialize({"class_name": "Dense", "config": {"units": 3}}).units
    3
    """
    from ..formats import deserialize

    described = {"class_name": config, "config": {}} if isinstance(config, str) else config
    return _deserialized(described, deserialize.Deserializer(all_custom_objects(custom_objects)), "layer")


def _deserialized(config: Any, deserializer: Any, argument: str = "") -> Any:
    """Return the object that plain data describes; `argument` says what it is where that has no module."""
    from ..formats import build
    from .models import model_classes

    if build.is_model(config):
        return build.with_initial_weights(config, deserializer, model_classes(), chains=False)
    model = build.subclassed(config, deserializer)
    found = deserializer.deserialize(config, argument) if model is None else model
    is_name = isinstance(config, dict) and config.get("class_name") == "function" and isinstance(found, str)
    return _function(found) if is_name else found


def _function(name: str) -> Any:
    """Return an activation, loss or metric by name."""
    if name in activations.__all__:
        return activations.get(name)
    for module in (losses, metrics):
        found = getattr(module, name, None) if name in module.__all__ else None
        if isinstance(found, FunctionType):
            return found
    raise ValueError(
        f"config: expected the name of an activation, a loss or a metric, got {name!r}; pass your own function as"
        f" custom_objects={{{name!r}: ...}}"
    )
