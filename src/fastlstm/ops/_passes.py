"""Forward and backward pass of any cell: checks of exact dtypes, and a network of one recurrent layer."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import activations
from .._internal import native
from .._internal.arrays import Array, mask_for, real_array
from .._internal.checks import flag, positive, size
from .._internal.native import Network
from ..layers.rnn._states import join_states, split_states
from ..layers.rnn.cell import Cell

if TYPE_CHECKING:
    from .._internal.native import SavedForward

_FLOATS = ("float32", "float64")
_OPTIONAL_WEIGHTS = ("bias", "peephole")


class Saved:
    """The values that a forward pass saved for `backward`. Created by the forward functions; can be used once.

    Parameters
    ----------
    network : Network
        The network of the core that ran the cell.
    forward : SavedForward
        Its forward pass.
    widths : list of int
        The width of each state.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import ops
    >>> saved = ops.min_gru(np.ones((2, 5, 3)), np.zeros((3, 8))).saved
    >>> ops.backward(saved, np.ones((2, 5, 4))).kernel.shape
    (3, 8)
    """

    def __init__(self, network: Network, forward: "SavedForward", widths: list[int]) -> None:
        self._network, self._widths = network, widths
        self._forward: SavedForward | None = forward


class Forward(NamedTuple):
    """The result of a forward pass.

    Attributes
    ----------
    outputs : ndarray (N, T, H)
        h of every step, in the order of processing.
    states : tuple of ndarray (N, H)
        The states after the last step: h, and c of an LSTM.
    saved : Saved
        The argument of `backward`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import ops
    >>> result = ops.min_gru(np.ones((2, 5, 3)), np.zeros((3, 8)))
    >>> result.outputs.shape, len(result.states)
    ((2, 5, 4), 1)
    """

    outputs: Array
    states: tuple[Array, ...]
    saved: Saved


class Gradients(NamedTuple):
    """Gradients of the loss, each of the shape of its variable; None for variables that the cell lacks.

    Attributes
    ----------
    x : ndarray (N, T, D)
        With respect to the input.
    kernel : ndarray (D, G*H)
        With respect to the input weights.
    recurrent_kernel : ndarray (H, G*H) or None
        With respect to the recurrent weights.
    bias : ndarray (G*H,) or (2, 3*H), or None
        With respect to the bias.
    peephole : ndarray (3, H) or (2, H), or None
        With respect to the peephole weights.
    initial_state : tuple of ndarray (N, H)
        With respect to the initial states: h, and c of an LSTM.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import ops
    >>> outputs, states, saved = ops.min_gru(np.ones((2, 5, 3)), np.zeros((3, 8)))
    >>> gradients = ops.backward(saved, np.ones_like(outputs))
    >>> gradients.x.shape, gradients.recurrent_kernel is None
    ((2, 5, 3), True)
    """

    x: Array
    kernel: Array
    recurrent_kernel: Array | None
    bias: Array | None
    peephole: Array | None
    initial_state: tuple[Array, ...]


def exact(name: str, value: Any, dtype: str | None = None) -> Array:
    """Return an aligned, C-contiguous array; raise TypeError unless its dtype is float32 or float64, or `dtype`."""
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
    """Run a cell on a batch of sequences."""
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
    network.add(
        "recurrent",
        cell=cell.name,
        units=units,
        activation=names.get("activation", "linear"),
        recurrent_activation=names.get("recurrent_activation", "sigmoid"),
        use_bias="bias" in given,
        return_sequences=True,
        go_backwards=flag("go_backwards", go_backwards),
        clip=None if clip is None else positive("clip", clip),
    )
    for i, parameter in enumerate(network.parameters):
        network.set_weight(i, given[parameter.name])
    widths = [units] * len(cell.states)
    state = None
    if initial_state is not None:
        state = join_states("initial_state", initial_state, widths, len(x), partial(exact, dtype=dtype))
    result = network.forward(x, state=state, mask=None if mask is None else mask_for(x, mask))
    return Forward(result.output, tuple(split_states(result.state, widths)), Saved(network, result, widths))


def backward(saved: Saved, d_outputs: Any = None, d_states: Any = None) -> Gradients:
    """Backpropagate through time and return the gradients of the loss.

    Parameters
    ----------
    saved : Saved
        The result of a forward function; can be used once.
    d_outputs : ndarray (N, T, H), optional
        Gradient of the loss with respect to the outputs. Default: zeros.
    d_states : tuple of ndarray (N, H), optional
        Gradients of the loss with respect to the final states: h, and c of an LSTM; None for one stands for zeros. The
        last output and the final h may both have a gradient; they add up. Default: zeros.

    Returns
    -------
    Gradients
        A named tuple: x (N, T, D), kernel, recurrent_kernel, bias, peephole, and initial_state, a tuple like the
        states. None for weights that the cell lacks or that were not given.

    Raises
    ------
    ValueError
        If a shape is wrong, or `saved` has been used already.
    TypeError
        If `saved` is not the result of a forward function, or an array does not have exactly the dtype of x.

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
    network, result, widths = saved._network, saved._forward, saved._widths
    if result is None:
        raise ValueError("saved: backward has used it up already; call the forward function again")
    outputs, dtype = result.output, str(result.output.dtype)
    d_output = np.zeros_like(outputs) if d_outputs is None else exact("d_outputs", d_outputs, dtype)
    if d_output.shape != outputs.shape:
        raise ValueError(f"d_outputs: expected shape {outputs.shape}, got {d_output.shape}")
    d_state = None
    if d_states is not None:
        given = d_states
        if isinstance(given, (list, tuple)) and len(given) == len(widths):
            given = [np.zeros((len(outputs), widths[0]), dtype) if state is None else state for state in given]
        d_state = join_states("d_states", given, widths, len(outputs), partial(exact, dtype=dtype))
    saved._forward = None
    d_x, d_initial = network.backward(result, d_output, d_state)
    assert d_x is not None
    weights = {parameter.name: network.gradient(i) for i, parameter in enumerate(network.parameters)}
    return Gradients(
        x=d_x,
        kernel=weights["kernel"],
        recurrent_kernel=weights.get("recurrent_kernel"),
        bias=weights.get("bias"),
        peephole=weights.get("peephole"),
        initial_state=tuple(split_states(d_initial, widths)),
    )


def _units(cell: Cell, kernel: Array, features: int) -> int:
    """Return the number of units H of a kernel (D, G*H)."""
    blocks = len(cell.blocks)
    if kernel.ndim != 2 or kernel.shape[0] != features or not kernel.shape[1] or kernel.shape[1] % blocks:
        times = "H" if blocks == 1 else f"{blocks}*H"
        raise ValueError(f"kernel: expected shape ({features}, {times}), got {kernel.shape}")
    return size("kernel, number of units", kernel.shape[1] // blocks)
