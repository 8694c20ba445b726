"""A stack of layers and the network of the core that is built from it: adding, building, weights."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .. import config
from .._internal import native
from .._internal.arrays import Array
from .._internal.checks import flag
from .._internal.names import given_or_automatic
from .._internal.native import Network
from ..layers import Embedding, InputLayer, Layer
from ..layers.base import Shape, building
from ..layers.rnn._stateful import StatefulLayer


class LayerStack:
    """Layers one after the other, over one network of the core, which holds the weights once it is built."""

    def __init__(
        self,
        layers: Iterable[Layer | InputLayer] | None = None,
        name: str | None = None,
        *,
        trainable: bool = True,
    ) -> None:
        self._name = given_or_automatic(name, type(self))
        self._trainable = flag("trainable", trainable)
        self._layers: list[Layer] = []
        self._input: InputLayer | None = None
        self._network: Network | None = None
        self._stateful = False  # whether calls depend on those before them; known once there is a network
        self._carries = np.zeros(
            0, bool
        )  # for each column of the network's states, whether the next call begins with it
        if layers is not None and not isinstance(layers, Iterable):
            raise TypeError(f"layers: expected a list of layers, got {layers!r}")
        for layer in layers or ():
            self.add(layer)

    # Structure --------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the Input."""
        return list(self._layers)

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; assigning it sets it for all layers as well.

        It takes effect at once, and the optimizer starts afresh, as after `compile`, which Keras asks for. To train
        some layers only, set ``layer.trainable`` of the others to False.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        value = flag("trainable", value)
        if value != self._trainable:
            self._trainable = value
            self._changed()
        for layer in self._layers:
            layer.trainable = value

    @property
    def dtype(self) -> str:
        """'float32' or 'float64': that of the layers."""
        if self._layers:
            return self._layers[0].dtype
        return (self._input and self._input.dtype) or config.floatx()

    @property
    def built(self) -> bool:
        """Whether the input's shape is known and there are layers, so that the weights exist."""
        return self._input is not None and bool(self._layers)

    @property
    def input_shape(self) -> Shape:
        """Shape of the input with the batch axis, None standing for any size."""
        self._require_built()
        assert self._input is not None
        return self._input.batch_shape

    @property
    def output_shape(self) -> Shape:
        """Shape of the output with the batch axis."""
        return self._output_shape(self.input_shape)

    def add(self, layer: Layer | InputLayer) -> None:
        """Add a layer at the end. A model that was trained keeps its weights, and its optimizer starts afresh.

        Parameters
        ----------
        layer : layer
            An `Input` in the first place only; a layer that is in no other model.

        Raises
        ------
        TypeError
            If it is not a layer.
        ValueError
            If an Input or an Embedding is not the first, a name is taken, the dtype disagrees, the layer is in a model
            already, returns several arrays, or does not take the output of the layer before it.

        Examples
        --------
        >>> from fastlstm import Input, Sequential, layers
        >>> model = Sequential()
        >>> model.add(Input((20, 1)))
        >>> model.add(layers.LSTM(32))
        >>> model.count_params()
        4352
        """
        if isinstance(layer, InputLayer):
            if self._input is not None or self._layers:
                raise ValueError("layer: Input must come first, and once")
            self._input = layer
            return
        if not isinstance(layer, Layer):
            raise TypeError(f"layer: expected an instance of a fastlstm layer, got {layer!r}")
        self._require_fit(layer)
        if self._input is not None:
            shape = self._output_shape(self._input.batch_shape)
            layer.compute_output_shape(shape)
            layer._require_free()
            layer.build(shape)
        layer._claim(self)
        self._layers.append(layer)
        self._changed()

    def pop(self) -> Layer:
        """Remove the last layer and return it, with its weights.

        Raises
        ------
        ValueError
            If there is no layer.
        """
        if not self._layers:
            raise ValueError(f"pop: model {self.name!r} has no layers")
        layer = self._layers.pop()
        layer._detach()
        self._changed()
        return layer

    def build(self, input_shape: Shape) -> None:
        """Make the weights of a model without an Input; `fit`, `predict` and others do so for the data they are given.

        The shape is fixed from then on, the number of steps too. Begin the model with ``Input((None, D))`` to leave
        that open.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis: (None, T, D) or (None, D).

        Raises
        ------
        ValueError
            If there are no layers, the first does not take this shape, or the model was built for another one.
        """
        if not self._layers:
            raise ValueError(f"build: model {self.name!r} has no layers: add some first")
        if not isinstance(input_shape, (tuple, list)):
            raise TypeError(f"input_shape: expected a tuple with the batch axis, got {input_shape!r}")
        if self._input is not None:
            if tuple(input_shape[1:]) != self._input.shape:
                raise ValueError(
                    f"input_shape: model {self.name!r} was built for {self.input_shape}, got {tuple(input_shape)}"
                )
            return
        shapes: list[Shape] = [tuple(input_shape)]
        for layer in self._layers:  # all shapes first, so that an error leaves no layer built
            shapes.append(layer.compute_output_shape(shapes[-1]))
        with building:
            for layer, shape in zip(self._layers, shapes[:-1], strict=True):
                layer.build(shape)
            if self._input is None:
                self._input = InputLayer(tuple(input_shape[1:]))

    def _adopt(self, first: InputLayer, weights: Sequence[Sequence[Array]]) -> None:
        """Be built for this input, with weights of each layer in place of initial ones; shapes and dtypes are right."""
        shape = first.batch_shape
        with building:
            for layer, arrays in zip(self._layers, weights, strict=True):
                layer._adopt(layer._check_shape("input_shape", shape), arrays)
                shape = layer.compute_output_shape(shape)
            self._input = first

    # Weights ----------------------------------------------------------------------------------------------------

    @property
    def weights(self) -> list[Array]:
        """Read-only views of all weights, layer by layer. Get them again after the model has changed its layers."""
        self._built_network()
        return [array for layer in self._layers for array in layer.weights]

    @property
    def trainable_weights(self) -> list[Array]:
        """Those of `weights` that training changes."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if trained]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """Those of `weights` that training leaves alone."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if not trained]

    def get_weights(self) -> list[Array]:
        """Return copies of all weights, layer by layer."""
        return [array.copy() for array in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Replace all weights.

        Parameters
        ----------
        weights : list of array_like
            In the order and the shapes of `get_weights`.

        Raises
        ------
        ValueError
            If the model is not built, or the number of arrays or a shape differs; nothing is changed then.
        """
        if not isinstance(weights, (list, tuple)):
            raise TypeError(f"weights: expected a list of arrays, got {type(weights).__name__}")
        self._built_network()
        counts = [len(layer.weights) for layer in self._layers]
        if len(weights) != sum(counts):
            raise ValueError(f"weights: model {self.name!r} expected {sum(counts)} arrays, got {len(weights)}")
        parts, start = [], 0
        for layer, count in zip(self._layers, counts, strict=True):
            parts.append(layer._weights.checked(f"layer {layer.name!r}", weights[start : start + count], layer.dtype))
            start += count
        for layer, part in zip(self._layers, parts, strict=True):
            layer._weights.write(part)

    def count_params(self) -> int:
        """Return how many numbers the weights are."""
        self._require_built()
        return sum(layer.count_params() for layer in self._layers)

    def _trained(self) -> list[bool]:
        """Return for each weight whether training changes it."""
        return [self._trainable and trained for layer in self._layers for trained in layer._trained()]

    # The network ------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Make a new network, from the weights of now, when one is needed next."""
        self._network = None

    def _require_fit(self, layer: Layer) -> None:
        """Raise ValueError if a layer can not become the next one."""
        if layer in self._layers:
            raise ValueError(
                f"layer: {layer.name!r} is in model {self.name!r} already; sharing layers is not supported"
            )
        if isinstance(layer, Embedding) and self._layers:
            raise ValueError(f"layer: {layer.name!r} is an Embedding, which must be the first layer of a model")
        if isinstance(layer, StatefulLayer):
            layer._require_one_output()
        if any(other.name == layer.name for other in self._layers):
            raise ValueError(f"layer: the name {layer.name!r} is taken in model {self.name!r}; give another one")
        first = self._layers[0] if self._layers else self._input
        if first is not None and first.dtype not in (None, layer.dtype):
            raise ValueError(
                f"dtype: layer {layer.name!r} is {layer.dtype}, {first.name!r} is {first.dtype}; one model has one"
                " dtype, give all the same dtype= or use config.set_floatx"
            )

    def _output_shape(self, shape: Shape) -> Shape:
        for layer in self._layers:
            shape = layer.compute_output_shape(shape)
        return shape

    def _output_shape_for(self, x: Array) -> tuple[int, ...]:
        """Return the shape of the outputs for x as the network takes it, which for an Embedding has one axis more."""
        return tuple(size or 0 for size in self._output_shape(x.shape[: len(self.input_shape)]))

    def _require_built(self) -> None:
        if not self.built:
            raise ValueError(
                f"model {self.name!r} is not built: begin it with an Input(shape) and add layers, call"
                " build(input_shape), or fit it"
            )

    def _built_network(self) -> Network:
        """Return the network, made now from the layers' weights if they have changed since."""
        self._require_built()
        with building:
            if self._network is None:
                self._network = self._make_network()
            return self._network

    def _make_network(self) -> Network:
        shape = self.input_shape
        network = native.network(self.dtype, *self._layers[0]._network_input(shape))
        for layer in self._layers:
            layer._append_all_to(network, shape)
            shape = layer.compute_output_shape(shape)
        network.set_trainable(self._trained())
        segment = column = 0
        carries: list[bool] = []
        for layer in self._layers:
            segment, end = layer._move_to(network, segment, column)
            carries += [layer.stateful] * (end - column)
            column = end
        self._carries, self._stateful = np.array(carries, bool), any(carries)
        return network
