r"""
The serial limit
================

A recurrent network reads a hundred inputs one after another: no step can begin before
the one before it is done. More cores do not help with that. This page measures what it
costs, what helps, and what a cell gives up that avoids it.
"""

# %%
# Why steps wait
# --------------
#
# The gates of an LSTM or a GRU at step :math:`t` contain the product :math:`h_{t-1} U`.
# Products with the input, :math:`x_t W`, can be computed for all steps at once, but
# this one needs the result of the step before. A hundred steps are a hundred products
# in a row, whatever the machine.
#
# In a minGRU, gate and candidate are computed from the input alone. What goes from step
# to step is only a weighted mean:
#
# .. math:: h_t = (1 - z_t) \odot h_{t-1} + z_t \odot g_t
import time

import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import datasets, layers

cells = {"LSTM": layers.LSTM, "GRU": layers.GRU, "minGRU": layers.MinGRU}
styles = {"LSTM": "o-C0", "GRU": "s--C1", "minGRU": "^:k"}
models = {
    name: fastlstm.Sequential([layers.Input((None, 1)), cell(32), layers.Dense(1)])
    for name, cell in cells.items()
}


def microseconds(model, samples, steps):
    """Return the shortest time of many predictions of `samples` sequences."""
    x = np.zeros((samples, steps, 1), "float32")
    model.predict(x, batch_size=samples, verbose=0)
    times = []
    for _ in range(25):
        start = time.perf_counter()
        model.predict(x, batch_size=samples, verbose=0)
        times.append(time.perf_counter() - start)
    return 1e6 * min(times)


# %%
# Time against length
# -------------------
#
# The first measurement is one sequence of growing length, the second a growing number
# of sequences of a hundred steps.
lengths, batches = [100, 200, 400, 800, 1600, 3200], [1, 4, 16, 64, 256]
of_length = {
    name: [microseconds(model, 1, steps) for steps in lengths]
    for name, model in models.items()
}
of_batch = {
    name: [microseconds(model, n, 100) / n for n in batches]
    for name, model in models.items()
}

print("microseconds for one sequence of so many steps")
print(f"{'':8}", *(f"{steps:7}" for steps in lengths))
for name, times in of_length.items():
    print(f"{name:8}", *(f"{spent:7.0f}" for spent in times))
print("microseconds per sequence of 100 steps, in a batch of so many")
print(f"{'':8}", *(f"{n:7}" for n in batches))
for name, times in of_batch.items():
    print(f"{name:8}", *(f"{spent:7.1f}" for spent in times))

figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.6), layout="constrained")
for name, style in styles.items():
    left.plot(lengths, of_length[name], style, label=name)
    right.plot(batches, of_batch[name], style)
left.set(
    xscale="log", yscale="log", xlabel="steps", ylabel="microseconds for a sequence"
)
right.set(
    xscale="log", xlabel="sequences in a batch", ylabel="microseconds per sequence"
)
left.set_xticks([100, 400, 1600], ["100", "400", "1600"])
right.set_ylim(bottom=0)
right.set_xticks(batches, [str(n) for n in batches])
left.minorticks_off()
right.minorticks_off()
figure.legend(loc="outside upper center", ncols=3, frameon=False)
plt.show()

# %%
# The left picture shows time against length, on logarithmic axes: twice as many steps
# take about twice as long, for every cell. The right picture shows what helps: the
# steps of a sequence have to wait for each other, but the sequences of a batch do not.
# The weights are read once for all of them, and the time per sequence falls. A minGRU
# is faster throughout, since it has no product with the previous state.
#
# A scan
# ------
#
# A weighted mean has one more property. Two steps, :math:`h \to a h + b`, one after the
# other, are again one such step. Neighbouring steps can therefore be joined in pairs,
# these pairs in pairs, and so on. With enough cores, a thousand steps take ten rounds.
# This is called a scan.


def scan(a, b):
    """Return all h(t) = a(t) h(t-1) + b(t) from h(-1) = 0, and the number of rounds."""
    a, b, rounds, distance = a.copy(), b.copy(), 0, 1
    while distance < len(a):
        b[distance:] = b[distance:] + a[distance:] * b[:-distance]
        a[distance:] = a[distance:] * a[:-distance]
        distance, rounds = 2 * distance, rounds + 1
    return b, rounds


rng = np.random.default_rng(0)
z, g = rng.random(1000), rng.normal(size=1000)
joined, rounds = scan(1 - z, z * g)
h, one_by_one = 0.0, []
for z_t, g_t in zip(z, g, strict=True):
    h = (1 - z_t) * h + z_t * g_t
    one_by_one.append(h)
difference = np.abs(joined - one_by_one).max()
print(f"1000 steps in {rounds} rounds, largest difference {difference:.1e}")

# %%
# What such a cell gives up
# -------------------------
#
# A gate that does not see the state cannot act on it. A single minGRU layer cannot
# count, for example. The task is that of the page on :doc:`peepholes <05_peepholes>`:
# was the pause before this spike long or short?
task = {"steps": 60, "shortest": 3, "long": 8, "longest": 13}
x, y = datasets.timed_spikes(20_000, **task, seed=1)
x_test, y_test = datasets.timed_spikes(1000, **task, seed=2)
stacks = {
    "LSTM": [layers.LSTM(8, return_sequences=True)],
    "minGRU": [layers.MinGRU(16, return_sequences=True)],
    "two minGRU": [
        layers.MinGRU(16, return_sequences=True),
        layers.MinGRU(16, return_sequences=True),
    ],
}
errors = {}
for name, stack in stacks.items():
    fastlstm.utils.set_random_seed(0)
    model = fastlstm.Sequential([layers.Input((None, 1)), *stack, layers.Dense(1)])
    model.compile(fastlstm.optimizers.Adam(1e-2), "mse")
    model.fit(x, y, batch_size=16, verbose=0)
    errors[name] = model.evaluate(x_test, y_test, verbose=0) / np.mean(y_test**2)
    print(f"{name:10} error {errors[name]:.4f}, always answering zero 1")

# %%
# The LSTM solves the task, one minGRU layer does not. A second layer sees the states of
# the first one in its gates, and gets further. That is why such layers are stacked.
#
# Try it yourself
# ---------------
#
# Replace the 32 units by 256. Where does the time go now, and how much does a batch
# help?
#
# Next: :doc:`08_sine`, a complete job. The command ``fastlstm limit`` measures all of
# this on your machine, with threads and stacks of layers; :doc:`/serial_limit` explains
# its results. The equations of the minGRU are in :doc:`/cells/min_gru`.
