"""Networks of the core that compute a module's layers, and when one can be used again.

PyTorch's parameters are the ones that count, and may change at any time in ways that nobody is told of
(``weight.data``, memory shared with NumPy or with another process). So every pass compares them with the weights
of networks: one that has the same can be used as it is, also by several passes that wait for their backward pass, such
as the steps of a decoder. Others are given them if no pass waits in them.
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
    from ..._internal.native import Pass


class Form(NamedTuple):
    """A stack of like layers without its weights."""

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
    """For each layer and direction, whether it gives those of the weights."""

    @property
    def states(self) -> int:
        """How many states there are: h, and c of an LSTM."""
        return len(CELLS[self.cell].states)

    def network(self) -> Network:
        """Return a network of the core."""
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
                network.add_bidirectional(forward=options, backward=backward, merge_mode="concat")
            else:
                network.add_recurrent(**options)
        weights = len(weight_names(self.cell, self.bias))
        network.set_trainable([trained for trained in self.trained for _ in range(weights)])
        return network

    def to_core(self, parameters: tuple[Tensor, ...]) -> list[Array]:
        """Return the core's weights from PyTorch's parameters of all layers and directions, in PyTorch's memory."""
        count = parameter_count(self.cell, self.bias)
        parts = [parameters[first : first + count] for first in range(0, len(parameters), count)]
        return [weight for part in parts for weight in to_core(self.cell, self.bias, part)]


class Waiting:
    """What a forward pass holds until its backward pass: while there is one, its network keeps its weights."""

    def __init__(self, loaded: "LoadedNetwork") -> None:
        self.loaded = loaded
        self.kept: Pass | None = None


class LoadedNetwork:
    """A network of the core, and how PyTorch's parameters become its weights, and its gradients theirs."""

    def __init__(self, form: Form) -> None:
        self.form, self.network = form, form.network()
        self.waiting: weakref.WeakSet[Waiting] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._blocks = blocks_of(form.cell, form.bias) * len(form.trained)
        self._shapes = [segment.shape for segment in self.network.segments]

    def has(self, weights: Sequence[Array]) -> bool:
        """Whether these are its weights."""
        return all(map(self.network.weight_equals, range(len(weights)), weights, self._blocks))

    def load(self, weights: Sequence[Array]) -> None:
        """Give it other weights."""
        for i, weight in enumerate(weights):
            self.network.set_weight(i, weight, self._blocks[i])

    def backward(
        self, kept: "Pass", d_output: Array, d_state: Array | None
    ) -> tuple[Array | None, Array, list[Tensor | None]]:
        """Return the gradients of the input, of the initial states, and of the parameters."""
        with self._lock:  # gradients stay in the network until they are read
            d_input, d_initial = self.network.backward(kept, d_output, d_state)
            return d_input, d_initial, self._gradients()

    def _gradients(self) -> list[Tensor | None]:
        """Return the gradients of PyTorch's parameters, None for those that are not trained."""
        form, count = self.form, len(weight_names(self.form.cell, self.form.bias))
        found: list[Tensor | None] = []
        for part, trained in enumerate(form.trained):
            if trained:
                first = part * count

                def fill(i: int, array: Array, blocks: Sequence[int], first: int = first) -> None:
                    self.network.copy_gradient(first + i, array, blocks)

                shapes = self._shapes[first : first + count]
                found += from_core(form.cell, form.bias, shapes, form.dtype, fill, gradients=True)
            else:
                found += [None] * parameter_count(form.cell, form.bias)
        return found


class Networks:
    """The networks of one module. A copy of it, or what comes out of a pickle, begins without any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: dict[Form, list[LoadedNetwork]] = {}

    def __reduce__(self) -> tuple[type["Networks"], tuple[()]]:
        return Networks, ()

    def wait(self, form: Form, parameters: tuple[Tensor, ...]) -> Waiting:
        """Return a pass that waits in a network with these parameters; called where gradients are not recorded."""
        weights = form.to_core(parameters)
        with self._lock:
            candidates = self._loaded.setdefault(form, [])
            loaded = next((one for one in candidates if one.has(weights)), None)
            if loaded is None:
                loaded = next((one for one in candidates if not one.waiting), None)
                if loaded is None:
                    loaded = LoadedNetwork(form)
                    candidates.append(loaded)
                loaded.load(weights)
            waiting = Waiting(loaded)
            loaded.waiting.add(waiting)
        return waiting
