"""GRU, in both of its forms."""

from typing import Any

from ..._internal.checks import flag
from ..base import registry
from .cell import KERNEL, RECURRENT_KERNEL, Cell, OnnxNode, TorchCell
from .recurrent import Recurrent

_GATES = ("z", "r", "h")
_ONNX_ACTIVATIONS = ("recurrent_activation", "activation")


@registry.register()
class GRU(Recurrent):
    """Gated recurrent unit.

    With x = x_t W + b and u = h_{t-1} U + b', each split into the blocks z, r, h::

        z, r = sigmoid(x_z + u_z), sigmoid(x_r + u_r)
        candidate = tanh(x_h + r * u_h)
        h_t = z * h_{t-1} + (1 - z) * candidate

    This is the form of Keras and cuDNN. ``reset_after=False`` gives the original form: there is no b', and r is applied
    before the product, ``candidate = tanh(x_h + (r * h_{t-1}) U_h)``.

    Parameters
    ----------
    units : int
        H, the width of the output, at least 1.
    activation : str or function of `fastlstm.activations`
        Replaces tanh in the equations; elementwise. None means linear.
    recurrent_activation : str or function of `fastlstm.activations`
        Replaces sigmoid in the equations; elementwise. None means linear.
    use_bias : bool
        Whether to add the biases b and b'.
    kernel_initializer, recurrent_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (D, 3*H), U (H, 3*H) and the bias: (2, 3*H), b and b', or b (3*H,) without `reset_after`.
    reset_after : bool
        Whether the reset gate is applied after the product with U.
    **options
        Keyword arguments common to all recurrent layers, described in `Recurrent`: `kernel_regularizer`,
        `recurrent_regularizer`, `bias_regularizer`, `kernel_constraint`, `recurrent_constraint`,
        `bias_constraint`, `dropout`, `recurrent_dropout`, `seed`, `return_sequences`, `return_state`,
        `go_backwards`, `stateful`, `zero_output_for_mask`, `checkpoint`, `zoneout`, `clip`, `unroll`, `implementation`,
        `use_cudnn`, `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine translation", EMNLP
    2014; there z and 1 - z are the other way round, here they are as in Keras.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import GRU
    >>> GRU(4)(np.ones((2, 5, 3))).shape
    (2, 4)
    >>> GRU(4, reset_after=False, return_sequences=True)(np.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    cells = (
        Cell(
            "gru",
            _GATES,
            weights=(KERNEL, RECURRENT_KERNEL, ("bias", (2, "GH"))),
            options={"reset_after": True},
            onnx=OnnxNode("GRU", _GATES, _ONNX_ACTIVATIONS, {"linear_before_reset": 1}),
            torch=TorchCell("GRU", ("r", "z", "h")),
        ),
        Cell(
            "gru_reset_before",
            _GATES,
            options={"reset_after": False},
            onnx=OnnxNode("GRU", _GATES, _ONNX_ACTIVATIONS, {"linear_before_reset": 0}),
        ),
    )

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        *,
        reset_after: bool = True,
        **options: Any,
    ) -> None:
        chosen = {"reset_after": flag("reset_after", reset_after)}
        super().__init__(
            next(cell for cell in self.cells if cell.options == chosen),
            units,
            use_bias,
            {"activation": activation, "recurrent_activation": recurrent_activation},
            {"kernel": kernel_initializer, "recurrent_kernel": recurrent_initializer, "bias": bias_initializer},
            **options,
        )
        self.reset_after = chosen["reset_after"]

    def _arguments(self) -> dict[str, Any]:
        return {**super()._arguments(), **self.cell.options}
