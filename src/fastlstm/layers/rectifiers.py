"""Rectifiers with parameters: ReLU, LeakyReLU, PReLU and ELU."""

from collections.abc import Iterable
from typing import Any

from .._internal.arrays import Array
from .._internal.checks import integer, number
from .._internal.native import Branch
from ._weights import Weight, rules
from .base import Layer, Shape, registry


class _Rectifier(Layer):
    """The common part of the rectifiers."""

    def _output_shape(self, shape: Shape) -> Shape:
        return shape


@registry.register()
class ReLU(_Rectifier):
    """``min(x, max_value)`` above the threshold, ``negative_slope * (x - threshold)`` below it.

    Parameters
    ----------
    max_value : float, optional
        The largest output, at least 0. None means no limit.
    negative_slope : float
        The slope below the threshold, at least 0.
    threshold : float
        Where the slope changes, at least 0.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range.
    TypeError
        If an argument is not a number.

    Examples
    --------
    >>> from fastlstm.layers import ReLU
    >>> ReLU(max_value=2.0, negative_slope=0.5)([[-3.0, 0.0, 1.0, 4.0]]).tolist()
    [[-1.5, 0.0, 1.0, 2.0]]
    """

    _each_step = True

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **options: Any
    ) -> None:
        super().__init__(**options)
        self.max_value = None if max_value is None else number("max_value", max_value, 0.0)
        self.negative_slope = number("negative_slope", negative_slope, 0.0)
        self.threshold = number("threshold", threshold, 0.0)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("rectifier", most=self.max_value, slope=self.negative_slope, threshold=self.threshold)

    def _arguments(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "negative_slope": self.negative_slope, "threshold": self.threshold}


@registry.register()
class LeakyReLU(_Rectifier):
    """x where it is positive, ``negative_slope * x`` elsewhere.

    Parameters
    ----------
    negative_slope : float
        The slope of negative inputs, at least 0.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If `negative_slope` is out of range.
    TypeError
        If `negative_slope` is not a number.

    Examples
    --------
    >>> from fastlstm.layers import LeakyReLU
    >>> LeakyReLU(0.5)([[-3.0, 2.0]]).tolist()
    [[-1.5, 2.0]]
    """

    _each_step = True

    def __init__(self, negative_slope: float = 0.3, **options: Any) -> None:
        super().__init__(**options)
        self.negative_slope = number("negative_slope", negative_slope, 0.0)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("rectifier", slope=self.negative_slope)

    def _arguments(self) -> dict[str, Any]:
        return {"negative_slope": self.negative_slope}


@registry.register()
class ELU(_Rectifier):
    """x where it is positive, ``alpha * (exp(x) - 1)`` elsewhere.

    Parameters
    ----------
    alpha : float
        The limit for very negative inputs, with the opposite sign.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If `alpha` is not finite.
    TypeError
        If `alpha` is not a number.

    References
    ----------
    Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units (ELUs)",
    ICLR 2016.

    Examples
    --------
    >>> from fastlstm.layers import ELU
    >>> ELU(alpha=2.0)([[-100.0, 2.0]]).tolist()
    [[-2.0, 2.0]]
    """

    _each_step = True

    def __init__(self, alpha: float = 1.0, **options: Any) -> None:
        super().__init__(**options)
        self.alpha = number("alpha", alpha)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("rectifier", exponential=True, slope=self.alpha)

    def _arguments(self) -> dict[str, Any]:
        return {"alpha": self.alpha}


@registry.register()
class PReLU(_Rectifier):
    """x where it is positive, ``alpha * x`` elsewhere, with alpha a weight for each step and feature.

    Parameters
    ----------
    alpha_initializer : str or `fastlstm.initializers.Initializer`
        Of alpha (T, D), or (D,) for vectors.
    alpha_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalty on alpha, added to the loss.
    alpha_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to alpha after each training step.
    shared_axes : sequence of int, optional
        Axes along which all slopes are the same; alpha has length 1 there. ``[1]`` makes one for each feature of a
        sequence, of any length.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a name is unknown, or `shared_axes` is not made of 1 and 2. When built or called: if steps have slopes of
        their own and their number is unknown, or another one than before.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015.

    Examples
    --------
    >>> from fastlstm.layers import PReLU
    >>> PReLU(alpha_initializer="ones")([[-3.0, 2.0]]).tolist()
    [[-3.0, 2.0]]
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Iterable[int] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._alpha_rules = rules(alpha_initializer, alpha_regularizer, alpha_constraint)
        axes = [] if shared_axes is None else shared_axes if isinstance(shared_axes, Iterable) else [shared_axes]
        self.shared_axes = [integer("shared_axes", axis, 1, 2) for axis in axes] or None
        self._slopes: tuple[int, ...] | None = None  # the shape of alpha, once it is known

    @property
    def alpha(self) -> Array | None:
        """Slopes of negative inputs, a read-only view."""
        return self._weight("alpha")

    @property
    def _works_step_by_step(self) -> bool:
        return 1 in (self.shared_axes or ())

    def _check_shape(self, argument: str, shape: Any) -> int:
        features = super()._check_shape(argument, shape)
        shared = self.shared_axes or ()
        slopes = tuple(1 if axis in shared else extent for axis, extent in enumerate(shape[1:], 1))
        if None in slopes:
            raise ValueError(
                f"{argument}: layer {self.name!r} needs to know the number of steps, got {tuple(shape)}, or"
                " shared_axes=[1]"
            )
        if self.built and slopes != self._slopes:
            raise ValueError(f"{argument}: layer {self.name!r} has slopes of shape {self._slopes}, got {tuple(shape)}")
        self._slopes = slopes
        return features

    def _declare(self, features: int) -> list[Weight]:
        assert self._slopes is not None  # shapes are checked first
        return [self._alpha_rules.weight("alpha", self._slopes)]

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        shared = self.shared_axes or ()
        steps = shape[1] if len(shape) == 3 and 1 not in shared else 1
        branch.add(
            "rectifier",
            learns_slopes=True,
            per_step=1 not in shared,
            per_feature=len(shape) - 1 not in shared,
            steps=steps or 0,
        )

    def _arguments(self) -> dict[str, Any]:
        return {**self._alpha_rules.arguments("alpha"), "shared_axes": self.shared_axes}
