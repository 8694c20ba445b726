"""A layer whose gradients are known and do not depend on its weights, for tests of what optimizers make of them.

The loss is the mean absolute error, and every target is far away, so that the slope at each output is a sign that the
target chooses. Inputs are multiples of 2**-10, and so few that no sum of products is rounded, in float32 neither.
"""

import numpy as np

FEATURES, UNITS, ROWS = 80, 64, 4
SHAPES = [(FEATURES, UNITS), (UNITS,)]
"""Of the kernel, which is two of the pieces that norms are summed over, and the bias."""


def batches(rng, steps, dtype):
    """Yield inputs and targets (ROWS, ...), and the gradients of kernel and bias."""
    for _ in range(steps):
        size = 2.0 ** rng.integers(-3, 4)
        x = size * np.round(rng.uniform(-1, 1, (ROWS, FEATURES)) * 2**10) / 2**10
        slope = rng.choice([-1.0, 1.0], (ROWS, UNITS))
        gradients = [x.T @ slope / (ROWS * UNITS), slope.sum(axis=0) / (ROWS * UNITS)]
        yield x.astype(dtype), (-1e6 * slope).astype(dtype), [gradient.astype(dtype) for gradient in gradients]


def initial_weights(rng, dtype):
    return [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
