"""Layers and how they are connected: shapes, weights, and the native model compiled from them."""

import os
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from .. import config, optimizers
from .._internal.arrays import Array
from .._internal.checks import flag, integer
from .._internal.names import given_or_automatic
from ..formats import model_files, training_state
from ..layers import InputLayer, Layer
from ..layers._rng import RngSteps
from ..layers.base import Shape, building
from ..training.compiled import Compiled
from ..training.native_model import NativeModel, Node
from . import summary


class LayerGraph:
    """Layers, each of which takes its input from the model's input or from layers before it.

    A chain is the simplest graph: each layer takes the output of the layer before it.
    """

    def __init__(self, name: str | None, trainable: bool) -> None:
        self._name = given_or_automatic(name, type(self))
        self._trainable = flag("trainable", trainable)
        self._nodes: list[Node] = []
        self._input: InputLayer | None = None
        self._compiled: Compiled | None = None
        self._native: NativeModel | None = None  # compiled from the layers when it is needed
        self._rng_steps = RngSteps()

    # Structure -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the Input."""
        return [node.layer for node in self._nodes]

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
        for layer in self.layers:
            layer.trainable = value

    @property
    def dtype(self) -> str:
        """'float32' or 'float64': that of the layers."""
        if self._nodes:
            return self._nodes[0].layer.dtype
        return (self._input and self._input.dtype) or config.floatx()

    @property
    def built(self) -> bool:
        """Whether the input's shape is known and there are layers, so that the weights exist."""
        return self._input is not None and bool(self._nodes)

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

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by name or by its index in `layers`.

        Raises
        ------
        ValueError
            If there is no such layer, or not exactly one of the two is given.
        """
        layers = self.layers
        if (name is None) == (index is None):
            raise ValueError("get_layer: expected either a name or an index")
        if index is not None:
            index = integer("index", index, -len(layers))
            try:
                return layers[index]
            except IndexError:
                raise ValueError(f"index: model {self.name!r} has {len(layers)} layers, got {index}") from None
        for layer in layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in layers)
        raise ValueError(f"name: model {self.name!r} has no layer {name!r}; it has: {known}")

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Print a table of the layers, their output shapes and sizes, and the totals.

        Parameters
        ----------
        line_length : int, optional
            Width of the table in characters. Default: 88, 100 with `show_trainable`, or what the terminal has.
        positions : sequence of float, optional
            Where each column ends, as fractions of the width: three, or four with `show_trainable`.
        print_fn : callable, optional
            Called once with the text, in place of `print`.
        expand_nested : bool
            As in Keras code, without effect: no layer is a model.
        show_trainable : bool
            Whether a column says if training changes a layer: Y or N, - where it has no weights.
        layer_range : (str, str), optional
            The first and the last layer of the table, by name or regular expression. The totals are of all.

        Raises
        ------
        ValueError
            If the width is too small, or there is no such layer.

        Examples
        --------
        >>> from fastlstm import Input, Sequential, layers
        >>> model = Sequential([Input((20, 1)), layers.LSTM(32, name="memory")], name="small")
        >>> model.summary(line_length=60)
        Model: "small"
        ┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓
        ┃ Layer (type)             ┃ Output Shape      ┃   Param # ┃
        ┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩
        │ memory (LSTM)            │ (None, 32)        │     4,352 │
        └──────────────────────────┴───────────────────┴───────────┘
         Total params: 4,352 (17.00 KB)
         Trainable params: 4,352 (17.00 KB)
         Non-trainable params: 0 (0.00 B)
        """
        text = summary.table(self, line_length, positions, show_trainable, layer_range)
        (print if print_fn is None else print_fn)(text)

    @property
    def optimizer(self) -> optimizers.Optimizer | None:
        """That of `compile`."""
        return None if self._compiled is None else self._compiled.optimizer

    # Weights -------------------------------------------------------------------------------------------------------

    @property
    def weights(self) -> list[Array]:
        """Read-only views of all weights, layer by layer. Get them again after the model has changed its layers."""
        self._native_model()
        return [array for layer in self.layers for array in layer.weights]

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
        self._native_model()
        counts = [len(layer.weights) for layer in self.layers]
        if len(weights) != sum(counts):
            raise ValueError(f"weights: model {self.name!r} expected {sum(counts)} arrays, got {len(weights)}")
        parts, start = [], 0
        for layer, count in zip(self.layers, counts, strict=True):
            parts.append(layer._weights.checked(f"layer {layer.name!r}", weights[start : start + count], layer.dtype))
            start += count
        for layer, part in zip(self.layers, parts, strict=True):
            layer._weights.write(part)

    def count_params(self) -> int:
        """Return how many numbers the weights are."""
        self._require_built()
        return sum(layer.count_params() for layer in self.layers)

    def _trained(self) -> list[bool]:
        """Return for each weight whether training changes it."""
        return [self._trainable and trained for layer in self.layers for trained in layer._trained()]

    # Files and copies ----------------------------------------------------------------------------------------------

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the model to a file that `fastlstm.load_model` and Keras open.

        It has the layers, the weights, and how the model is compiled, with the state of its optimizer. Layers and
        arguments that Keras does not have need ``import fastlstm.integrations.keras`` there. A file is written whole
        or not at all.

        Parameters
        ----------
        filepath : path-like
            Ends with .keras, or with .h5 for Keras's older format.
        overwrite : bool
            Whether a file that exists is replaced.

        Raises
        ------
        ValueError
            If the path has another ending.
        FileExistsError
            If there is such a file and `overwrite` is False.

        Warns
        -----
        UserWarning
            If the model is not built, so that there are no weights.
        """
        model_files.save_model(self, filepath, overwrite)

    def save_weights(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the weights to a file.

        Parameters
        ----------
        filepath : path-like
            Ends with .weights.h5, which has the state of the optimizer as well and which Keras reads; or with
            .safetensors, which has the model's description beside the weights.
        overwrite : bool
            Whether a file that exists is replaced.

        Raises
        ------
        ValueError
            If the path has another ending, or the model is not built.
        FileExistsError
            If there is such a file and `overwrite` is False.
        ImportError
            If the package safetensors is needed and missing.
        """
        model_files.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
        """Replace the weights by those of a file; where one does not fit, nothing is changed.

        Layers are told apart by their classes and order, in a .safetensors file by their names. If the model is
        compiled with such an optimizer as the one that a file has the state of, that is restored as well, and a fit
        goes on from there.

        Parameters
        ----------
        filepath : path-like
            What `save_weights` or `save` has written, here or in Keras.
        skip_mismatch : bool
            Whether weights that do not fit, or are not there, stay as they are, with a warning.

        Raises
        ------
        OSError
            If there is no such file, or it can not be read.
        ValueError
            If the file is damaged, unsafe, or does not fit the model, or the model is not built.

        Warns
        -----
        UserWarning
            If what the file has of an optimizer does not fit.
        """
        model_files.load_weights(self, filepath, skip_mismatch)

    def __copy__(self) -> Any:
        raise TypeError(
            f"model {self.name!r} can not share its layers with a copy: use copy.deepcopy, or"
            " fastlstm.models.clone_model for one with initial weights"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles have: everything, with the training state in place of the native model."""
        training = None if self._native is None else training_state.of_native_model(self._native, self.optimizer)
        return {**vars(self), "_native": None, "_training": training}

    def __setstate__(self, state: dict[str, Any]) -> None:
        training = state.pop("_training")
        vars(self).update(state)
        for layer in self.layers:
            layer._owner = weakref.ref(self)
        if self.optimizer is not None:
            self.optimizer.claim(self)
        if training is not None:
            training_state.restore_native_model(self._native_model(), self.optimizer, training)

    # Inside --------------------------------------------------------------------------------------------------------

    def _shapes(self, batch_shape: Shape) -> list[Shape]:
        """Return the shape of each layer's output for an input of this shape."""
        shapes: list[Shape] = []
        for node in self._nodes:
            shapes.append(node.output_shape(shapes, batch_shape))
        return shapes

    def _output_shape(self, batch_shape: Shape) -> Shape:
        return self._shapes(batch_shape)[-1] if self._nodes else batch_shape

    def _build(self, first: InputLayer, make: Callable[[int, Shape], None]) -> None:
        """Build all layers for this input: `make` is called with the place of each and the shape of its input."""
        shapes = self._shapes(first.batch_shape)  # all of them first, so that an error leaves no layer built
        with building:
            for i, node in enumerate(self._nodes):
                make(i, node.input_shape(shapes, first.batch_shape))
            self._input = first

    def _build_for_shape(self, batch_shape: Shape) -> None:
        """Build a model without an Input for data of this shape."""
        if not self._nodes:
            raise ValueError(f"build: model {self.name!r} has no layers: add some first")

        def make(i: int, shape: Shape) -> None:
            self._nodes[i].layer.build(shape)

        self._build(InputLayer(batch_shape[1:]), make)

    def _adopt(self, first: InputLayer, weights: Sequence[Sequence[Array]]) -> None:
        """Build all layers for this input, with these weights instead of initial ones; their shapes are right."""

        def adopt(i: int, shape: Shape) -> None:
            layer = self._nodes[i].layer
            layer._adopt(layer._check_shape("input_shape", shape), weights[i])

        self._build(first, adopt)

    def _changed(self) -> None:
        """Invalidate the native model; it is compiled again, from the current weights, when it is needed."""
        self._native = None

    def _require_built(self) -> None:
        if not self.built:
            raise ValueError(
                f"model {self.name!r} is not built: begin it with an Input(shape) and add layers, call"
                " build(input_shape), or fit it"
            )

    def _native_model(self) -> NativeModel:
        """Return the native model, compiled now if the layers have changed."""
        self._require_built()
        with building:
            if self._native is None:
                self._native = NativeModel(self.name, self._nodes, self.input_shape, self._trained())
                if self._compiled is not None:
                    self._compiled.attach(self._native)
            return self._native
