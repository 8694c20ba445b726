"""SimpleRNN: Elman's recurrent network."""

from typing import Any

from ..base import registry
from .cell import Cell, OnnxNode, TorchCell
from .recurrent import Recurrent


@registry.register()
class SimpleRNN(Recurrent):
    """Elman's recurrent network: ``h_t = tanh(x_t W + h_{t-1} U + b)``.

    Parameters
    ----------
    units : int
        H, the width of the output, at least 1.
    activation : str or function of `fastlstm.activations`
        Replaces tanh in the equations; elementwise. None means linear.
    use_bias : bool
        Whether to add the bias b.
    kernel_initializer, recurrent_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (D, H), U (H, H) and b (H,).
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
    Elman, "Finding structure in time", Cognitive Science 14, 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import SimpleRNN
    >>> SimpleRNN(4)(np.ones((2, 5, 3))).shape
    (2, 4)
    """

    cells = (
        Cell(
            "simple_rnn", blocks=("h",), onnx=OnnxNode("RNN", ("h",), ("activation",)), torch=TorchCell("RNN", ("h",))
        ),
    )

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        **options: Any,
    ) -> None:
        super().__init__(
            self.cells[0],
            units,
            use_bias,
            {"activation": activation},
            {"kernel": kernel_initializer, "recurrent_kernel": recurrent_initializer, "bias": bias_initializer},
            **options,
        )
