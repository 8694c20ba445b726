"""Recurrent layers: a cell as data (its name in the core, gate blocks, weight shapes), and what all of them share."""

from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .. import activations, initializers
from .._checks import flag, size
from .._engine import Array, Network
from ._weights import Weight
from .base import Layer, Shape


class Cell(NamedTuple):
    """How the weights of a cell are laid out. D input features, H units, G gate blocks."""

    name: str
    """The core's name."""
    blocks: tuple[str, ...]
    """The gate blocks in the order of the columns."""
    weights: tuple[tuple[str, tuple[str, ...]], ...]
    """Name and shape of each weight in the order of `get_weights`, a size being 'D', 'H' or 'GH' for G*H."""


class RNN(Layer):
    """Base class of the recurrent layers: a subclass names its cell and adds the arguments that are its own."""

    cell: ClassVar[Cell]
    _ranks = (3,)

    def __init__(
        self,
        units: int,
        activation: Any,
        recurrent_activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        return_sequences: bool,
        name: str | None,
        dtype: str | None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.units = size("units", units)
        self.activation = activations.name_of("activation", activation, elementwise=True)
        self.recurrent_activation = activations.name_of("recurrent_activation", recurrent_activation, elementwise=True)
        self.use_bias = flag("use_bias", use_bias)
        self.return_sequences = flag("return_sequences", return_sequences)
        self._initializers = {
            "kernel": initializers.get(kernel_initializer),
            "recurrent_kernel": initializers.get(recurrent_initializer),
            "bias": initializers.get(bias_initializer),
        }

    @property
    def kernel(self) -> Array | None:
        """Input weights (D, G*H), a read-only view."""
        return self._weight("kernel")

    @property
    def recurrent_kernel(self) -> Array | None:
        """Recurrent weights (H, G*H), a read-only view."""
        return self._weight("recurrent_kernel")

    @property
    def bias(self) -> Array | None:
        """Bias (G*H,), a read-only view, or None without one."""
        return self._weight("bias")

    def _initial(self, name: str, shape: tuple[int, ...], dtype: str) -> Array:
        return self._initializers[name](shape, dtype)

    def _declare(self, features: int) -> list[Weight]:
        sizes = {"D": features, "H": self.units, "GH": len(self.cell.blocks) * self.units}
        return [
            Weight(name, tuple(sizes[letter] for letter in letters), partial(self._initial, name))
            for name, letters in self.cell.weights
            if name != "bias" or self.use_bias
        ]

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape[:2], self.units) if self.return_sequences else (shape[0], self.units)

    def _append_to(self, network: Network) -> None:
        network.add_recurrent(
            cell=self.cell.name,
            units=self.units,
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
            use_bias=self.use_bias,
            return_sequences=self.return_sequences,
        )

    def _arguments(self) -> dict[str, Any]:
        return {
            "units": self.units,
            "activation": self.activation,
            "recurrent_activation": self.recurrent_activation,
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self._initializers["kernel"]),
            "recurrent_initializer": initializers.serialize(self._initializers["recurrent_kernel"]),
            "bias_initializer": initializers.serialize(self._initializers["bias"]),
            "return_sequences": self.return_sequences,
        }


class LSTM(RNN):
    """Long short-term memory.

    With z = x_t W + h_{t-1} U + b split into the blocks i, f, c, o::

        i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)
        c_t = f * c_{t-1} + i * tanh(z_c)
        h_t = o * tanh(c_t)

    Parameters
    ----------
    units : int
        H, the width of the output, at least 1.
    activation : str or function of `fastlstm.activations`
        In place of tanh above; elementwise. None means linear.
    recurrent_activation : str or function of `fastlstm.activations`
        In place of sigmoid above; elementwise. None means linear.
    use_bias : bool
        Whether there is a b.
    kernel_initializer, recurrent_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (D, 4*H), U (H, 4*H) and b (4*H,).
    unit_forget_bias : bool
        Whether the block f of b starts at 1.
    return_sequences : bool
        Whether to return all outputs (N, T, H) instead of the last (N, H).
    name : str, optional
        Default: lstm, lstm_1, ...
    dtype : {'float32', 'float64'}, optional
        Default: `fastlstm.config.floatx()`.
    unroll, implementation, use_cudnn
        Accepted so that Keras code runs, without effect: there is one implementation.

    Raises
    ------
    ValueError
        If a value or a name is not one of these.
    TypeError
        If a type is not.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997. Gers, Schmidhuber and Cummins,
    "Learning to forget: continual prediction with LSTM", Neural Computation 12, 2000 (the forget gate). Jozefowicz,
    Zaremba and Sutskever, "An empirical exploration of recurrent network architectures", ICML 2015 (its bias of 1).

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import LSTM
    >>> LSTM(4)(np.ones((2, 5, 3))).shape
    (2, 4)
    >>> LSTM(4, return_sequences=True)(np.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    cell = Cell(
        name="lstm",
        blocks=("i", "f", "c", "o"),
        weights=(("kernel", ("D", "GH")), ("recurrent_kernel", ("H", "GH")), ("bias", ("GH",))),
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
        return_sequences: bool = False,
        name: str | None = None,
        dtype: str | None = None,
        unroll: Any = False,
        implementation: Any = 2,
        use_cudnn: Any = "auto",
    ) -> None:
        super().__init__(
            units,
            activation,
            recurrent_activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            return_sequences,
            name,
            dtype,
        )
        self.unit_forget_bias = flag("unit_forget_bias", unit_forget_bias)

    def _initial(self, name: str, shape: tuple[int, ...], dtype: str) -> Array:
        values = super()._initial(name, shape, dtype)
        if name == "bias" and self.unit_forget_bias:
            forget = self.cell.blocks.index("f")
            values = np.array(values)
            values[forget * self.units : (forget + 1) * self.units] = 1
        return values

    def _arguments(self) -> dict[str, Any]:
        return {**super()._arguments(), "unit_forget_bias": self.unit_forget_bias}
