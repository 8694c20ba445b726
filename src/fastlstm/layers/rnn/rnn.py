"""RNN: a recurrent layer of one cell, or of several on top of each other."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from ..._internal.checks import flag, size
from ..._internal.native import Branch
from ..base import Layer, Shape, registry
from ..symbolic import SymbolicTensor
from ._stateful_layer import StatefulLayer
from .cell import Cell
from .recurrent_cell import AnyCell, StackedRNNCells, cell_from


@registry.register()
class RNN(StatefulLayer):
    """A recurrent layer of a cell; ``RNN(LSTMCell(32))`` computes what ``LSTM(32)`` does, with the same kernels.

    A list of cells is a stack, in which each takes the output of the one before it in the same step. Their states are
    returned, and taken as `initial_state`, as one list for each cell.

    Parameters
    ----------
    cell : LSTMCell, GRUCell, SimpleRNNCell or StackedRNNCells, or list of cells
        The cell. Steps run in the compiled core, so it cannot be written in Python.
    return_sequences : bool
        Whether to return all outputs (N, T, H) instead of the last (N, H).
    return_state : bool
        Whether a call returns the last states as well. Not in a `Sequential`.
    go_backwards : bool
        Whether to start with the last step. Outputs are in the order of processing.
    stateful : bool
        Whether each call starts from the final states of the previous call, row by row.
    unroll
        Accepted as in Keras, without effect: there is one implementation.
    zero_output_for_mask : bool
        Whether masked steps of a returned sequence are zeros instead of the previous output.
    checkpoint : bool or int
        Whether training keeps the states of a few steps only, and computes the others again in its backward pass (Chen
        et al., "Training deep nets with sublinear memory cost", 2016): True for about the square root of the number of
        steps, or the number of segments. The results are the same to the bit, and a train step takes up to a third
        longer; with several threads, these share groups of 16 rows or the units. Inputs and outputs, and masks of
        dropout and zoneout, are still those of all steps.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`. `dtype` must be that of `cell`.

    Raises
    ------
    ValueError
        If `cell` is in use already or has another dtype, or `checkpoint` is given for a custom cell.
    TypeError
        If `cell` is not a cell of this package, or an argument has the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import RNN, GRUCell, LSTMCell
    >>> RNN(LSTMCell(4))(np.ones((2, 5, 3))).shape
    (2, 4)
    >>> y, low, high = RNN([LSTMCell(4), GRUCell(6)], return_sequences=True, return_state=True)(np.ones((2, 5, 3)))
    >>> y.shape, [state.shape for state in low], [state.shape for state in high]
    ((2, 5, 6), [(2, 4), (2, 4)], [(2, 6)])
    """

    _beyond_keras: ClassVar[Mapping[str, Any]] = {"checkpoint": False}

    cell: Any
    """The cell. In the classes derived from `Recurrent`, what the core knows about it."""
    units: int
    """H, the width of the output."""

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: Any = False,
        zero_output_for_mask: bool = False,
        *,
        checkpoint: bool | int = False,
        **options: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)) and not isinstance(cell, Cell):
            cell = StackedRNNCells(cell)
        if type(self) is RNN and getattr(cell, "_is_own", False):
            from .own_cells import RNN as CellLoop

            if checkpoint is not False:
                raise ValueError(f"checkpoint: expected False for a custom cell, got {checkpoint!r}")
            self.__class__ = CellLoop  # type: ignore[assignment]  # whose steps are a loop in Python
            CellLoop.__init__(self, cell, return_sequences, return_state, go_backwards, stateful=stateful, **options)  # type: ignore[arg-type]
            return
        given = cell if isinstance(cell, Cell) else cell_from("cell", cell)
        if isinstance(given, AnyCell):
            options["dtype"] = options.get("dtype") or given.dtype
        super().__init__(return_sequences, return_state, stateful, **options)
        self.go_backwards = flag("go_backwards", go_backwards)
        self.zero_output_for_mask = flag("zero_output_for_mask", zero_output_for_mask)
        is_flag = isinstance(checkpoint, (bool, np.bool_))
        self.checkpoint = bool(checkpoint) if is_flag else size("checkpoint", checkpoint)
        self.cell = given
        self.unroll = unroll
        if not isinstance(given, AnyCell):
            return  # a subclass of one cell has the rest
        if self.dtype != given.dtype:
            raise ValueError(f"dtype: {self.name!r} is {self.dtype}, its cell {given.name!r} is {given.dtype}")
        given._claim_alone(self)
        self.units = given.output_size
        self._weights = given._weights  # shared: the layer itself has no weights

    def _parts(self) -> dict[str, Layer]:
        return {"cell": self.cell} if isinstance(self.cell, AnyCell) else {}

    def _layers_of_cells(self) -> Sequence[Any]:
        """Return a layer for each cell, from the input on, with that cell's arguments."""
        layers: Sequence[Any] = self.cell._layers_of_cells()
        return layers

    def _make_weights(self, features: int, input_shape: Shape) -> None:
        if isinstance(self.cell, AnyCell):
            self.cell.build((input_shape[0], features))
        else:
            super()._make_weights(features, input_shape)

    @property
    def _works_step_by_step(self) -> bool:
        return not self.go_backwards

    # States: those of a stack are lists for callers, one for each cell ------------------------------------------------

    def _state_widths(self) -> Sequence[int]:
        return [width for layer in self._layers_of_cells() for width in layer._state_widths()]

    def _states_of_cells(self, states: Sequence[Any]) -> list[Any]:
        """Return states as callers get them: in a list for each cell if there are several cells."""
        layers = self._layers_of_cells()
        if len(layers) == 1:
            return list(states)
        found, rest = [], list(states)
        for layer in layers:
            count = len(layer._state_widths())
            found.append(rest[:count])
            rest = rest[count:]
        return found

    def _keras_call(self, inputs: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        first, *states = inputs
        return [first], {**({"initial_state": self._states_of_cells(states)} if states else {}), "mask": None}

    def _all_states(self, states: Any) -> Any:
        """Return states given by callers in one list, whether or not there is a list for each cell."""
        if len(self._layers_of_cells()) == 1 or not isinstance(states, (list, tuple)):
            return states
        flat: list[Any] = []
        for state in states:
            nested = isinstance(state, (list, tuple)) and bool(state)
            flat += state if nested and (isinstance(state[0], SymbolicTensor) or np.ndim(state[0]) == 2) else [state]
        return flat

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
        found = super().__call__(x, self._all_states(initial_state), mask, training)
        if not self.return_state or len(self._layers_of_cells()) == 1:
            return found
        output, *states = found
        return type(found)([output, *self._states_of_cells(states)])

    # Output and core --------------------------------------------------------------------------------------------------

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape[:2], self.units) if self.return_sequences else (shape[0], self.units)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        x, *initial = branch.outputs
        states = []
        for options in self._options_of_layers():
            count = options.pop("states")
            own, initial = initial[:count], initial[count:]
            number, _ = branch.add_on([x, *own], "recurrent", **options)
            x = (number, 0)
            states += [(number, 1 + i) for i in range(count) if self.return_state]
        branch.outputs = [x, *states]

    def _options_of_layers(self) -> list[dict[str, Any]]:
        """Return the core's description of the layer of each cell, with the number of its states.

        All but the last return sequences. They are in the order of processing, so that only the first goes backwards.
        """
        layers, found = self._layers_of_cells(), []
        for i, layer in enumerate(layers):
            options = with_segments({**layer._core_arguments(), **self._core_options()})
            options["states"] = len(layer._state_widths())
            if i > 0:
                options["go_backwards"] = False
            if i + 1 < len(layers):
                options |= {"return_sequences": True, "zero_output_for_mask": False}
            found.append(options)
        return found

    def _core_options(self) -> dict[str, Any]:
        """Return those options of a recurrent layer of the core that are not its cell's."""
        return {
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "stateful": self.stateful,
            "zero_output_for_mask": self.zero_output_for_mask,
            "checkpoint": self.checkpoint,
        }

    def _core_arguments(self) -> dict[str, Any]:
        """Return the core's description of the layer of the only cell."""
        (options,) = self._options_of_layers()
        del options["states"]
        return options

    def _as_recurrent(self) -> Any:
        """Return a layer of the only cell's own class, with the same weights; raise ValueError for a stack."""
        layers = self._layers_of_cells()
        if len(layers) > 1:
            raise ValueError(f"layer {self.name!r}: expected a layer of one cell, got {self!r} of several")
        options = {**layers[0]._constructor_arguments(), **self._core_options(), "name": self.name}
        made: Any = type(layers[0])(**options)
        made._weights, made._features = self._weights, self._features
        return made

    def _is_random(self) -> bool:
        """Whether training draws random numbers."""
        return any(layer._is_random() for layer in self._layers_of_cells())

    def _arguments(self) -> dict[str, Any]:
        return {"cell": self.cell, **self._core_options()}


def with_segments(options: dict[str, Any]) -> dict[str, Any]:
    """Return options with the number of segments in place of `checkpoint`; 0 lets the core choose it."""
    checkpoint = options.pop("checkpoint")
    return {**options, "segments": 0 if checkpoint is True else max(1, int(checkpoint))}
