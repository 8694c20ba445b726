"""Conv1DTranspose: the transpose of a convolution over the steps of a sequence."""

from typing import Any

from .._internal.checks import refuse, size
from .._internal.native import Branch
from ._data_format import check_data_format
from ._kernel_and_bias import KernelAndBias
from ._weights import Weight, rules
from ._windows import window
from .base import SEQUENCES, Shape, registry


@registry.register()
class Conv1DTranspose(KernelAndBias):
    """``activation(sum over k of x[(t - k * dilation_rate) / strides] W[k]^T + b)``: (N, T, D) becomes (N, T', F).

    The backward pass of `Conv1D`, applied to x: each step of x is spread over a window of the output. In the sum, only
    whole quotients within x count. A mask is not passed on, and does not matter, as in Keras.

    Parameters
    ----------
    filters : int
        F, the width of the product, at least 1.
    kernel_size : int
        K, the number of steps in a window, at least 1.
    strides : int
        Steps from one window of the output to the next.
    padding : {'valid', 'same'}
        'valid': ``T' = T * strides + max(K' - strides, 0)``, where ``K' = (K - 1) * dilation_rate + 1``. 'same': ``T' =
        T * strides``, where windows leave the output at both ends.
    output_padding : None
        Only None is accepted: the number of steps is as said above.
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    dilation_rate : int
        Steps from one step of a window to the next. In Keras this or `strides` must be 1.
    activation : str, callable or layer, optional
        A name or a function of `fastlstm.activations`, another function of arrays, as for `Lambda`, or one of the
        layers `ELU`, `LeakyReLU`, `PReLU`, `ReLU` and `Softmax`, copied with its weights. None means linear. 'glu'
        halves the width.
    use_bias : bool
        Whether to add the bias b.
    kernel_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (K, F, D) and b (F,).
    kernel_regularizer, bias_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on the weights, added to the loss.
    activity_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalty on the output, added to the loss: its sum over the output divided by the number of samples.
    kernel_constraint, bias_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to the weights after each training step.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `trainable`,
        `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`,
        `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Keras 3, `keras.layers.Conv1DTranspose`.

    Examples
    --------
    >>> from fastlstm.layers import Conv1DTranspose
    >>> Conv1DTranspose(1, 3, strides=2, kernel_initializer="ones")([[[1.0], [5.0]]])[0, :, 0].tolist()
    [1.0, 1.0, 6.0, 5.0, 5.0]
    """

    supports_masking = False
    _axes = SEQUENCES

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        output_padding: None = None,
        data_format: str | None = None,
        dilation_rate: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **options)
        check_data_format(data_format)
        self.filters = size("filters", filters)
        self._window = window("kernel_size", kernel_size, strides, padding, dilation_rate)
        self.kernel_size, self.strides, self.padding, self.dilation_rate = self._window
        refuse("Conv1DTranspose", output_padding=output_padding)
        self._take_activation(activation, self.filters)
        self._take_kernel_and_bias(
            use_bias,
            rules(kernel_initializer, kernel_regularizer, kernel_constraint),
            rules(bias_initializer, bias_regularizer, bias_constraint),
        )

    @property
    def _works_step_by_step(self) -> bool:
        return self._window.is_one_step

    def _declare(self, features: int) -> list[Weight]:
        return self._declared((self.kernel_size, self.filters, features), self.filters)

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self._window.transposed_steps(shape), self._output_width(self.filters))

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("transposed_convolution", filters=self.filters, use_bias=self.use_bias, **self._window.options())
        self._activate(branch, self._output_shape(shape))

    def _arguments(self) -> dict[str, Any]:
        return {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            **self._common_arguments(),
        }
