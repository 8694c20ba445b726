"""What the tests of the NumPy reference share: finite differences, and random arguments for every cell and option."""

import numpy as np

from fastlstm.reference import CELLS

# Those that let their activation be chosen, and those that have another for their gates.
WITH_ACTIVATION = [name for name in CELLS if not name.startswith("min_")]
WITH_GATES = [name for name in WITH_ACTIVATION if name != "simple_rnn"]

# All valid, right-padded, left-padded, gaps, nothing valid.
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0]], bool)
SHAPE = (*MASK.shape, 2, 3)  # N, T, D, H

STEP = 1e-5  # of finite differences


def finite_differences(function, array):
    """Central differences of a scalar function of one array, which is restored."""
    gradient = np.empty_like(array)
    for position in np.ndindex(array.shape):
        value = array[position]
        array[position] = value + STEP
        above = function()
        array[position] = value - STEP
        below = function()
        array[position] = value
        gradient[position] = (above - below) / (2 * STEP)
    return gradient


def assert_close(actual, expected, tolerance, noise=0.0):
    """Largest difference, relative to the largest expected value, which is itself known up to some noise."""
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max(initial=0) <= tolerance * np.abs(expected).max(initial=0) + noise


class Run:
    """A cell with random arguments, in float64 unless said otherwise."""

    def __init__(self, rng, name, shape, scale=0.5, dtype="float64"):
        samples, steps, features, units = shape
        self.cell = CELLS[name]

        def normal(*shape):
            return rng.normal(size=shape).astype(dtype)

        self.x = normal(samples, steps, features)
        shapes = self.cell.shapes(features, units)
        self.weights = {key: np.asarray(normal(*shape) * scale, dtype) for key, shape in shapes.items()}
        self.initial_state = tuple(normal(samples, units) for _ in self.cell.states)

    def forward(self, **options):
        """Return outputs, states and saved, from the initial state."""
        return self.cell.forward(self.x, **self.weights, initial_state=self.initial_state, **options)

    def variables(self):
        """Name and array of everything that has a gradient."""
        states = {f"initial_{name}": state for name, state in zip(self.cell.states, self.initial_state, strict=True)}
        return {"x": self.x, **self.weights, **states}

    def check_gradients(self, rng, **options):
        """Compare all gradients of a random function of outputs and states with finite differences."""
        outputs, states, saved = self.forward(**options)
        weights = [rng.normal(size=value.shape) for value in (outputs, *states)]

        def loss():
            outputs, states, _ = self.forward(**options)
            return sum(np.sum(value * weight) for value, weight in zip((outputs, *states), weights, strict=True))

        gradients = self.cell.backward(saved, weights[0], weights[1:])
        noise = 10 * np.finfo(np.float64).eps * max(1, abs(loss())) / STEP  # rounding of the loss, in a difference
        for name, variable in self.variables().items():
            assert_close(getattr(gradients, name), finite_differences(loss, variable), 1e-7, noise)


def zoneout_of(rng, name):
    """An array of zeros and ones as in training, and where there is a c, a number for it."""
    keep_h = (rng.random((MASK.shape[1], MASK.shape[0], 3)) < 0.4).astype(np.float64)
    return (keep_h, 0.3)[: len(CELLS[name].states)]


def recurrent_mask_of(rng):
    return (rng.random((MASK.shape[0], 3)) < 0.7) / 0.7


# Name to a function giving keyword options for `SHAPE` and a cell.
OPTIONS = {
    "none": lambda rng, name: {},
    "mask": lambda rng, name: {"mask": MASK},
    "clip": lambda rng, name: {"clip": 0.4},
    "go_backwards": lambda rng, name: {"go_backwards": True},
    "recurrent_mask": lambda rng, name: {"recurrent_mask": recurrent_mask_of(rng)},
    "zoneout": lambda rng, name: {"zoneout": zoneout_of(rng, name)},
    "zoneout_by_unit": lambda rng, name: {"zoneout": [rng.random(3) for _ in CELLS[name].states]},
    "all": lambda rng, name: {
        "mask": MASK,
        "clip": 0.6,
        "go_backwards": True,
        "recurrent_mask": recurrent_mask_of(rng),
        "zoneout": zoneout_of(rng, name),
    },
}
