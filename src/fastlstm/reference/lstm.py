r"""The LSTM cell over a sequence: forward, and backpropagation through time.

Legend: N batch, T time steps, D input features, H units. :math:`x_t` is (N, D), :math:`h_t` and :math:`c_t` are (N, H).
The kernel W (D, 4H), recurrent kernel U (H, 4H) and bias b (4H,) hold four blocks of H columns each, in the order
i f c o: input gate, forget gate, candidate, output gate.

Forward, for t = 1 ... T, with recurrent activation :math:`\sigma`, activation :math:`\phi` and elementwise products:

.. math::

    z_t &= x_t W + h_{t-1} U + b                             \qquad \text{split into } z^i_t, z^f_t, z^g_t, z^o_t \\
    i_t &= \sigma(z^i_t) \quad f_t = \sigma(z^f_t) \quad g_t = \phi(z^g_t) \quad o_t = \sigma(z^o_t) \\
    c_t &= f_t c_{t-1} + i_t g_t \\
    h_t &= o_t \, \phi(c_t)

Backward (BPTT). Write :math:`\bar v` for the gradient of the loss L with respect to v. :math:`h_t` reaches L as output
of step t and through :math:`z_{t+1}`; :math:`c_t` reaches it through :math:`h_t` and through :math:`c_{t+1}`. The chain
rule, from t = T down to 1, with :math:`\bar z_{T+1} = 0`, :math:`\bar c_{T+1} = 0` unless the final states have
gradients of their own:

.. math::

    \bar h_t &= \bar y_t + \bar z_{t+1} U^\top \\
    \bar o_t &= \bar h_t \, \phi(c_t) \\
    \bar c_t &= \bar h_t \, o_t \, \phi'(c_t) + \bar c_{t+1} f_{t+1} \\
    \bar f_t &= \bar c_t \, c_{t-1} \qquad \bar i_t = \bar c_t \, g_t \qquad \bar g_t = \bar c_t \, i_t \\
    \bar z_t &= [\bar i_t \, \sigma'(z^i_t),\; \bar f_t \, \sigma'(z^f_t),\; \bar g_t \, \phi'(z^g_t),\;
                 \bar o_t \, \sigma'(z^o_t)] \\
    \bar x_t &= \bar z_t W^\top \qquad
    \bar W = \sum_t x_t^\top \bar z_t \qquad \bar U = \sum_t h_{t-1}^\top \bar z_t \qquad
    \bar b = \sum_t \textstyle\sum_n \bar z_t

Sources: the cell and the constant error carousel, S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural
Computation 9(8), 1997; the forget gate, F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to Forget: Continual
Prediction with LSTM", Neural Computation 12(10), 2000. The full gradient, with nothing truncated, is that of A. Graves
and J. Schmidhuber, "Framewise Phoneme Classification with Bidirectional LSTM", Neural Networks 18, 2005.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .._names import lookup
from ._arrays import FloatArray, check_array
from .activations import ELEMENTWISE_ACTIVATIONS


@dataclass(frozen=True)
class LSTMSaved:
    """What the forward pass keeps for the backward pass.

    Attributes
    ----------
    x, kernel, recurrent_kernel
        The arguments of `lstm_forward`.
    activation, recurrent_activation : str
        Their names.
    h, c : ndarray (T + 1, N, H)
        All states, the initial ones first.
    z, gates : ndarray (T, N, 4H)
        Gates before and after their activations, blocks i f c o.
    """

    x: FloatArray
    kernel: FloatArray
    recurrent_kernel: FloatArray
    activation: str
    recurrent_activation: str
    h: FloatArray
    c: FloatArray
    z: FloatArray
    gates: FloatArray


class LSTMGradients(NamedTuple):
    """Gradients of the loss, each of the shape of its variable."""

    x: FloatArray
    kernel: FloatArray
    recurrent_kernel: FloatArray
    bias: FloatArray
    initial_h: FloatArray
    initial_c: FloatArray


def lstm_forward(
    x: FloatArray,
    kernel: FloatArray,
    recurrent_kernel: FloatArray,
    bias: FloatArray | None = None,
    *,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    initial_state: tuple[FloatArray, FloatArray] | None = None,
) -> tuple[FloatArray, tuple[FloatArray, FloatArray], LSTMSaved]:
    """Run an LSTM over a batch of sequences.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The sequences, float32 or float64. All other arrays have the same dtype.
    kernel : ndarray (D, 4H)
        Input weights, blocks i f c o.
    recurrent_kernel : ndarray (H, 4H)
        Recurrent weights, blocks i f c o.
    bias : ndarray (4H,), optional
        None means zeros.
    activation : str
        Of the candidate and of the cell state on its way out; a name in `ELEMENTWISE_ACTIVATIONS`.
    recurrent_activation : str
        Of the three gates; a name in `ELEMENTWISE_ACTIVATIONS`.
    initial_state : (h, c) of ndarray (N, H), optional
        None means zeros.

    Returns
    -------
    outputs : ndarray (N, T, H)
        h of every step.
    state : (h, c) of ndarray (N, H)
        The states after the last step.
    saved : LSTMSaved
        For `lstm_backward`.

    Raises
    ------
    ValueError
        A shape that does not fit, or an activation that is not known.
    TypeError
        An array that is not of floats, or not of the dtype of x.

    References
    ----------
    Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000). See the module's docstring.

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
    check_array("x", x, (None, None, None), "(N, T, D)")
    samples, steps, features = x.shape
    check_array("recurrent_kernel", recurrent_kernel, (None, None), "(H, 4H)", like=x)
    units = recurrent_kernel.shape[0]
    check_array("recurrent_kernel", recurrent_kernel, (units, 4 * units), "(H, 4H)")
    check_array("kernel", kernel, (features, 4 * units), "(D, 4H)", like=x)
    if bias is None:
        bias = np.zeros(4 * units, x.dtype)
    check_array("bias", bias, (4 * units,), "(4H,)", like=x)
    if initial_state is None:
        initial_state = np.zeros((samples, units), x.dtype), np.zeros((samples, units), x.dtype)
    for name, state in zip(("initial_state h", "initial_state c"), initial_state, strict=True):
        check_array(name, state, (samples, units), "(N, H)", like=x)
    phi = lookup("activation", activation, ELEMENTWISE_ACTIVATIONS)
    sigma = lookup("recurrent_activation", recurrent_activation, ELEMENTWISE_ACTIVATIONS)

    h, c = np.empty((2, steps + 1, samples, units), x.dtype)
    z, gates = np.empty((2, steps, samples, 4 * units), x.dtype)
    h[0], c[0] = initial_state
    for t in range(steps):
        z[t] = x[:, t] @ kernel + h[t] @ recurrent_kernel + bias
        z_i, z_f, z_g, z_o = np.split(z[t], 4, axis=1)
        i, f, g, o = sigma.forward(z_i), sigma.forward(z_f), phi.forward(z_g), sigma.forward(z_o)
        gates[t] = np.concatenate([i, f, g, o], axis=1)
        c[t + 1] = f * c[t] + i * g
        h[t + 1] = o * phi.forward(c[t + 1])

    saved = LSTMSaved(x, kernel, recurrent_kernel, activation, recurrent_activation, h, c, z, gates)
    return h[1:].swapaxes(0, 1).copy(), (h[-1].copy(), c[-1].copy()), saved


