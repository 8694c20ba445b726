"""Steps of cells on symbolic tensors: each is a sequence of one step, of an RNN of the cell."""

from typing import Any

from ..repeat_vector import RepeatVector
from ..symbolic import OPERATIONS
from .rnn import RNN


def symbolic_step(cell: Any, x: Any, states: Any, training: bool) -> Any:
    """Return the output and the states after a step.

    Parameters
    ----------
    cell : RecurrentCell
        The cell. The RNN that has it takes the step, otherwise one that the cell keeps.
    x : SymbolicTensor
        (N, D).
    states : list of SymbolicTensor, or SymbolicTensor
        (N, H) each.
    training : bool
        As for `RNN`.
    """
    owner = next((one for one in cell._owned_by() if isinstance(one, RNN)), None)
    if cell._of_steps is None:
        cell._of_steps = RNN(cell, return_state=True) if owner is None else None, RepeatVector(1, dtype=cell.dtype)
    kept, as_sequence = cell._of_steps
    layer = owner or kept
    given = list(states) if isinstance(states, (list, tuple)) else [states]
    expected = len(cell._layer._state_widths())
    if len(given) != expected:
        raise ValueError(f"states: cell {cell.name!r} expected {expected}, got {len(given)}")
    if not layer.return_state and len(given) > 1:
        raise TypeError(
            f"x: layer {layer.name!r} is the RNN of cell {cell.name!r} and does not return the states after a step:"
            " give it return_state=True"
        )
    found = layer(as_sequence(x), initial_state=given, training=training)
    output, *after = found if layer.return_state else [found]
    if layer.return_sequences:
        output = output[:, 0]
    after = after or [output]
    return output, after if isinstance(states, (list, tuple)) else after[0]


OPERATIONS["step"] = symbolic_step
