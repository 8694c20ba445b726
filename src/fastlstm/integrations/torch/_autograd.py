"""The recurrence as a function that PyTorch's autograd can differentiate once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..._internal.arrays import Array
from ._layouts import Tensor
from ._networks import Networks, SavedForward, StackSpec


def recurrence(
    networks: Networks,
    spec: StackSpec,
    saves: bool,
    x: Tensor,
    states: Sequence[Tensor],
    mask: Tensor | None,
    parameters: Sequence[Tensor],
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return outputs (N, T, H or 2*H) and last states of a stack of layers.

    `saves` tells whether to save for a backward pass. x is (N, T, D), states are (layers * directions, N, H) each or
    none for zeros, mask (N, T) is True where a step is valid; parameters are PyTorch's, of all layers and directions.
    """
    output, *last = _Recurrence.apply(networks, spec, mask, saves, len(states), x, *states, *parameters)
    return output, tuple(last)


_LEADING = 5  # number of arguments that are not tensors


class _Recurrence(torch.autograd.Function):
    """The arguments before the tensors: networks, spec of the stack, mask, whether to save, number of states."""

    @staticmethod
    def forward(
        ctx: Any, networks: Networks, spec: StackSpec, mask: Tensor | None, saves: bool, states: int, *tensors: Tensor
    ) -> tuple[Tensor, ...]:
        ctx.networks, ctx.spec, ctx.states = networks, spec, states
        ctx.mask = None if mask is None else mask.numpy()
        ctx.set_materialize_grads(False)
        saved = _forward(ctx, tensors) if saves else networks.reserve(spec, tensors[1 + states :])
        if saves:
            assert saved.forward_pass is not None
            ctx.save_for_backward(*tensors)
            ctx.saved_forward = saved
            output, last = saved.forward_pass.output, saved.forward_pass.state
        else:
            x, state = _inputs(ctx, tensors)
            output, last = saved.loaded.network.run(x, state=state, mask=ctx.mask)
        return torch.from_numpy(output), *_split(spec, last, spec.states)

    @staticmethod
    def backward(ctx: Any, *d_outputs: Tensor | None) -> tuple[Any, ...]:
        tensors = ctx.saved_tensors  # raises if a tensor was modified in place, or the graph was freed
        saved, ctx.saved_forward = ctx.saved_forward, None
        with torch.no_grad():
            if saved is None:  # a second backward pass, with retain_graph=True
                saved = _forward(ctx, tensors)
            gradients = _backward(ctx, saved, d_outputs)
        if torch.is_grad_enabled():  # create_graph=True
            wanted = [i for i, gradient in enumerate(gradients) if gradient is not None]
            given = [one for one in (*tensors, *d_outputs) if one is not None]
            marked = _FirstDerivatives.apply(len(wanted), *(gradients[i] for i in wanted), *given)
            for i, gradient in zip(wanted, marked, strict=True):
                gradients[i] = gradient
        return *[None] * _LEADING, *gradients


class _FirstDerivatives(torch.autograd.Function):
    """Passes gradients on; raises if they are differentiated with respect to the tensors that they depend on."""

    @staticmethod
    def forward(ctx: Any, count: int, *tensors: Tensor) -> tuple[Tensor, ...]:
        return tensors[:count]

    @staticmethod
    def backward(ctx: Any, *d_outputs: Tensor) -> Any:
        raise NotImplementedError(
            "second derivatives of the recurrent modules of fastlstm.integrations.torch are not implemented: use the"
            " modules of torch.nn, which have the same parameters, where a gradient is differentiated"
        )


def _forward(ctx: Any, tensors: tuple[Tensor, ...]) -> SavedForward:
    """Run the forward pass and save for the backward pass."""
    saved: SavedForward = ctx.networks.reserve(ctx.spec, tensors[1 + ctx.states :])
    x, state = _inputs(ctx, tensors)
    saved.forward_pass = saved.loaded.network.forward(x, state=state, mask=ctx.mask)
    return saved


def _backward(ctx: Any, saved: SavedForward, d_outputs: tuple[Tensor | None, ...]) -> list[Tensor | None]:
    """Return the gradients with respect to all tensors."""
    forward_pass, spec = saved.forward_pass, ctx.spec
    assert forward_pass is not None
    d_output = np.zeros_like(forward_pass.output) if d_outputs[0] is None else _array(d_outputs[0])
    d_state = None
    if any(one is not None for one in d_outputs[1:]):
        given = next(one for one in d_outputs[1:] if one is not None)
        d_state = _joined([torch.zeros_like(given) if one is None else one for one in d_outputs[1:]])
    d_input, d_initial, d_parameters = saved.loaded.backward(forward_pass, d_output, d_state)
    d_x = None if d_input is None or not ctx.needs_input_grad[_LEADING] else torch.from_numpy(d_input)
    return [d_x, *_split(spec, d_initial, ctx.states), *d_parameters]


def _inputs(ctx: Any, tensors: tuple[Tensor, ...]) -> tuple[Array, Array | None]:
    """Return x and the initial states in the layout of the core."""
    states = tensors[1 : 1 + ctx.states]
    return _array(tensors[0]), _joined(states) if states else None


def _array(tensor: Tensor) -> Array:
    found: Array = tensor.detach().contiguous().numpy()
    return found


def _joined(states: Sequence[Tensor]) -> Array:
    """Join states (layers * directions, N, H) into the core's array (N, all states of a row)."""
    layers, rows, units = states[0].shape
    found = np.stack([state.detach().numpy().transpose(1, 0, 2) for state in states], axis=2)
    return found.reshape(rows, layers * len(states) * units)


def _split(spec: StackSpec, state: Array, count: int) -> list[Tensor]:
    """Split the core's array of states into the first `count` states (layers * directions, N, H)."""
    split = state.reshape(len(state), len(spec.trained), spec.states, spec.units)
    return [torch.from_numpy(np.ascontiguousarray(split[:, :, i].transpose(1, 0, 2))) for i in range(count)]
