"""The forward and backward pass for all cells: array checks, and a network of one recurrent layer."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import activations
from .._internal import native
from .._internal.arrays import Array, mask_for, real_array
from .._internal.checks import flag, size
from .._internal.native import Network
from ..layers.rnn._states import joined, split
from ..layers.rnn.recurrent import Cell, positive

if TYPE_CHECKING:
    from .._internal.native import Pass

_FLOATS = ("float32", "float64")
_OPTIONAL_WEIGHTS = ("bias", "peephole")


class Saved:
    """The forward pass that `backward` needs; it can be used once."""

    def __init__(self, network: Network, forward_pass: "Pass", widths: list[int]) -> None:
        self._network, self._widths = network, widths
        self._forward_pass: Pass | None = forward_pass


class Forward(NamedTuple):
    """The result of a forward pass."""

    outputs: Array
    """h of every step (N, T, H), in the order of processing."""
    states: tuple[Array, ...]
    """The states after the last step, (N, H) each: h, and c of an LSTM."""
    saved: Saved
    """The argument of `backward`."""


class Gradients(NamedTuple):
    """Gradients of the loss, in the shape of the variables; None for weights that were not given."""

    x: Array
    kernel: Array
    recurrent_kernel: Array | None
    bias: Array | None
    peephole: Array | None
    initial_state: tuple[Array, ...]


def exact(name: str, value: Any, dtype: str | None = None) -> Array:
    """Return an array, laid out for the kernels; raise TypeError unless it is float32 or float64, or of `dtype`."""
    if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name}: expected a NumPy array, got {type(value).__name__}")
    if dtype is None and str(value.dtype) not in _FLOATS:
        raise TypeError(f"{name}: expected dtype float32 or float64, got {value.dtype}")
    if dtype is not None and value.dtype != dtype:
        raise TypeError(f"{name}: expected dtype {dtype} as x, got {value.dtype}")
    return real_array(name, value, str(value.dtype))


def forward(
    cell: Cell,
    x: Any,
    weights: Mapping[str, Any],
    initial_state: Any,
    mask: Any,
    clip: float | None,
    go_backwards: bool,
    gates: Mapping[str, Any],
) -> Forward:
    """Run a cell over a batch of sequences."""
    x = exact("x", x)
    dtype = str(x.dtype)
    if x.ndim != 3:
        raise ValueError(f"x: expected shape (N, T, D), got {x.shape}")
    given = {
        name: exact(name, value, dtype)
        for name, value in weights.items()
        if not (value is None and name in _OPTIONAL_WEIGHTS)
    }
    units = _units(cell, given["kernel"], x.shape[2])
    shapes = cell.shapes(x.shape[2], units)
    for name, array in given.items():
        if array.shape != shapes[name]:
            raise ValueError(f"{name}: expected shape {shapes[name]}, got {array.shape}")
    names = {name: activations.name_of(name, gate, elementwise=True) for name, gate in gates.items()}
    network = native.network(dtype, size("x, number of features", x.shape[2]), True, input_gradient=True)
    network.add_recurrent(
        cell=cell.name,
        units=units,
        activation=names.get("activation", "linear"),
        recurrent_activation=names.get("recurrent_activation", "sigmoid"),
        use_bias="bias" in given,
        return_sequences=True,
        go_backwards=flag("go_backwards", go_backwards),
        clip=None if clip is None else positive("clip", clip),
    )
    for i, segment in enumerate(network.segments):
        network.set_weight(i, given[segment.name])
    widths = [units] * len(cell.states)
    state = None
    if initial_state is not None:
        state = joined("initial_state", initial_state, widths, len(x), partial(exact, dtype=dtype))
    forward_pass = network.forward(x, state=state, mask=None if mask is None else mask_for(x, mask))
    return Forward(forward_pass.output, tuple(split(forward_pass.state, widths)), Saved(network, forward_pass, widths))


def backward(saved: Saved, d_outputs: Any = None, d_states: Any = None) -> Gradients:
    """Backpropagate through time and return the gradients of the loss.

    Parameters
    ----------
    saved : Saved
        From a forward function. It can be used once.
    d_outputs : ndarray (N, T, H), optional
        Gradient of the loss with respect to the outputs. Default: zeros.
    d_states : tuple of ndarray (N, H), optional
        Gradients with respect to the last states: h, and c of an LSTM; None for zeros. The last output and the last
        state may both have a gradient, which are then added. Default: zeros.

    Returns
    -------
    Gradients
        A named tuple: x (N, T, D); kernel, recurrent_kernel, bias and peephole in the shapes of the weights, or None
        for weights that were not given; and initial_state, a tuple like the states.

    Raises
    ------
    ValueError
        If a shape is wrong, or `saved` has already been used.
    TypeError
        If `saved` is not from a forward function, or the dtype of an array differs from that of x.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import ops
    >>> outputs, states, saved = ops.min_gru(np.ones((2, 5, 3)), np.zeros((3, 8)))
    >>> ops.backward(saved, np.ones_like(outputs)).kernel.shape
    (3, 8)
    """
    if not isinstance(saved, Saved):
        raise TypeError(f"saved: expected what a forward function returned, got {type(saved).__name__}")
    network, forward_pass, widths = saved._network, saved._forward_pass, saved._widths
    if forward_pass is None:
        raise ValueError("saved: backward has already used it; call the forward function again")
    outputs = forward_pass.output
    dtype = str(outputs.dtype)
    d_output = np.zeros_like(outputs) if d_outputs is None else exact("d_outputs", d_outputs, dtype)
    if d_output.shape != outputs.shape:
        raise ValueError(f"d_outputs: expected shape {outputs.shape}, got {d_output.shape}")
    d_state = None
    if d_states is not None:
        given = d_states
        if isinstance(given, (list, tuple)) and len(given) == len(widths):
            given = [np.zeros((len(outputs), widths[0]), dtype) if state is None else state for state in given]
        d_state = joined("d_states", given, widths, len(outputs), partial(exact, dtype=dtype))
    saved._forward_pass = None
    d_x, d_initial = network.backward(forward_pass, d_output, d_state)
    assert d_x is not None
    weights = {segment.name: network.gradient(i) for i, segment in enumerate(network.segments)}
    return Gradients(
        x=d_x,
        kernel=weights["kernel"],
        recurrent_kernel=weights.get("recurrent_kernel"),
        bias=weights.get("bias"),
        peephole=weights.get("peephole"),
        initial_state=tuple(split(d_initial, widths)),
    )


def _units(cell: Cell, kernel: Array, features: int) -> int:
    """Return the number of units H of a kernel (D, G*H)."""
    blocks = len(cell.blocks)
    if kernel.ndim != 2 or kernel.shape[0] != features or not kernel.shape[1] or kernel.shape[1] % blocks:
        times = "H" if blocks == 1 else f"{blocks}*H"
        raise ValueError(f"kernel: expected shape ({features}, {times}), got {kernel.shape}")
    return size("kernel, number of units", kernel.shape[1] // blocks)
