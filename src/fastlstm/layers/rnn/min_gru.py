"""MinGRU: gates that do not depend on h."""

from typing import Any

from ..base import registry
from .cell import BIAS, KERNEL, Cell
from .recurrent import Recurrent


@registry.register()
class MinGRU(Recurrent):
    """The minimal GRU: its gates depend only on x, so one product computes them for all steps.

    With x_t W + b split into the blocks z, h::

        z = sigmoid(z_z)
        h_t = (1 - z) * h_{t-1} + z * z_h

    Parameters
    ----------
    units : int
        H, the width of the output, at least 1.
    use_bias : bool
        Whether to add the bias b.
    kernel_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (D, 2*H) and b (2*H,).
    **options
        Keyword arguments common to all recurrent layers, described in `Recurrent`: `kernel_regularizer`,
        `bias_regularizer`, `kernel_constraint`, `bias_constraint`, `dropout`, `seed`, `return_sequences`,
        `return_state`, `go_backwards`, `stateful`, `zero_output_for_mask`, `checkpoint`, `zoneout`, `clip`, `unroll`,
        `implementation`, `use_cudnn`, `name`, `dtype`,
        `activity_regularizer`, `trainable`, `weights`, and in place of an `Input`: `input_shape`,
        `batch_input_shape`, `batch_shape`, `input_dim`, `input_length` and `batch_size`. `recurrent_regularizer`,
        `recurrent_constraint` and `recurrent_dropout` must be left out: there is no recurrent kernel.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Feng et al., "Were RNNs all we needed?", 2024, section 3.1: the form without the logarithms.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import MinGRU
    >>> MinGRU(4)(np.ones((2, 5, 3))).shape
    (2, 4)
    """

    _in_keras = False
    cells = (Cell("min_gru", blocks=("z", "h"), weights=(KERNEL, BIAS)),)

    def __init__(
        self,
        units: int,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        **options: Any,
    ) -> None:
        initial = {"kernel": kernel_initializer, "bias": bias_initializer}
        super().__init__(self.cells[0], units, use_bias, {}, initial, **options)
