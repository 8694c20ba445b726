"""Constraints: what weights are made to satisfy after each step of the optimizer.

The core applies them while training; calling one applies it in NumPy. Norms are Euclidean, each over one axis, or over
several adjacent ones: over axis 0 of a kernel (D, G*H), what arrives at each gate of each unit.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np

from . import config
from ._internal import checks
from ._internal.arrays import Array, numbers
from ._internal.names import snake_case
from ._internal.registry import Registry, configuration, snake_case_and_class_name

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]

CoreArguments: TypeAlias = tuple[str, tuple[int, ...], float, float, float]

_EPSILON = 1e-7  # keeps a norm of 0 from dividing


class Constraint:
    """Base class of the constraints that the core knows."""

    _arguments: ClassVar[tuple[str, ...]] = ()

    def __call__(self, w: Any) -> Array:
        """Return the weights nearest to `w`, or on the way there, that satisfy the constraint.

        Parameters
        ----------
        w : array_like
            Real numbers, of any shape that has the axes of the norm.

        Returns
        -------
        ndarray
            Of the shape of `w`, and its dtype; `config.floatx()` for integers.

        Raises
        ------
        ValueError
            If `w` does not have these axes.
        TypeError
            If `w` is not made of real integers or floats.
        """
        w = numbers("w", w)
        if w.dtype.kind != "f":
            w = w.astype(config.floatx())
        with np.errstate(over="ignore", invalid="ignore"):  # NaN and Inf pass through
            return np.asarray(self._applied(w), dtype=w.dtype)

    def _applied(self, w: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} must define _applied(w)")

    def core_arguments(self, rank: int) -> CoreArguments:
        """Return what the core's `set_constraint` takes for a weight of this rank: kind, axes and three numbers.

        Parameters
        ----------
        rank : int
            How many axes the weight has, at least 1.

        Returns
        -------
        tuple
            The kind ('non_neg', 'max_norm', 'unit_norm' or 'min_max_norm'), the axes of the norm in increasing order,
            the smallest and the largest norm, and the rate.

        Raises
        ------
        ValueError
            If such a weight does not have the constraint's axes, or they are not adjacent.

        Examples
        --------
        >>> MaxNorm(3.0, axis=-1).core_arguments(2)
        ('max_norm', (1,), 0.0, 3.0, 1.0)
        """
        raise NotImplementedError(f"{type(self).__name__} must define core_arguments(rank)")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {name: getattr(self, name) for name in self._arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Constraint":
        """Return the constraint that `get_config` describes."""
        return cls(**config)


registry: Registry[type[Constraint]] = Registry("constraint", snake_case_and_class_name)


@registry.register()
class NonNeg(Constraint):
    """No weight below 0: ``max(w, 0)``.

    Examples
    --------
    >>> NonNeg()([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """

    def _applied(self, w: Array) -> Array:
        return np.maximum(w, 0)

    def core_arguments(self, rank: int) -> CoreArguments:
        """Return what the core's `set_constraint` takes; the axes are all, and like the numbers without meaning."""
        return "non_neg", tuple(range(rank)), 0.0, 0.0, 1.0


class _Norm(Constraint):
    axis: int | list[int]
    _bounds_and_rate: tuple[float, float, float]

    def __init__(self, axis: int | Sequence[int]) -> None:
        if isinstance(axis, (list, tuple)):
            self.axis = [checks.integer("axis", a, -checks.LARGEST) for a in axis]
            if not self.axis:
                raise ValueError(f"axis: expected at least one axis, got {axis!r}")
        else:
            self.axis = checks.integer("axis", axis, -checks.LARGEST)

    def _axes(self, rank: int) -> tuple[int, ...]:
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        if any(not -rank <= a < rank for a in given):
            raise ValueError(f"axis: expected axes of a weight of rank {rank}, got {self.axis}")
        axes = tuple(sorted(a % rank for a in given))
        if axes != tuple(range(axes[0], axes[0] + len(axes))):
            raise ValueError(f"axis: expected adjacent axes, each once, got {self.axis} of a weight of rank {rank}")
        return axes

    def _applied(self, w: Array) -> Array:
        norms: Array = np.sqrt(np.square(w).sum(axis=self._axes(w.ndim), keepdims=True))
        return w * (self._desired(norms) / (_EPSILON + norms))

    def _desired(self, norms: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} must define _desired(norms)")

    def core_arguments(self, rank: int) -> CoreArguments:
        return snake_case(type(self).__name__), self._axes(rank), *self._bounds_and_rate


@registry.register()
class MaxNorm(_Norm):
    """No norm above a largest one: ``w * min(norm, max_value) / (1e-7 + norm)``.

    Parameters
    ----------
    max_value : float
        The largest norm, at least 0.
    axis : int or sequence of int
        The axes that each norm is taken over: adjacent ones, negative ones counted from the end.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014, section 5.1.

    Examples
    --------
    >>> MaxNorm(1.0)([[3.0, 0.0], [4.0, 0.5]]).round(4).tolist()
    [[0.6, 0.0], [0.8, 0.5]]
    """

    _arguments = ("max_value", "axis")

    def __init__(self, max_value: float = 2, axis: int | Sequence[int] = 0) -> None:
        super().__init__(axis)
        self.max_value = checks.number("max_value", max_value, 0.0)
        self._bounds_and_rate = 0.0, self.max_value, 1.0

    def _desired(self, norms: Array) -> Array:
        return np.clip(norms, 0, self.max_value)


@registry.register()
class UnitNorm(_Norm):
    """Every norm 1: ``w / (1e-7 + norm)``.

    Parameters
    ----------
    axis : int or sequence of int
        The axes that each norm is taken over: adjacent ones, negative ones counted from the end.

    Examples
    --------
    >>> UnitNorm()([[3.0], [4.0]]).round(4).tolist()
    [[0.6], [0.8]]
    """

    _arguments = ("axis",)
    _bounds_and_rate = 1.0, 1.0, 1.0

    def __init__(self, axis: int | Sequence[int] = 0) -> None:
        super().__init__(axis)

    def _desired(self, norms: Array) -> Array:
        return np.ones_like(norms)


@registry.register()
class MinMaxNorm(_Norm):
    """Every norm between two bounds, or a step towards that.

    ``w * (rate * clip(norm, min_value, max_value) + (1 - rate) * norm) / (1e-7 + norm)``.

    Parameters
    ----------
    min_value, max_value : float
        The bounds, ``0 <= min_value <= max_value``.
    rate : float
        From 0, where norms stay as they are, to 1, where they are in bounds at once.
    axis : int or sequence of int
        The axes that each norm is taken over: adjacent ones, negative ones counted from the end.

    Examples
    --------
    >>> MinMaxNorm(1.0, 3.0, rate=0.5)([[3.0], [4.0]]).round(4).tolist()
    [[2.4], [3.2]]
    """

    _arguments = ("min_value", "max_value", "rate", "axis")

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: int | Sequence[int] = 0
    ) -> None:
        super().__init__(axis)
        self.min_value = checks.number("min_value", min_value, 0.0)
        self.max_value = checks.number("max_value", max_value, self.min_value)
        self.rate = checks.number("rate", rate, 0.0, 1.0)
        self._bounds_and_rate = self.min_value, self.max_value, self.rate

    def _desired(self, norms: Array) -> Array:
        return self.rate * np.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm  # Keras's second names


def get(identifier: Any) -> Constraint | None:
    """Return a constraint.

    Parameters
    ----------
    identifier : str, MaxNorm, MinMaxNorm, NonNeg, UnitNorm, one of these classes, dict or None
        A name such as 'max_norm' or 'MaxNorm', with the default arguments; a constraint, returned as it is; or what
        `serialize` returns. None stands for no constraint.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is none of these: the core does not call functions or classes of one's own.

    Examples
    --------
    >>> get("max_norm").get_config()
    {'max_value': 2.0, 'axis': 0}
    """
    if identifier is None:
        return None
    constraint = registry.resolve(identifier)
    if type(constraint) in registry:
        found: Constraint = constraint
        return found
    raise TypeError(
        f"constraint: expected a name or one of {registry.listed} of fastlstm.constraints, because the core applies it"
        f" and calls no function or class of one's own; got {identifier!r}"
    )


def serialize(constraint: Constraint | None) -> dict[str, Any] | None:
    """Return a constraint's class name and arguments as Keras writes them, None for None; `get` reads it.

    Examples
    --------
    >>> serialize(UnitNorm(axis=1))
    {'class_name': 'UnitNorm', 'config': {'axis': 1}}
    """
    return None if constraint is None else configuration(constraint)
