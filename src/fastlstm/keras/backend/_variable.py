"""Variables: arrays that are changed in place."""

from ...layers import variable as _variable
from ...layers.variable import Variable
from .._arrays import Tensor

__all__ = ["Variable"]

_variable.tape_tensor[0] = Tensor
