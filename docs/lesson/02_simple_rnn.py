r"""
A SimpleRNN and its three weights
=================================

A recurrent layer looks mysterious until you compute it by hand. The simplest one,
SimpleRNN, has three weights and one line of arithmetic. The gated cells of the next
pages extend it.
"""

# %%
# The equation
# ------------
#
# At step :math:`t`, the new state is computed from the input :math:`x_t` and the
# previous state :math:`h_{t-1}`:
#
# .. math:: h_t = \tanh(x_t W + h_{t-1} U + b)
#
# :math:`W` is the kernel, :math:`U` the recurrent kernel and :math:`b` the bias. The
# state begins with zeros.
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import analysis, layers

fastlstm.utils.set_random_seed(3)
features, units = 2, 3
rnn = layers.SimpleRNN(
    units, recurrent_initializer=fastlstm.initializers.Orthogonal(gain=0.8), name="rnn"
)
model = fastlstm.Sequential([layers.Input((None, features)), rnn])
kernel, recurrent_kernel, bias = model.get_weights()
for name, weight in (
    ("kernel", kernel),
    ("recurrent kernel", recurrent_kernel),
    ("bias", bias),
):
    print(f"{name:17} {weight.shape}")

# %%
# By hand
# -------
#
# The loop below is the whole layer. The same weights are used at each step, and the
# state is the only thing that goes from one step to the next.
x = np.zeros((25, features), "float32")
x[2, 0] = 2  # a pulse in the first feature
x[12, 1] = 2  # another one in the second

h = np.zeros(units)
by_hand = []
for x_t in x:
    h = np.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
    by_hand.append(h)

# %%
# ``analysis.states`` returns the state after every step, as the layer itself computes
# it. Both agree up to the rounding of float32.
states = analysis.states(model, x[None])["rnn"]["h"][0]
print(f"largest difference: {np.abs(states - by_hand).max():.1e}")

figure, (above, below) = plt.subplots(
    2, sharex=True, figsize=(7, 4.5), height_ratios=(1, 2.5), layout="constrained"
)
above.plot(x[:, 0], "-", color="0.2", label="feature 1")
above.plot(x[:, 1], "--", color="0.5", label="feature 2")
above.set(ylabel="input")
for unit, (colour, line) in enumerate((("C0", "-"), ("C1", "--"), ("k", ":"))):
    below.plot(states[:, unit], line, color=colour, label=f"unit {unit + 1}")
    below.plot(np.array(by_hand)[:, unit], "o", color=colour, markersize=4)
below.plot([], [], "o", color="0.5", markersize=4, label="by hand")
below.set(xlabel="step", ylabel="state")
figure.legend(
    loc="outside lower center",
    ncols=6,
    columnspacing=1,
    handletextpad=0.4,
    frameon=False,
)
plt.show()

# %%
# The picture shows two pulses of the input above and the three units of the state
# below: lines from the layer, points by hand. After a pulse, the state goes on changing
# although the input is zero again. That echo is the memory of the layer, and it fades.
#
# Unrolled
# --------
#
# Writing the loop out gives a deep network with one layer per step, in which all layers
# have the same weights. Three steps are three nested calls. Training computes gradients
# through all of them; this is called backpropagation through time.


def cell(x_t, h):
    """Return the state after one step."""
    return np.tanh(x_t @ kernel + h @ recurrent_kernel + bias)


unrolled = cell(x[2], cell(x[1], cell(x[0], np.zeros(units))))
print("three steps, unrolled: ", unrolled.round(4))
print("three steps, the layer:", states[2].round(4))

# %%
# How many parameters?
# --------------------
#
# The kernel has a weight for each feature and unit, the recurrent kernel one for each
# pair of units, and the bias one for each unit. The number of steps does not occur.
counted = features * units + units * units + units
print(f"{counted} by hand, {model.count_params()} in the model")

# %%
# Try it yourself
# ---------------
#
# Set ``recurrent_kernel`` to zero with ``model.set_weights`` and draw the states again.
# What happens to the echo?
#
# Next: :doc:`03_gradients`, why that echo is hard to train. The derivation of the
# gradients is in :doc:`/cells/simple_rnn`.
