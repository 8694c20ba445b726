r"""
Peepholes: gates that see the cell
==================================

Sometimes the information is in the time between two events: a rhythm, a heartbeat, the
pause between two words. A network has to count for that, and it has to know its own
count. The gates of a plain LSTM cannot see the cell in which the count is; peephole
connections let them.
"""

# %%
# Long or short?
# --------------
#
# The input is zero except for spikes at random distances. At each spike, the target is
# one if the pause before it was long, at least eight steps, and zero if it was shorter.
# Between spikes the target is zero as well, so the network must not show what it
# counts.
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import analysis, datasets, initializers, layers

task = {"steps": 60, "shortest": 3, "long": 8, "longest": 13}
x_test, y_test = datasets.timed_spikes(1000, **task, seed=100)

# %%
# A counter that hides its count has its output gate shut. Then :math:`h = o \odot
# \tanh(c)` is near zero, and the gates, which see only :math:`h` and the input, are
# blind. With peepholes, each gate sees the cell of its own unit:
#
# .. math::
#
#    i_t &= \sigma(\ldots + p^i \odot c_{t-1}) \\
#    f_t &= \sigma(\ldots + p^f \odot c_{t-1}) \\
#    o_t &= \sigma(\ldots + p^o \odot c_t)
#
# That is one more weight per gate and unit. To see the difference, take a small
# network: two units.
cells = {
    "plain": {},
    "peepholes": {
        "peephole": True,
        "peephole_initializer": initializers.RandomNormal(stddev=0.3),
    },
}


def train(options, seed):
    """Return a network with two units, which has seen each sequence once."""
    fastlstm.utils.set_random_seed(seed)
    lstm = layers.LSTM(2, return_sequences=True, name="lstm", **options)
    model = fastlstm.Sequential([layers.Input((None, 1)), lstm, layers.Dense(1)])
    model.compile("adam", "mse")
    rng = np.random.default_rng(seed)
    for learning_rate, count in ((1e-2, 24_000), (3e-3, 12_000), (1e-3, 8_000)):
        model.optimizer.learning_rate = learning_rate
        model.fit(
            *datasets.timed_spikes(count, **task, seed=rng),
            batch_size=16,
            epochs=1,
            verbose=0,
        )
    return model


models = {
    name: [train(options, seed) for seed in range(3)] for name, options in cells.items()
}
errors = {
    name: [
        model.evaluate(x_test, y_test, verbose=0) / np.mean(y_test**2)
        for model in trained
    ]
    for name, trained in models.items()
}
print(f"{'':10} parameters   median error   of each network")
for name, found in errors.items():
    each = ", ".join(f"{error:.4f}" for error in found)
    parameters = models[name][0].count_params()
    print(f"{name:10} {parameters:10}   {np.median(found):12.4f}   {each}")

# %%
# The table shows the squared error of three networks of each kind, which began with
# different random weights; always answering zero would be an error of one. With
# peepholes, the median is smaller.
#
# The counter
# -----------
#
# What has the network with peepholes found? The cell of a unit shows it.
model = models["peepholes"][0]
sequence = x_test[:1]
cell, output_gate = (
    analysis.states(model, sequence)["lstm"]["c"][0],
    analysis.gates(model, sequence)["lstm"]["o"][0],
)

figure, panels = plt.subplots(
    3, sharex=True, figsize=(7, 6), height_ratios=(1, 1.5, 1.5), layout="constrained"
)
panels[0].plot(y_test[0, :, 0], "xk", label="target")
panels[0].plot(
    model.predict(sequence, verbose=0)[0, :, 0], color="#009e73", label="answer"
)
for unit, style in enumerate(("-C0", "--C1")):
    panels[1].plot(cell[:, unit], style, label=f"unit {unit + 1}")
    panels[2].plot(output_gate[:, unit], style)
for axes, label in zip(panels, ("answer", "cell", "output gate"), strict=True):
    axes.set_ylabel(label)
    for spike in np.flatnonzero(sequence):
        axes.axvline(spike, color="0.85", zorder=0)
panels[2].set_xlabel("step")
figure.legend(loc="outside upper center", ncols=4, frameon=False)
plt.show()

# %%
# The picture shows one sequence; the grey lines are its spikes. Between spikes, a cell
# moves steadily, like the hand of a stopwatch, and a spike sets it back. The unit that
# gives the answer opens its output gate when the answer is due.
#
# Try it yourself
# ---------------
#
# Give both networks four units. What happens to the two errors?
#
# Next: :doc:`06_gru`, an LSTM with fewer gates. The equations are in
# :doc:`/cells/lstm`, and the whole experiment is in :doc:`/examples`.
