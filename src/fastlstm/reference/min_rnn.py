r"""The minimal cells minGRU and minLSTM over a sequence, whose gates see only the input: forward, and BPTT.

Legend: N batch, T time steps, D input features, H units. :math:`x_t` is (N, D) and :math:`h_t` is (N, H). There is no
recurrent kernel: all steps' gates are one product of the inputs. Below, :math:`\sigma` is the logistic function and
products are elementwise.

minGRU: the kernel W (D, 2H) and bias b (2H,) have the blocks z h: update gate and candidate.

.. math::

    [a^z_t, g_t] &= x_t W + b \qquad z_t = \sigma(a^z_t) \\
    h_t &= (1 - z_t) h_{t-1} + z_t g_t

minLSTM: the kernel W (D, 3H) and bias b (3H,) have the blocks f i h: forget gate, input gate, candidate.

.. math::

    [a^f_t, a^i_t, g_t] &= x_t W + b \qquad f_t = \sigma(a^f_t) \qquad i_t = \sigma(a^i_t) \\
    f'_t &= \frac{f_t}{f_t + i_t} \qquad i'_t = \frac{i_t}{f_t + i_t} \\
    h_t &= f'_t h_{t-1} + i'_t g_t

If both gates underflow, the quotient would be 0 / 0, although it is well defined. It is therefore computed as
:math:`f'_t = \sigma(q_t)`, :math:`i'_t = \sigma(-q_t)` with
:math:`q_t = \log f_t - \log i_t = \mathrm{softplus}(-a^i_t) - \mathrm{softplus}(-a^f_t)`.

Backward (BPTT). Write :math:`\bar v` for the gradient of the loss with respect to v. :math:`h_t` reaches the loss as
output of step t and, multiplied by a gate, through :math:`h_{t+1}`, so that
:math:`\bar h_t = \bar y_t + (1 - z_{t+1}) \bar h_{t+1}`, or :math:`f'_{t+1} \bar h_{t+1}`. The chain rule, from t = T
down to 1: for minGRU

.. math::

    \bar a^z_t = \bar h_t \, (g_t - h_{t-1}) \, \sigma'(a^z_t) \qquad \bar g_t = \bar h_t z_t

and for minLSTM, with :math:`\sigma'(q) = f' i'` and the derivative of softplus(-a), which is :math:`\sigma(a) - 1`:

.. math::

    \bar q_t = \bar h_t \, (h_{t-1} - g_t) \, f'_t i'_t \qquad
    \bar a^f_t = \bar q_t (1 - f_t) \qquad \bar a^i_t = -\bar q_t (1 - i_t) \qquad \bar g_t = \bar h_t i'_t

In both, :math:`\bar x_t = \bar a_t W^\top`, :math:`\bar W = \sum_t x_t^\top \bar a_t` and
:math:`\bar b = \sum_t \sum_n \bar a_t`, a with the candidate as its last block. Masks and zoneout, and the sums over t,
are those of `fastlstm.reference.time_loop`.

Source: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, "Were RNNs All We Needed?", arXiv 2410.01201,
2024, with the linear candidate of its main text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ._arrays import FloatArray, check_array
from .activations import ELEMENTWISE_ACTIVATIONS
from .gates import Gate, gate
from .time_loop import (
    Cell,
    LoopOptions,
    Saved,
    States,
    Step,
    StepGradients,
    complete_weights,
    run_backward,
    run_forward,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

MIN_GRU_WEIGHTS = {"kernel": "(D, 2H)", "bias": "(2H,)"}
MIN_LSTM_WEIGHTS = {"kernel": "(D, 3H)", "bias": "(3H,)"}

_LINEAR = ELEMENTWISE_ACTIVATIONS["linear"]
_SIGMOID = ELEMENTWISE_ACTIVATIONS["sigmoid"]
_SOFTPLUS = ELEMENTWISE_ACTIVATIONS["softplus"]


class MinGradients(NamedTuple):
    """Gradients of the loss with respect to the inputs, weights and initial state of a minGRU or minLSTM.

    Attributes
    ----------
    x : ndarray (N, T, D)
        Gradient with respect to the sequences.
    kernel : ndarray (D, 2H) for minGRU, (D, 3H) for minLSTM
        Gradient with respect to the weights.
    bias : ndarray (2H,) or (3H,)
        Gradient with respect to the bias.
    initial_h : ndarray (N, H)
        Gradient with respect to the initial state.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, states, saved = min_gru_forward(np.ones((2, 5, 3)), np.full((3, 8), 0.1))
    >>> min_rnn_backward(saved, np.ones_like(outputs)).initial_h.shape
    (2, 4)
    """

    x: FloatArray
    kernel: FloatArray
    bias: FloatArray
    initial_h: FloatArray


@dataclass(frozen=True)
class MinCell(Cell):
    """The equations that both cells share."""

    def gradients(self, step: Step, da: list[FloatArray], dh_before: FloatArray) -> StepGradients:
        """Return the gradients of one step from those of the blocks and of the previous h."""
        blocks = np.concatenate(da, axis=1)
        return StepGradients(
            x=blocks @ self.weights["kernel"].T,
            h_in=np.zeros_like(step.h_in),
            previous=(dh_before,),
            weights={"kernel": step.x.T @ blocks, "bias": blocks.sum(axis=0)},
        )


@dataclass(frozen=True)
class MinGRUCell(MinCell):
    """The equations of one step of minGRU."""

    def forward(self, x: FloatArray, h_in: FloatArray, previous: States) -> tuple[States, tuple[Gate, Gate]]:
        """Return h, and the gate and candidate that computed it."""
        a_z, a_g = np.split(x @ self.weights["kernel"] + self.weights["bias"], 2, axis=1)
        z, g = gate(_SIGMOID, a_z, self.clip), gate(_LINEAR, a_g, self.clip)
        return ((1 - z.y) * previous[0] + z.y * g.y,), (z, g)

    def backward(self, step: Step, d_states: States) -> StepGradients:
        """Return the gradients of one step."""
        (dh,), (h_before,) = d_states, step.previous
        z, g = step.saved
        da_z = z.backward(dh * (g.y - h_before))
        da_g = g.backward(dh * z.y)
        return self.gradients(step, [da_z, da_g], dh * (1 - z.y))


class MinLSTMGates(NamedTuple):
    """What a step of minLSTM saves: softplus(-a) of both gates, f', i' and the candidate."""

    soft_f: Gate
    soft_i: Gate
    f: Gate
    i: Gate
    g: Gate


@dataclass(frozen=True)
class MinLSTMCell(MinCell):
    """The equations of one step of minLSTM."""

    def forward(self, x: FloatArray, h_in: FloatArray, previous: States) -> tuple[States, MinLSTMGates]:
        """Return h, and the gates that computed it."""
        a_f, a_i, a_g = np.split(x @ self.weights["kernel"] + self.weights["bias"], 3, axis=1)
        soft_f, soft_i = gate(_SOFTPLUS, -a_f, self.clip), gate(_SOFTPLUS, -a_i, self.clip)
        q = soft_i.y - soft_f.y
        f, i, g = gate(_SIGMOID, q), gate(_SIGMOID, -q), gate(_LINEAR, a_g, self.clip)
        return (f.y * previous[0] + i.y * g.y,), MinLSTMGates(soft_f, soft_i, f, i, g)

    def backward(self, step: Step, d_states: States) -> StepGradients:
        """Return the gradients of one step."""
        (dh,), (h_before,) = d_states, step.previous
        soft_f, soft_i, f, i, g = step.saved
        dq = f.backward(dh * (h_before - g.y))
        da_f = soft_f.backward(dq)  # q has -softplus(-a), whose two signs cancel
        da_i = -soft_i.backward(dq)
        da_g = g.backward(dh * i.y)
        return self.gradients(step, [da_f, da_i, da_g], dh * f.y)


def min_gru_forward(
    x: FloatArray,
    kernel: FloatArray,
    bias: FloatArray | None = None,
    *,
    clip: float | None = None,
    **options: Unpack[LoopOptions],
) -> tuple[FloatArray, States, Saved]:
    """Run a minGRU over a batch of sequences.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The sequences, float32 or float64. All other arrays have the same dtype.
    kernel : ndarray (D, 2H)
        Weights, blocks z h.
    bias : ndarray (2H,), optional
        None means zeros.
    clip : float, optional
        Clip the pre-activations of gate and candidate to [-clip, clip]; the gradient outside is zero.
    **options
        The options of the loop over time, all optional, which `LoopOptions` describes: `initial_state` (h,), `mask`,
        `go_backwards`, `recurrent_mask` (without effect) and `zoneout`.

    Returns
    -------
    outputs : ndarray (N, T, H)
        h at every step, in the order of processing.
    states : (h,) of ndarray (N, H)
        The state after the last step.
    saved : Saved
        The argument of `min_rnn_backward`.

    Raises
    ------
    ValueError
        If a shape or a value does not fit.
    TypeError
        If an array does not hold floats, or its dtype differs from that of x.

    References
    ----------
    L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, "Were RNNs All We Needed?", arXiv 2410.01201, 2024.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, (h,), saved = min_gru_forward(np.ones((2, 5, 3)), np.full((3, 8), 0.1))
    >>> outputs.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    check_array("kernel", kernel, (None, None), "(D, 2H)")
    units = kernel.shape[1] // 2
    weights = complete_weights({"kernel": kernel, "bias": bias}, MIN_GRU_WEIGHTS, x, units)
    return run_forward(MinGRUCell(weights, units, clip), x, **options)


