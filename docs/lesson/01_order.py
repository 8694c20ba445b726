"""
Order, and what a plain network sees of it
==========================================

In a sequence, the order carries the meaning: a price that rises and one that falls may
pass through the same values. A plain network of Dense layers has no notion of order.
This page shows what that costs, and what a recurrent layer does instead.
"""

# %%
# A task in which only the order matters
# --------------------------------------
#
# Each sequence is noise with two pulses, one upward and one downward, anywhere in it.
# The question is which of them comes first. Sequences of both kinds have the same kind
# of values, so only the order can tell them apart.
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import layers


def which_came_first(samples, steps, seed):
    """Return sequences (samples, steps, 1), and 1 for each in which up comes first."""
    rng = np.random.default_rng(seed)
    x = rng.normal(scale=0.1, size=(samples, steps, 1)).astype("float32")
    up_first = rng.integers(2, size=samples)
    for sequence, up in zip(x, up_first, strict=True):
        first, second = np.sort(rng.choice(steps, 2, replace=False))
        sequence[first] += 1 if up else -1
        sequence[second] -= 1 if up else -1
    return x, up_first


steps = 40
x_test, y_test = which_came_first(2000, steps, seed=1)

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
axes.plot(x_test[np.argmax(y_test)], color="C0", label="up comes first")
axes.plot(x_test[np.argmin(y_test)], "--", color="C1", label="down comes first")
axes.set(xlabel="step", ylabel="value")
figure.legend(loc="outside upper center", ncols=2, frameon=False)
plt.show()

# %%
# The picture shows one sequence of each kind.
#
# Three networks
# --------------
#
# The first network gets a bag of values: the values of each sequence in ascending
# order, so that their order in time is lost. The second gets the whole window, with
# weights of its own for each step. The third is a recurrent layer: it reads one step
# after another with the same weights, and carries a state from step to step.


def dense():
    """Return the hidden layers of a plain network."""
    return [layers.Flatten(), layers.Dense(32, activation="relu")]


def recurrent():
    """Return the hidden layer of a recurrent network."""
    return [layers.LSTM(16)]


networks = {
    "Dense, bag of values": (dense, lambda x: np.sort(x, axis=1)),
    "Dense, whole window": (dense, lambda x: x),
    "LSTM": (recurrent, lambda x: x),
}


def train(hidden, x, y):
    """Return a trained classifier; each gets the same number of training steps."""
    fastlstm.utils.set_random_seed(0)
    model = fastlstm.Sequential(
        [layers.Input(x.shape[1:]), *hidden(), layers.Dense(1, activation="sigmoid")]
    )
    model.compile(
        fastlstm.optimizers.Adam(1e-2), "binary_crossentropy", metrics=["accuracy"]
    )
    model.fit(x, y, epochs=45_000 // len(x), verbose=0)
    return model


# %%
# How many examples does each of them need?
# -----------------------------------------
#
# Each network is trained on more and more sequences, and tested on sequences that it
# has not seen.
sizes = [100, 300, 1000, 3000]
accuracy = {name: [] for name in networks}
for size in sizes:
    x, y = which_came_first(size, steps, seed=2)
    for name, (hidden, view) in networks.items():
        model = train(hidden, view(x), y)
        accuracy[name].append(model.evaluate(view(x_test), y_test, verbose=0)[1])

print(f"{'training sequences':22}", *(f"{size:6}" for size in sizes))
for name, shares in accuracy.items():
    print(f"{name:22}", *(f"{share:6.3f}" for share in shares))

figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
for (name, shares), style in zip(
    accuracy.items(), ("v:k", "s--C1", "o-C0"), strict=True
):
    axes.plot(sizes, shares, style, label=name)
axes.axhline(0.5, color="0.7", linewidth=1, zorder=0)
axes.set(
    xscale="log",
    xlabel="training sequences",
    ylabel="accuracy on new sequences",
    ylim=(0.45, 1.02),
)
axes.set_xticks(sizes, [str(size) for size in sizes])
axes.minorticks_off()
figure.legend(loc="outside upper center", ncols=3, frameon=False)
plt.show()

# %%
# The picture shows the share of right answers. The bag of values stays at one half, the
# grey line, which is guessing. On the whole window, a plain network has to learn
# separately for each step what a pulse is, so it needs many examples. What the LSTM
# learns at one step holds for all of them, so it needs few.
#
# What it costs in parameters
# ---------------------------
#
# The weights of the plain network grow with the length of the window, and it takes no
# other length. Those of the recurrent layer do not depend on the length.
for length in (40, 400, 4000):
    counts = []
    for hidden in (dense, recurrent):
        model = fastlstm.Sequential(
            [layers.Input((length, 1)), *hidden(), layers.Dense(1)]
        )
        counts.append(model.count_params())
    print(f"{length:5} steps: Dense {counts[0]:7,} parameters, LSTM {counts[1]:6,}")

# %%
# Try it yourself
# ---------------
#
# Give the plain network more units in ``dense``. Does it need fewer examples then?
#
# Next: :doc:`02_simple_rnn`, the simplest layer with a state. More about data in
# :doc:`/data`.
