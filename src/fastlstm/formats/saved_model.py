"""The interface of a model to the formats, which do not depend on its class."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from ..layers import InputLayer
from ..layers._rng import RngSteps
from ..layers.base import Layer
from ..optimizers import Optimizer
from ..training.compiled import Compiled
from ..training.native_model import NativeModel
from ..training.nodes import Node, Value

LayersOf: TypeAlias = Mapping[int, Sequence[Any]]
"""The layers of models by the model's identity, in the order of a file."""


class SavedModel(Protocol):
    """A model that is written to a file, or whose weights are read from one."""

    _rng_steps: RngSteps
    _compiled: Compiled | None

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights."""

    @property
    def dtype(self) -> str:
        """The dtype of the layers."""

    @property
    def built(self) -> bool:
        """Whether the weights exist."""

    @property
    def _nodes(self) -> Sequence[Node]:
        """The layers with the sources of their inputs."""

    @property
    def _layers(self) -> list[Any]:
        """The layers and models inside, without InputLayers."""

    @property
    def _layers_in_files(self) -> list[Any]:
        """The same in the order of files that describe the model."""

    @property
    def _is_graph(self) -> bool:
        """Whether it is a functional model and not a chain."""

    @property
    def _inputs(self) -> list[InputLayer]:
        """The InputLayers."""

    @property
    def _outputs(self) -> list[Value]:
        """The outputs of nodes that are those of the model."""

    @property
    def _inputs_are_named(self) -> bool:
        """Whether the inputs were given as a dict."""

    @property
    def _input_structure(self) -> Any:
        """Places of the inputs in lists and dicts that are inside each other; None if they are not."""

    @property
    def _outputs_are_listed(self) -> bool:
        """Whether the outputs were given as a list."""

    @property
    def _output_structure(self) -> Any:
        """Places of the outputs in lists and dicts that are inside each other; None if they are not."""

    @property
    def _output_keys(self) -> Sequence[str]:
        """The keys of outputs that were given as a dict."""

    @property
    def input_shape(self) -> Any:
        """The shape of the input with the batch axis."""

    @property
    def _compiled_optimizer(self) -> Optimizer | None:
        """The optimizer of `compile`, None before."""

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights and variables that training changes."""

    def _runs_own(self, step: str) -> bool: ...
    def _trained_in_fit(self) -> dict[int, list[bool]]: ...
    def _changed(self) -> None: ...
    def _native_model(self) -> NativeModel: ...
    def _require_built(self) -> None: ...


class LoadedModel(SavedModel, Protocol):
    """A model that is created from its description in a file."""

    def add(self, layer: Layer | InputLayer) -> None:
        """Add a layer at the end of a chain."""

    def _connect_structures(self, inputs: Any, outputs: Any) -> None:
        """Become a graph of the layers between symbolic tensors."""

    def compile(self, optimizer: Any, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any) -> None:
        """Choose optimizer, loss and metrics."""

    def _build(self, inputs: Sequence[InputLayer]) -> None: ...


class ModelClasses(NamedTuple):
    """The classes of the models that are made of descriptions."""

    chain: Any
    """Of layers one after the other."""
    graph: Any
    """Of other models of one input and one output."""
    joins_chains: bool = True
    """Whether functional models whose layers are a chain are of the first class."""
