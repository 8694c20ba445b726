"""NativeModel: layers compiled into a network of the core, with conversion of input, states and rows per call."""

import math
import warnings
import weakref
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from .._internal import keras_scripts, native, nested
from .._internal.arrays import Array, mask_for
from .._internal.native import NETWORK_INPUT, Network
from .._internal.row_arrays import RowArrays, Rows, for_core, from_core, parts
from ..layers import Activation, InputLayer
from ..layers._call_arguments import in_places
from ..layers.base import Layer, Shape
from ..layers.rnn._states import require_rows
from .nodes import CoreLayers, Node, Value, first_taking, shapes_of

_BLOCK = 2**22  # elements of the input and of the widest layer that one native call works on
_OPERATIONS = 2**33  # of a native call, so that it returns to signals and progress well within a fifth of a second


def only_input(x: Any, axes: int) -> Any:
    """Return the array of a list of one input with this number of axes; anything else is returned unchanged."""
    if isinstance(x, (list, tuple)) and len(x) == 1 and not isinstance(x[0], (list, tuple)) and np.ndim(x[0]) == axes:
        return x[0]
    return x


class ModelInput:
    """An input of a model: its name and shape, and how data for it is converted.

    Parameters
    ----------
    name : str
        Of the input layer.
    batch_shape : tuple
        With the batch axis.
    first : Layer
        A layer that takes this input, and converts it as all that do.
    any_length : bool
        Whether sequences may have another number of steps than the shape says, with a warning.
    convert : callable, optional
        Makes numbers of data such as texts.
    """

    def __init__(
        self,
        name: str,
        batch_shape: Shape,
        first: Layer,
        any_length: bool,
        convert: Callable[[Any], Any] | None = None,
    ) -> None:
        self.name, self.batch_shape, self._first, self._any_length = name, batch_shape, first, any_length
        self._convert = convert
        self.features, self.is_sequence = first._network_input(self.batch_shape)
        self._accepted: tuple[int, ...] | None = None  # the shape that was checked last
        self._as_is = False  # whether such an array is what the network takes

    def array(self, name: str, x: object, *, finite: bool) -> Array:
        """Return data as the network takes it; `finite` refuses NaN and Inf.

        A single window takes only microseconds in the network, so a shape that passed once is not checked again.
        """
        if self._convert is not None:
            x = self._convert(x)
        given = x if type(x) is np.ndarray else only_input(x, len(self.batch_shape))
        array = self._first._as_input(name, given, finite=finite)
        if array.shape == self._accepted:
            return array if self._as_is else self._arranged(array)
        if array.ndim == len(self.batch_shape) - 1 and self.batch_shape[-1] in ((1, None) if array.ndim == 1 else (1,)):
            array = array[..., None]
        elif array.ndim == len(self.batch_shape) + 1 and array.shape[-1] == 1 and keras_scripts.is_running():
            array = array[..., 0]
        self._require_shape(name, array)
        arranged = self._arranged(array)
        self._accepted, self._as_is = array.shape, arranged is array
        return arranged

    def _arranged(self, array: Array) -> Array:
        """Return a checked array as the network takes it."""
        found = self._first._for_network(array)
        return found[..., None] if self.is_sequence and found.ndim == 2 else found  # a sequence of numbers

    def _require_shape(self, name: str, array: Array) -> None:
        """Raise ValueError unless the array has the shape of the input."""
        shape, sample_shape = array.shape, self.batch_shape[1:]
        if self._any_length and self.is_sequence and shape[1:2] != sample_shape[:1]:
            if len(shape) > 1 and None not in sample_shape[:1]:
                warnings.warn(
                    f"{name}: the input has {sample_shape[0]} steps, got {shape[1]}", UserWarning, stacklevel=6
                )
            sample_shape = (None, *sample_shape[1:])
        if len(shape) != len(sample_shape) + 1 or any(
            want not in (None, got) for want, got in zip(sample_shape, shape[1:], strict=True)
        ):
            letters = ("N", *("T" if size is None else str(size) for size in sample_shape))
            raise ValueError(f"{name}: expected shape ({', '.join(letters)}), got {shape}")


