"""Constraints: conditions that weights are made to satisfy after each optimizer step.

During training the core applies them. Calling a constraint applies it in NumPy. Norms are Euclidean, over one axis or
several adjacent ones; over axis 0 of a kernel (D, G*H) they cover the incoming weights of each gate of each unit.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np

from . import config
from ._internal import checks
from ._internal.arrays import Array, numbers
from ._internal.names import snake_case
from ._internal.not_available import has_attributes_of_keras
from ._internal.old_names import accepts_old_names
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

_EPSILON = 1e-7  # avoids division by a norm of 0


@has_attributes_of_keras
class Constraint:
    """Base class of the built-in constraints.

    The core applies the constraint during training, so `get` and layers accept the classes of this module only, not
    other subclasses.

    References
    ----------
    Keras 3, `keras.constraints.Constraint`.

    Examples
    --------
    >>> isinstance(NonNeg(), Constraint)
    True
    """

    _arguments: ClassVar[tuple[str, ...]] = ()

    def __call__(self, w: Any) -> Array:
        """Return the weights after one application of the constraint.

        Parameters
        ----------
        w : array_like
            Real numbers, of a shape that has the axes of the norm.

        Returns
        -------
        ndarray
            The shape and dtype of `w`; `config.floatx()` for integers.

        Raises
        ------
        ValueError
            If `w` is ragged, lacks one of the axes, or they are not adjacent in it.
        TypeError
            If `w` does not hold real integers or floats.

        Examples
        --------
        >>> NonNeg()([[-1.0, 2.0]]).tolist()
        [[0.0, 2.0]]
        """
        w = numbers("w", w)
        if w.dtype.kind != "f":
            w = w.astype(config.floatx())
        with np.errstate(over="ignore", invalid="ignore"):  # NaN and Inf pass through
            return np.asarray(self._applied(w), dtype=w.dtype)

    def _applied(self, w: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} must define _applied(w)")

    def core_arguments(self, rank: int) -> CoreArguments:
        """Return the arguments of the core's `set_constraint` for a weight of a given rank.

        Parameters
        ----------
        rank : int
            The number of axes of the weight, at least 1.

        Returns
        -------
        tuple
            The kind ('non_neg', 'max_norm', 'unit_norm' or 'min_max_norm'), the axes of the norm in increasing order,
            the smallest and the largest norm, and the rate.

        Raises
        ------
        ValueError
            If a weight of this rank lacks one of the constraint's axes, or they are not adjacent in it.

        Examples
        --------
        >>> MaxNorm(3.0, axis=-1).core_arguments(2)
        ('max_norm', (1,), 0.0, 3.0, 1.0)
        """
        raise NotImplementedError(f"{type(self).__name__} must define core_arguments(rank)")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name.

        Returns
        -------
        dict
            Arguments that `from_config` accepts.

        Examples
        --------
        >>> UnitNorm(axis=1).get_config()
        {'axis': 1}
        """
        return {name: getattr(self, name) for name in self._arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Constraint":
        """Return a constraint with these constructor arguments.

        Parameters
        ----------
        config : dict
            Arguments by name, as returned by `get_config`.

        Returns
        -------
        Constraint
            An instance of the class.

        Raises
        ------
        TypeError
            If an argument is unknown or has the wrong type.
        ValueError
            If an argument is out of range.

        Examples
        --------
        >>> MaxNorm.from_config({"max_value": 3.0}).max_value
        3.0
        """
        return cls(**config)


registry: Registry[type[Constraint]] = Registry("constraint", snake_case_and_class_name)


@registry.register("nonneg")
class NonNeg(Constraint):
    """Make weights non-negative: ``max(w, 0)``.

    References
    ----------
    Keras 3, `keras.constraints.NonNeg`.

    Examples
    --------
    >>> NonNeg()([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """

    def _applied(self, w: Array) -> Array:
        return np.maximum(w, 0)

    def core_arguments(self, rank: int) -> CoreArguments:
        """Return the arguments of the core's `set_constraint`, which ignores all but the kind."""
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


@registry.register("maxnorm")
class MaxNorm(_Norm):
    """Limit norms to a maximum: ``w * min(norm, max_value) / (1e-7 + norm)``.

    Parameters
    ----------
    max_value : float
        The largest norm, at least 0.
    axis : int or sequence of int
        The axes over which each norm is taken. They must be adjacent; negative axes count from the end.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range, or `axis` is empty.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014, section 5.1.

    Examples
    --------
    >>> MaxNorm(1.0)([[3.0, 0.0], [4.0, 0.5]]).round(4).tolist()
    [[0.6, 0.0], [0.8, 0.5]]
    """

    _arguments = ("max_value", "axis")

    @accepts_old_names
    def __init__(self, max_value: float = 2, axis: int | Sequence[int] = 0) -> None:
        super().__init__(axis)
        self.max_value = checks.number("max_value", max_value, 0.0)
        self._bounds_and_rate = 0.0, self.max_value, 1.0

    def _desired(self, norms: Array) -> Array:
        return np.clip(norms, 0, self.max_value)


@registry.register("unitnorm")
class UnitNorm(_Norm):
    """Scale every norm to 1: ``w / (1e-7 + norm)``.

    Parameters
    ----------
    axis : int or sequence of int
        The axes over which each norm is taken. They must be adjacent; negative axes count from the end.

    Raises
    ------
    TypeError
        If `axis` is neither an integer nor a sequence of integers.
    ValueError
        If `axis` is empty.

    References
    ----------
    Keras 3, `keras.constraints.UnitNorm`.

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
    """Move every norm into a range, in one step or gradually.

    ``w * (rate * clip(norm, min_value, max_value) + (1 - rate) * norm) / (1e-7 + norm)``.

    Parameters
    ----------
    min_value, max_value : float
        The range, ``0 <= min_value <= max_value``.
    rate : float
        From 0, which leaves norms unchanged, to 1, which moves them into the range at once.
    axis : int or sequence of int
        The axes over which each norm is taken. They must be adjacent; negative axes count from the end.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range, or `axis` is empty.

    References
    ----------
    Keras 3, `keras.constraints.MinMaxNorm`.

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


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm  # Keras's aliases


def get(identifier: Any) -> Constraint | None:
    """Return a constraint given by name, instance, class or configuration.

    Parameters
    ----------
    identifier : str, MaxNorm, MinMaxNorm, NonNeg, UnitNorm, one of these classes, dict or None
        A name such as 'max_norm' or 'MaxNorm' stands for the class with default arguments, as does the class itself. An
        instance is returned as it is; a dict is one returned by `serialize`. None means no constraint.

    Returns
    -------
    MaxNorm, MinMaxNorm, NonNeg, UnitNorm or None
        The constraint, or None if `identifier` is None.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If `identifier` is anything else. The core applies constraints, so functions and user-defined classes are not
        accepted.

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
        f" and cannot call Python; got {identifier!r}"
    )


def serialize(constraint: Constraint | None) -> dict[str, Any] | None:
    """Return a constraint's class name and arguments in Keras's format, which `get` reads.

    Parameters
    ----------
    constraint : Constraint or None
        The constraint.

    Returns
    -------
    dict or None
        'class_name' and 'config'; None for None.

    Examples
    --------
    >>> serialize(UnitNorm(axis=1))
    {'class_name': 'UnitNorm', 'config': {'axis': 1}}
    """
    return None if constraint is None else configuration(constraint)
