"""
Sequences of different length
=============================

Words, gestures and visits to a shop do not all last equally long, but arrays are
rectangular. The short sequences are padded, and a mask says which steps count. Done
right, the padding changes nothing, not even the last bit.
"""

# %%
# Gestures
# --------
#
# A hand draws a circle to the left or to the right, or moves to and fro. It does so
# fast or slowly, in 8 to 40 steps, each with a position in the plane.
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import analysis, layers
from fastlstm.datasets import pad_sequences

names = ["left", "right", "to and fro"]


def gesture(kind, rng):
    """Return the positions (steps, 2) of a gesture."""
    angle = np.linspace(0, 2 * np.pi, rng.integers(8, 41)) + rng.uniform(0, 2 * np.pi)
    y = {0: np.sin(angle), 1: -np.sin(angle), 2: np.cos(angle)}[kind]
    return np.stack([np.cos(angle), y], axis=1) + rng.normal(
        scale=0.15, size=(len(angle), 2)
    )


rng = np.random.default_rng(0)
kinds = rng.integers(3, size=1200)
gestures = [gesture(kind, rng) for kind in kinds]

figure, panels = plt.subplots(
    1, 3, figsize=(7, 2.7), sharex=True, sharey=True, layout="constrained"
)
for kind, axes in enumerate(panels):
    positions = gestures[np.argmax(kinds == kind)]
    axes.plot(*positions.T, ".-", color="C0")
    axes.plot(*positions[0], "o", color="C1", label="start")
    axes.set(title=names[kind], xlabel="x", aspect="equal")
panels[0].set_ylabel("y")
figure.legend(
    *axes.get_legend_handles_labels(), loc="outside lower center", frameon=False
)
plt.show()

# %%
# The picture shows one gesture of each kind, with as many points as it has steps.
#
# Pad and mask
# ------------
#
# ``pad_sequences`` makes one array of all of them. The padding value must not occur in
# the data; ``Masking`` tells the layers after it to skip these steps.
padding = -9.0
x = pad_sequences(gestures, dtype="float32", padding="post", value=padding)
print(
    "padded:",
    x.shape,
    "- real steps:",
    f"{sum(map(len, gestures)) / x[:, :, 0].size:.0%}",
)


def build(*first):
    """Return a classifier of gestures that begins with these layers."""
    return fastlstm.Sequential(
        [
            layers.Input((None, 2)),
            *first,
            layers.LSTM(12, name="lstm"),
            layers.Dense(3, activation="softmax"),
        ]
    )


fastlstm.utils.set_random_seed(0)
model = build(layers.Masking(padding))
model.compile(
    fastlstm.optimizers.Adam(1e-2),
    "sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
train, test = slice(900), slice(900, None)
model.fit(x[train], kinds[train], epochs=12, verbose=0)
print(
    f"accuracy on new gestures {model.evaluate(x[test], kinds[test], verbose=0)[1]:.3f}"
)

# %%
# The same result as without padding
# ----------------------------------
#
# Each test gesture alone, at its own length, gives the same numbers as in the padded
# array, to the last bit. Padding in front or more padding makes no difference either.
together = model.predict(x[test], verbose=0)
alone = np.concatenate(
    [model.predict(one[None].astype("float32"), verbose=0) for one in gestures[test]]
)
in_front = pad_sequences(
    gestures[test], maxlen=200, dtype="float32", padding="pre", value=padding
)
print("alone, same bits:              ", bool((together == alone).all()))
print(
    "200 steps, in front, same bits:",
    bool((together == model.predict(in_front, verbose=0)).all()),
)

# %%
# What happens without a mask
# ---------------------------
#
# The same weights without ``Masking`` read the padding as if it were data.
unmasked = build()
unmasked.set_weights(model.get_weights())
answers = unmasked.predict(x[test], verbose=0).argmax(axis=1)
print(f"accuracy without a mask {np.mean(answers == kinds[test]):.3f}")

shortest = min(range(900, 1200), key=lambda number: len(gestures[number]))
figure, panels = plt.subplots(
    2, sharex=True, sharey=True, figsize=(7, 4.5), layout="constrained"
)
for axes, network, label in zip(
    panels, (model, unmasked), ("with a mask", "without a mask"), strict=True
):
    states = analysis.states(network, x[[shortest]])["lstm"]["h"][0]
    axes.axvspan(
        len(gestures[shortest]) - 0.5, len(states) - 0.5, color="0.9", label="padding"
    )
    axes.plot(states, color="C0", linewidth=1)
    axes.set(ylabel="state", title=label)
panels[1].set_xlabel("step")
figure.legend(
    *axes.get_legend_handles_labels(), loc="outside lower center", frameon=False
)
plt.show()

# %%
# The picture shows the twelve states of the layer for the shortest gesture; the grey
# area is its padding. With a mask, the states stay as they are after the last real
# step. Without one they run away, and the answer with them.
#
# A network that is trained without a mask can learn to cope with the padding, but then
# its answers depend on how much of it there is.
#
# Try it yourself
# ---------------
#
# Train ``build()``, without a mask, on the padded gestures, and then test it on those
# padded in front. What happens?
#
# Next: :doc:`12_stream`, a sequence that has no end. More about padding and masks is in
# :doc:`/data`; nine speakers are told apart by their vowels, of different lengths, in
# the :doc:`/examples`.
