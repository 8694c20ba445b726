"""Dense: a matrix product on the last axis."""

from typing import Any

from .. import activations, initializers
from .._checks import flag, refuse, size
from .._engine import Array, Network
from ._weights import Weight
from .base import Layer, Shape


class Dense(Layer):
    """``activation(x W + b)`` on the last axis.

    Parameters
    ----------
    units : int
        O, the width of the output, at least 1.
    activation : str or function of `fastlstm.activations`, optional
        None means linear.
    use_bias : bool
        Whether there is a b.
    kernel_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of W (D, O) and b (O,).
    name : str, optional
        Default: dense, dense_1, ...
    dtype : {'float32', 'float64'}, optional
        Default: `fastlstm.config.floatx()`.
    lora_rank, quantization_config : None
        Keras has them, this package does not: anything else raises ValueError.

    Raises
    ------
    ValueError
        If a value or a name is not one of these.
    TypeError
        If a type is not.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import Dense
    >>> Dense(2, activation="softmax")(np.ones((5, 3))).shape
    (5, 2)
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        *,
        name: str | None = None,
        dtype: str | None = None,
        lora_rank: None = None,
        quantization_config: None = None,
    ) -> None:
        refuse("Dense", lora_rank=lora_rank, quantization_config=quantization_config)
        super().__init__(name=name, dtype=dtype)
        self.units = size("units", units)
        self.activation = activations.name_of("activation", activation)
        self.use_bias = flag("use_bias", use_bias)
        self._kernel_initializer = initializers.get(kernel_initializer)
        self._bias_initializer = initializers.get(bias_initializer)

    @property
    def kernel(self) -> Array | None:
        """Weights (D, O), a read-only view."""
        return self._weight("kernel")

    @property
    def bias(self) -> Array | None:
        """Bias (O,), a read-only view, or None without one."""
        return self._weight("bias")

    def _declare(self, features: int) -> list[Weight]:
        kernel = Weight("kernel", (features, self.units), self._kernel_initializer)
        return [kernel, Weight("bias", (self.units,), self._bias_initializer)] if self.use_bias else [kernel]

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def _append_to(self, network: Network) -> None:
        network.add_dense(units=self.units, activation=self.activation, use_bias=self.use_bias)

    def _arguments(self) -> dict[str, Any]:
        return {
            "units": self.units,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self._kernel_initializer),
            "bias_initializer": initializers.serialize(self._bias_initializer),
        }
