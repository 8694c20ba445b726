"""BatchNormalization: each feature to zero mean and unit variance over the batch, then scaled and shifted."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import initializers
from .._internal.arrays import Array
from .._internal.checks import flag, integer, number, refuse, size
from .._internal.native import Branch
from .._internal.tensor import like
from ._weights import Weight, rules
from .base import NESTED, SEQUENCES, VECTORS, Layer, Shape, registry, step_shape
from .symbolic import are_symbolic


@registry.register()
class BatchNormalization(Layer):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, with mean and variance of each feature.

    In training, these are the mean and the variance over all other axes of the batch, without masked steps; each
    training step moves `moving_mean` and `moving_variance` towards them, which are used otherwise. A layer that is not
    `trainable` always uses the moving averages, and leaves them as they are. A call of the layer on an array with
    ``training=True`` does what a training step does; such a call of a model normalizes by the batch, but only training
    changes the moving averages of its layers.

    Parameters
    ----------
    axis : int
        The axis of the features: each of them has its moments over all other axes. Masks in a model are supported with
        the last axis.
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
    renorm, renorm_clipping, renorm_momentum
        Accepted as in Keras with values that have no effect; batch renormalization is not supported.
    synchronized : bool
        Accepted as in Keras, without effect: all rows of a batch are on one machine.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown. When built or called: if the input lacks the
        axis, or its size is unknown.
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

    _axes = VECTORS | SEQUENCES | NESTED | {5: "(N, R, S, T, D)"}

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
        refuse("BatchNormalization", renorm=renorm, renorm_clipping=renorm_clipping)
        flag("synchronized", synchronized)
        super().__init__(**options)
        only = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        self.axis = integer("axis", only, -5, 4)
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

    def __call__(self, x: Any, *, mask: Any = None, training: bool = False) -> Any:
        """Return the output for an array; builds the layer if necessary.

        Parameters
        ----------
        x : array_like or SymbolicTensor
            (N, D) or (N, T, D), or with more axes.
        mask : array_like, optional
            What has a shape that can be broadcast to that of x, after axes at its end. What is masked does not count
            for the moments of a call with `training`, but is normalized as well.
        training : bool
            Whether to normalize by the batch, and to move the moving averages.

        Returns
        -------
        ndarray or SymbolicTensor
            A new array of the layer's dtype.

        Raises
        ------
        ValueError
            If a shape is wrong.
        TypeError
            If `x` is not made of real integers or floats.
        """
        if are_symbolic(x):
            return super().__call__(x, mask=mask, training=training)
        trains = flag("training", training) and self._trainable
        if mask is not None:
            _mask_weights(mask, np.shape(x))
        if not trains:
            return super().__call__(x)
        call = self._prepared(x, None, False)
        mean, variance = self._moments(self._as_input("x", x), mask)
        first = len(self.weights) - 2
        for i, (moment, moving) in enumerate(zip((mean, variance), self.weights[first:], strict=True), first):
            call.network.set_weight(i, moment.astype(self.dtype))
            self._weights.write_at(i, self.momentum * moving + (1 - self.momentum) * moment)
        output = call.network.run(call.x)[0]
        return like(x, output.reshape(call.output_shape))

    def _moments(self, x: Array, mask: Any) -> tuple[Array, Array]:
        """Return the mean and the variance of each feature of what is not masked."""
        axis = self._axis_of(x.shape)
        others = tuple(one for one in range(x.ndim) if one != axis)
        weights = np.ones((1,) * x.ndim)
        if mask is not None:
            weights = _mask_weights(mask, x.shape)
        weights = np.broadcast_to(weights, x.shape)
        count = np.maximum(weights.sum(others), 1)  # without anything that counts, both are 0
        mean = (weights * x).sum(others) / count
        deviation = x - np.expand_dims(mean, others)
        return mean, (weights * deviation**2).sum(others) / count

    def _axis_of(self, shape: Shape) -> int:
        """Return the axis of the features of an input, counted from the front."""
        axis = self.axis % len(shape)
        if axis == 0 or not -len(shape) <= self.axis < len(shape):
            raise ValueError(
                f"axis: layer {self.name!r} expected an axis from 1 to {len(shape) - 1} for an input of shape"
                f" {tuple(shape)}, got {self.axis}"
            )
        return axis

    def _check_shape(self, argument: str, shape: Any) -> int:
        self._check_axes(argument, shape)
        axis = self._axis_of(shape)
        if axis == len(shape) - 1:
            return super()._check_shape(argument, shape)
        for one in range(1, len(shape)):
            if shape[one] is None and one in (axis, *range(2, len(shape))):
                raise ValueError(
                    f"{argument}: layer {self.name!r} needs to know the size of axis {one}, got {tuple(shape)}"
                )
        features = size(f"{argument}, axis {axis}", shape[axis])
        if self._features not in (None, features):
            raise ValueError(
                f"{argument}: layer {self.name!r} was built for {self._features} features, got {features} on axis"
                f" {axis} of {tuple(shape)}"
            )
        return features

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    @property
    def _works_step_by_step(self) -> bool:
        return self.axis in (-1, 2)  # of (N, T, D)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if branch.masked is not None and any(branch.masked) and self._axis_of(shape) != len(shape) - 1:
            raise ValueError(
                f"axis: layer {self.name!r} takes a mask only if the features are the last axis of {shape}, got"
                f" {self.axis}"
            )
        self._append_over(branch, shape, self._axis_of(shape), parts=False)

    def _append_over(self, branch: Branch, shape: Shape, axis: int, parts: bool) -> None:
        """Add the layer of the core for an axis of rows of this shape, which may be `parts` of samples."""
        if len(shape) > 3 and axis > 1:
            branch.divide(*self._network_input(step_shape(shape)))
            self._append_over(branch, step_shape(shape), axis - 1, parts=True)
            branch.unite(shape[2] or 0)
            return
        is_last = axis == len(shape) - 1
        if not is_last:
            branch.add("permute", steps=shape[1] or 0)
        branch.add(
            "batch_normalization",
            momentum=self.momentum,
            epsilon=self.epsilon,
            center=self.center,
            scale=self.scale,
            frozen=not self._trainable,
            unites_parts=parts,
        )
        if not is_last:
            branch.add("permute", steps=math.prod(extent or 0 for extent in shape[2:]))

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


def _mask_weights(mask: Any, shape: Sequence[int]) -> Array:
    """Return a mask as factors that broadcast to an input of this shape."""
    if np.asarray(mask).dtype.kind not in "biuf":
        raise TypeError(f"mask: expected an array of True and False, got {type(mask).__name__}")
    given = np.asarray(mask, np.float64)
    sizes = [*given.shape, *(1,) * (len(shape) - given.ndim)]
    if given.ndim > len(shape) or any(one not in (1, wanted) for one, wanted in zip(sizes, shape, strict=True)):
        raise ValueError(f"mask: expected a shape that can be broadcast to {tuple(shape)}, got {given.shape}")
    return given.reshape(sizes)
