"""States of recurrent layers as callers see them, one array each, and as the core takes them, side by side."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..._internal.arrays import Array
from ..._internal.native import Network


def join_states(
    name: str, states: Any, widths: Sequence[int], rows: int, array_of: Callable[[str, Any], Array]
) -> Array:
    """Return states, a list or the one array where there is one state, as one array (rows, sum of widths).

    `array_of` checks and converts one of them, given its name and value.
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
    """Return the states one by one, as new arrays."""
    ends = np.cumsum(widths)
    return [np.ascontiguousarray(states[:, end - width : end]) for end, width in zip(ends, widths, strict=True)]


class StatefulState:
    """What a stateful layer carries from call to call: an array of its own, or its columns of its network's state."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._own: Array | None = None
        self._network: Network | None = None
        self._columns = slice(0)

    def move_to(self, network: Network, columns: slice) -> None:
        """Keep the state in these columns of the network's from now on, starting with zeros."""
        self._own, self._network, self._columns = None, network, columns

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles have: a state of its own; that of a network is the model's business."""
        return {**vars(self), "_network": None}

    def detach(self) -> None:
        """Keep the state in an array of its own from now on, starting with zeros."""
        self._own = self._network = None

    def get(self, rows: int) -> Array | None:
        """Return the state to start from with so many rows, None for zeros; a state of other rows raises ValueError."""
        state = self._own
        if self._network is not None and self._network.state is not None:
            state = np.ascontiguousarray(self._network.state[:, self._columns])
        if state is not None:
            require_rows(self._owner, rows, len(state))
        return state

    def set(self, state: Array) -> None:
        """Keep a state, in an array of the caller's that nobody else changes."""
        if self._network is None:
            self._own = state
        else:
            whole = self._network.state
            whole = np.zeros((len(state), self._network.state_size), state.dtype) if whole is None else whole.copy()
            whole[:, self._columns] = state
            self._network.state = whole

    def reset(self) -> None:
        """Start from zeros again."""
        self._own = None
        if self._network is not None and self._network.state is not None:
            whole = self._network.state.copy()
            whole[:, self._columns] = 0
            self._network.state = whole


def require_rows(owner: str, rows: int, carried: int) -> None:
    """Raise ValueError unless there are as many rows as carried states."""
    if rows != carried:
        raise ValueError(
            f"x: {owner} is stateful and carries the states of {carried} rows, so that every batch must have as many;"
            f" got {rows} (reset_state() lets it start afresh with any number)"
        )
