"""Optimizers: hyperparameters and their names. The core has the arithmetic and the slots."""

from collections.abc import Mapping
from typing import Any, cast

from .._internal.registry import configuration
from ..schedules import LearningRateSchedule
from . import _adam, _descent, _scaled, schedules
from ._adam import *
from ._base import Optimizer, registry
from ._descent import *
from ._scaled import *

__all__ = ["Optimizer", "deserialize", "get", "schedules", "serialize"]
__all__ += _adam.__all__
__all__ += _descent.__all__
__all__ += _scaled.__all__


def get(identifier: Any) -> Optimizer:
    """Return an optimizer.

    Parameters
    ----------
    identifier : str, dict or Optimizer
        The name of a class in any case; what `serialize` returns; an optimizer is returned as it is.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is none of these: the core computes the updates, and calls no class of one's own.

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
    """Return an optimizer's class name and arguments as Keras writes them; `get` and `deserialize` read it.

    Examples
    --------
    >>> serialize(Lion())["class_name"]
    'Lion'
    """
    return configuration(optimizer)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, type[LearningRateSchedule]] | None = None
) -> Optimizer:
    """Return the optimizer that `serialize`, or Keras's function of that name, has written, with no steps made.

    Parameters
    ----------
    config : dict
        With 'class_name', in any case, and 'config', which may be left out.
    custom_objects : dict, optional
        Schedule classes of one's own by their names.

    Raises
    ------
    ValueError
        If there is no class of this name.

    Examples
    --------
    >>> deserialize({"class_name": "SGD", "config": {"momentum": 0.9}}).momentum
    0.9
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("class_name"), str):
        raise TypeError(f"optimizer: expected a dict with a class_name, got {config!r}")
    cls = cast(type[Optimizer], registry.find(config["class_name"].lower()))
    return cls.from_config(config.get("config", {}), custom_objects)
