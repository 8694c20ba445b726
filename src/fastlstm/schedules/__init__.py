"""Learning-rate schedules: the rate as a function of the number of steps made, as in Keras, and the one-cycle policy.

An optimizer takes one in place of its learning rate. Steps are counted as the model trains, over batches and epochs;
with gradient accumulation every batch is a step here.
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
    """Return a schedule's class name and arguments as Keras writes them; `deserialize` reads it.

    Examples
    --------
    >>> serialize(PiecewiseConstantDecay([5], [0.5, 0.25]))["class_name"]
    'PiecewiseConstantDecay'
    """
    return {"module": "keras.optimizers.schedules", **configuration(schedule), "registered_name": None}


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, type[LearningRateSchedule]] | None = None
) -> LearningRateSchedule:
    """Return the schedule that `serialize`, or Keras's function of that name, has written.

    Parameters
    ----------
    config : dict
        With 'class_name' and 'config'.
    custom_objects : dict, optional
        Classes of one's own by their names.

    Raises
    ------
    ValueError
        If there is no class of this name.

    Examples
    --------
    >>> deserialize(serialize(ExponentialDecay(0.5, 10, 0.25)))(5)
    0.25
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("class_name"), str):
        raise TypeError(f"config: expected a dict with a class_name, got {config!r}")
    known = {**registry.entries, **(custom_objects or {})}
    return lookup("schedule", config["class_name"], known).from_config(config.get("config", {}))
