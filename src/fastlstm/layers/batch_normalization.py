"""BatchNormalization: each feature to zero mean and unit variance over the batch, then scaled and shifted."""

from collections.abc import Sequence
from typing import Any

from .. import initializers
from .._internal.arrays import Array
from .._internal.checks import flag, integer, number, refuse
from .._internal.native import Branch
from ._weights import Weight, rules
from .base import NESTED, SEQUENCES, VECTORS, Layer, Shape, registry


@registry.register()
class BatchNormalization(Layer):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, with mean and variance of each feature.

    In training, these are the mean and the variance over all rows and steps of the batch, without masked steps; each
    training step moves `moving_mean` and `moving_variance` towards them, which are used otherwise. A layer that is not
    `trainable` always uses the moving averages, and leaves them as they are. A call with ``training=True`` normalizes
    by the batch, but only training changes the moving averages.

    Parameters
    ----------
    axis : int
        The axis of the features, which must be the last one.
    momentum : float
        The share of the moving averages that a training step keeps, from 0 to 1.
    epsilon : float
        Added to the variance, at least 0.
    center, scale : bool
        Whether to add beta, and whether to multiply by gamma.
    beta_initializer, gamma_initializer : str or `fastlstm.initializers.Initializer`
        Of beta (D,) and gamma (D,).
    moving_mean_initializer, moving_variance_initializer : str or `fastlstm.initializers.Initializer`
        Of the moving averages (D,).
    beta_regularizer, gamma_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on beta and gamma, added to the loss.
    beta_constraint, gamma_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to them after each training step.
    renorm, renorm_clipping, renorm_momentum, synchronized
        Accepted as in Keras with values that have no effect; batch renormalization and several machines are not
        supported.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown. When built or called: if `axis` is not the last axis.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift",
    ICML 2015.

    Examples
    --------
    >>> from fastlstm.layers import BatchNormalization
    >>> layer = BatchNormalization(epsilon=0.0)
    >>> layer([[1.0], [3.0]]).tolist()
    [[1.0], [3.0]]
    >>> layer([[1.0], [3.0]], training=True).tolist()
    [[-1.0], [1.0]]
    """

    _keras_takes_mask = True
    _follows_trainable = True

    _axes = VECTORS | SEQUENCES | NESTED

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **options: Any,
    ) -> None:
        refuse("BatchNormalization", renorm=renorm, renorm_clipping=renorm_clipping, synchronized=synchronized)
        super().__init__(**options)
        only = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        self.axis = integer("axis", only, -4, 3)
        self.momentum = number("momentum", momentum, 0.0, 1.0)
        self.epsilon = number("epsilon", epsilon, 0.0)
        self.center, self.scale = flag("center", center), flag("scale", scale)
        self._beta_rules = rules(beta_initializer, beta_regularizer, beta_constraint)
        self._gamma_rules = rules(gamma_initializer, gamma_regularizer, gamma_constraint)
        self._moving_initializers = {
            "moving_mean": initializers.get(moving_mean_initializer),
            "moving_variance": initializers.get(moving_variance_initializer),
        }

    @property
    def gamma(self) -> Array | None:
        """Factors (D,), a read-only view, or None without them."""
        return self._weight("gamma")

    @property
    def beta(self) -> Array | None:
        """Offsets (D,), a read-only view, or None without them."""
        return self._weight("beta")

    @property
    def moving_mean(self) -> Array | None:
        """Moving average of the means (D,), a read-only view."""
        return self._weight("moving_mean")

    @property
    def moving_variance(self) -> Array | None:
        """Moving average of the variances (D,), a read-only view."""
        return self._weight("moving_variance")

    def _declare(self, features: int) -> list[Weight]:
        declared = []
        if self.scale:
            declared.append(self._gamma_rules.weight("gamma", (features,)))
        if self.center:
            declared.append(self._beta_rules.weight("beta", (features,)))
        for name, initializer in self._moving_initializers.items():
            declared.append(Weight(name, (features,), initializer, trainable=False))
        return declared

    def _output_shape(self, shape: Shape) -> Shape:
        if self.axis % len(shape) != len(shape) - 1 or self.axis >= len(shape):
            raise ValueError(f"axis: layer {self.name!r} supports only the last axis of {shape}, got {self.axis}")
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if len(shape) > 3:
            branch.divide(*self._network_input((shape[0], *shape[2:])))
        branch.add(
            "batch_normalization",
            momentum=self.momentum,
            epsilon=self.epsilon,
            center=self.center,
            scale=self.scale,
            frozen=not self._trainable,
            unites_parts=len(shape) > 3,
        )
        if len(shape) > 3:
            branch.unite(shape[2] or 0)

    def _arguments(self) -> dict[str, Any]:
        return {
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **{f"{name}_initializer": initializer for name, initializer in self._moving_initializers.items()},
            **self._beta_rules.arguments("beta"),
            **self._gamma_rules.arguments("gamma"),
        }
