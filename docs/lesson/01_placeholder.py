"""
A wave
======

The chapters are being written; this one draws a wave.
"""

import matplotlib.pyplot as plt

import fastlstm

axis, values = fastlstm.datasets.sine()
_, ax = plt.subplots()
ax.plot(axis, values, label="wave")
ax.set(xlabel="time", ylabel="value", title="A sine wave")
ax.legend()
