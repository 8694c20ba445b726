"""Layers with states: given or not, returned or not, carried from call to call or not."""

from collections.abc import Sequence
from typing import Any

from ..._internal.arrays import Array, real_array
from ..._internal.checks import flag
from ..._internal.native import Network
from ..base import SEQUENCES, Layer, Shape
from ._states import StatefulState, join_states, split_states


class StatefulLayer(Layer):
    """What the recurrent layers and Bidirectional share."""

    _axes = SEQUENCES

    def __init__(self, return_sequences: bool, return_state: bool, stateful: bool, **options: Any) -> None:
        super().__init__(**options)
        self.return_sequences = flag("return_sequences", return_sequences)
        self.return_state = flag("return_state", return_state)
        self.stateful = flag("stateful", stateful)
        self._stateful_state = StatefulState(f"layer {self.name!r}")

    def _state_widths(self) -> Sequence[int]:
        """Return the width of each state."""
        raise NotImplementedError(f"{type(self).__name__} must define _state_widths()")

    def _state_array(self, name: str, state: Any) -> Array:
        return real_array(name, state, self.dtype)

    @property
    def _state_width(self) -> int:
        return sum(self._state_widths())

    def _require_one_output(self) -> None:
        """Raise ValueError where a call returns several arrays, of which a model can not pass on one."""
        if self.return_state:
            raise ValueError(
                f"layer: {self.name!r} has return_state=True; a model passes one array from layer to layer (call the"
                " layer on its own to get its states)"
            )

    def _move_to(self, network: Network, segment: int, column: int) -> tuple[int, int]:
        end = column + self._state_width
        self._stateful_state.move_to(network, slice(column, end))
        return super()._move_to(network, segment, column)[0], end

    def _detach(self) -> None:
        super()._detach()
        self._stateful_state.detach()

    def _outputs(self, output: Array) -> tuple[Array, ...]:
        """Return the arrays that the layer returns for the one that its network gives."""
        return (output,)

    def _output_shapes(self, shape: Shape) -> tuple[Shape, ...]:
        return (self._output_shape(shape),)

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Return the shape of the output, or a tuple of the shapes where the layer returns several arrays."""
        self._check_shape("input_shape", input_shape)
        shapes = self._output_shapes(tuple(input_shape))
        if self.return_state:
            shapes += tuple((input_shape[0], width) for width in self._state_widths())
        return shapes[0] if len(shapes) == 1 else shapes

    def __call__(self, x: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Return the layer's output as a new array, or a tuple of output and states; builds the layer if need be.

        Parameters
        ----------
        x : array_like
            (N, T, D).
        initial_state : list of array_like, optional
            The states before the first step, (N, H) each, in the order in which `return_state` gives them; or one
            array where there is one state. Default: the carried states of a stateful layer, else zeros.
        mask : array_like of bool, optional
            (N, T), True where a step is valid. Other steps leave the states as they are and repeat the output before
            them, zeros before the first valid step.
        training : bool
            Whether to behave as in training: dropout and zoneout draw anew at each call.

        Returns
        -------
        ndarray or tuple of ndarray
            (N, H), or (N, T, H) with `return_sequences`; with `return_state` followed by the last states (N, H).

        Raises
        ------
        ValueError
            If a shape is wrong, or a stateful layer carries the states of another number of rows.
        TypeError
            If `x` or a state is not made of real integers or floats, or `mask` not of True and False.
        """
        call = self._prepared(x, mask, training)
        widths, rows = self._state_widths(), len(call.x)
        carries = self.stateful and rows > 0
        state = None
        if initial_state is not None:
            state = join_states("initial_state", initial_state, widths, rows, self._state_array)
        elif carries:
            state = self._stateful_state.get(rows)
        output, final = call.network.run(call.x, state=state, mask=call.mask, draw=call.rng_step)
        if carries:
            self._stateful_state.set(final)
        arrays = self._outputs(output)
        if self.return_state:
            arrays += tuple(split_states(final, widths))
        return arrays[0] if len(arrays) == 1 else arrays

    def reset_state(self) -> None:
        """Let a stateful layer start from zeros again, with any number of rows."""
        self._stateful_state.reset()

    def reset_states(self) -> None:
        """Do what `reset_state` does."""
        self.reset_state()
