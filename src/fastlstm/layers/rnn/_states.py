"""States of recurrent layers: one array each for callers, side by side in one array for the core."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..._internal.arrays import Array
from ..._internal.native import Network


def join_states(
    name: str, states: Any, widths: Sequence[int], rows: int, array_of: Callable[[str, Any], Array]
) -> Array:
    """Return states as one array (rows, sum of widths); a single state may be given without a list.

    `array_of` checks and converts one state, given its name and value.
    """
    if len(widths) == 1 and (not isinstance(states, (list, tuple)) or all(np.ndim(state) == 1 for state in states)):
        states = [states]
    if not isinstance(states, (list, tuple)):
        raise TypeError(f"{name}: expected a list of {len(widths)} arrays, got {type(states).__name__}")
    if len(states) != len(widths):
        raise ValueError(f"{name}: expected {len(widths)} arrays, got {len(states)}")
    arrays = []
    for i, (state, width) in enumerate(zip(states, widths, strict=True)):
        array = array_of(f"{name}[{i}]", state)
        if array.shape != (rows, width):
            raise ValueError(f"{name}[{i}]: expected shape {(rows, width)}, got {array.shape}")
        arrays.append(array)
    return np.concatenate(arrays, axis=1)


def split_states(states: Array, widths: Sequence[int]) -> list[Array]:
    """Return each state as a new array."""
    ends = np.cumsum(widths)
    return [np.ascontiguousarray(states[:, end - width : end]) for end, width in zip(ends, widths, strict=True)]


class StatefulState:
    """The states of a stateful layer between calls: a separate array, or columns of the network's state."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._array: Array | None = None
        self._network: Network | None = None
        self._columns = slice(0)

    def move_to(self, network: Network, columns: slice) -> None:
        """Reset to zeros and store the state in these columns of the network's state from now on."""
        self._array, self._network, self._columns = None, network, columns

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles; the model saves the state of the network."""
        return {**vars(self), "_network": None}

    def detach(self) -> None:
        """Reset to zeros and store the state in a separate array from now on."""
        self._array = self._network = None

    def get(self, rows: int) -> Array | None:
        """Return the state to start from, None for zeros; raise ValueError if it has another number of rows."""
        state = self.current()
        if state is not None:
            require_rows(self._owner, rows, len(state))
        return state

    def current(self) -> Array | None:
        """Return the state, None for zeros."""
        if self._network is not None and self._network.state is not None:
            return np.ascontiguousarray(self._network.state[:, self._columns])
        return self._array

    def set(self, state: Array) -> None:
        """Store a state; the array must not be changed afterwards."""
        if self._network is None:
            self._array = state
        else:
            whole = self._network.state
            whole = np.zeros((len(state), self._network.state_size), state.dtype) if whole is None else whole.copy()
            whole[:, self._columns] = state
            self._network.state = whole

    def reset(self) -> None:
        """Reset to zeros."""
        self._array = None
        if self._network is not None and self._network.state is not None:
            whole = self._network.state.copy()
            whole[:, self._columns] = 0
            self._network.state = whole


def require_rows(owner: str, rows: int, stateful_rows: int) -> None:
    """Raise ValueError unless the stateful states are for this number of rows."""
    if rows != stateful_rows:
        raise ValueError(
            f"x: {owner} is stateful and carries the states of {stateful_rows} rows, so every batch must have as many;"
            f" got {rows} (call reset_state() to start with another number)"
        )
