r"""The LSTM cell over a sequence, with or without peepholes and coupled gates: forward, and BPTT.

Legend: N batch, T time steps, D input features, H units. :math:`x_t` is (N, D), :math:`h_t` and :math:`c_t` are (N, H).
The kernel W (D, 4H), recurrent kernel U (H, 4H) and bias b (4H,) hold four blocks of H columns each, in the order
i f c o: input gate, forget gate, candidate, output gate. The peephole weights p (3, H), in the order i f o, are
diagonal: each gate sees its own unit's cell state. An LSTM without peepholes is one in which p is zero.

Forward, for t = 1 ... T, with recurrent activation :math:`\sigma`, activation :math:`\phi` and elementwise products:

.. math::

    z_t &= x_t W + h_{t-1} U + b                             \qquad \text{split into } z^i_t, z^f_t, z^g_t, z^o_t \\
    i_t &= \sigma(z^i_t + p^i c_{t-1}) \quad f_t = \sigma(z^f_t + p^f c_{t-1}) \quad g_t = \phi(z^g_t) \\
    c_t &= f_t c_{t-1} + i_t g_t \\
    o_t &= \sigma(z^o_t + p^o c_t) \\
    h_t &= o_t \, \phi(c_t)

With coupled gates :math:`f_t = 1 - i_t`; the weights then have three blocks, i c o, and p (2, H) has i o.

Backward (BPTT). Write :math:`\bar v` for the gradient of the loss L with respect to v, and :math:`\bar z^i_t` and so on
for that of the argument of the activation, including the peephole. :math:`h_t` reaches L as output of step t and
through :math:`z_{t+1}`; :math:`c_t` reaches it through :math:`h_t`, through the peephole of :math:`o_t`, and in the
next step through :math:`c_{t+1}` and the other peepholes. The chain rule, from t = T down to 1, with
:math:`\bar z_{T+1} = 0`, and :math:`\bar c_{T+1} = 0` unless the final states have gradients of their own:

.. math::

    \bar h_t &= \bar y_t + \bar z_{t+1} U^\top \\
    \bar z^o_t &= \bar h_t \, \phi(c_t) \, \sigma' \\
    \bar c_t &= \bar h_t \, o_t \, \phi'(c_t) + \bar z^o_t \, p^o
              + \bar c_{t+1} f_{t+1} + \bar z^i_{t+1} \, p^i + \bar z^f_{t+1} \, p^f \\
    \bar z^f_t &= \bar c_t \, c_{t-1} \, \sigma' \qquad \bar z^i_t = \bar c_t \, g_t \, \sigma' \qquad
    \bar z^g_t = \bar c_t \, i_t \, \phi' \\
    \bar x_t &= \bar z_t W^\top \qquad
    \bar W = \sum_t x_t^\top \bar z_t \qquad \bar U = \sum_t h_{t-1}^\top \bar z_t \qquad
    \bar b = \sum_t \textstyle\sum_n \bar z_t \\
    \bar p^i &= \sum_t \textstyle\sum_n \bar z^i_t \, c_{t-1} \qquad
    \bar p^f = \sum_t \sum_n \bar z^f_t \, c_{t-1} \qquad \bar p^o = \sum_t \sum_n \bar z^o_t \, c_t

With coupled gates there is no :math:`\bar z^f_t`, and :math:`\bar z^i_t = \bar c_t (g_t - c_{t-1}) \, \sigma'`. Masks,
recurrent dropout and zoneout, and the sums over t, are those of `fastlstm.reference.time_loop`; :math:`c_t` above is
the cell state before zoneout.

Sources: the cell and the constant error carousel, S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural
Computation 9(8), 1997; the forget gate, F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to Forget: Continual
Prediction with LSTM", Neural Computation 12(10), 2000. Peepholes: F. A. Gers and J. Schmidhuber, "Recurrent Nets that
Time and Count", IJCNN 2000; F. A. Gers, N. N. Schraudolph and J. Schmidhuber, "Learning Precise Timing with LSTM
Recurrent Networks", Journal of Machine Learning Research 3, 2002. Coupled gates (CIFG): K. Greff et al., "LSTM: A
Search Space Odyssey", IEEE Transactions on Neural Networks and Learning Systems 28(10), 2017. The full gradient, with
nothing truncated, is that of A. Graves and J. Schmidhuber, "Framewise Phoneme Classification with Bidirectional LSTM",
Neural Networks 18, 2005.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from .._internal.checks import flag
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

LSTM_WEIGHTS = {"kernel": "(D, 4H)", "recurrent_kernel": "(H, 4H)", "bias": "(4H,)", "peephole": "(3, H)"}
COUPLED_LSTM_WEIGHTS = {"kernel": "(D, 3H)", "recurrent_kernel": "(H, 3H)", "bias": "(3H,)", "peephole": "(2, H)"}


class LSTMGradients(NamedTuple):
    """Gradients of the loss with respect to the inputs, weights and initial states of an LSTM.

    Attributes
    ----------
    x : ndarray (N, T, D)
        Gradient with respect to the sequences.
    kernel : ndarray (D, 4H), or (D, 3H) with coupled gates
        Gradient with respect to the input weights.
    recurrent_kernel : ndarray (H, 4H) or (H, 3H)
        Gradient with respect to the recurrent weights.
    bias : ndarray (4H,) or (3H,)
        Gradient with respect to the bias.
    initial_h, initial_c : ndarray (N, H)
        Gradients with respect to the initial states.
    peephole : ndarray (3, H) or (2, H), or None
        Gradient with respect to the peephole weights; None without peepholes.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, states, saved = lstm_forward(np.ones((2, 5, 3)), np.full((3, 16), 0.1), np.full((4, 16), 0.1))
    >>> gradients = lstm_backward(saved, np.ones_like(outputs))
    >>> gradients.initial_c.shape, gradients.peephole
    ((2, 4), None)
    """

    x: FloatArray
    kernel: FloatArray
    recurrent_kernel: FloatArray
    bias: FloatArray
    initial_h: FloatArray
    initial_c: FloatArray
    peephole: FloatArray | None = None


class LSTMGates(NamedTuple):
    """What a step saves: the gates, with f None if it is 1 - i; c before zoneout; and phi(c)."""

    i: Gate
    f: Gate | None
    g: Gate
    o: Gate
    c: FloatArray
    phi_c: Gate


@dataclass(frozen=True)
class LSTMCell(Cell):
    """The equations of one step."""

    states: ClassVar[tuple[str, ...]] = ("h", "c")

    phi: Activation
    sigma: Activation
    coupled: bool

    def forward(self, x: FloatArray, h_in: FloatArray, previous: States) -> tuple[States, LSTMGates]:
        """Return h and c, and the gates that computed them."""
        w = self.weights
        c_before = previous[1]
        z = x @ w["kernel"] + h_in @ w["recurrent_kernel"] + w["bias"]
        if self.coupled:
            z_i, z_g, z_o = np.split(z, 3, axis=1)
        else:
            z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        i = gate(self.sigma, z_i + self._peephole("i", c_before), self.clip)
        f = None if self.coupled else gate(self.sigma, z_f + self._peephole("f", c_before), self.clip)
        g = gate(self.phi, z_g, self.clip)
        c = (1 - i.y if f is None else f.y) * c_before + i.y * g.y
        o = gate(self.sigma, z_o + self._peephole("o", c), self.clip)
        phi_c = gate(self.phi, c)
        return (o.y * phi_c.y, c), LSTMGates(i, f, g, o, c, phi_c)

    def backward(self, step: Step, d_states: States) -> StepGradients:
        """Return the gradients of one step."""
        w = self.weights
        dh, dc = d_states
        c_before = step.previous[1]
        i, f, g, o, c, phi_c = step.saved
        dz_o = o.backward(dh * phi_c.y)
        dc = dc + phi_c.backward(dh * o.y) + self._peephole("o", dz_o)
        dz_g = g.backward(dc * i.y)
        if f is None:
            dz_i = i.backward(dc * (g.y - c_before))
            dc_before = dc * (1 - i.y) + self._peephole("i", dz_i)
            dz = np.concatenate([dz_i, dz_g, dz_o], axis=1)
            d_peephole = [dz_i * c_before, dz_o * c]
        else:
            dz_i = i.backward(dc * g.y)
            dz_f = f.backward(dc * c_before)
            dc_before = dc * f.y + self._peephole("i", dz_i) + self._peephole("f", dz_f)
            dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1)
            d_peephole = [dz_i * c_before, dz_f * c_before, dz_o * c]
        d_weights = {"kernel": step.x.T @ dz, "recurrent_kernel": step.h_in.T @ dz, "bias": dz.sum(axis=0)}
        if "peephole" in w:
            d_weights["peephole"] = np.stack([part.sum(axis=0) for part in d_peephole])
        return StepGradients(
            x=dz @ w["kernel"].T,
            h_in=dz @ w["recurrent_kernel"].T,
            previous=(np.zeros_like(dh), dc_before),
            weights=d_weights,
        )

    def _peephole(self, name: str, value: FloatArray) -> FloatArray | float:
        """Multiply by the peephole weights of gate i, f or o, in the forward and in the backward pass."""
        if "peephole" not in self.weights:
            return 0.0
        row: FloatArray = self.weights["peephole"][("io" if self.coupled else "ifo").index(name)]
        return row * value


def lstm_forward(
    x: FloatArray,
    kernel: FloatArray,
    recurrent_kernel: FloatArray,
    bias: FloatArray | None = None,
    peephole: FloatArray | None = None,
    *,
    coupled: bool = False,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    clip: float | None = None,
    **options: Unpack[LoopOptions],
) -> tuple[FloatArray, States, Saved]:
    """Run an LSTM over a batch of sequences.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The sequences, float32 or float64. All other arrays have the same dtype.
    kernel : ndarray (D, 4H)
        Input weights, blocks i f c o; with coupled gates (D, 3H), blocks i c o.
    recurrent_kernel : ndarray (H, 4H)
        Recurrent weights, in the same blocks.
    bias : ndarray (4H,), optional
        None means zeros.
    peephole : ndarray (3, H), optional
        Weights from the cell state to the gates i f o; with coupled gates (2, H), i o. None means no peepholes.
    coupled : bool
        Whether the forget gate is 1 - i.
    activation : str
        Of the candidate and of the cell state on its way out; a name in `ELEMENTWISE_ACTIVATIONS`.
    recurrent_activation : str
        Of the gates; a name in `ELEMENTWISE_ACTIVATIONS`.
    clip : float, optional
        Clip what the candidate's and the gates' activations are applied to, peephole included, to [-clip, clip]; the
        gradient outside is zero.
    **options
        The options of the loop over time, all optional, which `LoopOptions` describes: `initial_state` (h, c), `mask`,
        `go_backwards`, `recurrent_mask` and `zoneout`.

    Returns
    -------
    outputs : ndarray (N, T, H)
        h at every step, in the order of processing.
    states : (h, c) of ndarray (N, H)
        The states after the last step.
    saved : Saved
        The argument of `lstm_backward`.

    Raises
    ------
    ValueError
        If a shape or a value does not fit, or an activation is unknown.
    TypeError
        If an array does not hold floats, or its dtype differs from that of x.

    References
    ----------
    S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997; the sources of the
    forget gate, peepholes and coupled gates are in the module's docstring.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((2, 5, 3))
    >>> outputs, (h, c), saved = lstm_forward(x, np.full((3, 16), 0.1), np.full((4, 16), 0.1))
    >>> outputs.shape, h.shape, c.shape
    ((2, 5, 4), (2, 4), (2, 4))
    >>> bool((outputs[:, -1] == h).all())
    True
    """
    letters = COUPLED_LSTM_WEIGHTS if flag("coupled", coupled) else LSTM_WEIGHTS
    check_array("recurrent_kernel", recurrent_kernel, (None, None), letters["recurrent_kernel"])
    units = len(recurrent_kernel)
    given = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    if peephole is not None:
        given["peephole"] = peephole
    weights = complete_weights(given, letters, x, units)
    phi = lookup("activation", activation, ELEMENTWISE_ACTIVATIONS)
    sigma = lookup("recurrent_activation", recurrent_activation, ELEMENTWISE_ACTIVATIONS)
    return run_forward(LSTMCell(weights, units, clip, phi, sigma, coupled), x, **options)


def lstm_backward(
    saved: Saved,
    d_outputs: FloatArray | None = None,
    d_states: Sequence[FloatArray | None] | None = None,
) -> LSTMGradients:
    """Backpropagate through time in an LSTM.

    Parameters
    ----------
    saved : Saved
        From `lstm_forward`. It is not changed, so it can be used any number of times.
    d_outputs : ndarray (N, T, H), optional
        Gradient of the loss with respect to the outputs. None means zeros.
    d_states : (d_h, d_c) of ndarray (N, H), optional
        Gradients with respect to the final states, added to what comes through the outputs. None means zeros, for both
        or for one.

    Returns
    -------
    LSTMGradients
        Gradients with respect to x, the weights and the initial states, in the shapes of these.

    Raises
    ------
    ValueError, TypeError
        If a gradient differs from its value in shape or dtype.

    References
    ----------
    A. Graves and J. Schmidhuber, "Framewise Phoneme Classification with Bidirectional LSTM", Neural Networks 18, 2005;
    the derivation is in the module's docstring.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((2, 5, 3))
    >>> outputs, states, saved = lstm_forward(x, np.full((3, 16), 0.1), np.full((4, 16), 0.1))
    >>> gradients = lstm_backward(saved, np.ones_like(outputs))
    >>> gradients.x.shape, gradients.kernel.shape, gradients.bias.shape
    ((2, 5, 3), (3, 16), (16,))
    """
    return LSTMGradients(**run_backward(saved, d_outputs, d_states))
