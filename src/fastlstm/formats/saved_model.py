"""The interface of a model to the formats, which do not depend on its class."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from .._internal.arrays import Array
from ..layers import InputLayer, Layer
from ..layers._rng import RngSteps
from ..layers.base import Shape
from ..optimizers import Optimizer
from ..training.compiled import Compiled
from ..training.native_model import NativeModel, Node


class SavedModel(Protocol):
    """A model that is written to a file, or whose weights are read from one."""

    _input: InputLayer | None
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
    def _layers(self) -> list[Layer]:
        """The layers, without the Input."""

    @property
    def _listed_inputs(self) -> tuple[InputLayer, ...]:
        """The Input of a functional model; nothing in a chain."""

    @property
    def input_shape(self) -> Shape:
        """The shape of the input with the batch axis."""

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer, None before `compile`."""

    def _changed(self) -> None: ...
    def _native_model(self) -> NativeModel: ...
    def _require_built(self) -> None: ...


class LoadedModel(SavedModel, Protocol):
    """A model that is created from its description in a file."""

    def add(self, layer: Layer | InputLayer) -> None:
        """Add a layer at the end of a chain."""

    def _append_node(self, layer: Layer, inputs: tuple[int, ...]) -> None:
        """Add a layer that takes these outputs."""

    def _start_with(self, model_input: InputLayer) -> None:
        """Set the Input of a functional model."""

    def compile(self, optimizer: Any, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any) -> None:
        """Choose optimizer, loss and metrics."""

    def _build(self, model_input: InputLayer, weights: Sequence[Sequence[Array]] | None = None) -> None: ...


class ModelClasses(NamedTuple):
    """The classes of the models that are made of descriptions."""

    chain: Any
    """Of layers one after the other."""
    graph: Any
    """Of other models of one input and one output."""
