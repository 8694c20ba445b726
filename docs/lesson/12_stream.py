"""
A live signal as a stream
=========================

A machine that is watched does not deliver finished sequences. A value arrives, and an
answer is due before the next one does. A stream runs a model one step at a time and
keeps its state, so that each value costs one step, however long the signal has been
running.
"""

# %%
# A machine
# ---------
#
# The signal is the vibration of a wheel that turns at a given speed, in radians per
# step, with some noise. The first signal is calm and serves for training.
import time

import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import layers


def vibration(speed, seed):
    """Return the signal of a wheel with these speeds (steps,)."""
    angle = np.cumsum(speed)
    noise = np.random.default_rng(seed).normal(scale=0.03, size=len(speed))
    return (np.sin(angle) + 0.5 * np.sin(2 * angle + 1) + noise).astype("float32")


calm = vibration(np.full(6000, 0.3), seed=0)

# %%
# Train to predict the next value
# -------------------------------
#
# At every step, the model answers with what it expects next. It is trained on pieces of
# 200 steps; the targets are the same values, one step later.
length = 200
starts = range(0, len(calm) - length, 50)
x = np.stack([calm[start : start + length] for start in starts])[:, :, None]
y = np.stack([calm[start + 1 : start + length + 1] for start in starts])[:, :, None]

fastlstm.utils.set_random_seed(0)
model = fastlstm.Sequential(
    [layers.Input((None, 1)), layers.GRU(24, return_sequences=True), layers.Dense(1)]
)
model.compile(fastlstm.optimizers.Adam(1e-2), "mse")
loss = model.fit(x, y, batch_size=16, epochs=40, verbose=0).history["loss"]
print(f"loss of the first epoch {loss[0]:.4f}, of the last one {loss[-1]:.4f}")

# %%
# Live
# ----
#
# ``stream.step`` takes one value and returns what is expected next; the state stays in
# the stream. A single error may be noise, so the alarm depends on a running mean of the
# errors.


def watch(signal, stream):
    """Return what was expected at each step, and the running mean of the error."""
    expected, surprise = np.zeros(len(signal), "float32"), np.zeros(len(signal))
    expectation = mean = 0.0
    for now, value in enumerate(signal):
        expected[now] = expectation
        mean = 0.9 * mean + 0.1 * abs(value - expectation)
        surprise[now] = mean
        expectation = stream.step([value])[0]
    return expected, surprise


# %%
# Another calm signal says what is normal. The alarm is set to one and a half times its
# largest running mean; the first steps, in which the state settles, do not count.
_, normal = watch(vibration(np.full(3000, 0.3), seed=1), model.stream())
threshold = 1.5 * normal[length:].max()

# %%
# Now to the live signal. From step 300 on, the sensor is stuck for forty steps. From
# step 600 on, the wheel turns faster.
live = vibration(np.repeat([0.3, 0.4], [600, 300]), seed=2)
live[300:340] = live[299]

stream = model.stream()
start = time.perf_counter()
expected, surprise = watch(live, stream)
spent = 1e6 * (time.perf_counter() - start) / len(live)
print(f"{spent:.1f} microseconds for a step, with the loop in Python")
alarms = np.flatnonzero(surprise > threshold)
alarms = alarms[alarms >= length]
for event, step in (("sensor stuck", 300), ("wheel faster", 600)):
    print(f"{event} from step {step}, alarm at step {alarms[alarms >= step][0]}")

figure, (above, below) = plt.subplots(
    2, sharex=True, figsize=(7, 5), layout="constrained"
)
above.plot(live, color="0.4", linewidth=0.8)
above.set_ylabel("signal")
for axes in (above, below):
    axes.axvspan(300, 340, color="C1", alpha=0.25, linewidth=0, label="sensor stuck")
    axes.axvspan(600, 900, color="C0", alpha=0.15, linewidth=0, label="wheel faster")
below.plot(surprise, color="k", linewidth=1, label="running mean of the error")
below.axhline(threshold, color="C3", linestyle="--", label="alarm")
below.set(xlabel="step", ylabel="error")
figure.legend(
    *below.get_legend_handles_labels(),
    loc="outside upper center",
    ncols=4,
    columnspacing=1,
    frameon=False,
)
plt.show()

# %%
# The picture shows the signal above and the error of the prediction below. While all is
# well, the error stays under the dashed line. It rises above it when the sensor is
# stuck and when the wheel turns faster, although no single value of the signal is
# unusual.
#
# The same as at once
# -------------------
#
# Nothing is computed twice, and nothing differs: the answers are those of ``predict``
# for the whole signal, to the last bit.
at_once = model.predict(live[None, :, None], verbose=0)[0, :, 0]
print("same bits as predict:", bool((at_once[:-1] == expected[1:]).all()))

# %%
# Stop and go on
# --------------
#
# ``stream.state`` is all that the stream remembers. Set in another stream, it goes on
# where the first one stopped.
second = model.stream()
second.set_state(stream.state)
print("same next step:", bool(second.step([0.5])[0] == stream.step([0.5])[0]))

# %%
# Try it yourself
# ---------------
#
# Let the wheel turn only very little faster: 0.32 in place of 0.4. Is it noticed, and
# how soon?
#
# Next: :doc:`13_your_own_csv`, a file of your own. How models are saved is described in
# :doc:`/saving`, and what a step costs in :doc:`/performance`.
