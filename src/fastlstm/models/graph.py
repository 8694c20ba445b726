"""Layers and how they are connected: shapes, weights, and the native model compiled from them."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .. import config, optimizers
from .._internal.arrays import Array
from .._internal.checks import flag, integer
from .._internal.names import given_or_automatic, numbered, snake_case
from .._internal.not_available import has_attributes_of_keras
from .._internal.owners import Owned
from .._internal.preprocessors import Preprocessor
from ..layers import Embedding, InputLayer
from ..layers._rng import RngSteps
from ..layers.base import Layer, Shape, building
from ..layers.symbolic import SymbolicTensor, outputs_of
from ..training.compiled import Compiled
from ..training.native_model import NativeModel
from ..training.nodes import MODEL_INPUT, Node, Value, Values, consumers, first_taking, shapes_of
from . import summary
from .summary import Entry, Source
from .tracing import traced


@has_attributes_of_keras
class LayerGraph(Owned):
    """Layers, each of which takes inputs of the model or outputs of earlier layers.

    In the simplest graph, that of `Sequential`, each layer takes the output of the one before it. A model may be a
    layer of another one, and layers may be used several times and in several models.
    """

    return_state = False
    _shapes_of_call = _nodes_inside = None  # as of layers that users do not write
    _always_needed = False
    _inputs_are_named: bool = False
    _input_structure: Any = None
    """Places of the inputs in lists and dicts that are inside each other; None if they are not."""
    _outputs_are_listed: bool = False
    _output_keys: tuple[str, ...] = ()  # of outputs given as a dict
    _output_structure: Any = None
    """Places of the outputs in lists and dicts that are inside each other; None if they are not."""
    _takes_any_length = False
    """Whether data may have another number of steps than an Input says, with a warning."""

    def __init__(self, name: str | None, trainable: bool) -> None:
        super().__init__()
        self._name = given_or_automatic(name, type(self))
        self._trainable = flag("trainable", trainable)
        self._nodes: list[Node] = []
        self._inputs: list[InputLayer] = []
        self._given_outputs: list[Value] = []  # of a functional model
        self._given_layers: list[Any] = []  # of a functional model: all layers in Keras's order, with the inputs
        self._layers_without_masks: list[Any] = []  # in the order of Keras if there were no masks
        self._ends: tuple[list[SymbolicTensor], list[SymbolicTensor]] | None = None  # symbolic inputs and outputs
        self._compiled: Compiled | None = None
        self._optimizer_of_loops: optimizers.Optimizer | None = None
        self._native: NativeModel | None = None  # built lazily, dropped by _changed
        self._rng_steps = RngSteps()

    # Structure -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The model's name, which may be assigned: one that nothing else in the models around it has."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._rename(value)

    @property
    def layers(self) -> list[Any]:
        """The layers: those of a `Sequential` without the Input, as in Keras."""
        found: list[Any] = list(self._given_layers) or self._layers
        for layer in self._inputs:
            if layer.preprocessors:
                place = found.index(layer) + 1 if layer in found else 0
                found[place:place] = layer.preprocessors
        return found

    @property
    def _layers(self) -> list[Any]:
        """The layers, and models inside, once each and without InputLayers."""
        if self._given_layers:
            return [layer for layer in self._given_layers if not isinstance(layer, InputLayer)]
        return [node.layer for node in self._nodes]

    @property
    def _is_graph(self) -> bool:
        """Whether it is a functional model and not a chain."""
        return bool(self._given_layers)

    @property
    def _layers_in_files(self) -> list[Any]:
        """The layers in the order of files that describe the model, whose calls are made without masks in Keras."""
        return self._layers_without_masks or self._layers

    @property
    def _outputs(self) -> list[Value]:
        return self._given_outputs or [(len(self._nodes) - 1, 0)]

    @property
    def _input(self) -> InputLayer | None:
        """The only input, or the first one; None without one."""
        return self._inputs[0] if self._inputs else None

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
            self._trainable_changed()
        for layer in self._layers:
            layer.trainable = value

    @property
    def dtype(self) -> str:
        """The dtype of the layers, 'float32' or 'float64'."""
        if self._nodes:
            dtype: str = self._nodes[0].layer.dtype
            return dtype
        return (self._input and self._input.dtype) or config.floatx()

    @property
    def built(self) -> bool:
        """Whether the model has layers and a known input shape, so that its weights exist."""
        return bool(self._inputs) and bool(self._nodes)

    @property
    def input_shape(self) -> Any:
        """The shape of the input with the batch axis, or a list of several; None stands for any size."""
        self._require_built()
        return _only([layer.batch_shape for layer in self._inputs])

    @property
    def output_shape(self) -> Any:
        """The shape of the output with the batch axis, or a list of several; None stands for any size."""
        self._require_built()
        return _only(self._output_shapes())

    @property
    def inputs(self) -> list[SymbolicTensor]:
        """The symbolic inputs."""
        return self._symbolic_ends()[0]

    @property
    def outputs(self) -> list[SymbolicTensor]:
        """The symbolic outputs."""
        return self._symbolic_ends()[1]

    @property
    def input(self) -> Any:
        """The symbolic input, or a list of several."""
        return _only(self.inputs)

    @property
    def output(self) -> Any:
        """The symbolic output, or a list of several."""
        return _only(self.outputs)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [layer.name for layer in self._inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that give the outputs."""
        return [self._nodes[node].layer.name for node, _ in self._outputs]

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
            Whether to list the layers of models inside this one below each of them.
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
        text = summary.table(self, line_length, positions, show_trainable, layer_range, expand_nested)
        (print if print_fn is None else print_fn)(text)

    def _repr_html_(self) -> str:
        """Return the table of `summary` for notebooks."""
        return summary.table_for_notebooks(self)

    @property
    def optimizer(self) -> optimizers.Optimizer | None:
        """The optimizer, None before `compile`. Assigning another one keeps loss, metrics and weights.

        One that is assigned before `compile` is there until then, for training loops.
        """
        return self._compiled_optimizer or self._optimizer_of_loops

    @optimizer.setter
    def optimizer(self, value: Any) -> None:
        compiled, found = self._compiled, optimizers.get(value)
        if compiled is None:
            self._optimizer_of_loops = found
            return
        before = compiled.optimizer
        found.claim(self)
        if before is not found:
            before.release()
        compiled.optimizer = found
        if self._native is not None:
            found.start(self._native.network)

    @property
    def _compiled_optimizer(self) -> optimizers.Optimizer | None:
        return None if self._compiled is None else self._compiled.optimizer

    # Weights -------------------------------------------------------------------------------------------------------

    @property
    def weights(self) -> list[Array]:
        """Read-only views of all weights, layer by layer. They go stale when layers are added or removed."""
        self._native_model()
        return self._arrays()

    @property
    def trainable_weights(self) -> list[Array]:
        """The weights that training changes, as in `weights`."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if trained]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The weights that training does not change, as in `weights`."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if not trained]

    @property
    def variables(self) -> list[Array]:
        """The same as `weights`."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Array]:
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Array]:
        """The same as `non_trainable_weights`."""
        return self.non_trainable_weights

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
        layers = list(self._leaf_layers())
        counts = [len(layer.weights) for layer in layers]
        if len(weights) != sum(counts):
            raise ValueError(f"weights: model {self.name!r} expected {sum(counts)} arrays, got {len(weights)}")
        parts, start = [], 0
        for layer, count in zip(layers, counts, strict=True):
            parts.append(layer._weights.checked(f"layer {layer.name!r}", weights[start : start + count], layer.dtype))
            start += count
        for layer, part in zip(layers, parts, strict=True):
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
        return sum(layer.count_params() for layer in self._leaf_layers())

    def _leaf_layers(self) -> Iterator[Layer]:
        """Yield the layers, those of models inside included, once each."""
        seen: set[int] = set()
        for layer in self._layers:
            for leaf in layer._leaf_layers():
                if id(leaf) not in seen:
                    seen.add(id(leaf))
                    yield leaf

    def _leaves(self, path: str) -> Iterator[tuple[str, Layer]]:
        """Yield Keras's path and the layer for each layer that owns weights, inside a layer that users write."""
        from ..formats import kinds  # slow to import

        used: Counter[str] = Counter()
        for layer in self._layers:
            yield from layer._leaves(f"{path}/layers/{numbered(snake_case(kinds.class_name(layer)), used)}")

    def _first_layer(self) -> Layer:
        """Return a layer that takes the first input; an own layer that was not traced yet is one."""
        return first_taking(self._nodes, 0) or self._nodes[0].layer

    def _arrays(self) -> list[Array]:
        return [array for layer in self._leaf_layers() for array in layer.weights]

    def _sizes(self) -> list[int]:
        """Return the number of values of each weight that exists."""
        return [array.size for layer in self._leaf_layers() if layer.built for array in layer.weights]

    def _entries(self) -> list[Entry]:
        """Return what the summary says of each layer."""
        shapes = self._shapes([layer.batch_shape for layer in self._inputs]) if self.built else None
        names = [node.layer.name for node in self._nodes]
        uses = [names[:i].count(name) for i, name in enumerate(names)]
        first = [layer.preprocessors[-1].name if layer.preprocessors else layer.name for layer in self._inputs]
        found = []
        for layer in self.layers:
            if isinstance(layer, InputLayer):
                found.append(Entry(layer, layer.raw_batch_shape, ()))
                continue
            if isinstance(layer, Preprocessor):
                owner = next(one for one in self._inputs if layer in one.preprocessors)
                found.append(Entry(layer, owner.batch_shape, (Source(owner.name, 0, 0),)))
                continue
            calls = [i for i, node in enumerate(self._nodes) if node.layer is layer]
            sources = tuple(
                Source(first[output], 0, 0) if node == MODEL_INPUT else Source(names[node], uses[node], output)
                for call in (calls if self._given_layers else ())
                for node, output in self._nodes[call].inputs
            )
            found.append(Entry(layer, None if shapes is None else _only(list(shapes.of_node(calls[0]))), sources))
        return found

    def _trained(self) -> list[bool]:
        """Return for each weight whether training changes it."""
        return [flag for flags in self._trained_by_layer().values() for flag in flags]

    def _trained_by_layer(self) -> dict[int, list[bool]]:
        """Return for each weight of each layer, by the layer's identity, whether training changes it."""
        found: dict[int, list[bool]] = {}
        for layer in self._layers:
            for identity, flags in layer._trained_by_layer().items():
                found.setdefault(identity, [self._trainable and flag for flag in flags])
        return found

    def _runs_own(self, step: str) -> bool:
        """Return whether the class defines a step of training, as only models with a `fit` can."""
        return False

    def _trained_in_fit(self) -> dict[int, list[bool]]:
        """Return for each weight of each layer, by the layer's identity, whether `fit` changes it."""
        return self._trained_by_layer()

    # Files and copies ----------------------------------------------------------------------------------------------

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the model to a file that `fastlstm.load_model` and Keras open.

        The file contains the layers, the weights, and optimizer, loss and metrics with the optimizer's state. If it has
        layers or arguments that Keras lacks, ``import fastlstm.integrations.keras`` before opening it in Keras. The
        file is written completely or not at all.

        Parameters
        ----------
        filepath : path-like or file
            Must end with .keras, or with .h5 or .hdf5 for Keras's older format. Or a binary file that is open for
            writing, for the format of .keras, or an open `h5py.File` or group, for the older one.
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

        training = (
            None if self._native is None else training_state.of_native_model(self._native, self._compiled_optimizer)
        )
        of_fit = {"_position": None, "_resume_from": None}  # which have the data
        return {**super().__getstate__(), **of_fit, "_native": None, "_ends": None, "_training": training}

    def __setstate__(self, state: dict[str, Any]) -> None:
        training = state.pop("_training")
        vars(self).update(state)
        for layer in self._layers:
            layer._claim(self)
        if self._compiled_optimizer is not None:
            self._compiled_optimizer.claim(self)
        if training is not None:
            from ..formats import training_state  # slow to import

            training_state.restore_native_model(self._native_model(), self._compiled_optimizer, training)

    # A model as a layer ----------------------------------------------------------------------------------------------

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output for an input of this shape.

        Parameters
        ----------
        input_shape : tuple or list of tuple
            With the batch axis; a list for a model with several inputs.

        Returns
        -------
        tuple or list of tuple
            With the batch axis; a list if there are several outputs.

        Raises
        ------
        ValueError
            If a layer does not take its input.
        """
        shapes = [input_shape] if len(self._inputs) < 2 else list(input_shape)
        return _only(self._shapes_of_outputs([tuple(shape) for shape in shapes]))

    def build(self, input_shape: Any) -> None:
        """Create the weights of a model that has none yet, for an input of this shape.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis; a list of them for a model with several inputs.

        Raises
        ------
        ValueError
            If a layer does not take its input.
        """
        if not self.built:
            shapes = input_shape if isinstance(input_shape, list) else [input_shape]
            self._build([InputLayer(batch_shape=tuple(shape)) for shape in shapes])

    def _detach(self, owner: Any) -> None:
        """Leave another model."""
        self._release(owner)

    def _shapes_of_outputs(self, shapes: Sequence[Shape]) -> list[Shape]:
        """Return the shape of each output for the shapes of the inputs."""
        if self._inputs and len(shapes) != len(self._inputs):
            raise ValueError(f"model {self.name!r}: expected {len(self._inputs)} inputs, got {len(shapes)}")
        found: list[Shape] = self._shapes(shapes).of(self._outputs)
        return found

    def _symbolic_output(self, inputs: Sequence[SymbolicTensor]) -> list[SymbolicTensor]:
        """Return the symbolic outputs for symbolic inputs, with this model as a layer."""
        if not self.built:
            self._build([InputLayer(batch_shape=tensor.shape) for tensor in inputs])
        inputs = [_converted(*one) for one in zip(inputs, self._inputs, strict=True)]
        return outputs_of(self, inputs, self._shapes_of_outputs([tensor.shape for tensor in inputs]))

    def _keras_call(self, inputs: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments and keyword arguments with which Keras's model is called on these inputs."""
        return [_only(inputs)], {"mask": None}

    # Inside --------------------------------------------------------------------------------------------------------

    def _shapes(self, input_shapes: Sequence[Shape]) -> Values:
        """Return the shapes of all outputs of nodes for inputs of these shapes."""
        return shapes_of(self._nodes, input_shapes)

    def _output_shapes(self) -> list[Shape]:
        return self._shapes_of_outputs([layer.batch_shape for layer in self._inputs])

    def _output_shape(self, batch_shape: Shape) -> Shape:
        """Return the shape of the only output of a chain, or of the input if there are no layers."""
        return self._shapes_of_outputs([batch_shape])[0] if self._nodes else batch_shape

    def _connect(self, inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> None:
        """Take the layers between inputs and outputs, each after those whose outputs it takes."""
        inputs = [_preprocessed(tensor) for tensor in inputs]
        found = traced(inputs, outputs)
        self._set_graph(found.nodes, found.outputs, [_input_layer(tensor) for tensor in inputs], found.layers)
        self._layers_without_masks = [one for one in found.layers_without_masks if not isinstance(one, InputLayer)]
        self._ends = [layer.output for layer in self._inputs], list(outputs)
        if any(tensor.call.outputs != [layer.output] for tensor, layer in zip(inputs, self._inputs, strict=True)):
            self._ends = None  # it begins in the middle of another graph

    def _set_graph(
        self, nodes: Sequence[Node], outputs: Sequence[Value], inputs: Sequence[InputLayer], layers: Sequence[Any]
    ) -> None:
        """Become the graph of these nodes; `layers` are in Keras's order, with the inputs."""
        for layer in layers:
            self._require_free_name(layer.name, layer, layers)
        for node in nodes:
            require_dtype_of(nodes[0].layer, node.layer)
        self._nodes, self._given_outputs, self._inputs = list(nodes), list(outputs), list(inputs)
        self._given_layers = [*layers, *(layer for layer in inputs if layer not in layers)]
        for k in range(len(inputs)):
            first = [one for one in consumers(self._nodes, k) if not one._takes_any_input]
            if any(isinstance(one, Embedding) != isinstance(first[0], Embedding) for one in first):
                raise ValueError("inputs: an Embedding takes a sequence of numbers (N, T), other layers (N, T, D)")
        for layer in self._layers:
            layer._claim(self)

    def _require_free_name(self, name: str, of: Any, layers: Sequence[Any] | None = None) -> None:
        """Raise ValueError if a layer of this model, or one of those given, has a name and is another than `of`."""
        if any(one.name == name and one is not of for one in (self.layers if layers is None else layers)):
            raise ValueError(f"layer: the name {name!r} is already taken in model {self.name!r}; choose another one")

    def _append_node(self, layer: Any) -> None:
        """Add a layer to a chain, and own it."""
        layer._claim(self)
        self._nodes.append(Node(layer, ((len(self._nodes) - 1 if self._nodes else MODEL_INPUT, 0),)))

    def _build(self, inputs: Sequence[InputLayer]) -> None:
        """Build all layers for these inputs, except those that have weights already."""
        shapes = self._shapes([one.batch_shape for one in inputs])  # before any is built: errors leave all unbuilt
        with building:
            for node in self._nodes:
                given = shapes.of(node.inputs)
                if isinstance(node.layer, Layer):
                    node.layer.build(node.layer._only_shape(given))
                else:
                    node.layer._build(node.layer._inputs or [InputLayer(batch_shape=shape) for shape in given])
            self._inputs = list(inputs)

    def _build_for_data(self, batch_shape: Shape) -> None:
        """Build a model without an Input for data of this shape and, if its layers allow it, of other lengths."""
        self._require_layers()
        any_length = self._first_layer()._any_length(batch_shape[1:])
        try:
            self._shapes([(None, *any_length)])
        except (
            TypeError,
            ValueError,
            NotImplementedError,
        ):  # such as that of a Flatten, which needs to know the number of steps, or of a user's layer
            any_length = batch_shape[1:]
        self._build([InputLayer(any_length)])

    def _symbolic_ends(self) -> tuple[list[SymbolicTensor], list[SymbolicTensor]]:
        """Return the symbolic inputs and outputs; those of a chain or a loaded model are made when they are needed."""
        if self._ends is None:
            self._require_built()
            tensors = Values([layer.output for layer in self._inputs])
            for node in self._nodes:
                given = tensors.of(node.inputs)
                shapes = node.shapes_of_outputs([tensor.shape for tensor in given])
                tensors.add(outputs_of(node.layer, given, shapes, node.arguments))
            self._ends = [layer.output for layer in self._inputs], tensors.of(self._outputs)
        return self._ends

    def _changed(self) -> None:
        """Invalidate the native model; it is rebuilt lazily from the current weights."""
        self._native = None
        self._notify_owners()

    def _trainable_changed(self) -> None:
        """Invalidate the native model: changes of `trainable` take effect at once."""
        self._changed()

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
        """Return the native model with the current weights, rebuilt if the layers have changed."""
        native = self._native
        if native is not None and native.has_weights:
            return native
        self._require_built()
        with building:
            if self._native is None:
                self._native = NativeModel(
                    self.name,
                    self._nodes,
                    self._outputs,
                    self._inputs,
                    self._trained_in_fit(),
                    any_length=self._takes_any_length,
                    structure=self._input_structure,
                )
                if self._compiled is not None:
                    self._compiled.attach(self._native)
            if not self._native.has_weights:
                self._native.take_weights()
            return self._native


def require_dtype_of(first: Any, layer: Any) -> None:
    """Raise ValueError if a layer has another dtype than the first one of its model."""
    if layer.dtype != first.dtype:
        raise ValueError(
            f"dtype: layer {layer.name!r} is {layer.dtype}, {first.name!r} is {first.dtype}; all layers of a model"
            " have the same dtype: pass it to each of them, or use config.set_floatx"
        )


def _only(values: list[Any]) -> Any:
    """Return the only value, or a list of several."""
    return values[0] if len(values) == 1 else values


def _converted(tensor: SymbolicTensor, layer: InputLayer) -> SymbolicTensor:
    """Return what a model inside takes: data that is converted as it converts its input."""
    for preprocessor in layer.preprocessors:
        tensor = tensor._preprocessed_by(preprocessor)
    return tensor


def _preprocessed(tensor: SymbolicTensor) -> SymbolicTensor:
    """Return what takes the place of an input whose data is converted first, and others unchanged."""
    layer = tensor.layer
    while isinstance(layer, InputLayer) and layer._preprocessed is not None:
        layer = layer._preprocessed
        tensor = layer.output
    return tensor


def _input_layer(tensor: SymbolicTensor) -> InputLayer:
    """Return the Input of a symbolic tensor, or a new one for a model that begins in the middle of another graph."""
    if isinstance(tensor.layer, InputLayer):
        return tensor.layer
    return InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype)
