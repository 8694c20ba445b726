"""The base class of layers of one product: with a kernel, a bias if it is wanted, and an activation."""

from typing import Any

from .._internal.arrays import Array
from .._internal.checks import flag
from ._own_activation import WithActivation
from ._weights import Rules, Weight


class KernelAndBias(WithActivation):
    """A layer whose weights are a kernel and perhaps a bias, before those of its activation."""

    use_bias: bool

    def _take_kernel_and_bias(self, use_bias: Any, kernel_rules: Rules, bias_rules: Rules) -> None:
        """Set whether there is a bias, and how both are initialized, regularized and constrained."""
        self.use_bias = flag("use_bias", use_bias)
        self._kernel_rules, self._bias_rules = kernel_rules, bias_rules

    @property
    def kernel(self) -> Array | None:
        """The weights of the product, a read-only view."""
        return self._weight("kernel")

    @property
    def bias(self) -> Array | None:
        """The bias, one number for each output, a read-only view; None without one."""
        return self._weight("bias")

    def _declared(self, kernel_shape: tuple[int, ...], width: int) -> list[Weight]:
        """Return the weights, for a kernel of this shape and an output of this width."""
        own = [self._kernel_rules.weight("kernel", kernel_shape)]
        if self.use_bias:
            own.append(self._bias_rules.weight("bias", (width,)))
        return [*own, *self._weights_of_activation(width)]

    def _common_arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments that all these layers have."""
        return {
            "activation": self.activation,
            "use_bias": self.use_bias,
            **self._kernel_rules.arguments("kernel"),
            **self._bias_rules.arguments("bias"),
        }
