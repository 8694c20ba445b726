"""Regularizers: penalties on the size of weights or of a layer's output, added to the loss.

During training the core computes the penalties and their gradients. Calling a regularizer computes the same penalty in
NumPy.
"""

from functools import partial
from typing import Any

import numpy as np

from ._internal import checks, tape
from ._internal.arrays import numbers
from ._internal.not_available import has_attributes_of_keras
from ._internal.old_names import accepts_old_names
from ._internal.registry import Registry, configuration, snake_case_and_class_name

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2", "serialize"]


@has_attributes_of_keras
class Regularizer:
    """Base class of the built-in regularizers: ``l1 * sum(abs(x)) + l2 * sum(x**2)``.

    The core computes the penalty during training, so `get` and layers accept `L1`, `L2` and `L1L2` only, not other
    subclasses.

    Attributes
    ----------
    l1, l2 : float
        The factors, at least 0.

    References
    ----------
    Keras 3, `keras.regularizers.Regularizer`.

    Examples
    --------
    >>> isinstance(L2(0.5), Regularizer)
    True
    """

    l1: float = 0.0
    l2: float = 0.0

    def __call__(self, x: Any) -> float:
        """Return the penalty, summed in float64.

        Parameters
        ----------
        x : array_like
            Real numbers of any shape.

        Returns
        -------
        float
            The penalty; NaN or infinite if `x` contains NaN or Inf.

        Raises
        ------
        TypeError
            If `x` does not hold real integers or floats.
        ValueError
            If `x` is ragged.

        Examples
        --------
        >>> L1L2(l1=0.5, l2=1.0)([[1.0, -2.0]])
        6.5
        """
        if tape.is_traced(x):  # in a training loop
            return self.l1 * np.sum(np.abs(x)) + self.l2 * np.sum(np.square(x))  # type: ignore[no-any-return]
        wide = numbers("x", x).astype(np.float64)
        with np.errstate(over="ignore"):
            absolutes = self.l1 * float(np.abs(wide).sum()) if self.l1 else 0.0
            squares = self.l2 * float(np.square(wide).sum()) if self.l2 else 0.0
        return absolutes + squares

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name.

        Returns
        -------
        dict
            Arguments that `from_config` accepts.

        Examples
        --------
        >>> L1(0.5).get_config()
        {'l1': 0.5}
        """
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Regularizer":
        """Return a regularizer with these constructor arguments.

        Parameters
        ----------
        config : dict
            Arguments by name, as returned by `get_config`.

        Returns
        -------
        Regularizer
            An instance of the class.

        Raises
        ------
        TypeError
            If an argument is unknown or has the wrong type.
        ValueError
            If an argument is out of range.

        Examples
        --------
        >>> L1.from_config({"l1": 0.5}).l1
        0.5
        """
        return cls(**config)


registry: Registry[type[Regularizer]] = Registry("regularizer", snake_case_and_class_name)


@registry.register()
class L1(Regularizer):
    """Lasso penalty: ``l1 * sum(abs(x))``.

    Parameters
    ----------
    l1 : float
        The factor, at least 0.

    Raises
    ------
    TypeError
        If `l1` is not a real number.
    ValueError
        If `l1` is negative, NaN or infinite.

    References
    ----------
    Tibshirani, "Regression shrinkage and selection via the lasso", J. R. Stat. Soc. B 58, 1996.

    Examples
    --------
    >>> L1(0.5)([-1.0, 3.0])
    2.0
    """

    @accepts_old_names
    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = checks.number("l1", l1, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {"l1": self.l1}


@registry.register()
class L2(Regularizer):
    """Ridge penalty: ``l2 * sum(x**2)``.

    Parameters
    ----------
    l2 : float
        The factor, at least 0.

    Raises
    ------
    TypeError
        If `l2` is not a real number.
    ValueError
        If `l2` is negative, NaN or infinite.

    References
    ----------
    Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12, 1970.

    Examples
    --------
    >>> L2(0.5)([-1.0, 3.0])
    5.0
    """

    @accepts_old_names
    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = checks.number("l2", l2, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {"l2": self.l2}


@registry.register("l1l2")
class L1L2(Regularizer):
    """Elastic-net penalty: ``l1 * sum(abs(x)) + l2 * sum(x**2)``.

    Parameters
    ----------
    l1, l2 : float
        The factors, at least 0. With the defaults there is no penalty.

    Raises
    ------
    TypeError
        If a factor is not a real number.
    ValueError
        If a factor is negative, NaN or infinite.

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
        """Return the constructor's arguments by name."""
        return {"l1": self.l1, "l2": self.l2}


l1, l2, l1_l2 = L1, L2, L1L2  # Keras's aliases
registry.names["l1_l2"] = partial(L1L2, l1=0.01, l2=0.01)  # the class alone, without arguments, has no penalty


def get(identifier: Any) -> Regularizer | None:
    """Return a regularizer given by name, instance, class or configuration.

    Parameters
    ----------
    identifier : str, L1, L2, L1L2, one of these classes, dict or None
        'l1', 'l2' or 'l1_l2', each with factors of 0.01 (Keras documents 'l1_l2' but rejects it), or the name of a
        class, which stands for the class without arguments. An instance is returned as it is; a class is instantiated
        without arguments; a dict is one returned by `serialize`. None means no regularizer.

    Returns
    -------
    L1, L2, L1L2 or None
        The regularizer, or None if `identifier` is None.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If `identifier` is anything else. The core computes the penalty, so functions and user-defined classes are not
        accepted.

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
        f"penalty and cannot call Python; got {identifier!r}"
    )


def serialize(regularizer: Regularizer | None) -> dict[str, Any] | None:
    """Return a regularizer's class name and arguments in Keras's format, which `get` reads.

    Parameters
    ----------
    regularizer : Regularizer or None
        The regularizer.

    Returns
    -------
    dict or None
        'class_name' and 'config'; None for None.

    Examples
    --------
    >>> serialize(L1(0.5))
    {'class_name': 'L1', 'config': {'l1': 0.5}}
    """
    return None if regularizer is None else configuration(regularizer)
