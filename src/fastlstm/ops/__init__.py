"""The recurrent kernels as functions on arrays, for custom training loops.

A forward function returns the outputs of all steps, the states after the last step, and the object from which
`backward` computes the gradients of the loss with respect to all inputs. Legend: N rows, T steps, D features, H units,
G gate blocks.

==================  ======================  =======================================================================
x                   (N, T, D)               the input
kernel              (D, G*H)                input weights; blocks i f c o (LSTM), i c o (coupled), z r h (GRU), z h
                                            (minGRU), f i h (minLSTM)
recurrent_kernel    (H, G*H)                recurrent weights
bias                (G*H,), (2, 3*H)        the second for a reset-after GRU: input and recurrent bias
peephole            (3, H), (2, H)          of i f o; of i o with coupled gates
initial_state       (N, H) each             h, and c of an LSTM; zeros by default
mask                (N, T), bool            True where a step is valid; the others repeat the output
==================  ======================  =======================================================================

The arrays of a call are all float32 or all float64. They are not converted: other dtypes raise TypeError. Any memory
layout is accepted; returned arrays are new. `fastlstm.set_num_threads` sets the number of threads.

Examples
--------
A custom training loop, in which an LSTM with a linear output layer learns the sum of ten numbers:

>>> import numpy as np
>>> from fastlstm import ops
>>> rng = np.random.default_rng(1)
>>> x = rng.uniform(-0.5, 0.5, (64, 10, 1))
>>> target = x.sum(axis=1)
>>> weights = [0.3 * rng.normal(size=shape) for shape in [(1, 32), (8, 32), (32,), (8, 1)]]
>>> weights[2][8:16] += 1  # start with open forget gates
>>> losses = []
>>> for step in range(200):
...     kernel, recurrent_kernel, bias, readout = weights
...     outputs, (h, c), saved = ops.lstm(x, kernel, recurrent_kernel, bias)
...     error = h @ readout - target
...     losses.append((error**2).mean())
...     d_prediction = 2 * error / len(x)
...     gradients = ops.backward(saved, d_states=(d_prediction @ readout.T, None))
...     of_lstm = [gradients.kernel, gradients.recurrent_kernel, gradients.bias]
...     for weight, gradient in zip(weights, [*of_lstm, h.T @ d_prediction]):
...         weight -= 0.1 * gradient
>>> bool(losses[-1] < 0.2 * losses[0])
True
"""

from typing import Any

from .._internal.checks import flag
from ..layers import GRU, LSTM, MinGRU, MinLSTM, SimpleRNN
from ._passes import Forward, Gradients, Saved, backward, forward

__all__ = ["Forward", "Gradients", "Saved", "backward", "gru", "lstm", "min_gru", "min_lstm", "simple_rnn"]


