r"""Optimizers in the forms of Keras 3, one update of one variable, written independently of the kernels they check.

Every step takes a variable w, its gradient g and the slots that the previous step returned (None at the first step),
and returns the new w and the new slots. Nothing is changed in place. :math:`\eta` is the learning rate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .adam import AdamaxSlots, AdamSlots, NadamSlots, adam_step, adamax_step, nadam_step
from .clipping import clip_gradients
from .descent import lion_step, sgd_step
from .scaled import AdadeltaSlots, RMSpropSlots, adadelta_step, adagrad_step, rmsprop_step

__all__ = [
    "OPTIMIZERS",
    "AdadeltaSlots",
    "AdamSlots",
    "AdamaxSlots",
    "NadamSlots",
    "RMSpropSlots",
    "adadelta_step",
    "adagrad_step",
    "adam_step",
    "adamax_step",
    "clip_gradients",
    "lion_step",
    "nadam_step",
    "rmsprop_step",
    "sgd_step",
]

OPTIMIZERS: dict[str, Callable[..., Any]] = {
    "sgd": sgd_step,
    "adam": adam_step,
    "nadam": nadam_step,
    "adamax": adamax_step,
    "rmsprop": rmsprop_step,
    "adagrad": adagrad_step,
    "adadelta": adadelta_step,
    "lion": lion_step,
}
