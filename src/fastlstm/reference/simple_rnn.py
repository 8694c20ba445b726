r"""The Elman network's cell over a sequence: forward, and backpropagation through time.

Legend: N batch, T time steps, D input features, H units. :math:`x_t` is (N, D) and :math:`h_t` is (N, H); the kernel W
is (D, H), the recurrent kernel U (H, H), the bias b (H,). With activation :math:`\phi`:

.. math::

    h_t = \phi(x_t W + h_{t-1} U + b)

Backward (BPTT). Write :math:`\bar v` for the gradient of the loss with respect to v, and :math:`z_t` for the
argument of :math:`\phi`. :math:`h_t` reaches the loss as output of step t and through :math:`z_{t+1}`. The chain
rule, from t = T down to 1:

.. math::

    \bar h_t &= \bar y_t + \bar z_{t+1} U^\top \\
    \bar z_t &= \bar h_t \, \phi'(z_t) \\
    \bar x_t &= \bar z_t W^\top \qquad
    \bar W = \sum_t x_t^\top \bar z_t \qquad \bar U = \sum_t h_{t-1}^\top \bar z_t \qquad
    \bar b = \sum_t \textstyle\sum_n \bar z_t

Masks, recurrent dropout and zoneout, and the sums over t, are those of `fastlstm.reference.time_loop`.

Source: J. L. Elman, "Finding Structure in Time", Cognitive Science 14(2), 1990.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._internal.names import lookup
from ._arrays import FloatArray, check_array
from .activations import ELEMENTWISE_ACTIVATIONS, Activation
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

SIMPLE_RNN_WEIGHTS = {"kernel": "(D, H)", "recurrent_kernel": "(H, H)", "bias": "(H,)"}


class SimpleRNNGradients(NamedTuple):
    """Gradients of the loss with respect to the inputs, weights and initial state of a SimpleRNN.

    Attributes
    ----------
    x : ndarray (N, T, D)
        Gradient with respect to the sequences.
    kernel : ndarray (D, H)
        Gradient with respect to the input weights.
    recurrent_kernel : ndarray (H, H)
        Gradient with respect to the recurrent weights.
    bias : ndarray (H,)
        Gradient with respect to the bias.
    initial_h : ndarray (N, H)
        Gradient with respect to the initial state.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, states, saved = simple_rnn_forward(np.ones((2, 5, 3)), np.full((3, 4), 0.1), np.full((4, 4), 0.1))
    >>> simple_rnn_backward(saved, np.ones_like(outputs)).initial_h.shape
    (2, 4)
    """

    x: FloatArray
    kernel: FloatArray
    recurrent_kernel: FloatArray
    bias: FloatArray
    initial_h: FloatArray


@dataclass(frozen=True)
class SimpleRNNCell(Cell):
    """The equations of one step."""

    phi: Activation

    def forward(self, x: FloatArray, h_in: FloatArray, previous: States) -> tuple[States, Gate]:
        """Return h, and the gate that computed it."""
        w = self.weights
        h = gate(self.phi, x @ w["kernel"] + h_in @ w["recurrent_kernel"] + w["bias"], self.clip)
        return (h.y,), h

    def backward(self, step: Step, d_states: States) -> StepGradients:
        """Return the gradients of one step."""
        w = self.weights
        h: Gate = step.saved
        dz = h.backward(d_states[0])
        return StepGradients(
            x=dz @ w["kernel"].T,
            h_in=dz @ w["recurrent_kernel"].T,
            previous=(np.zeros_like(dz),),
            weights={"kernel": step.x.T @ dz, "recurrent_kernel": step.h_in.T @ dz, "bias": dz.sum(axis=0)},
        )


def simple_rnn_forward(
    x: FloatArray,
    kernel: FloatArray,
    recurrent_kernel: FloatArray,
    bias: FloatArray | None = None,
    *,
    activation: str = "tanh",
    clip: float | None = None,
    **options: Unpack[LoopOptions],
) -> tuple[FloatArray, States, Saved]:
    """Run an Elman network over a batch of sequences.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The sequences, float32 or float64. All other arrays have the same dtype.
    kernel : ndarray (D, H)
        Input weights.
    recurrent_kernel : ndarray (H, H)
        Recurrent weights.
    bias : ndarray (H,), optional
        None means zeros.
    activation : str
        A name in `ELEMENTWISE_ACTIVATIONS`.
    clip : float, optional
        Clip what the activation is applied to, to [-clip, clip]; the gradient outside is zero.
    **options
        The options of the loop over time, all optional, which `LoopOptions` describes: `initial_state` (h,), `mask`,
        `go_backwards`, `recurrent_mask` and `zoneout`.

    Returns
    -------
    outputs : ndarray (N, T, H)
        h at every step, in the order of processing.
    states : (h,) of ndarray (N, H)
        The state after the last step.
    saved : Saved
        The argument of `simple_rnn_backward`.

    Raises
    ------
    ValueError
        If a shape or a value does not fit, or an activation is unknown.
    TypeError
        If an array does not hold floats, or its dtype differs from that of x.

    References
    ----------
    J. L. Elman, "Finding Structure in Time", Cognitive Science 14(2), 1990.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((2, 5, 3))
    >>> outputs, (h,), saved = simple_rnn_forward(x, np.full((3, 4), 0.1), np.full((4, 4), 0.1))
    >>> outputs.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    check_array("recurrent_kernel", recurrent_kernel, (None, None), "(H, H)")
    units = len(recurrent_kernel)
    given = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    weights = complete_weights(given, SIMPLE_RNN_WEIGHTS, x, units)
    phi = lookup("activation", activation, ELEMENTWISE_ACTIVATIONS)
    return run_forward(SimpleRNNCell(weights, units, clip, phi), x, **options)


def simple_rnn_backward(
    saved: Saved,
    d_outputs: FloatArray | None = None,
    d_states: Sequence[FloatArray | None] | None = None,
) -> SimpleRNNGradients:
    """Backpropagate through time in a SimpleRNN.

    Parameters
    ----------
    saved : Saved
        From `simple_rnn_forward`. It is not changed, so it can be used any number of times.
    d_outputs : ndarray (N, T, H), optional
        Gradient of the loss with respect to the outputs. None means zeros.
    d_states : (d_h,) of ndarray (N, H), optional
        Gradient with respect to the final state, in addition to that of the outputs. None means zeros.

    Returns
    -------
    SimpleRNNGradients
        Gradients with respect to x, the weights and the initial state, in the shapes of these.

    Raises
    ------
    ValueError, TypeError
        If a gradient differs from its value in shape or dtype.

    References
    ----------
    P. J. Werbos, "Backpropagation Through Time: What It Does and How to Do It", Proceedings of the IEEE 78(10), 1990;
    the derivation is in the module's docstring.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, states, saved = simple_rnn_forward(np.ones((2, 5, 3)), np.full((3, 4), 0.1), np.full((4, 4), 0.1))
    >>> simple_rnn_backward(saved, np.ones_like(outputs)).kernel.shape
    (3, 4)
    """
    return SimpleRNNGradients(**run_backward(saved, d_outputs, d_states))