def min_lstm_forward(
    x: FloatArray,
    kernel: FloatArray,
    bias: FloatArray | None = None,
    *,
    clip: float | None = None,
    **options: Unpack[LoopOptions],
) -> tuple[FloatArray, States, Saved]:
    """Run a minLSTM over a batch of sequences.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The sequences, float32 or float64. All other arrays have the same dtype.
    kernel : ndarray (D, 3H)
        Weights, blocks f i h.
    bias : ndarray (3H,), optional
        None means zeros.
    clip : float, optional
        Clip the pre-activations of gates and candidate to [-clip, clip]; the gradient outside is zero.
    **options
        The options of the loop over time, all optional, which `LoopOptions` describes: `initial_state` (h,), `mask`,
        `go_backwards`, `recurrent_mask` (without effect) and `zoneout`.

    Returns
    -------
    outputs : ndarray (N, T, H)
        h at every step, in the order of processing.
    states : (h,) of ndarray (N, H)
        The state after the last step.
    saved : Saved
        The argument of `min_rnn_backward`.

    Raises
    ------
    ValueError
        If a shape or a value does not fit.
    TypeError
        If an array does not hold floats, or its dtype differs from that of x.

    References
    ----------
    L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, "Were RNNs All We Needed?", arXiv 2410.01201, 2024.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, (h,), saved = min_lstm_forward(np.ones((2, 5, 3)), np.full((3, 12), 0.1))
    >>> outputs.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    check_array("kernel", kernel, (None, None), "(D, 3H)")
    units = kernel.shape[1] // 3
    weights = complete_weights({"kernel": kernel, "bias": bias}, MIN_LSTM_WEIGHTS, x, units)
    return run_forward(MinLSTMCell(weights, units, clip), x, **options)


def min_rnn_backward(
    saved: Saved,
    d_outputs: FloatArray | None = None,
    d_states: Sequence[FloatArray | None] | None = None,
) -> MinGradients:
    """Backpropagate through time in a minGRU or a minLSTM.

    Parameters
    ----------
    saved : Saved
        From the forward pass. It is not changed, so it can be used any number of times.
    d_outputs : ndarray (N, T, H), optional
        Gradient of the loss with respect to the outputs. None means zeros.
    d_states : (d_h,) of ndarray (N, H), optional
        Gradient with respect to the final state, in addition to that of the outputs. None means zeros.

    Returns
    -------
    MinGradients
        Gradients with respect to x, the weights and the initial state, in the shapes of these.

    Raises
    ------
    ValueError, TypeError
        If a gradient differs from its value in shape or dtype.

    References
    ----------
    L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, "Were RNNs All We Needed?", arXiv 2410.01201, 2024;
    the derivation is in the module's docstring.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, states, saved = min_gru_forward(np.ones((2, 5, 3)), np.full((3, 8), 0.1))
    >>> min_rnn_backward(saved, np.ones_like(outputs)).kernel.shape
    (3, 8)
    """
    return MinGradients(**run_backward(saved, d_outputs, d_states))
