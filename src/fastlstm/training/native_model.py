"""NativeModel: layers compiled into a network of the core, with conversion of input, states and rows per call."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from .._internal import native
from .._internal.arrays import Array, mask_for
from .._internal.native import NETWORK_INPUT, Branch, Network
from ..layers.base import Layer, Shape
from ..layers.rnn._states import require_rows

_BLOCK = 2**22  # elements of the input and of the widest layer that one native call works on
_OPERATIONS = 2**33  # of a native call, so that it returns to signals and progress well within a fifth of a second


class Node(NamedTuple):
    """A layer in a graph, and the sources of its inputs."""

    layer: Layer
    inputs: tuple[int, ...]
    """Indices of the nodes whose outputs it takes; `MODEL_INPUT` for the input of the model."""

    def input_shape(self, shapes: Sequence[Shape], model_input: Shape) -> Any:
        """Return the shape of the input (a list of several) given the output shapes of all earlier nodes."""
        return self.layer._only_shape([model_input if i == MODEL_INPUT else shapes[i] for i in self.inputs])

    def output_shape(self, shapes: Sequence[Shape], model_input: Shape) -> Shape:
        """Return the shape of the output, given the output shapes of all earlier nodes."""
        shape: Shape = self.layer.compute_output_shape(self.input_shape(shapes, model_input))
        return shape


MODEL_INPUT = -1


def only_input(x: Any, axes: int) -> Any:
    """Return the array of a list of one input with this number of axes; anything else is returned unchanged."""
    if isinstance(x, (list, tuple)) and len(x) == 1 and not isinstance(x[0], (list, tuple)) and np.ndim(x[0]) == axes:
        return x[0]
    return x


class NativeModel:
    """A network of the core compiled from layers; it owns their weights.

    A model creates a new one when its layers or their `trainable` flags change.

    Parameters
    ----------
    name : str
        Of the model, for messages.
    nodes : sequence of Node
        At least one; each after the nodes whose outputs it takes.
    batch_shape : tuple
        Of the input, with the batch axis.
    trained : sequence of bool
        For each weight, whether training changes it.
    """

    def __init__(self, name: str, nodes: Sequence[Node], batch_shape: Shape, trained: Sequence[bool]) -> None:
        self.name = name
        self.batch_shape = batch_shape
        self._nodes = tuple(nodes)
        self._first = nodes[0].layer  # every input of the model is converted as the first layer wants it
        self.dtype = self._first.dtype
        self.network: Network = native.network(self.dtype, *self._first._network_input(batch_shape))
        shapes: list[Shape] = []
        outputs: list[int] = []
        for node in nodes:
            branch = Branch(self.network, [NETWORK_INPUT if i == MODEL_INPUT else outputs[i] for i in node.inputs])
            node.layer._append_all_to(branch, node.input_shape(shapes, batch_shape))
            outputs.append(branch.output)
            shapes.append(node.output_shape(shapes, batch_shape))
        self.network.set_trainable(list(trained))
        parameter = column = 0
        stateful: list[bool] = []
        for node in nodes:
            parameter, end = node.layer._move_to(self.network, parameter, column)
            stateful += [node.layer.stateful] * (end - column)
            column = end
        self._stateful_columns = np.array(stateful, bool)  # columns of the states that last from call to call
        self.stateful = any(stateful)
        self._accepted: tuple[int, ...] | None = None

    # Input and output -------------------------------------------------------------------------------------------

    def input(self, name: str, x: object, *, finite: bool = False) -> Array:
        """Return data as the network takes it; `finite` refuses NaN and Inf.

        A single window takes only microseconds in the network, so a shape that passed once is not checked again.
        """
        array = self._first._as_input(name, only_input(x, len(self.batch_shape)), finite=finite)
        if array.shape[1:] != self._accepted:
            if array.ndim == len(self.batch_shape) - 1 and self.batch_shape[-1] == 1:
                array = array[..., None]
            self._require_shape(name, array)
            self._accepted = array.shape[1:]
        return self._first._for_network(array)

    def _require_shape(self, name: str, array: Array) -> None:
        """Raise ValueError unless the array has the shape of the model's input."""
        shape, sample_shape = array.shape, self.batch_shape[1:]
        if len(shape) != len(sample_shape) + 1 or any(
            want not in (None, got) for want, got in zip(sample_shape, shape[1:], strict=True)
        ):
            letters = ("N", *("T" if size is None else str(size) for size in sample_shape))
            raise ValueError(f"{name}: expected shape ({', '.join(letters)}), got {shape}")

    def output_shapes(self, batch_shape: Shape) -> list[Shape]:
        """Return the shape of each node's output for an input of this shape."""
        shapes: list[Shape] = []
        for node in self._nodes:
            shapes.append(node.output_shape(shapes, batch_shape))
        return shapes

    def output_shape(self, x: Array) -> tuple[int, ...]:
        """Return the shape of the outputs for x in the network's form, in which an Embedding's has one axis more."""
        return tuple(size or 0 for size in self.output_shapes(x.shape[: len(self.batch_shape)])[-1])

    # Rows per call ----------------------------------------------------------------------------------------------

    @cached_property
    def _width(self) -> int:
        """The largest number of features that a layer outputs."""
        return max(shape[-1] or 1 for shape in self.output_shapes(self.batch_shape))

    def rows_of_a_call(self, x: Array) -> int:
        """Return how many rows of x to pass in one native call if rows do not depend on each other."""
        steps, features = math.prod(x.shape[1:-1]), int(x.shape[-1])
        elements = steps * max(self._width, features)
        operations = 8 * steps * self._width * (self._width + features)  # of an LSTM of this width
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
        owner, batch_size = f"model {self.name!r}", self.batch_shape[0]
        if batch_size not in (None, rows):
            raise ValueError(f"x: {owner} is stateful and has an Input for batches of {batch_size} rows, got {rows}")
        state = self.network.state
        if state is None:
            return None
        require_rows(owner, rows, len(state))
        return np.where(self._stateful_columns, state, np.zeros((), state.dtype))

    def run(self, x: Array, mask: object, rng_step: int | None) -> Array:
        """Return the outputs of all rows as one batch; an `rng_step` selects the random numbers of training mode."""
        given = None if mask is None else mask_for(x, mask)
        carries_state = self.stateful and len(x) > 0
        state = self.stateful_state(len(x)) if carries_state else None
        output, final = self.network.run(x, state=state, mask=given, rng_step=rng_step)
        if carries_state:
            self.network.state = final
        return output
