"""Regularizers: penalties on the size of weights, or of a layer's output, that are added to the loss.

The core computes them and their gradients while training; calling one computes the same penalty in NumPy.
"""

from functools import partial
from typing import Any

import numpy as np

from ._internal import checks
from ._internal.arrays import numbers
from ._internal.registry import Registry, configuration, snake_case_and_class_name

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2", "serialize"]


class Regularizer:
    """Base class of the regularizers that the core knows: ``l1 * sum(abs(x)) + l2 * sum(x**2)``.

    Attributes
    ----------
    l1, l2 : float
        The factors, at least 0.
    """

    l1: float = 0.0
    l2: float = 0.0

    def __call__(self, x: Any) -> float:
        """Return the penalty, summed in float64.

        Parameters
        ----------
        x : array_like
            Real numbers, any shape.

        Returns
        -------
        float
            The penalty; NaN or Inf if `x` has some.

        Raises
        ------
        TypeError
            If `x` is not made of real integers or floats.
        """
        wide = numbers("x", x).astype(np.float64)
        with np.errstate(over="ignore"):
            absolutes = self.l1 * float(np.abs(wide).sum()) if self.l1 else 0.0
            squares = self.l2 * float(np.square(wide).sum()) if self.l2 else 0.0
        return absolutes + squares

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Regularizer":
        """Return the regularizer that `get_config` describes."""
        return cls(**config)


registry: Registry[type[Regularizer]] = Registry("regularizer", snake_case_and_class_name)


@registry.register()
class L1(Regularizer):
    """``l1 * sum(abs(x))``.

    Parameters
    ----------
    l1 : float
        The factor, at least 0.

    References
    ----------
    Tibshirani, "Regression shrinkage and selection via the lasso", J. R. Stat. Soc. B 58, 1996.

    Examples
    --------
    >>> L1(0.5)([-1.0, 3.0])
    2.0
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = checks.number("l1", l1, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"l1": self.l1}


@registry.register()
class L2(Regularizer):
    """``l2 * sum(x**2)``.

    Parameters
    ----------
    l2 : float
        The factor, at least 0.

    References
    ----------
    Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12, 1970.

    Examples
    --------
    >>> L2(0.5)([-1.0, 3.0])
    5.0
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = checks.number("l2", l2, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"l2": self.l2}


@registry.register("l1l2")
class L1L2(Regularizer):
    """``l1 * sum(abs(x)) + l2 * sum(x**2)``.

    Parameters
    ----------
    l1, l2 : float
        The factors, at least 0. Without arguments there is no penalty.

    References
    ----------
    Zou and Hastie, "Regularization and variable selection via the elastic net", J. R. Stat. Soc. B 67, 2005.

    Examples
    --------
    >>> L1L2(l1=0.5, l2=0.5)([-1.0, 3.0])
    7.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = checks.number("l1", l1, 0.0)
        self.l2 = checks.number("l2", l2, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"l1": self.l1, "l2": self.l2}


l1, l2, l1_l2 = L1, L2, L1L2  # Keras's second names of its classes
registry.names["l1_l2"] = partial(L1L2, l1=0.01, l2=0.01)  # the class alone, without arguments, has no penalty


def get(identifier: Any) -> Regularizer | None:
    """Return a regularizer.

    Parameters
    ----------
    identifier : str, L1, L2, L1L2, one of these classes, dict or None
        A name: 'l1', 'l2' or 'l1_l2', each with factors of 0.01 (Keras documents 'l1_l2' so, and does not know it), or
        a class's name, which stands for the class without arguments. A regularizer is returned as it is. Or what
        `serialize` returns. None stands for no regularizer.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is none of these: the core does not call functions or classes of one's own.

    Examples
    --------
    >>> get("l2").get_config()
    {'l2': 0.01}
    """
    if identifier is None:
        return None
    regularizer = registry.resolve(identifier)
    if type(regularizer) in registry:
        found: Regularizer = regularizer
        return found
    raise TypeError(
        "regularizer: expected a name or an L1, L2 or L1L2 of fastlstm.regularizers, because the core computes the "
        f"penalty and calls no function or class of one's own; got {identifier!r}"
    )


def serialize(regularizer: Regularizer | None) -> dict[str, Any] | None:
    """Return a regularizer's class name and arguments as Keras writes them, None for None; `get` reads it.

    Examples
    --------
    >>> serialize(L1(0.5))
    {'class_name': 'L1', 'config': {'l1': 0.5}}
    """
    return None if regularizer is None else configuration(regularizer)
