"""Networks of the core that compute the layers of a module, and their reuse.

The parameters of PyTorch are the source of truth, and may change unnoticed (``weight.data``, memory shared with NumPy
or with another process). Every pass therefore compares them with the weights of the existing networks. A network with
equal weights is used as it is, even by several passes that await their backward pass, such as the steps of a decoder. A
network with other weights is reloaded only if no such pass uses it.

Files of PyTorch name this module: do not rename it.
"""

import threading
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._internal import native
from ..._internal.arrays import Array
from ..._internal.native import Network
from ._layouts import CELLS, Tensor, blocks_of, from_core, parameter_count, to_core, weight_names

if TYPE_CHECKING:
    from ..._internal.native import SavedForward as NativeForward


class StackSpec(NamedTuple):
    """A stack of equal layers, without its weights."""

    cell: str
    dtype: str
    features: int
    units: int
    depth: int
    bias: bool
    bidirectional: bool
    activation: str
    input_gradient: bool
    """Whether the backward pass gives the gradient of the input."""
    trained: tuple[bool, ...]
    """For each layer and direction, whether it gives the gradients of its weights."""

    @property
    def states(self) -> int:
        """Number of states: h, and c of an LSTM."""
        return len(CELLS[self.cell].states)

    def network(self) -> Network:
        """Create a network of the core."""
        network = native.network(self.dtype, self.features, True, input_gradient=self.input_gradient)
        options: dict[str, Any] = {
            "cell": self.cell,
            "units": self.units,
            "activation": self.activation,
            "recurrent_activation": "sigmoid",
            "use_bias": self.bias,
            "return_sequences": True,
        }
        for _ in range(self.depth):
            if self.bidirectional:
                backward = {**options, "go_backwards": True}
                network.add("bidirectional", forward=options, backward=backward, merge_mode="concat")
            else:
                network.add("recurrent", **options)
        weights = len(weight_names(self.cell, self.bias))
        network.set_trainable([trained for trained in self.trained for _ in range(weights)])
        return network

    def to_core(self, parameters: tuple[Tensor, ...]) -> list[Array]:
        """Return the core's weights as views of PyTorch's parameters of all layers and directions, where possible."""
        count = parameter_count(self.cell, self.bias)
        parts = [parameters[first : first + count] for first in range(0, len(parameters), count)]
        return [weight for part in parts for weight in to_core(self.cell, self.bias, part)]


class SavedForward:
    """A forward pass saved for its backward pass; while it exists, its network keeps its weights."""

    def __init__(self, loaded: "LoadedNetwork") -> None:
        self.loaded = loaded
        self.forward_pass: NativeForward | None = None


class LoadedNetwork:
    """A network of the core, and the conversion of its weights from, and gradients to, PyTorch's parameters."""

    def __init__(self, spec: StackSpec) -> None:
        self.spec, self.network = spec, spec.network()
        self.saved: weakref.WeakSet[SavedForward] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._blocks = blocks_of(spec.cell, spec.bias) * len(spec.trained)
        self._shapes = [parameter.shape for parameter in self.network.parameters]

    def has(self, weights: Sequence[Array]) -> bool:
        """Return whether these are its weights."""
        return all(map(self.network.weight_equals, range(len(weights)), weights, self._blocks))

    def load(self, weights: Sequence[Array]) -> None:
        """Set its weights."""
        for i, weight in enumerate(weights):
            self.network.set_weight(i, weight, self._blocks[i])

    def backward(
        self, forward_pass: "NativeForward", d_output: Array, d_state: Array | None
    ) -> tuple[Array | None, Array, list[Tensor | None]]:
        """Return the gradients of the input, of the initial states, and of the parameters."""
        with self._lock:  # the network holds the gradients until they are read
            d_input, d_initial = self.network.backward(forward_pass, d_output, d_state)
            return d_input, d_initial, self._gradients()

    def _gradients(self) -> list[Tensor | None]:
        """Return the gradients of PyTorch's parameters, None for those that are not trained."""
        spec, count = self.spec, len(weight_names(self.spec.cell, self.spec.bias))
        found: list[Tensor | None] = []
        for part, trained in enumerate(spec.trained):
            if trained:
                first = part * count

                def fill(i: int, array: Array, blocks: Sequence[int], first: int = first) -> None:
                    self.network.copy_gradient(first + i, array, blocks)

                shapes = self._shapes[first : first + count]
                found += from_core(spec.cell, spec.bias, shapes, spec.dtype, fill, gradients=True)
            else:
                found += [None] * parameter_count(spec.cell, spec.bias)
        return found


class Networks:
    """The networks of one module; copies and unpickled objects start without any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: dict[StackSpec, list[LoadedNetwork]] = {}

    def __reduce__(self) -> tuple[type["Networks"], tuple[()]]:
        return Networks, ()

    def reserve(self, spec: StackSpec, parameters: tuple[Tensor, ...]) -> SavedForward:
        """Reserve a network with these parameters for a pass; call it where PyTorch records no gradients."""
        weights = spec.to_core(parameters)
        with self._lock:
            candidates = self._loaded.setdefault(spec, [])
            loaded = next((one for one in candidates if one.has(weights)), None)
            if loaded is None:
                loaded = next((one for one in candidates if not one.saved), None)
                if loaded is None:
                    loaded = LoadedNetwork(spec)
                    candidates.append(loaded)
                loaded.load(weights)
            saved = SavedForward(loaded)
            loaded.saved.add(saved)
        return saved
