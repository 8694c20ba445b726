"""Mixed precision, which has no effect: everything is computed in the dtype of each layer."""

import sys
from typing import Any

from . import _notes
from ._missing import missing_names_of

__all__ = ["LossScaleOptimizer", "Policy", "global_policy", "set_global_policy", "set_policy"]

__getattr__ = missing_names_of(__name__)

experimental = sys.modules[__name__]  # of TensorFlow 2.1 to 2.3


class Policy:
    """The name of a policy.

    Parameters
    ----------
    name : str
        Such as 'mixed_float16'.

    Examples
    --------
    >>> Policy("mixed_float16").compute_dtype
    'float32'
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.compute_dtype = self.variable_dtype = "float32"


def set_global_policy(policy: Any) -> None:
    """Do nothing, with a note.

    Parameters
    ----------
    policy : Policy or str
        Ignored.
    """
    _notes.ignored("mixed_precision.set_global_policy")


set_policy = set_global_policy


def global_policy() -> Policy:
    """Return the policy 'float32'.

    Returns
    -------
    Policy
    """
    return Policy("float32")


def LossScaleOptimizer(inner_optimizer: Any, *_: Any, **__: Any) -> Any:
    """Return the optimizer inside: losses in float32 need no scale.

    Parameters
    ----------
    inner_optimizer : Optimizer
        The optimizer.

    Returns
    -------
    Optimizer
    """
    return inner_optimizer
