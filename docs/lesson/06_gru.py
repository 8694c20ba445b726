r"""
From the LSTM to the GRU
========================

The LSTM has four blocks of weights. Can it do with fewer? Two steps lead from it to the
GRU: couple two gates, and then give up the second state. Fewer weights mean less work
at each step, and less to learn.
"""

# %%
# Coupled gates
# -------------
#
# The forget gate decides what is dropped, the input gate what is let in. It is natural
# to let in where something is dropped, and only there: :math:`f_t = 1 - i_t`. One block
# of weights goes away.
#
# .. math:: c_t = (1 - i_t) \odot c_{t-1} + i_t \odot g_t
#
# The cell becomes a weighted mean of what it was and of the candidate. A mean cannot
# leave the range of the candidates, so the cell stays between -1 and 1, while the cell
# of a plain LSTM can count up.
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import analysis, datasets, layers

# %%
# The GRU
# -------
#
# The GRU goes further: its cell is its output. There is one state :math:`h`, an update
# gate :math:`z` that mixes, and a reset gate :math:`r` that decides how much of the old
# state the candidate sees.
#
# .. math::
#
#    h_t &= z_t \odot h_{t-1} + (1 - z_t) \odot g_t \\
#    g_t &= \tanh(x_t W^g + b^g + r_t \odot (h_{t-1} U^g + b'))
#
# This is the coupled LSTM with other letters, :math:`z` for :math:`f`, and without an
# output gate. The GRU of this package, like that of Keras, has a second bias :math:`b'`
# inside the reset gate.
#
# How many parameters?
# --------------------
#
# Each block has a weight for each input, for each unit of the previous state, and a
# bias. The LSTM has four blocks, the coupled one and the GRU have three.
units, steps, features = 16, 40, 2
cells = {
    "LSTM": lambda: layers.LSTM(units, name="LSTM"),
    "LSTM, coupled": lambda: layers.LSTM(units, coupled=True, name="LSTM_coupled"),
    "GRU": lambda: layers.GRU(units, name="GRU"),
}
block = units * (features + units + 1)
for name, cell in cells.items():
    model = fastlstm.Sequential([layers.Input((steps, features)), cell()])
    count = model.count_params()
    print(f"{name:14} {count:5} parameters, {count / block:.2f} blocks of {block}")

# %%
# The GRU has a little more than three blocks: its second bias.
#
# A comparison
# ------------
#
# In the adding problem, each step brings a random number, and two of the numbers are
# marked. The answer is their sum, so the network has to remember. Each sequence is seen
# only once, and all networks see the same ones.
x_test, y_test = datasets.adding_problem(1000, steps, seed=1)
history, models = {}, {}
for name, cell in cells.items():
    fastlstm.utils.set_random_seed(0)
    model = fastlstm.Sequential(
        [layers.Input((steps, features)), cell(), layers.Dense(1)]
    )
    model.compile(fastlstm.optimizers.Adam(1e-2), "mse")
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(20):
        model.fit(*datasets.adding_problem(2000, steps, seed=rng), verbose=0)
        errors.append(model.evaluate(x_test, y_test, verbose=0))
    history[name], models[name] = errors, model
    print(f"{name:14} error {errors[-1]:.4f}")

figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
seen = 2000 * np.arange(1, 21)
for (name, errors), style in zip(
    history.items(), ("o-C0", "s--C1", "^:k"), strict=True
):
    axes.plot(seen, errors, style, label=name)
axes.axhline(1 / 6, color="0.6", label="always the mean")
axes.set(yscale="log", xlabel="sequences seen", ylabel="mean squared error on new ones")
figure.legend(loc="outside upper center", ncols=4, columnspacing=1, frameon=False)
plt.show()

# %%
# The picture shows the error on new sequences while the networks see more and more of
# them; the grey line is the error of always predicting the mean. All three learn the
# task. The two with three blocks need fewer sequences here. On another task, such as
# counting, it can be the other way round.
#
# What coupling does to the cell
# ------------------------------
#
# After training, the gates of the coupled LSTM still have a sum of one, and its cell
# stays in its range. The cell of the plain LSTM need not.
gates = analysis.gates(models["LSTM, coupled"], x_test)["LSTM_coupled"]
together = gates["f"] + gates["i"]
print(f"f + i is between {together.min():.6f} and {together.max():.6f}")
for name in ("LSTM", "LSTM, coupled"):
    (states,) = analysis.states(models[name], x_test).values()
    print(f"{name:14} cell between {states['c'].min():.2f} and {states['c'].max():.2f}")

# %%
# Try it yourself
# ---------------
#
# Make the sequences longer: ``steps = 80``. Which network gives up first?
#
# Next: :doc:`07_serial_limit`, what all of these cells have in common. The equations
# and gradients are in :doc:`/cells/lstm` and :doc:`/cells/gru`.
