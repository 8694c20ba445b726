"""Frequencies of random draws."""

import numpy as np


def ones(*shape):
    return np.ones(shape, np.float64)


def within(found, rate, draws):
    """Whether a frequency is within five standard deviations of a probability."""
    return abs(found - rate) < 5 * np.sqrt(rate * (1 - rate) / draws)
