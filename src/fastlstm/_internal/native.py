"""The compiled core. No other module imports it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

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
norms = _core.norms

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


class StepRows(NamedTuple):
    """An output whose rows are steps of a sequence, which they become again when a layer takes it as a whole."""

    rows: "Output"
    sequence: Place
    """The sequence whose steps they are."""
    steps: int
    """The steps of each row."""


class PairScores(NamedTuple):
    """Products of the steps of two sequences, whose numbers are unknown: what comes after them makes it attention."""

    query: "Output"
    key: "Output"
    normalized: bool
    """Whether a softmax has been applied to them."""


Output: TypeAlias = Place | StepRows | PairScores


class Branch:
    """Layers of a network, each of which takes the output of the one before it.

    Parameters
    ----------
    network : Network
        To which they are added.
    inputs : sequence of Output
        Which outputs the first one takes.
    weights_of : sequence of int, optional
        The numbers of the layers of an earlier branch whose weights these layers use.
    united : dict of StepRows to Place, optional
        What has been made of rows that are steps, for several branches that take the same ones.
    """

    def __init__(
        self,
        network: Network,
        inputs: Sequence[Output],
        weights_of: Sequence[int] = (),
        united: dict[StepRows, Place] | None = None,
    ) -> None:
        self._network = network
        self._weights_of = weights_of
        self._united = {} if united is None else united
        self._sequences: list[Place] = []
        self.outputs: list[Output] = list(inputs)
        """The outputs of the last layer, or what the branch begins with if it has none."""
        self.added: list[int] = []
        """The numbers of the layers, other than those that divide and unite rows."""
        self.masked: Sequence[bool] | None = None
        """Whether masks come with the inputs; None if that is not known."""
        self.wanted: Sequence[int] | None = None
        """Which outputs are needed; None for all."""

    def add(self, layer: str, *, outputs: int = 1, **options: Any) -> None:
        """Add a layer of the core by its name there, with this number of outputs."""
        number = self._add_own(layer, self.outputs, options)
        self.outputs = [(number, output) for output in range(outputs)]

    def add_to_first(self, layer: str, **options: Any) -> None:
        """Add a layer that takes the first output so far and takes its place."""
        self.outputs[0] = (self._add_own(layer, self.outputs[:1], options), 0)

    def add_on(self, inputs: Sequence[Output], layer: str, **options: Any) -> Place:
        """Add a layer that takes these instead of the outputs so far, which stay; return its output."""
        return self._add_own(layer, inputs, options), 0

    def add_extra(self, inputs: Sequence[Output], layer: str, **options: Any) -> Place:
        """Add a layer without weights on these inputs, which other calls may lack; return its output."""
        return self._add(layer, self.places(inputs), **options), 0

    def add_again(self, number: int, inputs: Sequence[Output], layer: str, **options: Any) -> Place:
        """Add a layer on these inputs with the weights of one of this branch, by its number there; return its output.

        The number counts the layers that the branch has added.
        """
        weights_of = (self._weights_of or self.added)[number]
        self.added.append(self._add(layer, self.places(inputs), weights_of=weights_of, **options))
        return self.added[-1], 0

    def divide(self, features: int, sequence: bool) -> None:
        """Let the layers that follow take each step of the output as a row: (features), or a sequence of those."""
        (output,) = self.outputs
        if isinstance(output, StepRows):
            self._sequences.append(output.sequence)
            self.outputs = [output.rows]
        else:
            place = self._place(output)
            self._sequences.append(place)
            self.outputs = [(self._add("steps_to_rows", [place], features=features, sequence=sequence), 0)]

    def unite(self, steps: int) -> None:
        """Let the rows, of so many steps, be steps again."""
        (output,) = self.outputs
        self.outputs = [StepRows(output, self._sequences.pop(), steps)]

    def add_model(self, model: Any, shape: tuple[int | None, ...]) -> None:
        """Add the layers of a model of one input, of this shape, and one output."""
        raise NotImplementedError("models are in branches of models")

    def wants(self, output: int) -> bool:
        """Return whether an output is needed."""
        return self.wanted is None or output in self.wanted

    def weight_of(self, variable: Any) -> Place | None:
        """Return the layer and the number of a variable among the network's weights; None if it is not one."""
        return None

    def add_graph(self, nodes: Sequence[Any], outputs: Sequence[Place], shapes: Sequence[Any]) -> None:
        """Add the layers of nodes that take the outputs so far, of these shapes; their outputs take the place."""
        raise NotImplementedError("graphs are in branches of models")

    def places(self, outputs: Sequence[Output]) -> list[Place]:
        """Return outputs as layers take them."""
        return [self._place(output) for output in outputs]

    def _place(self, output: Output) -> Place:
        if isinstance(output, PairScores):
            raise ValueError(
                "the number of steps must be known where it becomes the number of features; if it is unknown, products"
                " of steps go through a softmax to a Dot with the steps of the second sequence, and nowhere else"
            )
        if not isinstance(output, StepRows):
            return output
        if output not in self._united:
            inputs = [self._place(output.rows), output.sequence]
            self._united[output] = self._add("rows_to_steps", inputs, steps=output.steps), 0
        return self._united[output]

    def _add_own(self, layer: str, inputs: Sequence[Output], options: dict[str, Any]) -> int:
        earlier = self._weights_of[len(self.added) :]  # a call may have more layers, without weights
        weights_of = earlier[0] if earlier else -1
        self.added.append(self._add(layer, self.places(inputs), weights_of=weights_of, **options))
        return self.added[-1]

    def _add(self, layer: str, inputs: Sequence[Place], **options: Any) -> int:
        return self._network.add(layer, inputs=inputs, **options)

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
