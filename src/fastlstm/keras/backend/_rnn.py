"""`keras.backend.rnn`: a function of a step and states, called for each step of sequences."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...layers.expression import NeedsValuesError
from ...layers.symbolic import SymbolicTensor
from .._arrays import stack, tensor
from .._control import is_list
from ..tree import map_structure


def rnn(
    step_function: Callable[..., Any],
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: Any = None,
    constants: Sequence[Any] | None = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, Any, list[Any]]:
    """Return the last output of a function called step by step, all outputs (N, T, ...), and the last states."""
    first = inputs[0] if is_list(inputs) else inputs
    axis = 0 if time_major else 1
    steps = first.shape[axis]
    if steps is None:
        raise NeedsValuesError("keras.backend.rnn needs a known number of steps where layers are called in its steps")
    states, outputs = list(initial_states), list[Any]()
    for t in range(steps - 1, -1, -1) if go_backwards else range(steps):
        x = map_structure(lambda one, t=t: one[t] if time_major else one[:, t], inputs)
        output, found = step_function(x, [*states, *(constants or ())])
        new = list(found)
        if mask is not None:
            valid = _mask_of_step(mask, t, time_major)
            before = np.zeros_like(output) if zero_output_for_mask or not outputs else outputs[-1]
            new = [_chosen(valid, one, old) for one, old in zip(new, states, strict=True)]
            output = _chosen(valid, output, before)
        states = new
        outputs.append(output)
    whole = stack(outputs if return_all_outputs else outputs[-1:], axis)
    return outputs[-1], whole, states


def _mask_of_step(mask: Any, t: int, time_major: bool) -> Any:
    """Return whether a step counts for each sample (N,), of a mask (N, T) or (N, T, 1)."""
    found = mask[t] if time_major else mask[:, t]
    return found[:, 0] if len(found.shape) > 1 else found


def _chosen(valid: Any, new: Any, old: Any) -> Any:
    while len(valid.shape) < len(new.shape):
        valid = np.expand_dims(valid, -1)
    found = np.where(valid, new, old)
    return found if isinstance(found, SymbolicTensor) else tensor(found)
