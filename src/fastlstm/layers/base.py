"""What all layers share: name, dtype, weights, building, and being called on their own."""

import threading
import weakref
from typing import Any, ClassVar, TypeAlias

from .. import _engine, config
from .._checks import integer, size
from .._engine import Array, Network
from .._names import given_or_automatic
from ._weights import Weight, Weights

Shape: TypeAlias = tuple[int | None, ...]

building = threading.RLock()
"""Held while layers and models make weights: several threads may ask for the first prediction."""

_AXES = {2: "(N, D)", 3: "(N, T, D)"}


class Layer:
    """Base class of the layers.

    Parameters
    ----------
    name : str, optional
        Default: the class's name in snake case, numbered: lstm, lstm_1, lstm_2.
    dtype : {'float32', 'float64'}, optional
        Default: `fastlstm.config.floatx()`.
    """

    _ranks: ClassVar[tuple[int, ...]] = (2, 3)

    def __init__(self, *, name: str | None = None, dtype: str | None = None) -> None:
        self._dtype = config.floatx() if dtype is None else _engine.dtype_name("dtype", dtype)
        self._name = given_or_automatic(name, type(self))
        self._weights = Weights()
        self._features: int | None = None
        self._owner: weakref.ref[object] | None = None

    # What a layer defines ---------------------------------------------------------------------------------------

    def _declare(self, features: int) -> list[Weight]:
        """Return the weights for inputs of so many features."""
        return []

    def _output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the output for a checked input shape."""
        raise NotImplementedError(f"{type(self).__name__} must define _output_shape(shape)")

    def _append_to(self, network: Network) -> None:
        """Add this layer to a network of the core."""
        raise NotImplementedError(f"{type(self).__name__} must define _append_to(network)")

    def _arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments but name and dtype."""
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
                self._weights.create(self._declare(features), self.dtype)
                self._features = features

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, with the batch axis, for an input of this shape."""
        self._check_shape("input_shape", input_shape)
        return self._output_shape(tuple(input_shape))

    def __call__(self, x: Any, training: bool = False) -> Array:
        """Return the layer's output as a new array; builds the layer if need be.

        Parameters
        ----------
        x : array_like
            (N, T, D), or (N, D) for a layer that takes it.
        training : bool
            Whether to behave as in training. These layers do the same in both.

        Raises
        ------
        ValueError
            If the shape is wrong.
        TypeError
            If `x` is not made of real integers or floats.
        """
        array = _engine.real_array("x", x, self.dtype)
        features = self._check_shape("x", array.shape)
        self.build(array.shape)
        network = _engine.network(self.dtype, features, array.ndim == 3)
        self._append_to(network)
        self._weights.copy_to(network, 0)
        return network.predict(array)

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

    def count_trainable_params(self) -> int:
        """Return how many of them training changes."""
        self._require_built()
        return self._weights.count_trainable()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments: ``type(layer)(**layer.get_config())`` makes a layer like this one."""
        return {"name": self.name, "dtype": self.dtype, **self._arguments()}

    def __repr__(self) -> str:
        """Return the class and the name."""
        return f"<{type(self).__name__} name={self.name!r} built={self.built}>"

    def _claim(self, owner: object) -> None:
        """Make a model or a wrapper the owner; a layer that has one raises ValueError."""
        if self._owner is not None and self._owner() is not None:
            raise ValueError(f"layer: {self.name!r} is in use already; sharing layers is not supported")
        self._owner = weakref.ref(owner)

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
        if not isinstance(shape, (tuple, list)):
            raise TypeError(f"{argument}: expected a tuple with the batch axis, got {shape!r}")
        if len(shape) not in self._ranks:
            wanted = " or ".join(_AXES[rank] for rank in self._ranks)
            raise ValueError(f"{argument}: layer {self.name!r} expected shape {wanted}, got {tuple(shape)}")
        *leading, last = shape
        for extent in leading:
            if extent is not None:
                integer(argument, extent, 0)
        if last is None:
            raise ValueError(f"{argument}: the number of features (the last axis) must be known, got {tuple(shape)}")
        features = size(f"{argument}, number of features", last)
        if self._features not in (None, features):
            raise ValueError(
                f"{argument}: layer {self.name!r} was built for {self._features} features, got {features} in"
                f" {tuple(shape)}"
            )
        return features
