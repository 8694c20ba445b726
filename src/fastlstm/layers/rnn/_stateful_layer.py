"""StatefulLayer: initial states, returned states, and states that last from call to call."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._internal.arrays import Array, real_array
from ..._internal.checks import flag, size
from ..._internal.deferred import deferring
from ..._internal.native import Network
from ..._internal.owners import Owner
from ..._internal.tensor import like
from ..base import SEQUENCES, Layer, Shape
from ..expression import Expression
from ..symbolic import are_symbolic, listed
from ._states import StatefulState, join_states, split_states


class StatefulLayer(Layer):
    """Base class of the recurrent layers and Bidirectional."""

    _axes = SEQUENCES
    _keras_takes_mask = True

    def __init__(self, return_sequences: bool, return_state: bool, stateful: bool, **options: Any) -> None:
        super().__init__(**options)
        self.return_sequences = flag("return_sequences", return_sequences)
        self.return_state = flag("return_state", return_state)
        self.stateful = flag("stateful", stateful)
        self._stateful_state = StatefulState(f"layer {self.name!r}")

    @property
    def _passes_mask(self) -> bool:
        return self.return_sequences

    def _state_widths(self) -> Sequence[int]:
        """Return the width of each state."""
        raise NotImplementedError(f"{type(self).__name__} must define _state_widths()")

    def _only_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of the sequence; the other inputs, if any, are the initial states."""
        first, *states = shapes
        widths = self._state_widths()
        if states and (
            len(states) != len(widths)
            or any(len(shape) != 2 or shape[1] != width for shape, width in zip(states, widths, strict=True))
        ):
            raise ValueError(
                f"initial_state: layer {self.name!r} expected {len(widths)} states of"
                f" {', '.join(f'(N, {width})' for width in widths)}, got {', '.join(map(str, states))}"
            )
        return first

    def _keras_call(self, inputs: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        first, *states = inputs
        return [first], {**({"initial_state": states} if states else {}), "mask": None}

    def _state_array(self, name: str, state: Any) -> Array:
        return real_array(name, state, self.dtype)

    @property
    def _state_width(self) -> int:
        return sum(self._state_widths())

    def _move_states_to(self, network: Network, column: int) -> None:
        self._stateful_state.move_to(network, slice(column, column + self._state_width))

    def _detach(self, owner: Owner) -> None:
        super()._detach(owner)
        if not self._owned_by():
            self._stateful_state.detach()

    def _output_shapes(self, shape: Shape) -> tuple[Shape, ...]:
        return (self._output_shape(shape),)

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Return the shape of the output for an input of this shape.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis: (None, T, D).

        Returns
        -------
        tuple
            With the batch axis; a tuple of shapes if the layer returns several arrays.

        Raises
        ------
        ValueError
            If the layer does not take this shape.
        TypeError
            If `input_shape` is not a tuple of integers and None.
        """
        self._check_shape("input_shape", input_shape)
        shapes = self._output_shapes(tuple(input_shape))
        if self.return_state:
            shapes += tuple((input_shape[0], width) for width in self._state_widths())
        return shapes[0] if len(shapes) == 1 else shapes

    def __call__(self, x: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Return the output for an array, with the final states if `return_state`; builds the layer if necessary.

        Parameters
        ----------
        x : array_like or SymbolicTensor
            (N, T, D). The output for a symbolic tensor is one as well, for a `fastlstm.models.Model`.
        initial_state : list of array_like, optional
            The states before the first step, (N, H) each, in the order of `return_state`; or one array if there is one
            state; symbolic tensors if x is one. Default: the final states of the previous call of a stateful layer,
            else zeros.
        mask : array_like of bool, optional
            (N, T), True where a step is valid. Other steps leave the states unchanged and repeat the previous output,
            or zeros before the first valid step.
        training : bool
            Whether to run in training mode, in which dropout and zoneout are active, with new masks for each call.

        Returns
        -------
        ndarray, tuple of ndarray or SymbolicTensor
            New arrays of the layer's dtype: (N, H), or (N, T, H) with `return_sequences`; with `return_state` followed
            by the final states, (N, H) each.

        Raises
        ------
        ValueError
            If a shape is wrong, or a stateful layer carries the states of another number of rows.
        TypeError
            If `x` or a state is not made of real integers or floats, or `mask` not of True and False.
        """
        if are_symbolic(x):
            states = [] if initial_state is None else [_for_rows_of(x, one) for one in listed(initial_state)]
            if states and not are_symbolic(states):
                raise TypeError(f"initial_state: expected symbolic tensors, as x is one, got {initial_state!r}")
            return self._symbolic_output([*listed(x), *states], mask=mask, training=training)
        call = self._prepared(x, mask, training)
        widths, rows = self._state_widths(), len(call.x)
        carries_state = self.stateful and rows > 0
        state = None
        if initial_state is not None:
            state = join_states("initial_state", initial_state, widths, rows, self._state_array)
        elif carries_state:
            state = self._stateful_state.get(rows)
        output, final = call.network.run(call.x, state=state, mask=call.mask, rng_step=call.rng_step)
        if carries_state:
            self._stateful_state.set(final)
        arrays = tuple(output) if isinstance(output, list) else (output,)
        if self.return_state:
            arrays += tuple(split_states(final, widths))
        arrays = tuple(like(x, array) for array in arrays)
        return arrays[0] if len(arrays) == 1 else arrays

    def get_initial_state(self, batch_size: Any = None, inputs: Any = None, dtype: Any = None) -> list[Any]:
        """Return zeros, from which a sequence starts if no initial state is given.

        Parameters
        ----------
        batch_size : int, or tensor (N, T, D), optional
            The number of rows, or an input with that many.
        inputs : tensor (N, T, D), optional
            An input, instead of the number of rows.
        dtype : optional
            Accepted as in Keras, without effect.

        Returns
        -------
        list of ndarray
            One (N, H) for each state.

        Examples
        --------
        >>> from fastlstm.layers import LSTM
        >>> [state.shape for state in LSTM(4).get_initial_state(2)]
        [(2, 4), (2, 4)]
        """
        given = batch_size if inputs is None else inputs
        return [_zeros(given, width, self.dtype) for width in self._state_widths()]

    @property
    def states(self) -> list[Array | None]:
        """The states that the next call of a stateful layer starts from, (N, H) each; None for zeros."""
        widths, state = self._state_widths(), self._stateful_state.current()
        return [None] * len(widths) if state is None else list(split_states(state, widths))

    def reset_state(self) -> None:
        """Reset the states of a stateful layer to zeros; the next call may have any number of rows."""
        self._stateful_state.reset()

    def reset_states(self, states: Any = None) -> None:
        """Reset the states of a stateful layer to zeros, as `reset_state` does, or set them, as in Keras 2.

        Parameters
        ----------
        states : list of array_like, optional
            The states that the next call starts from, (N, H) each; or one array if there is one state.

        Raises
        ------
        ValueError
            If the layer is not stateful, or the number of states or a shape is wrong.
        TypeError
            If `states` is not a list, or a state is not made of real integers or floats.

        Examples
        --------
        >>> from fastlstm.layers import GRU
        >>> layer = GRU(2, stateful=True)
        >>> layer.reset_states([[[0.5, -0.5]]])
        >>> [state.tolist() for state in layer.states]
        [[[0.5, -0.5]]]
        """
        if states is None:
            self.reset_state()
            return
        if not self.stateful:
            raise ValueError(f"states: layer {self.name!r} is not stateful and keeps no states; pass an initial_state")
        is_list = isinstance(states, (list, tuple))
        if is_list and not states:
            raise ValueError(f"states: expected {len(self._state_widths())} states, got an empty list")
        first = states[0] if is_list and np.ndim(states[0]) == 2 else states
        whole = join_states("states", states, self._state_widths(), len(first), self._state_array)
        self._stateful_state.set(whole)


def _for_rows_of(x: Any, state: Any) -> Any:
    """Return an array with equal rows, such as zeros, as a state for each row of a symbolic tensor."""
    is_constant = isinstance(state, Expression) and not state.has_rows and not state._of_samples
    value = state._examples()[0] if is_constant else state
    if isinstance(value, np.ndarray) and value.ndim == 2 and len(value) and (value == value[:1]).all():
        return _repeated(x, np.asarray(value[0]))
    return state


@deferring
def _repeated(x: Any, row: Any) -> Any:
    return np.broadcast_to(row, (np.shape(x)[0], len(row)))


@deferring
def _zeros(rows: Any, width: int, dtype: str) -> Array:
    count = np.shape(rows)[0] if np.ndim(rows) else size("batch_size", rows)
    return np.zeros((count, width), dtype)
