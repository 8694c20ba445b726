"""Dense: a matrix product on the last axis."""

from typing import Any

from .._internal.checks import refuse, size
from .._internal.native import Branch
from ._kernel_and_bias import KernelAndBias
from ._weights import Weight, rules
from .base import Shape, registry


@registry.register()
class Dense(KernelAndBias):
    """``activation(x W + b)`` on the last axis.

    Parameters
    ----------
    units : int
        O, the width of the product, at least 1.
    activation : str, callable or layer, optional
        A name or a function of `fastlstm.activations`, another function of arrays, as for `Lambda`, or one of the
        layers `ELU`, `LeakyReLU`, `PReLU`, `ReLU` and `Softmax`, copied with its weights. None means linear. 'glu'
        halves the width.
    use_bias : bool
        Whether to add the bias b.
    kernel_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (D, O) and b (O,).
    kernel_regularizer, bias_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on the weights, added to the loss.
    activity_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalty on the output, added to the loss: its sum over the output divided by the number of samples.
    kernel_constraint, bias_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to the weights after each training step.
    lora_rank, lora_alpha, quantization_config : None
        Only None is accepted; Keras has these features, this package does not.
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

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import Dense
    >>> Dense(2, activation="softmax")(np.ones((5, 3))).shape
    (5, 2)
    """

    _each_step = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: None = None,
        lora_alpha: None = None,
        quantization_config: None = None,
        **options: Any,
    ) -> None:
        refuse("Dense", lora_rank=lora_rank, lora_alpha=lora_alpha, quantization_config=quantization_config)
        super().__init__(activity_regularizer=activity_regularizer, **options)
        self.units = size("units", units)
        self._take_activation(activation, self.units)
        self._take_kernel_and_bias(
            use_bias,
            rules(kernel_initializer, kernel_regularizer, kernel_constraint),
            rules(bias_initializer, bias_regularizer, bias_constraint),
        )

    def _declare(self, features: int) -> list[Weight]:
        return self._declared((features, self.units), self.units)

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self._output_width(self.units))

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("dense", units=self.units, use_bias=self.use_bias)
        self._activate(branch, self._output_shape(shape))

    def _arguments(self) -> dict[str, Any]:
        return {
            "units": self.units,
            **self._common_arguments(),
        }
