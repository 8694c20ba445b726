"""All cells by their name in the core, with one calling convention."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from ._arrays import shape_of
from .gru import GRU_RESET_BEFORE_WEIGHTS, GRU_WEIGHTS, gru_backward, gru_forward
from .lstm import COUPLED_LSTM_WEIGHTS, LSTM_WEIGHTS, lstm_backward, lstm_forward
from .min_rnn import MIN_GRU_WEIGHTS, MIN_LSTM_WEIGHTS, min_gru_forward, min_lstm_forward, min_rnn_backward
from .simple_rnn import SIMPLE_RNN_WEIGHTS, simple_rnn_backward, simple_rnn_forward


class CellFunctions(NamedTuple):
    """The functions and the weights of a cell, in one calling convention.

    Attributes
    ----------
    forward : callable
        ``forward(x, *weights, **options)`` returns outputs, states and saved. Options are `clip`, `activation` and
        `recurrent_activation` (if the cell has them), and those of `LoopOptions`.
    backward : callable
        ``backward(saved, d_outputs=None, d_states=None)`` returns the gradients, a named tuple with x, the weights by
        name, and the initial states, named ``initial_`` and the name of the state.
    weights : dict
        Names in order, with the shapes in letters: ``{"kernel": "(D, 4H)", ...}``.
    states : tuple of str
        ("h",) or ("h", "c").

    Examples
    --------
    >>> import numpy as np
    >>> cell = CELLS["lstm"]
    >>> weights = [np.full(shape, 0.1) for shape in cell.shapes(3, 4).values()]
    >>> outputs, states, saved = cell.forward(np.ones((2, 5, 3)), *weights)
    >>> outputs.shape, len(states)
    ((2, 5, 4), 2)
    >>> cell.backward(saved, np.ones_like(outputs)).initial_c.shape
    (2, 4)
    """

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    weights: Mapping[str, str]
    states: tuple[str, ...] = ("h",)

    def shapes(self, features: int, units: int) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of each weight.

        Parameters
        ----------
        features : int
            Number of input features D.
        units : int
            Number of units H.

        Returns
        -------
        dict of str to tuple of int
            The shapes by name, in the order of `weights`.

        Examples
        --------
        >>> CELLS["gru"].shapes(2, 5)
        {'kernel': (2, 15), 'recurrent_kernel': (5, 15), 'bias': (2, 15)}
        """
        return {name: shape_of(letters, {"D": features, "H": units}) for name, letters in self.weights.items()}


def _without_peephole(weights: Mapping[str, str]) -> dict[str, str]:
    return {name: letters for name, letters in weights.items() if name != "peephole"}


_H_AND_C = ("h", "c")
_coupled_forward = partial(lstm_forward, coupled=True)

CELLS = {
    "simple_rnn": CellFunctions(simple_rnn_forward, simple_rnn_backward, SIMPLE_RNN_WEIGHTS),
    "lstm": CellFunctions(lstm_forward, lstm_backward, _without_peephole(LSTM_WEIGHTS), _H_AND_C),
    "peephole_lstm": CellFunctions(lstm_forward, lstm_backward, LSTM_WEIGHTS, _H_AND_C),
    "coupled_lstm": CellFunctions(_coupled_forward, lstm_backward, _without_peephole(COUPLED_LSTM_WEIGHTS), _H_AND_C),
    "coupled_peephole_lstm": CellFunctions(_coupled_forward, lstm_backward, COUPLED_LSTM_WEIGHTS, _H_AND_C),
    "gru": CellFunctions(gru_forward, gru_backward, GRU_WEIGHTS),
    "gru_reset_before": CellFunctions(partial(gru_forward, reset_after=False), gru_backward, GRU_RESET_BEFORE_WEIGHTS),
    "min_gru": CellFunctions(min_gru_forward, min_rnn_backward, MIN_GRU_WEIGHTS),
    "min_lstm": CellFunctions(min_lstm_forward, min_rnn_backward, MIN_LSTM_WEIGHTS),
}
