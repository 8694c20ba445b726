"""RNN of a cell that users write: a layer that calls it step by step, under the name that Keras has for it."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..._internal import nested, tape
from ..._internal.checks import flag
from ..._internal.deferred import deferring
from ..._internal.tensor import TensorShape
from .._call_arguments import completed, structured
from .._inner_weights import require_carried, values_of, variables_of
from ..expression import applied
from ..own_layer import Layer
from ..symbolic import OPERATIONS, SymbolicTensor
from ..variable import Variable


class RNN(Layer):  # its name in files
    """Calls a cell of a user's class once for each step, as `RNN` does.

    Parameters
    ----------
    cell : Layer
        Has `state_size`, and a `call` of an input and states that returns an output and new states. A size is a width
        or a `TensorShape`; with lists, tuples and dicts of sizes, states are such structures. `get_initial_state`, if
        it has one, says what states begin with.
    return_sequences : bool
        Whether to return the outputs of all steps instead of the last one.
    return_state : bool
        Whether to return the final states as well.
    go_backwards : bool
        Whether to start at the last step; outputs are in the order of processing.
    stateful : bool
        Whether a call on an array starts from the final states of the previous one.
    **options
        As for `Layer`; `unroll` and `zero_output_for_mask` have no effect.
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        **options: Any,
    ) -> None:
        self.stateful = flag("stateful", options.pop("stateful", False))
        self._kept_states: Any = None
        unroll, _ = options.pop("unroll", False), options.pop("zero_output_for_mask", None)
        super().__init__(**options)
        self.unroll = unroll
        self.cell, self.return_sequences, self.go_backwards = cell, bool(return_sequences), bool(go_backwards)
        self.return_state = bool(return_state)
        self.supports_masking = self.return_sequences

    def call(self, x: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
        """Return the outputs, and the final states if `return_state`."""
        if self.stateful and isinstance(x, SymbolicTensor):
            raise ValueError(
                f"stateful: layer {self.name!r} of a custom cell keeps its states in calls on arrays, not in a model"
            )
        cell = self.cell
        if cell.state_size is None:
            cell.build((None, x.shape[-1]))  # which sets it
        states = _initial_states(cell, x, self.dtype) if initial_state is None else initial_state
        states = states if nested.is_nested(states) else [states]
        if x.shape[1] is not None:
            output, final = self._looped(_step_of(cell, training), x, states, mask)
        else:
            cell(x[:, 0], states)  # which builds it
            what = f"layer {self.name!r}: a custom cell"
            require_carried([cell], what, "an input with a known number of steps")
            found = applied(_on_arrays, ((self, x, states, mask, self._variables_of_cell(), training), {}))
            output, final = found[0], nested.pack_sequence_as(states, found[1:])
        if not self.return_state:
            return output
        return [output, *(final if isinstance(final, (list, tuple)) else [final])]

    def _called_on_arrays(self, args: Any, kwargs: Any) -> Any:
        if not self.stateful:
            return super()._called_on_arrays(args, kwargs)
        given = {**dict(zip(("x", "initial_state", "mask", "training"), args, strict=False)), **kwargs}
        if "x" not in given:
            return super()._called_on_arrays(args, kwargs)  # which says so
        x = given.pop("x")
        kept = self._kept_states
        if given.get("initial_state") is None and kept is not None:
            rows = _rows_of(kept)
            if rows != len(x):
                raise ValueError(
                    f"x: layer {self.name!r} is stateful and has the states of {rows} rows, got a batch size of"
                    f" {len(x)}; call reset_state first"
                )
            given["initial_state"] = kept
        wanted, self.return_state = self.return_state, True
        try:
            output, *states = super()._called_on_arrays((x,), given)
        finally:
            self.return_state = wanted
        copies = [np.array(tape.plain(state)) for state in nested.flatten(states)]  # callers may change theirs
        to_keep = nested.pack_sequence_as(list(states), copies)
        self._kept_states = to_keep[0] if len(states) == 1 else to_keep
        return [output, *states] if wanted else output

    def reset_state(self) -> None:
        """Let the next call of a stateful layer start from the initial states."""
        self._kept_states = None

    reset_states = reset_state

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask of the sequence of outputs, and None for each final state."""
        found = super().compute_mask(inputs, mask)
        return [found, *(None for _ in _listed(self.cell.state_size))] if self.return_state else found

    def _variables_of_cell(self) -> list[Variable]:
        """Return the weights of the cell and of the layers in it."""
        return variables_of(self.cell._leaf_layers())

    def _looped(self, cell: Callable[..., Any], x: Any, states: Any, mask: Any) -> tuple[Any, Any]:
        """Return the outputs of all steps, or of the last one, and the final states in the structure of the first."""
        steps = x.shape[1]
        outputs: list[Any] = []
        for t in range(steps - 1, -1, -1) if self.go_backwards else range(steps):
            before = nested.flatten(states)
            output, found = cell(x[:, t], list(states) if isinstance(states, (list, tuple)) else states)
            after = nested.flatten(found)
            if mask is not None:
                output = _kept_where(mask[:, t], output, outputs[-1] if outputs else output * 0)
                after = [_kept_where(mask[:, t], *both) for both in zip(after, before, strict=True)]
            states = nested.pack_sequence_as(states, after)
            outputs.append(output)
        return np.stack(outputs, 1) if self.return_sequences else outputs[-1], states

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        options = {"return_sequences": self.return_sequences, "return_state": self.return_state}
        options["stateful"] = self.stateful
        return {**super().get_config(), "cell": self.cell, **options, "go_backwards": self.go_backwards}


class StackedRNNCells(Layer):  # its name in files
    """Cells on top of each other, of which some are of a user's class.

    Parameters
    ----------
    cells : list of layers
        From the input on; each is a cell as `RNN` takes it.
    **options
        As for `Layer`.
    """

    def __init__(self, cells: Any, **options: Any) -> None:
        super().__init__(**options)
        for cell in cells:
            if not is_own_cell(cell):
                raise TypeError(f"cells: expected only custom cells beside a custom cell, got {cell!r}")
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """The widths or shapes of the states of each cell, as it has them."""
        return [cell.state_size for cell in self.cells]

    def get_initial_state(self, inputs: Any, batch_size: Any = None, dtype: Any = None) -> list[Any]:
        """Return what the states of each cell begin with."""
        states = [nested.flatten(_initial_states(cell, inputs, dtype or self.dtype)) for cell in self.cells]
        return [
            nested.pack_sequence_as(_places(cell.state_size), found)
            for cell, found in zip(self.cells, states, strict=True)
        ]

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
        """Return the output of the last cell, and the new states of each; states may also be one flat list."""
        output, before = inputs, nested.flatten(states)
        after: list[Any] = []
        for cell in self.cells:
            places = _places(cell.state_size)
            count = len(nested.flatten(places))
            given = nested.pack_sequence_as(places, before[:count])
            before = before[count:]
            output, new = _step_of(cell, training)(output, given if nested.is_nested(given) else [given])
            after.append(nested.pack_sequence_as(places, nested.flatten(new)))
        return output, after

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "cells": self.cells}


def _rows_of(states: Any) -> int:
    """Return the number of rows of states in any structure."""
    while isinstance(states, (list, tuple, dict)):
        states = next(iter(states.values() if isinstance(states, dict) else states))
    return len(states)


def is_own_cell(value: Any) -> bool:
    """Return whether this is a cell of a user's class, or several on top of each other."""
    return bool(getattr(value, "_is_own", False)) and hasattr(value, "state_size")


def _initial_states(cell: Any, x: Any, dtype: str) -> Any:
    """Return what a cell says that states begin with, zeros if it says nothing."""
    of_cell = getattr(cell, "get_initial_state", None)
    if of_cell is None:
        return zero_states(x, cell.state_size)
    rows = OPERATIONS["shape"](x)[0] if isinstance(x, SymbolicTensor) else len(x)
    given = {"inputs": x, "batch_size": rows, "dtype": dtype}
    taken = inspect.signature(of_cell).parameters
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in taken.values()):
        return of_cell(**given)
    return of_cell(**{name: value for name, value in given.items() if name in taken})


