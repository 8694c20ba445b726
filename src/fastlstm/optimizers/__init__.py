"""Optimizers: their hyperparameters and names. The arithmetic and the slots are in the core."""

from collections.abc import Mapping
from typing import Any, cast

from .._internal.registry import configuration
from ..schedules import LearningRateSchedule
from . import _adam, _descent, _matrices, _online, _scaled, schedules
from ._adam import *
from ._base import Optimizer, registry
from ._descent import *
from ._matrices import *
from ._online import *
from ._scaled import *

__all__ = ["Optimizer", "deserialize", "get", "schedules", "serialize"]
__all__ += _adam.__all__
__all__ += _descent.__all__
__all__ += _matrices.__all__
__all__ += _online.__all__
__all__ += _scaled.__all__


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
    if type(identifier) in registry:
        return cast(Optimizer, identifier)
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier})
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    raise TypeError(
        f"optimizer: expected a name or an instance of {registry.listed} from fastlstm.optimizers, got {identifier!r}"
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
    cls = cast(type[Optimizer], registry.find(config["class_name"].lower()))
    return cls.from_config(config.get("config", {}), custom_objects)
