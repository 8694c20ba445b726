"""Layers and how they are connected: shapes, weights, and the native model compiled from them."""

import os
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from .. import config, optimizers
from .._internal.arrays import Array
from .._internal.checks import flag, integer
from .._internal.names import given_or_automatic
from ..layers import Embedding, InputLayer, Layer
from ..layers._rng import RngSteps
from ..layers.base import Shape, building
from ..layers.symbolic import SymbolicTensor
from ..training.compiled import Compiled
from ..training.native_model import MODEL_INPUT, NativeModel, Node
from . import summary
from .summary import Entry


class LayerGraph:
    """Layers, each of which takes its input from the model's input or from an earlier layer.

    In the simplest graph, that of `Sequential`, each layer takes the output of the one before it.
    """

    def __init__(self, name: str | None, trainable: bool) -> None:
        self._name = given_or_automatic(name, type(self))
        self._trainable = flag("trainable", trainable)
        self._nodes: list[Node] = []
        self._input: InputLayer | None = None
        self._listed_inputs: tuple[InputLayer, ...] = ()  # of a functional model
        self._compiled: Compiled | None = None
        self._native: NativeModel | None = None  # built lazily, dropped by _changed
        self._rng_steps = RngSteps()

    # Structure -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def layers(self) -> list[Any]:
        """The layers: those of a `Sequential` without the Input, as in Keras."""
        return [*self._listed_inputs, *self._layers]

    @property
    def _layers(self) -> list[Layer]:
        return [node.layer for node in self._nodes]

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; assigning it sets it for all layers as well.

        This takes effect at once and resets the optimizer; Keras needs another `compile`. To train only some layers,
        set ``layer.trainable`` of the others to False.
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
        """The dtype of the layers, 'float32' or 'float64'."""
        if self._nodes:
            return self._nodes[0].layer.dtype
        return (self._input and self._input.dtype) or config.floatx()

    @property
    def built(self) -> bool:
        """Whether the model has layers and a known input shape, so that its weights exist."""
        return self._input is not None and bool(self._nodes)

    @property
    def input_shape(self) -> Shape:
        """The shape of the input with the batch axis; None stands for any size."""
        self._require_built()
        assert self._input is not None
        return self._input.batch_shape

    @property
    def output_shape(self) -> Shape:
        """The shape of the output with the batch axis; None stands for any size."""
        return self._output_shape(self.input_shape)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """Return a layer by its name or by its index in `layers`.

        Parameters
        ----------
        name : str, optional
            The name of the layer.
        index : int, optional
            Its index in `layers`, instead of the name; negative ones count from the end.

        Returns
        -------
        Layer

        Raises
        ------
        ValueError
            If there is no such layer, or not exactly one of `name` and `index` is given.
        TypeError
            If `index` is not an integer.
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
            Width of the table in characters. Default: 88, or 100 with `show_trainable`; the width of a narrower
            terminal.
        positions : sequence of float, optional
            Where each column ends, as fractions of the width: three, or four with `show_trainable`.
        print_fn : callable, optional
            Called once with the text, instead of `print`.
        expand_nested : bool
            Accepted as in Keras, without effect: models cannot be nested.
        show_trainable : bool
            Whether to add a column that says whether a layer is trained: Y, N, or - if it has no weights.
        layer_range : (str, str), optional
            The first and the last layer of the table, by name or regular expression. The totals include all layers.

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
        """The optimizer, None before `compile`."""
        return None if self._compiled is None else self._compiled.optimizer

    # Weights -------------------------------------------------------------------------------------------------------

    @property
    def weights(self) -> list[Array]:
        """Read-only views of all weights, layer by layer. They go stale when layers are added or removed."""
        self._native_model()
        return [array for layer in self._layers for array in layer.weights]

    @property
    def trainable_weights(self) -> list[Array]:
        """The weights that training changes, as in `weights`."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if trained]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The weights that training does not change, as in `weights`."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if not trained]

    def get_weights(self) -> list[Array]:
        """Return copies of all weights.

        Returns
        -------
        list of ndarray
            Layer by layer, in the order of `weights`.

        Raises
        ------
        ValueError
            If the model is not built.
        """
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
            If the model is not built, or the number of arrays or a shape differs; the weights are unchanged then.
        TypeError
            If `weights` is not a list, or an array is not made of real integers or floats.
        """
        if not isinstance(weights, (list, tuple)):
            raise TypeError(f"weights: expected a list of arrays, got {type(weights).__name__}")
        self._native_model()
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
        """Return the number of values in all weights.

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If the model is not built.
        """
        self._require_built()
        return sum(layer.count_params() for layer in self._layers)

    def _entries(self) -> list[Entry]:
        """Return what the summary says of each layer."""
        inputs = [Entry(layer, layer.batch_shape, ()) for layer in self._listed_inputs]
        shapes: list[Any] = self._shapes(self.input_shape) if self.built else [None] * len(self._nodes)
        names = [layer.name for layer in self._layers]
        first = tuple(layer.name for layer in self._listed_inputs)
        sources = [
            tuple(name for i in node.inputs for name in (first if i == MODEL_INPUT else (names[i],)))
            for node in self._nodes
        ]
        return inputs + [Entry(*entry) for entry in zip(self._layers, shapes, sources, strict=True)]

    def _trained(self) -> list[bool]:
        """Return for each weight whether training changes it."""
        return [self._trainable and trained for layer in self._layers for trained in layer._trained()]

    # Files and copies ----------------------------------------------------------------------------------------------

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the model to a file that `fastlstm.load_model` and Keras open.

        The file contains the layers, the weights, and optimizer, loss and metrics with the optimizer's state. If it has
        layers or arguments that Keras lacks, ``import fastlstm.integrations.keras`` before opening it in Keras. The
        file is written completely or not at all.

        Parameters
        ----------
        filepath : path-like
            Must end with .keras, or with .h5 or .hdf5 for Keras's older format.
        overwrite : bool
            Whether to replace an existing file.

        Raises
        ------
        ValueError
            If the path has another ending.
        FileExistsError
            If the file exists and `overwrite` is False.

        Warns
        -----
        UserWarning
            If the model is not built, so the file has no weights.
        """
        from ..formats import model_files  # slow to import

        model_files.save_model(self, filepath, overwrite)

    def save_weights(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the weights to a file.

        Parameters
        ----------
        filepath : path-like
            Must end with .weights.h5, which Keras reads and which includes the optimizer's state, or with .safetensors,
            which includes the model's description.
        overwrite : bool
            Whether to replace an existing file.

        Raises
        ------
        ValueError
            If the path has another ending, or the model is not built.
        FileExistsError
            If the file exists and `overwrite` is False.
        ImportError
            If the file ends with .safetensors and that package is missing.
        """
        from ..formats import model_files  # slow to import

        model_files.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
        """Replace the weights with those of a file. If one does not fit, none is changed.

        Layers are matched by their classes and order, in a .safetensors file by their names. If the file has the state
        of an optimizer and the model is compiled with the same kind of optimizer, its state is restored as well, and
        `fit` continues from there.

        Parameters
        ----------
        filepath : path-like
            A file written by `save_weights` or `save`, here or in Keras.
        skip_mismatch : bool
            Whether to keep the current weights, with a warning, where the file's do not fit or are missing.

        Raises
        ------
        OSError
            If the file does not exist or cannot be read.
        ValueError
            If the file is damaged, unsafe, or does not fit the model, or the model is not built.

        Warns
        -----
        UserWarning
            If the optimizer's state in the file does not fit.
        """
        from ..formats import model_files  # slow to import

        model_files.load_weights(self, filepath, skip_mismatch)

    def __copy__(self) -> Any:
        raise TypeError(
            f"model {self.name!r} cannot share its layers with a copy: use copy.deepcopy, or"
            " fastlstm.models.clone_model for one with initial weights"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles, with the training state instead of the native model."""
        from ..formats import training_state  # slow to import

        training = None if self._native is None else training_state.of_native_model(self._native, self.optimizer)
        return {**vars(self), "_native": None, "_training": training}

    def __setstate__(self, state: dict[str, Any]) -> None:
        training = state.pop("_training")
        vars(self).update(state)
        for layer in self._layers:
            layer._owner = weakref.ref(self)
        if self.optimizer is not None:
            self.optimizer.claim(self)
        if training is not None:
            from ..formats import training_state  # slow to import

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

    def _connect(self, model_input: InputLayer, output: SymbolicTensor) -> None:
        """Take the layers between an input and an output, each after those whose outputs it takes."""
        places: dict[int, int] = {}  # of symbolic tensors among the nodes
        waiting = [output]
        while waiting:
            tensor = waiting[-1]
            if isinstance(tensor.layer, InputLayer):
                if tensor.layer is not model_input:
                    raise ValueError(f"outputs: {output!r} needs the input {tensor.name!r}, which is not among inputs")
                places[id(tensor)] = MODEL_INPUT
                waiting.pop()
                continue
            missing = [one for one in reversed(tensor.inputs) if id(one) not in places]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            if id(tensor) not in places:
                self._append_node(tensor.layer, tuple(places[id(one)] for one in tensor.inputs))
                places[id(tensor)] = len(self._nodes) - 1
        self._start_with(model_input)
        if not self._nodes:
            raise ValueError("outputs: expected the output of a layer, got the input itself")
        first = [node.layer for node in self._nodes if MODEL_INPUT in node.inputs]
        if any(isinstance(layer, Embedding) != isinstance(first[0], Embedding) for layer in first):
            raise ValueError("inputs: an Embedding takes a sequence of numbers (N, T), other layers (N, T, D)")

    def _start_with(self, model_input: InputLayer) -> None:
        """Set the Input, which is one of the layers of a functional model."""
        self._input, self._listed_inputs = model_input, (model_input,)

    def _append_node(self, layer: Layer, inputs: tuple[int, ...]) -> None:
        """Add a layer that takes these outputs, and own it."""
        if any(other.name == layer.name and other is not layer for other in self._layers):
            raise ValueError(
                f"layer: the name {layer.name!r} is already taken in model {self.name!r}; choose another one"
            )
        layer._claim(self)
        self._nodes.append(Node(layer, inputs))

    def _build(self, model_input: InputLayer, weights: Sequence[Sequence[Array]] | None = None) -> None:
        """Build all layers for this input: with initial weights, or with these, whose shapes have been checked."""
        shapes = self._shapes(model_input.batch_shape)  # before any layer is built: an error leaves them all unbuilt
        with building:
            for i, node in enumerate(self._nodes):
                shape = node.input_shape(shapes, model_input.batch_shape)
                if weights is None:
                    node.layer.build(shape)
                else:
                    node.layer._adopt(node.layer._check_shape("input_shape", shape), weights[i])
            self._input = model_input

    def _build_for_data(self, batch_shape: Shape) -> None:
        """Build a model without an Input for data of this shape and, if its layers allow it, of other lengths."""
        self._require_layers()
        any_length = self._nodes[0].layer._any_length(batch_shape[1:])
        try:
            self._shapes((None, *any_length))
        except ValueError:  # such as that of a Flatten, which needs to know the number of steps
            any_length = batch_shape[1:]
        self._build(InputLayer(any_length))

    def _changed(self) -> None:
        """Invalidate the native model; it is rebuilt lazily from the current weights."""
        self._native = None

    def _require_layers(self) -> None:
        if not self._nodes:
            raise ValueError(f"build: model {self.name!r} has no layers: add some first")

    def _require_built(self) -> None:
        if not self.built:
            raise ValueError(
                f"model {self.name!r} is not built: start it with an Input(shape) and add layers, call"
                " build(input_shape), or fit it"
            )

    def _native_model(self) -> NativeModel:
        """Return the native model, rebuilt if the layers have changed."""
        self._require_built()
        with building:
            if self._native is None:
                self._native = NativeModel(self.name, self._nodes, self.input_shape, self._trained())
                if self._compiled is not None:
                    self._compiled.attach(self._native)
            return self._native
