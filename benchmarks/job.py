"""The sine job that every contender does: data, starting weights, and the right answers in float64."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastlstm import reference

UNITS, BATCH, WINDOW, STEPS = 32, 32, 20, 295
LEARNING_RATE, EPSILON = 1e-3, 1e-7
WEIGHT_NAMES = ("kernel", "recurrent_kernel", "bias", "dense_kernel", "dense_bias")


@dataclass(frozen=True)
class Job:
    """Windows X (n, 20, 1) and targets y (n, 1) of a sine wave, float32; the weights to start from, Keras's layouts."""

    X: NDArray[np.float32]
    y: NDArray[np.float32]
    weights: dict[str, NDArray[np.float32]]

    @property
    def steps(self) -> int:
        return -(-len(self.X) // BATCH)

    @property
    def window(self) -> NDArray[np.float32]:
        return self.X[:1].copy()

    def batches(self):
        """Yield (X, y) of every batch of an epoch, in order."""
        for start in range(0, len(self.X), BATCH):
            yield self.X[start : start + BATCH], self.y[start : start + BATCH]


def make_job() -> Job:
    """Return the job, the same every time."""
    wave = np.sin(np.arange(-50 * np.pi, 50 * np.pi, 0.1)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(wave[:-1], WINDOW)
    rng = np.random.default_rng(7)

    def uniform(*shape: int) -> NDArray[np.float32]:
        limit = np.sqrt(6 / sum(shape))
        return rng.uniform(-limit, limit, size=shape).astype(np.float32)

    bias = np.zeros(4 * UNITS, np.float32)
    bias[UNITS : 2 * UNITS] = 1
    values = (uniform(1, 4 * UNITS), uniform(UNITS, 4 * UNITS), bias, uniform(UNITS, 1), np.zeros(1, np.float32))
    return Job(windows[..., None].copy(), wave[WINDOW:, None].copy(), dict(zip(WEIGHT_NAMES, values, strict=True)))


def expected_prediction(job: Job, rows: int) -> NDArray[np.float64]:
    """Return the first rows' predictions before training."""
    return _forward(job, {name: value.astype(np.float64) for name, value in job.weights.items()}, rows)[0]


def _forward(job, weights, rows):
    names = WEIGHT_NAMES
    h, _, saved = reference.lstm_forward(job.X[:rows].astype(np.float64), *(weights[name] for name in names[:3]))
    out, dense = reference.dense_forward(h[:, -1], *(weights[name] for name in names[3:]), activation="tanh")
    return out, saved, dense, h


def expected_losses(job: Job, steps: int) -> list[float]:
    """Return the losses of the first steps of training, in float64."""
    weights = {name: value.astype(np.float64) for name, value in job.weights.items()}
    slots: dict[str, reference.AdamSlots | None] = dict.fromkeys(WEIGHT_NAMES)
    losses = []
    for x, y in list(job.batches())[:steps]:
        part = Job(x, y, job.weights)
        out, saved, dense, h = _forward(part, weights, len(x))
        loss, d_out = reference.mean_squared_error(y.astype(np.float64), out)
        through = reference.dense_backward(dense, d_out)
        d_h = np.zeros_like(h)
        d_h[:, -1] = through.x
        back = reference.lstm_backward(saved, d_h)
        gradients = (back.kernel, back.recurrent_kernel, back.bias, through.kernel, through.bias)
        for name, gradient in zip(WEIGHT_NAMES, gradients, strict=True):
            weights[name], slots[name] = reference.adam_step(
                weights[name], gradient, slots[name], learning_rate=LEARNING_RATE, epsilon=EPSILON
            )
        losses.append(float(loss))
    return losses
