r"""
The LSTM, gate by gate
======================

A SimpleRNN rewrites its whole state at every step, so nothing stays in it for long. The
LSTM keeps a second state, the cell :math:`c`, which it changes only where its gates say
so. Along the cell, the gradient is multiplied by one gate and by nothing else.
"""

# %%
# The equations
# -------------
#
# Three gates, each between 0 and 1, are computed from the input and the last output:
# :math:`i` lets in, :math:`f` keeps and :math:`o` shows. The candidate :math:`g` is
# what could be let in. Here :math:`\sigma` is the sigmoid, and :math:`\odot` multiplies
# unit by unit.
#
# .. math::
#
#    i_t &= \sigma(x_t W^i + h_{t-1} U^i + b^i) \\
#    f_t &= \sigma(x_t W^f + h_{t-1} U^f + b^f) \\
#    g_t &= \tanh(x_t W^g + h_{t-1} U^g + b^g) \\
#    o_t &= \sigma(x_t W^o + h_{t-1} U^o + b^o) \\
#    c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
#    h_t &= o_t \odot \tanh(c_t)
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import analysis, layers, plotting

# %%
# A task for a memory
# -------------------
#
# A sequence is noise. At one step in its first half, a marker in the second feature
# says: this is the signal, remember whether it goes up or down. The answer is due at
# the end.


def remember(samples, steps, seed):
    """Return values and markers, 1 for each signal that goes up, and marked steps."""
    rng = np.random.default_rng(seed)
    x = np.zeros((samples, steps, 2), "float32")
    x[:, :, 0] = rng.normal(scale=0.3, size=(samples, steps))
    up = rng.integers(2, size=samples)
    marked = rng.integers(1, steps // 2, size=samples)
    x[np.arange(samples), marked] = np.stack([2 * up - 1, np.ones(samples)], axis=1)
    return x, up, marked


steps = 30
x, y, _ = remember(3000, steps, seed=0)
x_test, y_test, marked = remember(500, steps, seed=1)

fastlstm.utils.set_random_seed(0)
model = fastlstm.Sequential(
    [layers.Input((steps, 2)), layers.LSTM(4, name="lstm"), layers.Dense(1, "sigmoid")]
)
model.compile(
    fastlstm.optimizers.Adam(1e-2), "binary_crossentropy", metrics=["accuracy"]
)
model.fit(x, y, epochs=15, verbose=0)
print(f"accuracy on new sequences {model.evaluate(x_test, y_test, verbose=0)[1]:.3f}")

# %%
# Looking inside
# --------------
#
# ``analysis.states`` and ``analysis.gates`` return everything that the layer computes
# on its way. Take two sequences that are marked at the same step: in the first the
# signal goes up, in the second down.
up = np.flatnonzero((marked == 10) & (y_test == 1))[0]
down = np.flatnonzero((marked == 10) & (y_test == 0))[0]
pair = x_test[[up, down]]
gates = analysis.gates(model, pair)["lstm"]
states = analysis.states(model, pair)["lstm"]

figure = plt.figure(figsize=(7, 8), layout="constrained")
shown = {
    "i, up": gates["i"][:1],
    "f, up": gates["f"][:1],
    "c, up": states["c"][:1],
    "c, down": states["c"][1:],
}
panels = plotting.plot_states(shown, figure=figure)
for axes in panels:
    axes.axvline(10, color="black", linestyle=":")
panels[0].set_title("Input gate, forget gate and cell", loc="left")
plt.show()

# %%
# The picture shows a row for each of the four units; the dotted line is the marked
# step. At this step, the gates move: where a forget gate falls, a unit drops what was
# there, and where an input gate rises, the signal enters. Before, the cells are nearly
# white, that is zero. Afterwards they take a colour and keep it until the end, and it
# is another one for the signal that goes down.
#
# By hand
# -------
#
# One line of the equations can be checked with what was returned: the cell is what is
# kept and what is let in.
kept, let_in = (
    gates["f"][0, 1:] * states["c"][0, :-1],
    gates["i"][0, 1:] * gates["c"][0, 1:],
)
print(f"largest difference: {np.abs(states['c'][0, 1:] - (kept + let_in)).max():.1e}")

# %%
# The open path
# -------------
#
# Along the cell, the derivative of one step is the forget gate: :math:`\partial c_t /
# \partial c_{t-1} = f_t`. On a logarithmic axis, the gradient therefore falls along a
# line whose slope is :math:`\log f`. The bias of the forget gate sets it before
# training. Without recurrent weights and input, :math:`f = \sigma(b^f)` exactly:
units, length = 8, 60
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
for forget_bias, colour, line in ((0, "C1", ":"), (1, "k", "--"), (3, "C0", "-")):
    layer = layers.LSTM(units, recurrent_initializer="zeros", name="lstm")
    probe = fastlstm.Sequential([layers.Input((length, 1)), layer, layers.Dense(1)])
    weights = probe.get_weights()
    weights[2][units : 2 * units] = (
        forget_bias  # the blocks of the bias are i, f, c and o
    )
    probe.set_weights(weights)
    gradient = analysis.output_flow(probe, np.zeros((1, length, 1)))["lstm"]["c"].mean[
        ::-1
    ]
    axes.plot(
        gradient / gradient[0], line, color=colour, label=f"forget bias {forget_bias}"
    )
    forget_gate = 1 / (1 + np.exp(-forget_bias))
    slope = np.log(forget_gate)
    back = np.arange(0, length, 6)
    axes.plot(back, np.exp(back * slope), "o", color=colour, markersize=4)
    print(f"forget bias {forget_bias}: f = {forget_gate:.3f}, log f = {slope:.3f}")
axes.plot([], [], "o", color="0.5", markersize=4, label="from log f alone")
axes.set(
    yscale="log",
    xlabel="steps back",
    ylabel="gradient of the cell, last step = 1",
    ylim=(1e-12, 3),
)
figure.legend(loc="outside upper center", ncols=4, columnspacing=1, frameon=False)
plt.show()

# %%
# The picture shows the gradient of the layer as lines, and the product of the forget
# gates as points on them. With a bias of 0, half of the gradient is lost at each step.
# With a bias of 3, some of it arrives over all steps. That is why the forget bias of an
# LSTM begins with 1 (``unit_forget_bias``), and why a larger one helps with long
# memories.
#
# Try it yourself
# ---------------
#
# Draw the output gate as well: add ``"o": gates["o"]`` to the picture. When does the
# network show what it keeps?
#
# Next: :doc:`05_peepholes`, gates that see the cell. All derivatives are in
# :doc:`/cells/lstm`; the functions of this page are in :doc:`/analysis`.
