r"""The GRU cell over a sequence, with the reset gate before or after the product: forward, and BPTT.

Legend: N batch, T time steps, D input features, H units. :math:`x_t` is (N, D) and :math:`h_t` is (N, H). The kernel W
(D, 3H), recurrent kernel U (H, 3H) and biases hold three blocks of H columns each, in the order z r h: update gate,
reset gate, candidate.

Forward, for t = 1 ... T, with recurrent activation :math:`\sigma`, activation :math:`\phi` and elementwise products,
the gates and the new state:

.. math::

    z_t = \sigma(a^z_t) \qquad r_t = \sigma(a^r_t) \qquad g_t = \phi(a^g_t) \qquad
    h_t = z_t h_{t-1} + (1 - z_t) g_t

The two forms differ in where the reset gate acts. After the product (the form of cuDNN, PyTorch and Keras's default),
with the bias b (2, 3H) in two rows, of the input and of the recurrent product:

.. math::

    [u^z_t, u^r_t, u^g_t] &= h_{t-1} U + b_1 \\
    [a^z_t, a^r_t, a^g_t] &= x_t W + b_0 + [u^z_t,\; u^r_t,\; r_t u^g_t]

Before it (the original; Keras's ``reset_after=False``), with the bias b (3H,):

.. math::

    [a^z_t, a^r_t, a^g_t] = x_t W + b + [h_{t-1} U^z,\; h_{t-1} U^r,\; (r_t h_{t-1}) U^g]

Backward (BPTT). Write :math:`\bar v` for the gradient of the loss with respect to v. :math:`h_t` reaches the loss as
output of step t and, in the next step, through the mix and through the products with U. The chain rule, from t = T down
to 1:

.. math::

    \bar h_t &= \bar y_t + \bar h_{t+1} z_{t+1} + \text{the gradient through the products} \\
    \bar a^z_t &= \bar h_t \, (h_{t-1} - g_t) \, \sigma' \qquad \bar a^g_t = \bar h_t \, (1 - z_t) \, \phi'

After the product, with :math:`\bar u_t = [\bar a^z_t, \bar a^r_t, \bar a^g_t r_t]`:

.. math::

    \bar a^r_t = \bar a^g_t \, u^g_t \, \sigma' \qquad
    \text{gradient of } h_{t-1}: \bar u_t U^\top \qquad
    \bar U = \sum_t h_{t-1}^\top \bar u_t \qquad \bar b_1 = \sum_t \textstyle\sum_n \bar u_t

Before it, with :math:`\bar m_t = \bar a^g_t U^{g\top}` the gradient of :math:`r_t h_{t-1}`:

.. math::

    \bar a^r_t = \bar m_t \, h_{t-1} \, \sigma' \qquad
    \text{gradient of } h_{t-1}: \bar a^z_t U^{z\top} + \bar a^r_t U^{r\top} + r_t \bar m_t \qquad
    \bar U = \sum_t [h_{t-1}^\top \bar a^z_t,\; h_{t-1}^\top \bar a^r_t,\; (r_t h_{t-1})^\top \bar a^g_t]

In both, :math:`\bar x_t = \bar a_t W^\top`, :math:`\bar W = \sum_t x_t^\top \bar a_t` and
:math:`\bar b_0 = \sum_t \sum_n \bar a_t`. Masks, recurrent dropout (of :math:`h_{t-1}` in the products, not in the
mix) and zoneout, and the sums over t, are those of `fastlstm.reference.time_loop`.

Source: K. Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation",
EMNLP 2014: as published with the reset gate before the product, in its first version (arXiv 1406.1078v1) after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

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

GRU_WEIGHTS = {"kernel": "(D, 3H)", "recurrent_kernel": "(H, 3H)", "bias": "(2, 3H)"}
GRU_RESET_BEFORE_WEIGHTS = {**GRU_WEIGHTS, "bias": "(3H,)"}


class GRUGradients(NamedTuple):
    """Gradients of the loss with respect to the inputs, weights and initial state of a GRU.

    Attributes
    ----------
    x : ndarray (N, T, D)
        Gradient with respect to the sequences.
    kernel : ndarray (D, 3H)
        Gradient with respect to the input weights.
    recurrent_kernel : ndarray (H, 3H)
        Gradient with respect to the recurrent weights.
    bias : ndarray (2, 3H), or (3H,) with ``reset_after=False``
        Gradient with respect to the bias.
    initial_h : ndarray (N, H)
        Gradient with respect to the initial state.

    Examples
    --------
    >>> import numpy as np
    >>> outputs, states, saved = gru_forward(np.ones((2, 5, 3)), np.full((3, 12), 0.1), np.full((4, 12), 0.1))
    >>> gru_backward(saved, np.ones_like(outputs)).initial_h.shape
    (2, 4)
    """

    x: FloatArray
    kernel: FloatArray
    recurrent_kernel: FloatArray
    bias: FloatArray
    initial_h: FloatArray


class GRUGates(NamedTuple):
    """What a step saves: the gates, and the factor of the reset gate (u^g, or h before the product)."""

    z: Gate
    r: Gate
    g: Gate
    reset: FloatArray


@dataclass(frozen=True)
class GRUCell(Cell):
    """The equations that both forms share."""

    phi: Activation
    sigma: Activation

    def mix(self, z: Gate, r: Gate, g: Gate, reset: FloatArray, previous: States) -> tuple[States, GRUGates]:
        """Return h, and the gates that computed it."""
        return (z.y * previous[0] + (1 - z.y) * g.y,), GRUGates(z, r, g, reset)

    def mix_backward(self, step: Step, d_states: States) -> tuple[FloatArray, FloatArray, States]:
        """Return the gradients of a^z, a^g and, through the mix, of the previous h."""
        (dh,), (h_before,) = d_states, step.previous
        z, _, g, _ = step.saved
        return z.backward(dh * (h_before - g.y)), g.backward(dh * (1 - z.y)), (dh * z.y,)


@dataclass(frozen=True)
class GRUResetAfterCell(GRUCell):
    """The equations of one step, the reset gate applied after the product."""

    def forward(self, x: FloatArray, h_in: FloatArray, previous: States) -> tuple[States, GRUGates]:
        """Return h, and the gates that computed it."""
        w = self.weights
        a_z, a_r, a_g = np.split(x @ w["kernel"] + w["bias"][0], 3, axis=1)
        u_z, u_r, u_g = np.split(h_in @ w["recurrent_kernel"] + w["bias"][1], 3, axis=1)
        z = gate(self.sigma, a_z + u_z, self.clip)
        r = gate(self.sigma, a_r + u_r, self.clip)
        g = gate(self.phi, a_g + r.y * u_g, self.clip)
        return self.mix(z, r, g, u_g, previous)

    def backward(self, step: Step, d_states: States) -> StepGradients:
        """Return the gradients of one step."""
        w = self.weights
        _, r, _, u_g = step.saved
        da_z, da_g, previous = self.mix_backward(step, d_states)
        da_r = r.backward(da_g * u_g)
        da = np.concatenate([da_z, da_r, da_g], axis=1)
        du = np.concatenate([da_z, da_r, da_g * r.y], axis=1)
        return StepGradients(
            x=da @ w["kernel"].T,
            h_in=du @ w["recurrent_kernel"].T,
            previous=previous,
            weights={
                "kernel": step.x.T @ da,
                "recurrent_kernel": step.h_in.T @ du,
                "bias": np.stack([da.sum(axis=0), du.sum(axis=0)]),
            },
        )


@dataclass(frozen=True)
class GRUResetBeforeCell(GRUCell):
    """The equations of one step, the reset gate applied before the product."""

    def forward(self, x: FloatArray, h_in: FloatArray, previous: States) -> tuple[States, GRUGates]:
        """Return h, and the gates that computed it."""
        w = self.weights
        u_z, u_r, u_g = np.split(w["recurrent_kernel"], 3, axis=1)
        a_z, a_r, a_g = np.split(x @ w["kernel"] + w["bias"], 3, axis=1)
        z = gate(self.sigma, a_z + h_in @ u_z, self.clip)
        r = gate(self.sigma, a_r + h_in @ u_r, self.clip)
        g = gate(self.phi, a_g + (r.y * h_in) @ u_g, self.clip)
        return self.mix(z, r, g, h_in, previous)

    def backward(self, step: Step, d_states: States) -> StepGradients:
        """Return the gradients of one step."""
        w = self.weights
        u_z, u_r, u_g = np.split(w["recurrent_kernel"], 3, axis=1)
        _, r, _, h_in = step.saved
        da_z, da_g, previous = self.mix_backward(step, d_states)
        dm = da_g @ u_g.T
        da_r = r.backward(dm * h_in)
        da = np.concatenate([da_z, da_r, da_g], axis=1)
        du = [h_in.T @ da_z, h_in.T @ da_r, (r.y * h_in).T @ da_g]
        return StepGradients(
            x=da @ w["kernel"].T,
            h_in=da_z @ u_z.T + da_r @ u_r.T + r.y * dm,
            previous=previous,
            weights={
                "kernel": step.x.T @ da,
                "recurrent_kernel": np.concatenate(du, axis=1),
                "bias": da.sum(axis=0),
            },
        )


def gru_forward(
    x: FloatArray,
    kernel: FloatArray,
    recurrent_kernel: FloatArray,
    bias: FloatArray | None = None,
    *,
    reset_after: bool = True,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    clip: float | None = None,
    **options: Unpack[LoopOptions],
) -> tuple[FloatArray, States, Saved]:
    """Run a GRU over a batch of sequences.

    Parameters
    ----------
    x : ndarray (N, T, D)
        The sequences, float32 or float64. All other arrays have the same dtype.
    kernel : ndarray (D, 3H)
        Input weights, blocks z r h.
    recurrent_kernel : ndarray (H, 3H)
        Recurrent weights, blocks z r h.
    bias : ndarray (2, 3H), optional
        One row for the input, one for the recurrent product; (3H,) with ``reset_after=False``. None means zeros.
    reset_after : bool
        Whether the reset gate multiplies h after its product with the recurrent kernel, or before.
    activation : str
        Of the candidate; a name in `ELEMENTWISE_ACTIVATIONS`.
    recurrent_activation : str
        Of the two gates; a name in `ELEMENTWISE_ACTIVATIONS`.
    clip : float, optional
        Clip what the activations are applied to (the candidate's with the reset gate applied) to [-clip, clip]; the
        gradient outside is zero.
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
        The argument of `gru_backward`.

    Raises
    ------
    ValueError
        If a shape or a value does not fit, or an activation is unknown.
    TypeError
        If an array does not hold floats, or its dtype differs from that of x.

    References
    ----------
    K. Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation",
    EMNLP 2014.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((2, 5, 3))
    >>> outputs, (h,), saved = gru_forward(x, np.full((3, 12), 0.1), np.full((4, 12), 0.1))
    >>> outputs.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    cell: type[GRUCell] = GRUResetAfterCell if flag("reset_after", reset_after) else GRUResetBeforeCell
    letters = GRU_WEIGHTS if reset_after else GRU_RESET_BEFORE_WEIGHTS
    check_array("recurrent_kernel", recurrent_kernel, (None, None), "(H, 3H)")
    units = len(recurrent_kernel)
    given = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    weights = complete_weights(given, letters, x, units)
    phi = lookup("activation", activation, ELEMENTWISE_ACTIVATIONS)
    sigma = lookup("recurrent_activation", recurrent_activation, ELEMENTWISE_ACTIVATIONS)
    return run_forward(cell(weights, units, clip, phi, sigma), x, **options)


def gru_backward(
    saved: Saved,
    d_outputs: FloatArray | None = None,
    d_states: Sequence[FloatArray | None] | None = None,
) -> GRUGradients:
    """Backpropagate through time in a GRU.

    Parameters
    ----------
    saved : Saved
        From `gru_forward`. It is not changed, so it can be used any number of times.
    d_outputs : ndarray (N, T, H), optional
        Gradient of the loss with respect to the outputs. None means zeros.
    d_states : (d_h,) of ndarray (N, H), optional
        Gradient with respect to the final state, in addition to that of the outputs. None means zeros.

    Returns
    -------
    GRUGradients
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
    >>> outputs, states, saved = gru_forward(np.ones((2, 5, 3)), np.full((3, 12), 0.1), np.full((4, 12), 0.1))
    >>> gru_backward(saved, np.ones_like(outputs)).bias.shape
    (2, 12)
    """
    return GRUGradients(**run_backward(saved, d_outputs, d_states))
