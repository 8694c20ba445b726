r"""Optimizers in the forms of Keras 3, one update of one variable, written independently of the kernels they check.

Every step takes a variable w, its gradient g and the slots that the previous step returned (None at the first step),
and returns the new w and the new slots. Nothing is changed in place. :math:`\eta` is the learning rate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import adam, clipping, descent, matrices, online, scaled
from .adam import *
from .clipping import *
from .descent import *
from .matrices import *
from .online import *
from .scaled import *

__all__ = ["OPTIMIZERS"]
__all__ += adam.__all__
__all__ += clipping.__all__
__all__ += descent.__all__
__all__ += matrices.__all__
__all__ += online.__all__
__all__ += scaled.__all__

OPTIMIZERS: dict[str, Callable[..., Any]] = {
    name.removesuffix("_step"): getattr(module, name)
    for module in (adam, descent, matrices, online, scaled)
    for name in module.__all__
    if name.endswith("_step")
}
"""The core's name -> function."""
