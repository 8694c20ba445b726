"""GroupNormalization: groups of features of each sample to zero mean and unit variance, then scaled and shifted."""

from typing import Any

from .._internal.arrays import Array
from .._internal.checks import flag, integer, number
from .._internal.native import Branch
from ._weights import Weight, rules
from .base import Layer, Shape, registry


@registry.register()
class GroupNormalization(Layer):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, with moments over all steps and a group of features.

    Masked steps count, as in Keras.

    Parameters
    ----------
    groups : int
        Number of groups, which must divide the number of features; -1 makes each feature a group.
    axis : -1
        The axis of the features; only the last one is supported.
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
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown. When built or called: if `groups` does not divide the number
        of features.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Wu and He, "Group normalization", ECCV 2018.

    Examples
    --------
    >>> from fastlstm.layers import GroupNormalization
    >>> GroupNormalization(2, epsilon=0.0)([[1.0, 3.0, 5.0, 9.0]]).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: Any = -1,
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
        if axis not in (-1, [-1], (-1,)):
            raise ValueError(f"axis: only -1, the last axis, is supported, got {axis!r}")
        self.groups = integer("groups", groups, -1)
        if self.groups == 0:
            raise ValueError("groups: expected -1, or an integer of at least 1, got 0")
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

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _declare(self, features: int) -> list[Weight]:
        declared = []
        if self.scale:
            declared.append(self._gamma_rules.weight("gamma", (features,)))
        if self.center:
            declared.append(self._beta_rules.weight("beta", (features,)))
        return declared

    def _output_shape(self, shape: Shape) -> Shape:
        features = shape[-1] or 0
        if features % self.groups:
            raise ValueError(f"groups: layer {self.name!r} cannot divide {features} features into {self.groups} groups")
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add(
            "group_normalization",
            groups=(shape[-1] or 0) if self.groups == -1 else self.groups,
            epsilon=self.epsilon,
            center=self.center,
            scale=self.scale,
        )

    def _arguments(self) -> dict[str, Any]:
        return {
            "groups": self.groups,
            "axis": -1,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **self._beta_rules.arguments("beta"),
            **self._gamma_rules.arguments("gamma"),
        }
