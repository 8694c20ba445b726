"""Learning-rate schedules: the rate as a function of the step, as in Keras, and the one-cycle policy.

An optimizer accepts a schedule in place of its learning rate. Steps count on across batches and epochs; with gradient
accumulation every batch is a step here.
"""

from collections.abc import Mapping
from typing import Any

from .._internal.names import lookup
from .._internal.registry import configuration
from ._base import LearningRateSchedule, registry
from ._decays import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay
from ._waves import CosineDecay, CosineDecayRestarts, OneCycle

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "OneCycle",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


def serialize(schedule: LearningRateSchedule) -> dict[str, Any]:
    """Return a schedule's class name and arguments in Keras's format, which `deserialize` reads.

    Parameters
    ----------
    schedule : LearningRateSchedule
        The schedule.

    Returns
    -------
    dict
        'module', 'class_name', 'config' and 'registered_name'.

    Raises
    ------
    NotImplementedError
        If the schedule does not define `get_config`.

    References
    ----------
    Keras 3, `keras.optimizers.schedules.serialize`.

    Examples
    --------
    >>> serialize(PiecewiseConstantDecay([5], [0.5, 0.25]))["class_name"]
    'PiecewiseConstantDecay'
    """
    return {"module": "keras.optimizers.schedules", **configuration(schedule), "registered_name": None}


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, type[LearningRateSchedule]] | None = None
) -> LearningRateSchedule:
    """Return the schedule described by `serialize`, or by Keras's function of that name.

    Parameters
    ----------
    config : dict
        'class_name' and 'config'; the latter may be omitted.
    custom_objects : dict, optional
        User-defined schedule classes by name.

    Returns
    -------
    LearningRateSchedule
        A new schedule.

    Raises
    ------
    ValueError
        If there is no class of this name, or an argument is out of range.
    TypeError
        If `config` is not a dict with a class name, or an argument is missing, unknown or of the wrong type.

    References
    ----------
    Keras 3, `keras.optimizers.schedules.deserialize`.

    Examples
    --------
    >>> deserialize(serialize(ExponentialDecay(0.5, 10, 0.25)))(5)
    0.25
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("class_name"), str):
        raise TypeError(f"config: expected a dict with a class_name, got {config!r}")
    known = {**registry.entries, **(custom_objects or {})}
    return lookup("schedule", config["class_name"], known).from_config(config.get("config", {}))
