#!/usr/bin/env python3
"""Time-series regression: predict the next value of a noisy wave from the previous 24.

    python examples/tutorials/time_series_regression.py [--quick]

This tutorial also runs in Keras: only the import lines differ.
"""

import sys

import numpy as np

import fastlstm as keras
from fastlstm import layers

quick = "--quick" in sys.argv
keras.utils.set_random_seed(1)

steps = np.arange(600 if quick else 3000)
noise = np.random.normal(scale=0.1, size=len(steps))
series = (np.sin(steps / 8) + 0.5 * np.sin(steps / 3) + noise).astype("float32")
train, test = series[: len(series) * 4 // 5, None], series[len(series) * 4 // 5 :, None]


def windows(values):
    """Return batches of windows of 24 steps and the values that follow them."""
    return keras.utils.timeseries_dataset_from_array(values[:-1], values[24:], sequence_length=24, batch_size=32)


model = keras.Sequential([layers.Input((24, 1)), layers.LSTM(32), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="mse", metrics=["mae"])
model.summary()
stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
history = model.fit(
    windows(train), validation_data=windows(test), epochs=2 if quick else 30, callbacks=[stopping], verbose=0
)
loss, error = model.evaluate(windows(test), verbose=0)
print(f"epochs {len(history.history['loss'])}")
print(f"test mae {error:.4f}")
print(f"test loss {loss:.4f}")
