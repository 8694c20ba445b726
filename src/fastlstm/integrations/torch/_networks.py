"""Networks of the core that compute a module's layers, and when one can be used again.

PyTorch's parameters are the ones that count, and may change at any time in ways that nobody is told of
(``weight.data``, memory shared with NumPy or with another process). So every pass compares them with those that a
network was given last: one that has the same can be used as it is, also by several passes that wait for their backward
pass, such as the steps of a decoder. Others are given them if no pass waits in them.
"""

import threading
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from ... import _engine
from ..._engine import Array, Network
from ._layouts import CELLS, Tensor, from_core, parameter_count, to_core, weight_names

if TYPE_CHECKING:
    from ..._engine import Pass


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
        network = _engine.network(self.dtype, self.features, True, input_gradient=self.input_gradient)
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
        """Return the core's weights from PyTorch's parameters of all layers and directions."""
        count = parameter_count(self.cell, self.bias)
        parts = [parameters[first : first + count] for first in range(0, len(parameters), count)]
        return [weight.numpy() for part in parts for weight in to_core(self.cell, self.bias, part)]

    def gradients_of(self, network: Network) -> list[Tensor | None]:
        """Return the gradients of PyTorch's parameters, None for those that are not trained."""
        count = len(weight_names(self.cell, self.bias))
        found: list[Tensor | None] = []
        for i, trained in enumerate(self.trained):
            if trained:
                gradients = [network.gradient(segment) for segment in range(i * count, (i + 1) * count)]
                found += from_core(self.cell, self.bias, gradients, gradients=True)
            else:
                found += [None] * parameter_count(self.cell, self.bias)
        return found


class Waiting:
    """What a forward pass holds until its backward pass: while there is one, its network keeps its weights."""

    def __init__(self, loaded: "LoadedNetwork") -> None:
        self.loaded = loaded
        self.kept: Pass | None = None


class LoadedNetwork:
    """A network, and the parameters that it was given."""

    def __init__(self, form: Form) -> None:
        self.form, self.network = form, form.network()
        self.waiting: weakref.WeakSet[Waiting] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._parameters: tuple[Tensor, ...] = ()

    def has(self, parameters: tuple[Tensor, ...]) -> bool:
        """Whether it was given the same numbers."""
        return bool(self._parameters) and all(map(torch.equal, self._parameters, parameters))

    def load(self, parameters: tuple[Tensor, ...]) -> None:
        """Give it other parameters."""
        self._parameters = ()
        for i, weight in enumerate(self.form.to_core(parameters)):
            self.network.set_weight(i, weight)
        self._parameters = tuple(parameter.clone() for parameter in parameters)

    def backward(
        self, kept: "Pass", d_output: Array, d_state: Array | None
    ) -> tuple[Array | None, Array, list[Tensor | None]]:
        """Return the gradients of the input, of the initial states, and of the parameters."""
        with self._lock:  # gradients stay in the network until they are read
            d_input, d_initial = self.network.backward(kept, d_output, d_state)
            return d_input, d_initial, self.form.gradients_of(self.network)


class Networks:
    """The networks of one module. A copy of it, or what comes out of a pickle, begins without any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: dict[Form, list[LoadedNetwork]] = {}

    def __reduce__(self) -> tuple[type["Networks"], tuple[()]]:
        return Networks, ()

    def wait(self, form: Form, values: tuple[Tensor, ...]) -> Waiting:
        """Return a pass that waits in a network with these parameters; called where gradients are not recorded."""
        with self._lock:
            candidates = self._loaded.setdefault(form, [])
            loaded = next((one for one in candidates if one.has(values)), None)
            if loaded is None:
                loaded = next((one for one in candidates if not one.waiting), None)
                if loaded is None:
                    loaded = LoadedNetwork(form)
                    candidates.append(loaded)
                loaded.load(values)
            waiting = Waiting(loaded)
            loaded.waiting.add(waiting)
        return waiting
