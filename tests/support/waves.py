"""A wave around 100, as a series to be forecast."""

import numpy as np


def wave(steps, period=12):
    return 100 + 20 * np.sin(np.arange(steps) * 2 * np.pi / period)
