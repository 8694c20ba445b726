"""The compiled core. No other module imports it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import _core
from .arrays import Array

Network: TypeAlias = _core.NetworkF32 | _core.NetworkF64

if TYPE_CHECKING:
    SavedForward: TypeAlias = _core._SavedForward[Any]
    """The values that a network saves in a forward pass for the backward pass."""

version = _core.__version__
isa = _core.isa
get_num_threads = _core.get_num_threads
set_num_threads = _core.set_num_threads
borrow_threads = _core.borrow_threads
elementwise_activations = _core.elementwise_activations
available_isas = _core.available_isas
compiler = _core.compiler
cells = _core.cells

_networks: dict[str, type[_core.NetworkF32] | type[_core.NetworkF64]] = {
    "float32": _core.NetworkF32,
    "float64": _core.NetworkF64,
}


def network(dtype: str, features: int, sequence: bool, *, input_gradient: bool = False) -> Network:
    """Return an empty network of this dtype for input (N, T, features), or (N, features) if not `sequence`.

    With `input_gradient`, its backward pass also returns the gradient with respect to the input.
    """
    return _networks[dtype](features, sequence, input_gradient)


class Branch:
    """Layers of a network, each of which takes the output of the one before it.

    Parameters
    ----------
    network : Network
        To which they are added.
    inputs : sequence of int
        Which outputs the first one takes: numbers of layers of the network, `NETWORK_INPUT` for its input.
    """

    def __init__(self, network: Network, inputs: Sequence[int]) -> None:
        self._network = network
        self._inputs = inputs

    def add(self, layer: str, **options: Any) -> None:
        """Add a layer of the core by its name there."""
        self._inputs = (self._network.add(layer, inputs=self._inputs, **options),)

    def activate(self, activation: str) -> None:
        """Add an activation, unless it is linear."""
        if activation != "linear":
            self.add("activation", activation=activation)

    @property
    def output(self) -> int:
        """The number of the last layer, or of what the branch begins with if it has none."""
        (last,) = self._inputs
        return last


NETWORK_INPUT = -1


def stream(network: Network, convert: Callable[[Any], Array]) -> "_core.StreamF32 | _core.StreamF64":
    """Return a stream through a network; `convert` turns other inputs into arrays of the network's dtype."""
    if isinstance(network, _core.NetworkF32):
        return _core.StreamF32(network, convert)
    return _core.StreamF64(network, convert)
