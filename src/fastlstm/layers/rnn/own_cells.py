"""RNN of a cell that users write: a layer that calls it step by step, under the name that Keras has for it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._internal.deferred import deferring
from ..own_layer import Layer


class RNN(Layer):  # its name in files
    """Calls a cell of a user's class once for each step, as `RNN` does.

    Parameters
    ----------
    cell : Layer
        Has `state_size`, and a `call` of an input and a list of states that returns an output and new states.
    return_sequences : bool
        Whether to return the outputs of all steps instead of the last one.
    return_state : bool
        Whether to return the final states as well.
    go_backwards : bool
        Whether to start at the last step; outputs are in the order of processing.
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
        if options.pop("stateful", False):
            raise ValueError("stateful: expected False for a custom cell")
        options = {name: value for name, value in options.items() if name not in ("unroll", "zero_output_for_mask")}
        super().__init__(**options)
        self.cell, self.return_sequences, self.go_backwards = cell, bool(return_sequences), bool(go_backwards)
        self.return_state = bool(return_state)
        self.supports_masking = self.return_sequences

    def call(self, x: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
        """Return the outputs, and the final states if `return_state`."""
        steps = x.shape[1]
        if steps is None:
            raise ValueError(f"layer {self.name!r}: a custom cell needs an input with a known number of steps")
        if self.cell.state_size is None:
            self.cell.build((None, x.shape[-1]))  # which sets it
        sizes = _sizes(self.cell.state_size)
        states = [_zeros(x, size) for size in sizes] if initial_state is None else list(_listed(initial_state))
        outputs: list[Any] = []
        for t in range(steps - 1, -1, -1) if self.go_backwards else range(steps):
            output, found = self.cell(x[:, t], states)
            found = _listed(found)
            if mask is not None:
                valid = mask[:, t : t + 1]
                before = outputs[-1] if outputs else output * 0
                output = np.where(valid, output, before)
                found = [np.where(valid, new, old) for new, old in zip(found, states, strict=True)]
            states = found
            outputs.append(output)
        result = np.stack(outputs, 1) if self.return_sequences else outputs[-1]
        return [result, *states] if self.return_state else result

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        options = {"return_sequences": self.return_sequences, "return_state": self.return_state}
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
        """The width of each state of all cells."""
        return [size for cell in self.cells for size in _listed(cell.state_size)]

    def call(self, inputs: Any, states: Any) -> Any:
        """Return the output of the last cell, and the new states of all."""
        output, before = inputs, list(states)
        found: list[Any] = []
        for cell in self.cells:
            count = len(_listed(cell.state_size))
            output, new = cell(output, before[:count])
            before = before[count:]
            found += _listed(new)
        return output, found

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "cells": self.cells}


def is_own_cell(value: Any) -> bool:
    """Return whether this is a cell of a user's class, or several on top of each other."""
    return bool(getattr(value, "_is_own", False)) and hasattr(value, "state_size")


def _sizes(state_size: Any) -> list[int]:
    """Return the width of each state."""
    listed = state_size if isinstance(state_size, (list, tuple)) else [state_size]
    return [int(np.prod(size)) for size in listed]


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else [value]


@deferring
def _zeros(x: Any, size: int) -> Any:
    return np.zeros((np.shape(x)[0], size), x.dtype)
