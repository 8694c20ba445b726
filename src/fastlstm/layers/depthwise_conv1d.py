"""DepthwiseConv1D: a convolution over steps of each feature by itself."""

from typing import Any

from .._internal.arrays import Array
from .._internal.checks import flag
from .._internal.native import Branch
from ._data_format import check_data_format
from ._own_activation import WithActivation, activation_of
from ._weights import Weight, rules
from ._windows import one_size, window
from .base import SEQUENCES, Shape, registry


@registry.register()
class DepthwiseConv1D(WithActivation):
    """A convolution over steps of each feature by itself: (N, T, D) becomes (N, T', D * depth_multiplier).

    A mask is not passed on, and does not matter, as in Keras.

    Parameters
    ----------
    kernel_size : int
        K, the number of steps in a window, at least 1.
    strides : int
        Steps from one window to the next.
    padding : {'valid', 'same'}
        'valid': only whole windows. 'same': ``T' = ceil(T / strides)``, with zeros around the sequence.
    depth_multiplier : int
        M, the number of outputs of each feature, which are side by side.
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    dilation_rate : int
        Steps from one step of a window to the next. In Keras this or `strides` must be 1.
    activation : str, callable or layer, optional
        A name or a function of `fastlstm.activations`, another function of arrays, as for `Lambda`, or one of the
        layers `ELU`, `LeakyReLU`, `PReLU`, `ReLU` and `Softmax`, copied with its weights. None means linear. 'glu'
        halves the width.
    use_bias : bool
        Whether to add a bias.
    depthwise_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of the weights (K, D, M) and the bias (D * M,).
    depthwise_regularizer, bias_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on the weights, added to the loss.
    activity_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalty on the output, added to the loss: its sum over the output divided by the number of samples.
    depthwise_constraint, bias_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to the weights after each training step.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `trainable`,
        `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`,
        `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown. When built or called: if there are fewer steps than in a
        window.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import DepthwiseConv1D
    >>> DepthwiseConv1D(2, depthwise_initializer="ones")([[[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]]]).tolist()
    [[[3.0, 11.0], [5.0, 13.0]]]
    """

    supports_masking = False
    _axes = SEQUENCES

    def __init__(
        self,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **options)
        check_data_format(data_format)
        self._window = window("kernel_size", kernel_size, strides, padding, dilation_rate)
        self.kernel_size, self.strides, self.padding, self.dilation_rate = self._window
        self.depth_multiplier = one_size("depth_multiplier", depth_multiplier)
        self.activation = activation_of("activation", activation)
        self.use_bias = flag("use_bias", use_bias)
        self._depthwise_rules = rules(depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._bias_rules = rules(bias_initializer, bias_regularizer, bias_constraint)

    @property
    def kernel(self) -> Array | None:
        """Weights (K, D, M), a read-only view."""
        return self._weight("kernel")

    @property
    def bias(self) -> Array | None:
        """Bias (D * M,), a read-only view, or None without one."""
        return self._weight("bias")

    @property
    def _works_step_by_step(self) -> bool:
        return self._window.is_one_step

    def _declare(self, features: int) -> list[Weight]:
        kernel = self._depthwise_rules.weight("kernel", (self.kernel_size, features, self.depth_multiplier))
        width = features * self.depth_multiplier
        own = [kernel, self._bias_rules.weight("bias", (width,))][: 1 + self.use_bias]
        return [*own, *self._weights_of_activation(width)]

    def _output_shape(self, shape: Shape) -> Shape:
        width = self._output_width((shape[2] or 0) * self.depth_multiplier)
        return (shape[0], self._window.steps(self.name, shape), width)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add(
            "depthwise_convolution",
            multiplier=self.depth_multiplier,
            use_bias=self.use_bias,
            **self._window.options(),
        )
        self._activate(branch, self._output_shape(shape))

    def _arguments(self) -> dict[str, Any]:
        return {
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "depth_multiplier": self.depth_multiplier,
            "dilation_rate": self.dilation_rate,
            "activation": self.activation,
            "use_bias": self.use_bias,
            **self._depthwise_rules.arguments("depthwise"),
            **self._bias_rules.arguments("bias"),
        }
