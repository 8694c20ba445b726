"""SimpleRNN: the recurrent network of Elman."""

from typing import Any

from ..base import registry
from .cell import Cell, OnnxNode, TorchCell
from .recurrent import RNN


@registry.register()
class SimpleRNN(RNN):
    """Elman's recurrent network: ``h_t = tanh(x_t W + h_{t-1} U + b)``.

    Parameters
    ----------
    units : int
        H, the width of the output, at least 1.
    activation : str or function of `fastlstm.activations`
        In place of tanh above; elementwise. None means linear.
    use_bias : bool
        Whether there is a b.
    kernel_initializer, recurrent_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (D, H), U (H, H) and b (H,).
    **options
        What every recurrent layer takes, by keyword: see `RNN`.

    Raises
    ------
    ValueError
        If a value or a name is not one of these.
    TypeError
        If a type is not.

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
