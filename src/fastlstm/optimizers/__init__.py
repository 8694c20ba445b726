"""Optimizers: their hyperparameters and names. The arithmetic and the slots are in the core."""

from collections.abc import Mapping
from typing import Any, cast

from .._internal.names import lookup
from .._internal.registry import configuration
from ..schedules import LearningRateSchedule
from . import schedules
from ._adam import Adam, Adamax, AdamW, Nadam
from ._base import Optimizer
from ._descent import SGD, Lion
from ._scaled import Adadelta, Adagrad, RMSprop

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

_classes = (SGD, Adadelta, Adagrad, Adam, AdamW, Adamax, Lion, Nadam, RMSprop)
_by_name: dict[str, type[Optimizer]] = {cls.__name__.lower(): cls for cls in _classes}


def get(identifier: Any) -> Optimizer:
    """Return an optimizer given by name, instance or configuration.

    Parameters
    ----------
    identifier : str, dict or Optimizer
        The name of a class, in any case; a dict returned by `serialize`; or an optimizer, returned as it is.

    Returns
    -------
    Optimizer
        The optimizer.

    Raises
    ------
    ValueError
        If the name is unknown, or an argument in the dict is out of range.
    TypeError
        If `identifier` is anything else, or an argument in the dict is unknown or of the wrong type. The core computes
        the updates, so user-defined classes are not accepted.

    References
    ----------
    Keras 3, `keras.optimizers.get`.

    Examples
    --------
    >>> get("AdamW").name
    'adamw'
    """
    if type(identifier) in _classes:
        return cast(Optimizer, identifier)
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier})
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    known = ", ".join(cls.__name__ for cls in _classes)
    raise TypeError(
        f"optimizer: expected a name or an instance of {known} from fastlstm.optimizers, got {identifier!r}"
    )


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Return an optimizer's class name and arguments in Keras's format, which `get` and `deserialize` read.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer.

    Returns
    -------
    dict
        'class_name' and 'config'. Slots and the number of steps are not included.

    Raises
    ------
    NotImplementedError
        If the learning rate is a schedule that does not define `get_config`.

    References
    ----------
    Keras 3, `keras.optimizers.serialize`.

    Examples
    --------
    >>> serialize(Lion())["class_name"]
    'Lion'
    """
    return configuration(optimizer)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, type[LearningRateSchedule]] | None = None
) -> Optimizer:
    """Return the optimizer described by `serialize`, or by Keras's function of that name.

    Parameters
    ----------
    config : dict
        'class_name', in any case, and 'config', which may be omitted.
    custom_objects : dict, optional
        User-defined schedule classes by name.

    Returns
    -------
    Optimizer
        A new optimizer that has made no steps.

    Raises
    ------
    ValueError
        If there is no class of this name, or an argument is out of range.
    TypeError
        If `config` is not a dict with a class name, or an argument is unknown or of the wrong type.

    References
    ----------
    Keras 3, `keras.optimizers.deserialize`.

    Examples
    --------
    >>> deserialize({"class_name": "SGD", "config": {"momentum": 0.9}}).momentum
    0.9
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("class_name"), str):
        raise TypeError(f"optimizer: expected a dict with a class_name, got {config!r}")
    cls = lookup("optimizer", config["class_name"].lower(), _by_name)
    return cls.from_config(config.get("config", {}), custom_objects)
