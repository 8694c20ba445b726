"""Losses and their gradients as in Keras 3, written independently of the kernels that they check.

Every function takes `y_true` and `y_pred` and returns the loss, a scalar of y_pred's dtype, and its gradient with
respect to `y_pred`. The last axis of y_pred holds features or classes; the loss is the mean over all other axes
(Keras's reduction "sum_over_batch_size"), after multiplying each value by its sample weight.

They share nothing with the functions of `fastlstm.losses`, which return values without gradients: an error in one does
not hide in the other.
"""

from collections.abc import Callable
from typing import Any

from . import _ctc, _distributions, _errors, _focal, _hinges
from ._ctc import *
from ._distributions import *
from ._errors import *
from ._focal import *
from ._hinges import *

__all__ = ["LOSSES"]
__all__ += _ctc.__all__
__all__ += _distributions.__all__
__all__ += _errors.__all__
__all__ += _focal.__all__
__all__ += _hinges.__all__

LOSSES: dict[str, Callable[..., Any]] = {
    name: getattr(module, name)
    for module in (_errors, _distributions, _focal, _hinges, _ctc)
    for name in module.__all__
}
"""Loss functions by their name in the core."""
