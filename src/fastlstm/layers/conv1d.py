"""Conv1D: a convolution over the steps of a sequence."""

from typing import Any

from .._internal.checks import size
from .._internal.native import Branch
from ._data_format import check_data_format
from ._kernel_and_bias import KernelAndBias
from ._weights import Weight, rules
from ._windows import window
from .base import NESTED, SEQUENCES, Shape, registry


@registry.register()
class Conv1D(KernelAndBias):
    """``activation(sum over k of x[t * strides + k * dilation_rate] W[k] + b)``: (N, T, D) becomes (N, T', F).

    A mask is not passed on, and does not matter, as in Keras. Axes between N and T count as further samples, as in
    Keras 2: (N, S, T, D) becomes (N, S, T', F).

    Parameters
    ----------
    filters : int
        F, the width of the product, at least 1.
    kernel_size : int
        K, the number of steps in a window, at least 1.
    strides : int
        Steps from one window to the next.
    padding : {'valid', 'same', 'causal'}
        'valid': only whole windows. 'same' and 'causal': ``T' = ceil(T / strides)``, with zeros around the sequence or
        only in front of it, so that no step depends on later ones.
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    dilation_rate : int
        Steps from one step of a window to the next. In Keras this or `strides` must be 1.
    groups : int
        Number of groups that features and filters are divided into; each filter sees the features of its group.
    activation : str, callable or layer, optional
        A name or a function of `fastlstm.activations`, another function of arrays, as for `Lambda`, or one of the
        layers `ELU`, `LeakyReLU`, `PReLU`, `ReLU` and `Softmax`, copied with its weights. None means linear. 'glu'
        halves the width.
    use_bias : bool
        Whether to add the bias b.
    kernel_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (K, D / groups, F) and b (F,).
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
        If a value is out of range, or a name is unknown. When built or called: if there are fewer steps than in a
        window, or the features cannot be divided into the groups.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import Conv1D
    >>> Conv1D(1, 2, padding="causal", kernel_initializer="ones")([[[1.0], [2.0], [3.0]]]).tolist()
    [[[1.0], [3.0], [5.0]]]
    """

    supports_masking = False
    _axes = SEQUENCES | NESTED | {5: "(N, R, S, T, D)"}

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int = 1,
        groups: int = 1,
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
        self._window = window("kernel_size", kernel_size, strides, padding, dilation_rate, causal=True)
        self.kernel_size, self.strides, self.padding, self.dilation_rate = self._window
        self.groups = size("groups", groups)
        if self.filters % self.groups:
            raise ValueError(f"groups: expected a divisor of filters={self.filters}, got {self.groups}")
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
        if features % self.groups:
            raise ValueError(f"groups: layer {self.name!r} cannot divide {features} features into {self.groups} groups")
        return self._declared((self.kernel_size, features // self.groups, self.filters), self.filters)

    def _output_shape(self, shape: Shape) -> Shape:
        steps = self._window.steps(self.name, (shape[0], *shape[-2:]))
        return (*shape[:-2], steps, self._output_width(self.filters))

    def _append_all_to(self, branch: Branch, shape: Shape, **arguments: Any) -> None:
        if len(shape) > 3:
            self._append_to_steps(branch, shape)
        else:
            super()._append_all_to(branch, shape, **arguments)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add(
            "convolution",
            filters=self.filters,
            groups=self.groups,
            use_bias=self.use_bias,
            **self._window.options(),
        )
        self._activate(branch, self._output_shape(shape))

    def _arguments(self) -> dict[str, Any]:
        return {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "groups": self.groups,
            **self._common_arguments(),
        }
