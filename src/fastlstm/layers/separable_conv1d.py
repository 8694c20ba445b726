"""SeparableConv1D: a convolution of each feature, and then a product over features."""

from typing import Any

from .._internal.arrays import Array
from .._internal.checks import flag, size
from .._internal.native import Branch
from ._data_format import check_data_format
from ._own_activation import WithActivation
from ._weights import Weight, rules
from ._windows import Window, one_size, window
from .base import SEQUENCES, Shape, registry


@registry.register()
class SeparableConv1D(WithActivation):
    """A convolution over steps of each feature by itself, then a product of each step: (N, T, D) becomes (N, T', F).

    A mask is not passed on, and does not matter, as in Keras.

    Parameters
    ----------
    filters : int
        F, the width of the product, at least 1.
    kernel_size : int
        K, the number of steps in a window, at least 1.
    strides : int
        Steps from one window to the next.
    padding : {'valid', 'same'}
        'valid': only whole windows. 'same': ``T' = ceil(T / strides)``, with zeros around the sequence.
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    dilation_rate : int
        Steps from one step of a window to the next. In Keras this or `strides` must be 1.
    depth_multiplier : int
        M, the number of outputs of each feature between convolution and product.
    activation : str, callable or layer, optional
        A name or a function of `fastlstm.activations`, another function of arrays, as for `Lambda`, or one of the
        layers `ELU`, `LeakyReLU`, `PReLU`, `ReLU` and `Softmax`, copied with its weights. None means linear. 'glu'
        halves the width.
    use_bias : bool
        Whether to add a bias.
    depthwise_initializer, pointwise_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of the weights of the convolution (K, D, M), those of the product (1, D * M, F), and the bias (F,).
    depthwise_regularizer, pointwise_regularizer, bias_regularizer : str or `fastlstm.regularizers.Regularizer`, \
optional
        Penalties on the weights, added to the loss.
    activity_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalty on the output, added to the loss: its sum over the output divided by the number of samples.
    depthwise_constraint, pointwise_constraint, bias_constraint : str or `fastlstm.constraints.Constraint`, optional
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
    >>> from fastlstm.layers import SeparableConv1D
    >>> ones = {"depthwise_initializer": "ones", "pointwise_initializer": "ones"}
    >>> SeparableConv1D(1, 2, **ones)([[[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]]]).tolist()
    [[[14.0], [18.0]]]
    """

    supports_masking = False
    _axes = SEQUENCES

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **options)
        check_data_format(data_format)
        self.filters = size("filters", filters)
        self._window = window("kernel_size", kernel_size, strides, padding, dilation_rate)
        self.kernel_size, self.strides, self.padding, self.dilation_rate = self._window
        self.depth_multiplier = one_size("depth_multiplier", depth_multiplier)
        self._take_activation(activation, self.filters)
        self.use_bias = flag("use_bias", use_bias)
        self._depthwise_rules = rules(depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._pointwise_rules = rules(pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self._bias_rules = rules(bias_initializer, bias_regularizer, bias_constraint)

    @property
    def depthwise_kernel(self) -> Array | None:
        """Weights of the convolution (K, D, M), a read-only view."""
        return self._weight("depthwise_kernel")

    @property
    def pointwise_kernel(self) -> Array | None:
        """Weights of the product (1, D * M, F), a read-only view."""
        return self._weight("pointwise_kernel")

    @property
    def bias(self) -> Array | None:
        """Bias (F,), a read-only view, or None without one."""
        return self._weight("bias")

    @property
    def _works_step_by_step(self) -> bool:
        return self._window.is_one_step

    def _declare(self, features: int) -> list[Weight]:
        depthwise = (self.kernel_size, features, self.depth_multiplier)
        declared = [
            self._depthwise_rules.weight("depthwise_kernel", depthwise),
            self._pointwise_rules.weight("pointwise_kernel", (1, features * self.depth_multiplier, self.filters)),
        ]
        own = [*declared, self._bias_rules.weight("bias", (self.filters,))] if self.use_bias else declared
        return [*own, *self._weights_of_activation(self.filters)]

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self._window.steps(self.name, shape), self._output_width(self.filters))

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("depthwise_convolution", multiplier=self.depth_multiplier, use_bias=False, **self._window.options())
        branch.add("convolution", filters=self.filters, use_bias=self.use_bias, **Window(1, 1, "valid").options())
        self._activate(branch, self._output_shape(shape))

    def _arguments(self) -> dict[str, Any]:
        return {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "depth_multiplier": self.depth_multiplier,
            "activation": self.activation,
            "use_bias": self.use_bias,
            **self._depthwise_rules.arguments("depthwise"),
            **self._pointwise_rules.arguments("pointwise"),
            **self._bias_rules.arguments("bias"),
        }