def simple_rnn(
    x: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    initial_state: Any = None,
    mask: Any = None,
    activation: Any = "tanh",
    clip: float | None = None,
    go_backwards: bool = False,
) -> Forward:
    """Run a simple (Elman) recurrent network. The equation is that of `fastlstm.layers.SimpleRNN`.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The input, float32 or float64.
    kernel, recurrent_kernel, bias : ndarray (D, H), (H, H), (H,)
        The weights; None for no bias.
    initial_state : ndarray (N, H), optional
        h before the first step. Default: zeros.
    mask : ndarray (N, T) of bool, optional
        True where a step is valid. Default: all are.
    activation : str or function of `fastlstm.activations`
        An elementwise activation.
    clip : float, optional
        Clips pre-activations to [-clip, clip]. Default: no clipping.
    go_backwards : bool
        Whether to start at the last step; outputs are in the order of processing.

    Returns
    -------
    Forward
        A named tuple: outputs (N, T, H), the last states (h,), (N, H) each, and saved, the argument of `backward`.

    Raises
    ------
    ValueError
        If a shape does not match, or a value is out of range.
    TypeError
        If an array is neither float32 nor float64, or its dtype differs from that of x.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, (h,), saved = simple_rnn(np.ones((2, 5, 3)), np.zeros((3, 4)), np.eye(4))
    >>> outputs.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    weights = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    return forward(SimpleRNN.cells[0], x, weights, initial_state, mask, clip, go_backwards, {"activation": activation})


def lstm(
    x: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    peephole: Any = None,
    *,
    initial_state: Any = None,
    mask: Any = None,
    activation: Any = "tanh",
    recurrent_activation: Any = "sigmoid",
    clip: float | None = None,
    go_backwards: bool = False,
    coupled: bool = False,
) -> Forward:
    """Run an LSTM, with peepholes if their weights are given. The equations are those of `fastlstm.layers.LSTM`.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The input, float32 or float64.
    kernel, recurrent_kernel, bias : ndarray (D, 4*H), (H, 4*H), (4*H,)
        The weights, blocks i f c o; None for no bias. With coupled gates 3*H, blocks i c o.
    peephole : ndarray (3, H), optional
        Peephole weights of i f o; (2, H), of i o, with coupled gates.
    initial_state : tuple of ndarray (N, H), optional
        h and c before the first step. Default: zeros.
    mask : ndarray (N, T) of bool, optional
        True where a step is valid. Default: all are.
    activation, recurrent_activation : str or function of `fastlstm.activations`
        Elementwise activations: of the candidate and of c; of the gates.
    clip : float, optional
        Clips pre-activations to [-clip, clip]. Default: no clipping.
    go_backwards : bool
        Whether to start at the last step; outputs are in the order of processing.
    coupled : bool
        Whether the forget gate is 1 - i.

    Returns
    -------
    Forward
        A named tuple: outputs (N, T, H), the last states (h, c), (N, H) each, and saved, the argument of `backward`.

    Raises
    ------
    ValueError
        If a shape does not match, or a value is out of range.
    TypeError
        If an array is neither float32 nor float64, or its dtype differs from that of x.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, (h, c), saved = lstm(np.ones((2, 5, 3)), np.zeros((3, 16)), np.zeros((4, 16)))
    >>> outputs.shape, h.shape, c.shape
    ((2, 5, 4), (2, 4), (2, 4))
    """
    chosen = {"peephole": peephole is not None, "coupled": flag("coupled", coupled)}
    cell = next(cell for cell in LSTM.cells if cell.options == chosen)
    weights = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias, "peephole": peephole}
    gates = {"activation": activation, "recurrent_activation": recurrent_activation}
    return forward(cell, x, weights, initial_state, mask, clip, go_backwards, gates)


def gru(
    x: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    initial_state: Any = None,
    mask: Any = None,
    activation: Any = "tanh",
    recurrent_activation: Any = "sigmoid",
    clip: float | None = None,
    go_backwards: bool = False,
    reset_after: bool = True,
) -> Forward:
    """Run a GRU, with the equations of `fastlstm.layers.GRU`.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The input, float32 or float64.
    kernel, recurrent_kernel, bias : ndarray (D, 3*H), (H, 3*H), (2, 3*H)
        The weights, blocks z r h; None for no bias. The bias is (3*H,) where `reset_after` is False.
    initial_state : ndarray (N, H), optional
        h before the first step. Default: zeros.
    mask : ndarray (N, T) of bool, optional
        True where a step is valid. Default: all are.
    activation, recurrent_activation : str or function of `fastlstm.activations`
        Elementwise activations: of the candidate; of the gates.
    clip : float, optional
        Clips pre-activations to [-clip, clip]. Default: no clipping.
    go_backwards : bool
        Whether to start at the last step; outputs are in the order of processing.
    reset_after : bool
        Whether the reset gate is applied after the product with the recurrent kernel.

    Returns
    -------
    Forward
        A named tuple: outputs (N, T, H), the last states (h,), (N, H) each, and saved, the argument of `backward`.

    Raises
    ------
    ValueError
        If a shape does not match, or a value is out of range.
    TypeError
        If an array is neither float32 nor float64, or its dtype differs from that of x.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, (h,), saved = gru(np.ones((2, 5, 3)), np.zeros((3, 12)), np.zeros((4, 12)), np.zeros((2, 12)))
    >>> outputs.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    chosen = {"reset_after": flag("reset_after", reset_after)}
    cell = next(cell for cell in GRU.cells if cell.options == chosen)
    weights = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    gates = {"activation": activation, "recurrent_activation": recurrent_activation}
    return forward(cell, x, weights, initial_state, mask, clip, go_backwards, gates)


def min_gru(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    initial_state: Any = None,
    mask: Any = None,
    clip: float | None = None,
    go_backwards: bool = False,
) -> Forward:
    """Run a minimal GRU, with the equations of `fastlstm.layers.MinGRU`.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The input, float32 or float64.
    kernel, bias : ndarray (D, 2*H), (2*H,)
        The weights, blocks z h; None for no bias.
    initial_state : ndarray (N, H), optional
        h before the first step. Default: zeros.
    mask : ndarray (N, T) of bool, optional
        True where a step is valid. Default: all are.
    clip : float, optional
        Clips pre-activations to [-clip, clip]. Default: no clipping.
    go_backwards : bool
        Whether to start at the last step; outputs are in the order of processing.

    Returns
    -------
    Forward
        A named tuple: outputs (N, T, H), the last states (h,), (N, H) each, and saved, the argument of `backward`.

    Raises
    ------
    ValueError
        If a shape does not match, or a value is out of range.
    TypeError
        If an array is neither float32 nor float64, or its dtype differs from that of x.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, (h,), saved = min_gru(np.ones((2, 5, 3)), np.zeros((3, 8)), np.zeros(8))
    >>> outputs.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    weights = {"kernel": kernel, "bias": bias}
    return forward(MinGRU.cells[0], x, weights, initial_state, mask, clip, go_backwards, {})


def min_lstm(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    initial_state: Any = None,
    mask: Any = None,
    clip: float | None = None,
    go_backwards: bool = False,
) -> Forward:
    """Run a minimal LSTM, with the equations of `fastlstm.layers.MinLSTM`.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The input, float32 or float64.
    kernel, bias : ndarray (D, 3*H), (3*H,)
        The weights, blocks f i h; None for no bias.
    initial_state : ndarray (N, H), optional
        h before the first step. Default: zeros.
    mask : ndarray (N, T) of bool, optional
        True where a step is valid. Default: all are.
    clip : float, optional
        Clips pre-activations to [-clip, clip]. Default: no clipping.
    go_backwards : bool
        Whether to start at the last step; outputs are in the order of processing.

    Returns
    -------
    Forward
        A named tuple: outputs (N, T, H), the last states (h,), (N, H) each, and saved, the argument of `backward`.

    Raises
    ------
    ValueError
        If a shape does not match, or a value is out of range.
    TypeError
        If an array is neither float32 nor float64, or its dtype differs from that of x.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, (h,), saved = min_lstm(np.ones((2, 5, 3)), np.zeros((3, 12)), np.zeros(12))
    >>> outputs.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    weights = {"kernel": kernel, "bias": bias}
    return forward(MinLSTM.cells[0], x, weights, initial_state, mask, clip, go_backwards, {})