def lstm_backward(
    saved: LSTMSaved,
    d_outputs: FloatArray | None = None,
    *,
    d_h: FloatArray | None = None,
    d_c: FloatArray | None = None,
) -> LSTMGradients:
    """Backpropagate through time.

    Parameters
    ----------
    saved : LSTMSaved
        From `lstm_forward`. It is only read, so that one forward pass serves any number of backward passes.
    d_outputs : ndarray (N, T, H), optional
        Gradient of the loss with respect to the outputs. None means zeros.
    d_h, d_c : ndarray (N, H), optional
        Gradients with respect to the final states, added to what comes through the outputs. None means zeros.

    Returns
    -------
    LSTMGradients
        Gradients with respect to x, the weights and the initial states.

    Raises
    ------
    ValueError, TypeError
        A gradient of another shape or dtype than the value it belongs to.

    References
    ----------
    Graves and Schmidhuber (2005); the derivation is in the module's docstring.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((2, 5, 3))
    >>> outputs, state, saved = lstm_forward(x, np.full((3, 16), 0.1), np.full((4, 16), 0.1))
    >>> gradients = lstm_backward(saved, np.ones_like(outputs))
    >>> gradients.x.shape, gradients.kernel.shape, gradients.bias.shape
    ((2, 5, 3), (3, 16), (16,))
    """
    x, kernel, recurrent_kernel = saved.x, saved.kernel, saved.recurrent_kernel
    steps, samples, units = saved.h.shape[0] - 1, saved.h.shape[1], saved.h.shape[2]
    d_outputs = np.zeros((samples, steps, units), x.dtype) if d_outputs is None else d_outputs
    check_array("d_outputs", d_outputs, (samples, steps, units), "(N, T, H)", like=x)
    for name, gradient in (("d_h", d_h), ("d_c", d_c)):
        if gradient is not None:
            check_array(name, gradient, (samples, units), "(N, H)", like=x)
    phi = ELEMENTWISE_ACTIVATIONS[saved.activation]
    sigma = ELEMENTWISE_ACTIVATIONS[saved.recurrent_activation]

    # What reaches step t from step t + 1, or, at the end, from the loss itself.
    dh_next = np.zeros((samples, units), x.dtype) if d_h is None else d_h
    dc_next = np.zeros((samples, units), x.dtype) if d_c is None else d_c
    dz = np.empty_like(saved.z)
    for t in reversed(range(steps)):
        z_i, z_f, z_g, z_o = np.split(saved.z[t], 4, axis=1)
        i, f, g, o = np.split(saved.gates[t], 4, axis=1)
        phi_c = phi.forward(saved.c[t + 1])
        dh = d_outputs[:, t] + dh_next
        dc = phi.backward(dh * o, saved.c[t + 1], phi_c) + dc_next
        d_i = sigma.backward(dc * g, z_i, i)
        d_f = sigma.backward(dc * saved.c[t], z_f, f)
        d_g = phi.backward(dc * i, z_g, g)
        d_o = sigma.backward(dh * phi_c, z_o, o)
        dz[t] = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
        dh_next = dz[t] @ recurrent_kernel.T
        dc_next = dc * f

    return LSTMGradients(
        x=(dz @ kernel.T).swapaxes(0, 1).copy(),
        kernel=np.einsum("ntd,tng->dg", x, dz),
        recurrent_kernel=np.einsum("tnh,tng->hg", saved.h[:-1], dz),
        bias=dz.sum(axis=(0, 1)),
        initial_h=dh_next.copy(),
        initial_c=dc_next.copy(),
    )
