"""The recurrence as a function that PyTorch's autograd can differentiate, once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..._internal.arrays import Array
from ._layouts import Tensor
from ._networks import Form, Networks, Waiting


def recurrence(
    networks: Networks,
    form: Form,
    saves: bool,
    x: Tensor,
    states: Sequence[Tensor],
    mask: Tensor | None,
    parameters: Sequence[Tensor],
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return outputs (N, T, H or 2*H) and last states of a stack of layers.

    `saves` tells whether there will be a backward pass. x is (N, T, D), states are (layers * directions, N, H) each or
    none for zeros, mask (N, T) is True where a step is valid; parameters are PyTorch's, of all layers and directions.
    """
    output, *last = _Recurrence.apply(networks, form, mask, saves, len(states), x, *states, *parameters)
    return output, tuple(last)


_LEADING = 5  # arguments of the function that are not tensors


class _Recurrence(torch.autograd.Function):
    """Leading arguments that are not tensors: networks, form, mask, whether to save, the number of states."""

    @staticmethod
    def forward(
        ctx: Any, networks: Networks, form: Form, mask: Tensor | None, saves: bool, states: int, *tensors: Tensor
    ) -> tuple[Tensor, ...]:
        ctx.networks, ctx.form, ctx.states = networks, form, states
        ctx.mask = None if mask is None else mask.numpy()
        ctx.set_materialize_grads(False)
        waiting = _forward(ctx, tensors) if saves else networks.wait(form, tensors[1 + states :])
        if saves:
            assert waiting.kept is not None
            ctx.save_for_backward(*tensors)
            ctx.waiting = waiting
            output, last = waiting.kept.output, waiting.kept.state
        else:
            x, state = _inputs(ctx, tensors)
            output, last = waiting.loaded.network.run(x, state=state, mask=ctx.mask)
        return torch.from_numpy(output), *_apart(form, last, form.states)

    @staticmethod
    def backward(ctx: Any, *d_outputs: Tensor | None) -> tuple[Any, ...]:
        tensors = ctx.saved_tensors  # raises if one was modified in place, or all were freed
        waiting, ctx.waiting = ctx.waiting, None
        with torch.no_grad():
            if waiting is None:  # a second time, with retain_graph=True
                waiting = _forward(ctx, tensors)
            gradients = _backward(ctx, waiting, d_outputs)
        if torch.is_grad_enabled():  # create_graph=True
            wanted = [i for i, gradient in enumerate(gradients) if gradient is not None]
            given = [one for one in (*tensors, *d_outputs) if one is not None]
            marked = _FirstDerivatives.apply(len(wanted), *(gradients[i] for i in wanted), *given)
            for i, gradient in zip(wanted, marked, strict=True):
                gradients[i] = gradient
        return *[None] * _LEADING, *gradients


class _FirstDerivatives(torch.autograd.Function):
    """Hands on gradients, which depend on the tensors after them in a way that has no derivative here."""

    @staticmethod
    def forward(ctx: Any, count: int, *tensors: Tensor) -> tuple[Tensor, ...]:
        return tensors[:count]

    @staticmethod
    def backward(ctx: Any, *d_outputs: Tensor) -> Any:
        raise NotImplementedError(
            "second derivatives of the recurrent modules of fastlstm.integrations.torch are not implemented: use the"
            " modules of torch.nn, which have the same parameters, where a gradient is differentiated"
        )


def _forward(ctx: Any, tensors: tuple[Tensor, ...]) -> Waiting:
    """Return a forward pass that waits for its backward pass."""
    waiting: Waiting = ctx.networks.wait(ctx.form, tensors[1 + ctx.states :])
    x, state = _inputs(ctx, tensors)
    waiting.kept = waiting.loaded.network.forward(x, state=state, mask=ctx.mask)
    return waiting


def _backward(ctx: Any, waiting: Waiting, d_outputs: tuple[Tensor | None, ...]) -> list[Tensor | None]:
    """Return the gradients of all tensors."""
    kept, form = waiting.kept, ctx.form
    assert kept is not None
    d_output = np.zeros_like(kept.output) if d_outputs[0] is None else _array(d_outputs[0])
    d_state = None
    if any(one is not None for one in d_outputs[1:]):
        given = next(one for one in d_outputs[1:] if one is not None)
        d_state = _side_by_side([torch.zeros_like(given) if one is None else one for one in d_outputs[1:]])
    d_input, d_initial, d_parameters = waiting.loaded.backward(kept, d_output, d_state)
    d_x = None if d_input is None or not ctx.needs_input_grad[_LEADING] else torch.from_numpy(d_input)
    return [d_x, *_apart(form, d_initial, ctx.states), *d_parameters]


def _inputs(ctx: Any, tensors: tuple[Tensor, ...]) -> tuple[Array, Array | None]:
    """Return x and the initial states as the core takes them."""
    states = tensors[1 : 1 + ctx.states]
    return _array(tensors[0]), _side_by_side(states) if states else None


def _array(tensor: Tensor) -> Array:
    found: Array = tensor.detach().contiguous().numpy()
    return found


def _side_by_side(states: Sequence[Tensor]) -> Array:
    """Return states, each (layers * directions, N, H), as the core's (N, all of a row's states)."""
    layers, rows, units = states[0].shape
    found = np.stack([state.detach().numpy().transpose(1, 0, 2) for state in states], axis=2)
    return found.reshape(rows, layers * len(states) * units)


def _apart(form: Form, state: Array, count: int) -> list[Tensor]:
    """Return the first `count` states, each (layers * directions, N, H), from the core's."""
    apart = state.reshape(len(state), len(form.trained), form.states, form.units)
    return [torch.from_numpy(np.ascontiguousarray(apart[:, :, i].transpose(1, 0, 2))) for i in range(count)]
