"""What all layers share: name, dtype, weights, building, and being called on their own."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeAlias

from .. import config, regularizers
from .._internal import native
from .._internal.arrays import Array, dtype_name, finite_array, mask_for, real_array
from .._internal.checks import flag, integer, size
from .._internal.names import given_or_automatic
from .._internal.native import Network
from .._internal.registry import Registry, plain
from .._internal.signatures import takes_the_options_of
from ._rng import RngSteps
from ._trainable import Trainable
from ._weights import Weight, Weights

Shape: TypeAlias = tuple[int | None, ...]

VECTORS, SEQUENCES = {2: "(N, D)"}, {3: "(N, T, D)"}
"""The axes of inputs, by their number."""

building = threading.RLock()
"""Held while layers and models make weights: several threads may ask for the first prediction."""


class Call(NamedTuple):
    """One call of a layer on its own: the network that is made for it, and what it is run on."""

    network: Network
    x: Array
    mask: Array | None
    rng_step: int | None


class Layer(Trainable):
    """Base class of the layers. What it takes, every layer takes.

    Parameters
    ----------
    name : str, optional
        Default: the class's name in snake case, numbered: lstm, lstm_1, lstm_2.
    dtype : {'float32', 'float64'}, optional
        Default: `fastlstm.config.floatx()`.
    activity_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Adds to the loss a penalty on the layer's output, summed over it and divided by the number of samples.
    trainable : bool
        Whether training changes the weights.
    """

    _axes: ClassVar[dict[int, str]] = VECTORS | SEQUENCES
    """The axes of the inputs that the layer takes, by their number."""
    stateful: bool = False
    """Whether a call begins with the states that the call before it ended with."""
    _each_step: bool = False
    """Whether the layer does to a sequence what it does to each of its steps."""
    _in_keras: ClassVar[bool] = True
    """Whether Keras has a layer of this name, with these weights."""
    _beyond_keras: ClassVar[Mapping[str, Any]] = {}
    """Arguments that Keras's layer does not have, with their values at which it does the same; ... for any value."""
    _keras_path: ClassVar[str] = ""
    """Where Keras's layer keeps the weights: in itself, or in an attribute of this name."""
    _keras_extra: ClassVar[tuple[tuple[str, int], ...]] = ()
    """Names and values of the variables that Keras's layer keeps after the weights."""

    def __init__(
        self,
        *,
        name: str | None = None,
        dtype: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(trainable)
        self._dtype = config.floatx() if dtype is None else dtype_name("dtype", dtype)
        self._name = given_or_automatic(name, type(self))
        self._activity_regularizer = regularizers.get(activity_regularizer)
        self._weights = Weights()
        self._features: int | None = None
        self._rng_steps = RngSteps()

    def __init_subclass__(cls) -> None:
        takes_the_options_of(cls, cls.__mro__[1])

    # What a layer defines ---------------------------------------------------------------------------------------

    def _declare(self, features: int) -> list[Weight]:
        """Return the weights for inputs of so many features."""
        return []

    def _output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the output for a checked input shape."""
        raise NotImplementedError(f"{type(self).__name__} must define _output_shape(shape)")

    def _append_to(self, network: Network, shape: Shape) -> None:
        """Add this layer's stages to a network of the core, whose output so far has this shape."""
        raise NotImplementedError(f"{type(self).__name__} must define _append_to(network, shape)")

    def _arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments but those of `Layer`."""
        return {}

    # What all layers do -----------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The layer's name."""
        return self._name

    @property
    def dtype(self) -> str:
        """'float32' or 'float64'."""
        return self._dtype

    @property
    def built(self) -> bool:
        """Whether the layer has its weights."""
        return self._features is not None

    def build(self, input_shape: Shape) -> None:
        """Make the weights, with initial values.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis: (None, T, D) or (None, D). All but the last may be None.

        Raises
        ------
        ValueError
            If the layer does not take this shape, or was built for another number of features.
        """
        features = self._check_shape("input_shape", input_shape)
        with building:
            if not self.built:
                self._make_weights(features, input_shape)
                self._features = features

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Return the shape of the output, with the batch axis, for an input of this shape.

        Layers that return several arrays return a tuple of their shapes.
        """
        self._check_shape("input_shape", input_shape)
        return self._output_shape(tuple(input_shape))

    def __call__(self, x: Any, *, mask: Any = None, training: bool = False) -> Array:
        """Return the layer's output as a new array; builds the layer if need be.

        Parameters
        ----------
        x : array_like
            (N, T, D), or (N, D) for a layer that takes it.
        mask : array_like of bool, optional
            (N, T), True where a step of a sequence is valid. Recurrent layers skip the other steps.
        training : bool
            Whether to behave as in training: dropout draws anew at each call. No difference for other layers.

        Raises
        ------
        ValueError
            If a shape is wrong.
        TypeError
            If `x` is not made of real integers or floats, or `mask` not of True and False.
        """
        call = self._prepared(x, mask, training)
        return call.network.run(call.x, mask=call.mask, draw=call.rng_step)[0]

    @property
    def weights(self) -> list[Array]:
        """Read-only views of the weights as they are now. Get them again after the model has changed its layers."""
        self._require_built()
        return self._weights.arrays()

    def get_weights(self) -> list[Array]:
        """Return copies of the weights."""
        return [array.copy() for array in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Replace the weights.

        Parameters
        ----------
        weights : list of array_like
            In the order and the shapes of `get_weights`.

        Raises
        ------
        ValueError
            If the layer is not built, or the number of arrays or a shape differs; nothing is changed then.
        """
        self._require_built()
        self._weights.write(self._weights.checked(f"layer {self.name!r}", weights, self.dtype))

    def count_params(self) -> int:
        """Return how many numbers the weights are."""
        return sum(array.size for array in self.weights)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments: ``type(layer)(**layer.get_config())`` makes a layer like this one."""
        return {name: plain(value) for name, value in self._constructor_arguments().items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Layer":
        """Return a new layer like the one that `get_config` describes, without its weights."""
        return cls(**config)

    def __repr__(self) -> str:
        """Return the class and the name."""
        return f"<{type(self).__name__} name={self.name!r} built={self.built}>"

    # Inside -----------------------------------------------------------------------------------------------------

    @property
    def _works_step_by_step(self) -> bool:
        """Whether a step's output needs no later step."""
        return True

    def _constructor_arguments(self) -> dict[str, Any]:
        """Return the arguments that make such a layer, as objects."""
        return {
            "name": self.name,
            "dtype": self.dtype,
            "activity_regularizer": self._activity_regularizer,
            "trainable": self._trainable,
            **self._arguments(),
        }

    def _make_weights(self, features: int, input_shape: Shape) -> None:
        self._weights.create(self._declare(features), self.dtype)

    def _adopt(self, features: int, arrays: Sequence[Array]) -> None:
        """Be built for inputs of so many features, with these weights in place of initial ones."""
        for layer in self._inner_layers():
            count = len(layer._declare(features))
            layer._adopt(features, arrays[:count])
            arrays = arrays[count:]
        if not self._inner_layers():
            self._weights.adopt(self._declare(features), arrays)
        self._features = features

    def _parts(self) -> Mapping[str, "Layer"]:
        """Return the layers that this one is made of, by the names of Keras's attributes."""
        return {}

    def _inner_layers(self) -> "list[Layer]":
        return list(self._parts().values())

    def _leaves(self, path: str) -> "Iterator[tuple[str, Layer]]":
        """Yield the layers inside that have weights of their own, or this one, and Keras's path of each."""
        for name, layer in self._parts().items():
            yield from layer._leaves(f"{path}/{name}")
        if not self._parts():
            yield (f"{path}/{self._keras_path}" if self._keras_path else path), self

    @property
    def _weights_are_arguments(self) -> bool:
        """Whether the weights were given to the constructor, so that a description of the layer has them."""
        return False

    def _append_all_to(self, network: Network, shape: Shape) -> None:
        """Add this layer's stages, and the penalty on its output."""
        self._append_to(network, shape)
        if self._activity_regularizer is not None:
            network.add_activity_regularizer(l1=self._activity_regularizer.l1, l2=self._activity_regularizer.l2)

    def _network_input(self, shape: Shape) -> tuple[int, bool]:
        """Return the features of a network that begins with this layer, and whether it takes sequences."""
        return size("number of features", shape[-1]), len(shape) == 3

    def _as_input(self, name: str, x: Any, *, finite: bool = False) -> Array:
        """Return `x` as an array of the layer's dtype, of the shape that callers see."""
        return (finite_array if finite else real_array)(name, x, self.dtype)

    def _for_network(self, x: Array) -> Array:
        """Return an array from `_as_input` in the shape that a network which begins with this layer takes."""
        return x

    def _prepared(self, x: Any, mask: Any, training: bool) -> Call:
        """Return a network of this layer alone, and checked arguments for it."""
        array = self._as_input("x", x)
        self._check_shape("x", array.shape)
        self._output_shape(array.shape)  # raises where the layer can not take the shape
        x = self._for_network(array)
        given = None if mask is None else mask_for(x, mask)
        rng_step = next(self._rng_steps) if flag("training", training) else None
        self.build(array.shape)
        network = native.network(self.dtype, *self._network_input(array.shape))
        self._append_all_to(network, array.shape)
        self._weights.copy_to(network, 0)
        return Call(network, x, given, rng_step)

    def _move_to(self, network: Network, segment: int, column: int) -> tuple[int, int]:
        """Keep weights and states in a model's network from now on, in its segments and its columns from these on.

        Returns the segment and the column after them.
        """
        return self._weights.move_to(network, segment), column

    def _detach(self) -> None:
        """Leave the model, with the weights."""
        self._weights.detach()
        self._owner = None

    def _weight(self, name: str) -> Array | None:
        self._require_built()
        return self._weights.array(name)

    def _require_built(self) -> None:
        if not self.built:
            raise ValueError(
                f"layer {self.name!r} has no weights yet: call build(input_shape), call it on an array, or add it to a"
                " model with an Input"
            )

    def _check_shape(self, argument: str, shape: Any) -> int:
        """Return the number of features of a shape that this layer takes."""
        self._check_axes(argument, shape)
        if shape[-1] is None:
            raise ValueError(f"{argument}: the number of features (the last axis) must be known, got {tuple(shape)}")
        features = size(f"{argument}, number of features", shape[-1])
        if self._features not in (None, features):
            raise ValueError(
                f"{argument}: layer {self.name!r} was built for {self._features} features, got {features} in"
                f" {tuple(shape)}"
            )
        return features

    def _check_axes(self, argument: str, shape: Any) -> None:
        """Raise unless a shape has the number of axes that this layer takes."""
        if not isinstance(shape, (tuple, list)):
            raise TypeError(f"{argument}: expected a tuple with the batch axis, got {shape!r}")
        if len(shape) not in self._axes:
            wanted = " or ".join(self._axes.values())
            raise ValueError(f"{argument}: layer {self.name!r} expected shape {wanted}, got {tuple(shape)}")
        for extent in shape:
            if extent is not None:
                integer(argument, extent, 0)


registry: Registry[type[Any]] = Registry("layer")
"""Every layer that a model can have, and `InputLayer`."""