def network_for(inputs: Sequence[ModelInput], dtype: str, *, input_gradient: bool = False) -> Network:
    """Return an empty network that takes these inputs."""
    features, sequences = [one.features for one in inputs], [one.is_sequence for one in inputs]
    if len(inputs) == 1:
        return native.network(dtype, features[0], sequences[0], input_gradient=input_gradient)
    return native.network(dtype, features, sequences, input_gradient=input_gradient)


class NativeModel:
    """A network of the core compiled from layers; it holds their weights.

    A model creates a new one when its layers or their `trainable` flags change. Layers may be in several models: their
    weights are in the network of the model that was used last.

    Parameters
    ----------
    name : str
        Of the model, for messages.
    nodes : sequence of Node
        At least one; each after the nodes whose outputs it takes.
    outputs : sequence of Value
        The outputs of the model.
    inputs : sequence of InputLayer
        The inputs.
    trained : dict of int to list of bool
        By the identity of a layer, for each of its weights whether training changes it.
    any_length : bool
        Whether sequences may have another number of steps than the shape of an input says, with a warning.
    structure : list, tuple or dict, optional
        How inputs in lists and dicts that are inside each other are arranged.
    """

    def __init__(
        self,
        name: str,
        nodes: Sequence[Node],
        outputs: Sequence[Value],
        inputs: Sequence[InputLayer],
        trained: dict[int, list[bool]],
        *,
        any_length: bool = False,
        structure: Any = None,
    ) -> None:
        self.name, self._structure = name, structure
        self._nodes, self._outputs = tuple(nodes), tuple(outputs)
        unused = Activation("linear", dtype=nodes[0].layer.dtype)  # converts an input that no output depends on
        self.inputs = [
            ModelInput(
                layer.name,
                layer.batch_shape,
                first_taking(nodes, k) or unused,
                any_length,
                layer._convert if layer.preprocessors else None,
            )
            for k, layer in enumerate(inputs)
        ]
        self._only = self.inputs[0] if len(inputs) == 1 else None
        self.dtype = unused.dtype
        self.network = network_for(self.inputs, self.dtype)
        core = CoreLayers(self.network)
        shapes = [layer.batch_shape for layer in inputs]
        places = core.places(nodes, outputs, [(NETWORK_INPUT, k) for k in range(len(inputs))], shapes)
        self.network.set_outputs(places)
        of_outputs = shapes_of(nodes, shapes).of(outputs)
        self.output_ranks = [max(len(shape), 3 if shape[1:] == (None,) else 0) for shape in of_outputs]
        self._nested = {
            k: shape[2:] for k, shape in enumerate(of_outputs) if len(shape) > 3 or shape[1:] == (None,)
        }  # axes that the core has side by side, or as one of a single feature, by the number of the output
        self._layers = list({id(layer): layer for layer in core.layers}.values())
        flags: list[bool] = []
        self._parameters: dict[int, int] = {}  # the first one of each layer, by its identity
        for layer in self._layers:
            self._parameters[id(layer)] = len(flags)
            flags += trained.get(id(layer), [])
        self.network.set_trainable(flags)
        ends = np.cumsum(self.network.state_sizes)
        for layer in self._layers:
            first_of_core = next(iter(core.of_layer[id(layer)]), 0)
            layer._move_states_to(self.network, int(ends[first_of_core - 1]) if first_of_core else 0)
        stateful = [layer.stateful for layer in core.layers]
        # columns of the states that last from call to call
        self._stateful_columns = np.repeat(stateful, self.network.state_sizes)
        self.stateful = any(stateful)
        self.take_weights()

    # Weights ----------------------------------------------------------------------------------------------------

    def take_weights(self) -> None:
        """Move the weights of all layers into this network, wherever they are."""
        for layer in self._layers:
            holder = None if layer._holder is None else layer._holder()
            if holder is self:
                continue
            if holder is not None:
                holder.has_weights = False
            if layer.weights:
                layer._weights.move_to(self.network, self._parameters[id(layer)])
            layer._holder = weakref.ref(self)
        self.has_weights = True

    def first_parameter(self, layer: Layer) -> int | None:
        """Return the number of a layer's first weight in the network, None if no output needs the layer."""
        return self._parameters.get(id(layer))

    # Input and output -------------------------------------------------------------------------------------------

    def input(self, name: str, x: object, *, finite: bool = False) -> Rows:
        """Return data as the network takes it; `finite` refuses NaN and Inf."""
        if self._only is not None:
            if type(x) is dict or (self._structure is not None and nested.is_nested(x)):
                (x,) = self._listed(name, x)
            return self._only.array(name, x, finite=finite)
        names = [f"{name}[{k}]" for k in range(len(self.inputs))]
        if isinstance(x, dict):
            names = [f"{name}[{one.name!r}]" for one in self.inputs]
        given = self._listed(name, x)
        arrays = [
            one.array(label, value, finite=finite) for one, label, value in zip(self.inputs, names, given, strict=True)
        ]
        for label, array in zip(names, arrays, strict=True):
            if len(array) != len(arrays[0]):
                raise ValueError(f"{label}: expected as many samples as {names[0]}, {len(arrays[0])}, got {len(array)}")
        return RowArrays(arrays)

    def _listed(self, name: str, x: Any) -> list[Any]:
        """Return the data of each input, given as a list, by name, or in the structure of the inputs."""
        names = [one.name for one in self.inputs]
        structured = in_places(self._structure, x)
        if structured is not None:
            return structured
        if isinstance(x, dict):
            missing = [one for one in names if one not in x]
            if missing:
                raise ValueError(f"{name}: expected an entry for each input, {', '.join(names)}; got {', '.join(x)}")
            return [x[one] for one in names]
        if not isinstance(x, (list, tuple)) or len(x) != len(names):
            got = f"{len(x)} entries" if isinstance(x, (list, tuple)) else type(x).__name__
            raise ValueError(
                f"{name}: expected a list or a dict with an array for each of {len(names)} inputs,"
                f" {', '.join(names)}; got {got}"
            )
        return list(x)

    def output_shapes(self, x: Rows) -> list[tuple[int, ...]]:
        """Return the shape of each output for x in the network's form; numbers for any number of steps: (N, T, 1)."""
        given = [(*array.shape[:2], *one.batch_shape[2:]) for one, array in zip(self.inputs, parts(x), strict=True)]
        shapes = shapes_of(self._nodes, given).of(self._outputs)
        ranks = self.output_ranks
        whole = [(*shape, 1) if rank > len(shape) else shape for shape, rank in zip(shapes, ranks, strict=True)]
        return [tuple(size or 0 for size in shape) for shape in whole]

    # Rows per call ----------------------------------------------------------------------------------------------

    @cached_property
    def _width(self) -> int:
        """The largest number of features that a layer outputs."""
        shapes = shapes_of(self._nodes, [one.batch_shape for one in self.inputs])
        of_all = (shape for node in range(len(self._nodes)) for shape in shapes.of_node(node))
        return max(math.prod(size or 1 for size in shape[2:]) if len(shape) > 2 else shape[-1] or 1 for shape in of_all)

    def rows_of_a_call(self, x: Rows) -> int:
        """Return how many rows of x to pass in one native call if rows do not depend on each other."""
        elements = operations = 0
        for array in parts(x):
            steps, features = math.prod(array.shape[1:-1]), int(array.shape[-1])
            elements += steps * max(self._width, features)
            operations += 8 * steps * self._width * (self._width + features)  # of an LSTM of this width
        return max(1, min(_BLOCK // max(1, elements), _OPERATIONS // max(1, operations)))

    def rows_of_a_batch(self, name: str, rows: int, batch_size: int) -> int:
        """Return the rows of each batch of a stateful model; raise ValueError if they do not fit its states."""
        if rows % batch_size:
            raise ValueError(
                f"{name}: model {self.name!r} is stateful, so all batches must have the same number of rows;"
                f" {rows} rows do not make batches of {batch_size} (choose a batch_size that divides {rows})"
            )
        self.stateful_state(batch_size)
        return batch_size

    # States -----------------------------------------------------------------------------------------------------

    def stateful_state(self, rows: int) -> Array | None:
        """Return the states to start from, None for zeros; raise ValueError if they have another number of rows."""
        owner, batch_size = f"model {self.name!r}", self.inputs[0].batch_shape[0]
        if batch_size not in (None, rows):
            raise ValueError(f"x: {owner} is stateful and has an Input for batches of {batch_size} rows, got {rows}")
        state = self.network.state
        if state is None:
            return None
        require_rows(owner, rows, len(state))
        return np.where(self._stateful_columns, state, np.zeros((), state.dtype))

    def predict(self, x: Rows) -> Rows:
        """Return the outputs of all rows, starting from the states of a stateful model."""
        outputs = self.network.predict(for_core(x))
        return outputs if type(outputs) is np.ndarray and not self._nested else self._outputs_in_their_shapes(outputs)

    def run(self, x: Rows, mask: object, rng_step: int | None) -> Rows:
        """Return the outputs of all rows as one batch; an `rng_step` selects the random numbers of training mode."""
        given = None if mask is None else mask_for(for_core(x), mask)
        carries_state = self.stateful and len(x) > 0
        state = self.stateful_state(len(x)) if carries_state else None
        outputs, final = self.network.run(for_core(x), state=state, mask=given, rng_step=rng_step)
        if carries_state:
            self.network.state = final
        return self._outputs_in_their_shapes(outputs)

    def penalty(self, x: Rows, mask: object, rng_step: int | None) -> np.floating[Any]:
        """Return what layers add to the loss in `run` with the same arguments, which changes no states."""
        given = None if mask is None else mask_for(for_core(x), mask)
        state = self.stateful_state(len(x)) if self.stateful and len(x) > 0 else None
        saved = self.network.forward(for_core(x), state=state, mask=given, rng_step=rng_step, penalize=True)
        found: np.floating[Any] = np.dtype(self.dtype).type(saved.penalty)
        return found

    def predict_with_masks(self, x: Rows, mask: Array | None) -> tuple[Rows, list[Array | None]]:
        """Return the outputs of all rows, from states of zeros, and the mask of each; None if no mask can reach it."""
        if mask is None and not self.stateful:
            outputs, _, valid = self.network.predict_and_penalize(for_core(x))
        else:
            saved = self.network.forward(for_core(x), mask=mask)
            outputs, valid = saved.output, saved.valid
        reached = self.masked_outputs if mask is None else [one.ndim == 2 for one in _listed(valid)]
        return self._outputs_in_their_shapes(outputs), masks_of(valid, reached)

    @cached_property
    def masked_outputs(self) -> list[bool]:
        """Whether a mask may reach each of the outputs."""
        return _listed(self.network.masked_output)

    def _outputs_in_their_shapes(self, outputs: Any) -> Rows:
        """Return what the core gave for the outputs, those of four axes and more in their shapes."""
        if not self._nested:
            return from_core(outputs)
        arrays = list(outputs) if isinstance(outputs, list) else [outputs]
        for k, rest in self._nested.items():
            arrays[k] = arrays[k].reshape(*arrays[k].shape[:2], *rest)
        return RowArrays(arrays) if isinstance(outputs, list) else arrays[0]


def masks_of(valid: Any, masked_outputs: Sequence[bool]) -> list[Array | None]:
    """Return the masks of outputs as a network gives them, None for outputs that no mask can reach."""
    return [mask if one else None for mask, one in zip(_listed(valid), masked_outputs, strict=True)]


def _listed(found: Any) -> list[Any]:
    """Return what the core gives for each output, which is not in a list if there is one."""
    return list(found) if isinstance(found, (list, tuple)) else [found]
