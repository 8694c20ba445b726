"""LSTM, optionally with peephole connections or coupled gates."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ..._internal.arrays import Array
from ..._internal.checks import flag, number
from ..base import registry
from .cell import BIAS, KERNEL, RECURRENT_KERNEL, Cell, OnnxNode, TorchCell
from .recurrent import Recurrent

_PLAIN = (KERNEL, RECURRENT_KERNEL, BIAS)
_GATES, _COUPLED_GATES = ("i", "f", "c", "o"), ("i", "c", "o")
_ONNX, _COUPLED_ONNX = (
    OnnxNode(
        "LSTM",
        ("i", "o", "f", "c"),
        ("recurrent_activation", "activation", "activation"),
        {"input_forget": coupled},
    )
    for coupled in (0, 1)
)
_TORCH = TorchCell("LSTM", _GATES)


@registry.register()
class LSTM(Recurrent):
    """Long short-term memory.

    With z = x_t W + h_{t-1} U + b split into the blocks i, f, c, o::

        i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)
        c_t = f * c_{t-1} + i * tanh(z_c)
        h_t = o * tanh(c_t)

    With `peephole`, ``p_i * c_{t-1}``, ``p_f * c_{t-1}`` and ``p_o * c_t`` are added to z_i, z_f and z_o. With
    `coupled` there is no block f, and f = 1 - i.

    Parameters
    ----------
    units : int
        H, the width of the output, at least 1.
    activation : str or function of `fastlstm.activations`
        Replaces tanh in the equations; elementwise. None means linear.
    recurrent_activation : str or function of `fastlstm.activations`
        Replaces sigmoid in the equations; elementwise. None means linear.
    use_bias : bool
        Whether to add the bias b.
    kernel_initializer, recurrent_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (D, 4*H), U (H, 4*H) and b (4*H,); 3*H where the gates are coupled.
    unit_forget_bias : bool
        Whether the block f of b starts at 1; no effect with coupled gates, which have no such block.
    peephole : bool
        Whether the gates also depend on c, through weights p (3, H) in the order i, f, o; with `coupled`
        (2, H), i and o.
    coupled : bool
        Whether the forget gate is 1 - i.
    peephole_initializer : str or `fastlstm.initializers.Initializer`
        Of p.
    zoneout_cell : float
        Probability of keeping the previous c, as `zoneout` for h.
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
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997. Gers, Schmidhuber and Cummins,
    "Learning to forget: continual prediction with LSTM", Neural Computation 12, 2000 (the forget gate). Gers and
    Schmidhuber, "Recurrent nets that time and count", IJCNN 2000 (peepholes). Greff et al., "LSTM: a search space
    odyssey", IEEE Transactions on Neural Networks and Learning Systems 28, 2017 (coupled gates). Jozefowicz, Zaremba
    and Sutskever, "An empirical exploration of recurrent network architectures", ICML 2015 (the forget bias of 1).

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import LSTM
    >>> LSTM(4)(np.ones((2, 5, 3))).shape
    (2, 4)
    >>> y, h, c = LSTM(4, peephole=True, return_sequences=True, return_state=True)(np.ones((2, 5, 3)))
    >>> y.shape, h.shape, c.shape
    ((2, 5, 4), (2, 4), (2, 4))
    """

    _beyond_keras: ClassVar[Mapping[str, Any]] = {
        **Recurrent._beyond_keras,
        "peephole": False,
        "coupled": False,
        "peephole_initializer": ...,
        "zoneout_cell": 0.0,
    }
    cells = (
        Cell("lstm", _GATES, ("h", "c"), _PLAIN, {"peephole": False, "coupled": False}, _ONNX, _TORCH),
        Cell(
            "peephole_lstm",
            _GATES,
            ("h", "c"),
            (*_PLAIN, ("peephole", (3, "H"))),
            {"peephole": True, "coupled": False},
            _ONNX,
            _TORCH,
        ),
        Cell("coupled_lstm", _COUPLED_GATES, ("h", "c"), _PLAIN, {"peephole": False, "coupled": True}, _COUPLED_ONNX),
        Cell(
            "coupled_peephole_lstm",
            _COUPLED_GATES,
            ("h", "c"),
            (*_PLAIN, ("peephole", (2, "H"))),
            {"peephole": True, "coupled": True},
            _COUPLED_ONNX,
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
        unit_forget_bias: bool = True,
        *,
        peephole: bool = False,
        coupled: bool = False,
        peephole_initializer: Any = "zeros",
        zoneout_cell: float = 0.0,
        **options: Any,
    ) -> None:
        chosen = {"peephole": flag("peephole", peephole), "coupled": flag("coupled", coupled)}
        super().__init__(
            next(cell for cell in self.cells if cell.options == chosen),
            units,
            use_bias,
            {"activation": activation, "recurrent_activation": recurrent_activation},
            {
                "kernel": kernel_initializer,
                "recurrent_kernel": recurrent_initializer,
                "bias": bias_initializer,
                "peephole": peephole_initializer,
            },
            **options,
        )
        self.peephole, self.coupled = chosen["peephole"], chosen["coupled"]
        self.unit_forget_bias = flag("unit_forget_bias", unit_forget_bias)
        self.zoneout_cell = number("zoneout_cell", zoneout_cell, 0.0, 1.0)

    @property
    def peephole_weights(self) -> Array | None:
        """Peephole weights (3, H), i f o, or (2, H), i o, with coupled gates; a read-only view, or None without any."""
        return self._weight("peephole")

    def _initial(self, name: str, shape: tuple[int, ...], dtype: str) -> Array:
        values = super()._initial(name, shape, dtype)
        if name == "bias" and self.unit_forget_bias and "f" in self.cell.blocks:
            forget = self.cell.blocks.index("f")
            values = np.array(values)
            values[forget * self.units : (forget + 1) * self.units] = 1
        return values

    def _is_random(self) -> bool:
        return bool(super()._is_random() or self.zoneout_cell)

    def _core_arguments(self) -> dict[str, Any]:
        return {**super()._core_arguments(), "zoneout_cell": self.zoneout_cell}

    def _arguments(self) -> dict[str, Any]:
        return {
            **super()._arguments(),
            **self.cell.options,
            "unit_forget_bias": self.unit_forget_bias,
            "peephole_initializer": self._rules["peephole"].initializer,
            "zoneout_cell": self.zoneout_cell,
        }
