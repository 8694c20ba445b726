"""LayerNormalization: each sample's features, or other axes, to zero mean and unit variance, scaled and shifted."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from .._internal.arrays import Array
from .._internal.checks import flag, number
from .._internal.native import Branch
from ._axes import append_over, axes_of, extents_of, given_axes, require_possible
from ._weights import Weight, rules
from .base import NESTED, SEQUENCES, VECTORS, Layer, Shape, registry


@registry.register()
class LayerNormalization(Layer):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, with mean and variance over an axis or several.

    If the steps are among the axes, their number must be known, masked steps count, and no mask is passed on.

    Parameters
    ----------
    axis : int or sequence of int
        What is normalized together: the last axis; 1, the steps of a sequence (N, T, D); or both.
    epsilon : float
        Added to the variance, at least 0.
    center, scale : bool
        Whether to add beta, and whether to multiply by gamma.
    beta_initializer, gamma_initializer : str or `fastlstm.initializers.Initializer`
        Of beta and gamma, which have the shape of the axes: (D,) for the last one.
    beta_regularizer, gamma_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on them, added to the loss.
    beta_constraint, gamma_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to them after each training step.
    rms_scaling : bool
        Whether to compute ``gamma * x / sqrt(variance + epsilon)`` instead. `RMSNormalization` divides by the root of
        the mean square, which is usually meant.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown. When built or called: if the input lacks the axes, or has
        another number of steps than before where steps have their own weights.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", 2016, equation 4.

    Examples
    --------
    >>> from fastlstm.layers import LayerNormalization
    >>> LayerNormalization(epsilon=0.0)([[1.0, 3.0]]).tolist()
    [[-1.0, 1.0]]
    """

    _axes = VECTORS | SEQUENCES | NESTED
    _beyond_keras: ClassVar[Mapping[str, Any]] = {"rms_scaling": False}

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        *,
        rms_scaling: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.axis = given_axes(axis)
        self._each_step = self.axis == -1
        self._extents: tuple[int, ...] | None = None  # of the axes, if they are not the last one
        self.epsilon = number("epsilon", epsilon, 0.0)
        self.center, self.scale = flag("center", center), flag("scale", scale)
        self.rms_scaling = flag("rms_scaling", rms_scaling)
        self._beta_rules = rules(beta_initializer, beta_regularizer, beta_constraint)
        self._gamma_rules = rules(gamma_initializer, gamma_regularizer, gamma_constraint)

    @property
    def gamma(self) -> Array | None:
        """Factors of the shape of the axes, a read-only view, or None without them."""
        return self._weight("gamma")

    @property
    def beta(self) -> Array | None:
        """Offsets of the shape of the axes, a read-only view, or None without them."""
        return self._weight("beta")

    @property
    def _works_step_by_step(self) -> bool:
        return self.axis in (-1, 2)

    @property
    def _has_gamma(self) -> bool:
        return self.scale or self.rms_scaling

    @property
    def _has_beta(self) -> bool:
        return self.center and not self.rms_scaling

    def _check_shape(self, argument: str, shape: Any) -> int:
        features = super()._check_shape(argument, shape)
        axes = axes_of(self.name, self.axis, tuple(shape))
        require_possible(self.name, axes, tuple(shape))
        extents = None if axes == (len(shape) - 1,) else extents_of(axes, tuple(shape))
        if self.built and extents != self._extents:
            raise ValueError(
                f"{argument}: layer {self.name!r} has weights of shape {self._extents}, got {tuple(shape)}"
            )
        self._extents = extents
        return features

    def _declare(self, features: int) -> list[Weight]:
        shape = (features,) if self._extents is None else self._extents
        declared = [self._gamma_rules.weight("gamma", shape)] if self._has_gamma else []
        return [*declared, self._beta_rules.weight("beta", shape)] if self._has_beta else declared

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        options: dict[str, Any] = {"epsilon": self.epsilon, "center": self._has_beta, "scale": self._has_gamma}
        if self.rms_scaling:
            options["keeps_mean"] = True
        if self._extents is not None:
            options["weight_shapes"] = [list(self._extents)]
        axes = axes_of(self.name, self.axis, shape)
        append_over(self, branch, shape, axes, "layer_normalization", **options)

    def _arguments(self) -> dict[str, Any]:
        return {
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **self._beta_rules.arguments("beta"),
            **self._gamma_rules.arguments("gamma"),
            "rms_scaling": self.rms_scaling,
        }