def _places(state_size: Any) -> Any:
    """Return the structure of the states of a cell, in which a `TensorShape` is the shape of one of them."""
    return structured(state_size, lambda _: None)


def zero_states(x: Any, state_size: Any) -> Any:
    """Return zeros for each state of a cell, with as many rows as an array, in the structure of its sizes or shapes."""
    found = structured(state_size, lambda one: _zeros(x, tuple(one) if isinstance(one, TensorShape) else (int(one),)))
    return found if nested.is_nested(found) else [found]


def _kept_where(valid: Any, new: Any, old: Any) -> Any:
    """Return new values in the rows that are valid, and old ones in the others."""
    return np.where(np.expand_dims(valid, tuple(range(1, len(new.shape)))), new, old)


def _step_of(cell: Any, training: Any) -> Callable[..., Any]:
    """Return a cell as a function of an input and states, called with `training` if it takes it."""
    return partial(cell, **completed(type(cell).call, {}, training))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) and not isinstance(value, TensorShape) else [value]


def _on_arrays(loop: RNN, x: Any, states: Any, mask: Any, values: Sequence[Any], training: Any) -> list[Any]:
    """Return the outputs and each of the final states for arrays, with these values of the weights of the cell."""
    arrays = [x, *nested.flatten(states)]
    with values_of(loop._variables_of_cell(), values, arrays, training is True):
        output, final = loop._looped(_step_of(loop.cell, training), x, states, mask)
    return [output, *nested.flatten(final)]


@deferring
def _zeros(x: Any, shape: tuple[int, ...]) -> Any:
    return np.zeros((np.shape(x)[0], *shape), x.dtype)
