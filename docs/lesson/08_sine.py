"""
A complete job: the sine and the cosine
=======================================

The wave is the "hello world" of recurrent networks. It has all parts of a real job:
make data, cut it into windows, fit a model, and let it continue the series from its own
output. Each part is one line here, and the next page does the same with measured data.
"""

# %%
# Generate
# --------
#
# ``datasets.sine`` returns positions in radians and the wave there, fifty periods of
# it.
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import datasets, layers, plotting
from fastlstm.forecasting import rmse

axis, values = datasets.sine()
print(f"{len(values)} values from {axis[0]:.1f} to {axis[-1]:.1f}")

# %%
# Cut into windows
# ----------------
#
# The network sees twenty values at a time and predicts the one that follows.
# ``datasets.windows`` returns all windows and their targets.
window = 20
X, y = datasets.windows(values, window)
print("windows", X.shape, "targets", y.shape)

plotting.data_figure(
    axis,
    values,
    window,
    "sin(x)",
    figure=plt.figure(figsize=(7, 5), layout="constrained"),
)
plt.show()

# %%
# The picture shows all of the data, and below its beginning with the first window and
# the value that the network is to predict from it.
#
# Fit
# ---
#
# A layer of 32 units reads the window, and a Dense layer turns its last state into one
# number.
fastlstm.utils.set_random_seed(1)
model = fastlstm.Sequential(
    [layers.Input((window, 1)), layers.LSTM(32), layers.Dense(1)]
)
model.compile(optimizer="adam", loss="mse")
loss = model.fit(X, y, epochs=25, verbose=0).history["loss"]
print(f"loss of the first epoch {loss[0]:.1e}, of the last one {loss[-1]:.1e}")

# %%
# Forecast point by point
# -----------------------
#
# To go further than one step, the prediction becomes the newest value of the window,
# and the oldest one leaves it. From twenty true values on, the network sees nothing but
# its own output.
truth = np.sin(np.arange(0, 10 * np.pi, 0.1))
steps = len(truth) - window

newest = truth[:window].astype("float32")
by_hand = []
for _ in range(steps):
    prediction = model.predict(newest[None, :, None], verbose=0)[0, 0]
    by_hand.append(prediction)
    newest = np.append(newest[1:], prediction)

# %%
# ``model.forecast`` is this loop in compiled code, with the same bits.
forecast = model.forecast(truth[:window].astype("float32"), steps)
print("same bits:", bool((forecast == np.array(by_hand)).all()))
error = rmse(truth[window:], forecast)
print(f"RMSE over {steps} steps {error:.4f}, of always predicting 0 {np.sqrt(0.5):.4f}")

figure = plt.figure(figsize=(7, 4), layout="constrained")
plotting.wave_forecast_figure(
    np.arange(0, 10 * np.pi, 0.1), truth, forecast, "sin(x)", figure=figure
)
figure.axes[0].set_title("Forecast of five periods from one window", loc="left")
plt.show()

# %%
# The picture shows the forecast on top of the wave. Errors add up in such a roll-out,
# since each prediction is built on the ones before it; the further it goes, the more it
# can drift.
#
# The cosine
# ----------
#
# A cosine is a sine that begins elsewhere. The network has seen windows from every part
# of the wave, so it continues a cosine without any new training, given a first window
# of the cosine.
cosine = np.cos(np.arange(0, 10 * np.pi, 0.1))
continued = model.forecast(cosine[:window], steps)
print(f"cosine: RMSE {rmse(cosine[window:], continued):.4f}")

# %%
# A wave of another frequency is something else: the network has never seen such a
# window, and its forecast goes astray.
faster = np.sin(1.5 * np.arange(0, 10 * np.pi, 0.1))
continued = model.forecast(faster[:window], steps)
print(f"faster wave: RMSE {rmse(faster[window:], continued):.4f}")

# %%
# On the command line
# -------------------
#
# ``fastlstm sine`` does all of this and saves the pictures; ``fastlstm sine --wave
# cos`` does it for the cosine.
#
# Try it yourself
# ---------------
#
# Make the window shorter, five values. How long does the forecast stay on the wave?
#
# Next: :doc:`09_sunspots`, a series from nature. More about windows is in :doc:`/data`,
# and about roll-outs in :doc:`/forecasting`.
