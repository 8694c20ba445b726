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


def network(
    dtype: str, features: int | list[int], sequence: bool | list[bool], *, input_gradient: bool = False
) -> Network:
    """Return an empty network of this dtype for input (N, T, features), or (N, features) if not `sequence`.

    A network with several inputs takes lists. With `input_gradient`, its backward pass also returns the gradient with
    respect to the input.
    """
    return _networks[dtype](features, sequence, input_gradient)


Place: TypeAlias = tuple[int, int]
"""An output of a network's layer: the layer's number and the output's; `NETWORK_INPUT` and an input's number."""


class Branch:
    """Layers of a network, each of which takes the output of the one before it.

    Parameters
    ----------
    network : Network
        To which they are added.
    inputs : sequence of Place
        Which outputs the first one takes.
    weights_of : sequence of int, optional
        The numbers of the layers of an earlier branch whose weights these layers use.
    """

    def __init__(self, network: Network, inputs: Sequence[Place], weights_of: Sequence[int] = ()) -> None:
        self._network = network
        self._weights_of = weights_of
        self.outputs: list[Place] = list(inputs)
        """The outputs of the last layer, or what the branch begins with if it has none."""
        self.added: list[int] = []
        """The numbers of the layers."""

    def add(self, layer: str, *, outputs: int = 1, **options: Any) -> None:
        """Add a layer of the core by its name there, with this number of outputs."""
        number = self._add(layer, self.outputs, options)
        self.outputs = [(number, output) for output in range(outputs)]

    def add_to_first(self, layer: str, **options: Any) -> None:
        """Add a layer that takes the first output so far and takes its place."""
        self.outputs[0] = (self._add(layer, self.outputs[:1], options), 0)

    def add_on(self, inputs: Sequence[Place], layer: str, **options: Any) -> Place:
        """Add a layer that takes these instead of the outputs so far, which stay; return its output."""
        return self._add(layer, inputs, options), 0

    def _add(self, layer: str, inputs: Sequence[Place], options: dict[str, Any]) -> int:
        weights_of = self._weights_of[len(self.added)] if self._weights_of else -1
        self.added.append(self._network.add(layer, inputs=inputs, weights_of=weights_of, **options))
        return self.added[-1]

    def activate(self, activation: str) -> None:
        """Add an activation, unless it is linear."""
        if activation != "linear":
            self.add("activation", activation=activation)


NETWORK_INPUT = -1


def stream(network: Network, convert: Callable[[Any], Array]) -> "_core.StreamF32 | _core.StreamF64":
    """Return a stream through a network; `convert` turns other inputs into arrays of the network's dtype."""
    if isinstance(network, _core.NetworkF32):
        return _core.StreamF32(network, convert)
    return _core.StreamF64(network, convert)
