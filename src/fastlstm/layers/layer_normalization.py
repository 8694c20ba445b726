"""LayerNormalization: each sample's features to zero mean and unit variance, then scaled and shifted."""

from collections.abc import Sequence
from typing import Any

from .._internal.arrays import Array
from .._internal.checks import flag, number
from .._internal.native import Branch
from ._axes import only_axis, require_last
from ._weights import Weight, rules
from .base import Layer, Shape, registry


@registry.register()
class LayerNormalization(Layer):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, with mean and variance over the last axis.

    Parameters
    ----------
    axis : int or sequence of one int
        The axis to normalize: the last one.
    epsilon : float
        Added to the variance, at least 0.
    center, scale : bool
        Whether to add beta, and whether to multiply by gamma.
    beta_initializer, gamma_initializer : str or `fastlstm.initializers.Initializer`
        Of beta (D,) and gamma (D,).
    beta_regularizer, gamma_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on them, added to the loss.
    beta_constraint, gamma_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to them after each training step.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown. When built or called: if `axis` is not the last axis.
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

    _each_step = True

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
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.axis = only_axis(axis)
        self.epsilon = number("epsilon", epsilon, 0.0)
        self.center, self.scale = flag("center", center), flag("scale", scale)
        self._beta_rules = rules(beta_initializer, beta_regularizer, beta_constraint)
        self._gamma_rules = rules(gamma_initializer, gamma_regularizer, gamma_constraint)

    @property
    def gamma(self) -> Array | None:
        """Factors (D,), a read-only view, or None without them."""
        return self._weight("gamma")

    @property
    def beta(self) -> Array | None:
        """Offsets (D,), a read-only view, or None without them."""
        return self._weight("beta")

    def _declare(self, features: int) -> list[Weight]:
        declared = []
        if self.scale:
            declared.append(self._gamma_rules.weight("gamma", (features,)))
        if self.center:
            declared.append(self._beta_rules.weight("beta", (features,)))
        return declared

    def _output_shape(self, shape: Shape) -> Shape:
        require_last(self.name, self.axis, shape)
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("layer_normalization", epsilon=self.epsilon, center=self.center, scale=self.scale)

    def _arguments(self) -> dict[str, Any]:
        return {
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **self._beta_rules.arguments("beta"),
            **self._gamma_rules.arguments("gamma"),
        }
