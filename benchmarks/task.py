"""What all contenders of a workload share: data, initial weights, and the expected results in float64.

The expected results are those of `fastlstm.reference`. A contender is checked against them before it is timed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import reference
from .workloads import ROLL_OUT_STEPS, Size, Workload

LEARNING_RATE = 1e-3
EPSILON = 1e-10  # small enough not to matter whether it is added before or after Adam's bias correction
CHECKED_STEPS = 4
STREAM_STEPS = 20

Array = NDArray[Any]


@dataclass(frozen=True)
class Task:
    """The data and weights of a workload in float32, the same every time.

    Attributes
    ----------
    cell : str
        A name in `workloads.GATES`.
    size : Size
        Size of a batch.
    x, y : ndarray (rows, T, D), (rows, 1)
        Several batches for training, else one; the steps of a stream are along T.
    weights : dict
        Weights of the layer, then 'dense_kernel' and 'dense_bias', in Keras's layouts and order.
    """

    cell: str
    size: Size
    x: Array
    y: Array
    weights: dict[str, Array]

    @property
    def batches(self) -> int:
        """Number of batches in x."""
        return len(self.x) // self.size.N


def make_task(kind: str, cell: str, size: Size) -> Task:
    """Return the task of a workload."""
    rng = np.random.default_rng([size.H, size.N, size.T, size.D])
    rows = size.N * (_batches(Workload(kind, cell, size, 1)) if kind == "train" else 1)
    steps = STREAM_STEPS if kind == "stream" else size.T
    x = rng.standard_normal((rows, steps, size.D), np.float32)
    y = rng.standard_normal((rows, 1), np.float32)
    return Task(cell, size, x, y, make_weights(cell, size, rng))


def make_weights(cell: str, size: Size, rng: np.random.Generator) -> dict[str, Array]:
    """Return random weights that keep states changing, with different gates, biases and peepholes."""

    def uniform(shape: tuple[int, ...], limit: float) -> Array:
        return rng.uniform(-limit, limit, size=shape).astype(np.float32)

    shapes: dict[str, tuple[int, ...]] = reference.CELLS[cell].shapes(size.D, size.H)
    shapes |= {"dense_kernel": (size.H, 1), "dense_bias": (1,)}
    small = ("bias", "dense_bias", "peephole")
    return {name: uniform(shape, 0.3 if name in small else (3 / shape[0]) ** 0.5) for name, shape in shapes.items()}


def _batches(workload: Workload) -> int:
    """Return the number of batches of an epoch: more if they are small, so that fixed costs of `fit` weigh as usual."""
    assert workload.size is not None
    assert workload.operations is not None
    return int(np.clip(min(2e9 / workload.operations, 8000 / workload.size.T), 4, 128))


class Reference:
    """The model in plain NumPy, in any dtype: the oracle in float64, a contender in float32."""

    def __init__(self, cell: str, weights: Mapping[str, Array], dtype: str) -> None:
        self._cell = reference.CELLS[cell]
        self._weights = {name: value.astype(dtype) for name, value in weights.items()}
        self._slots: dict[str, reference.AdamSlots | None] = dict.fromkeys(weights)

    def forward(self, x: Array, state: Any = None) -> tuple[Array, Any, Any]:
        """Return the output (N, 1), the states after the last step, and what `train` needs."""
        w = self._weights
        h, states, saved = self._cell.forward(x, *(w[name] for name in self._cell.weights), initial_state=state)
        out, dense = reference.dense_forward(h[:, -1], w["dense_kernel"], w["dense_bias"])
        return out, states, (h, saved, dense)

    def train(self, x: Array, y: Array) -> float:
        """Make a step of Adam on a batch; return the loss before it."""
        out, _, (h, saved, dense) = self.forward(x)
        loss, d_out = reference.mean_squared_error(y, out)
        through = reference.dense_backward(dense, d_out)
        d_h = np.zeros_like(h)
        d_h[:, -1] = through.x
        back = self._cell.backward(saved, d_h)
        gradients = {name: getattr(back, name) for name in self._cell.weights}
        gradients |= {"dense_kernel": through.kernel, "dense_bias": through.bias}
        for name, gradient in gradients.items():
            self._weights[name], self._slots[name] = reference.adam_step(
                self._weights[name], gradient, self._slots[name], learning_rate=LEARNING_RATE, epsilon=EPSILON
            )
        return float(loss)

    def roll_out(self, window: Array, steps: int) -> Array:
        """Return the `steps` values (steps, 1) that follow a window (T, 1)."""
        values = np.concatenate([window, np.zeros((steps, 1), window.dtype)])
        for i in range(steps):
            values[len(window) + i] = self.forward(values[None, i : i + len(window)])[0][0]
        return values[len(window) :]


@cache
def expected(kind: str, cell: str, size: Size) -> list[float]:
    """Return the expected results: losses of the first steps, predictions, outputs of a stream, or a roll-out."""
    task = make_task(kind, cell, size)
    model = Reference(cell, task.weights, "float64")
    x, y = task.x.astype(np.float64), task.y.astype(np.float64)
    if kind == "train":
        return [model.train(x[: size.N], y[: size.N]) for _ in range(CHECKED_STEPS)]
    if kind == "roll_out":
        found = model.roll_out(x[0], ROLL_OUT_STEPS)
    elif kind == "stream":
        found = np.concatenate([model.forward(x[:, : t + 1])[0] for t in range(STREAM_STEPS)])
    else:
        found = model.forward(x)[0]
    return [float(value) for value in found[:, 0]]


def answers(contender: Any, kind: str, task: Task) -> list[float]:
    """Return the results of a contender that has built the model of the task."""
    rows = task.size.N
    if kind == "train":  # the same batch repeatedly, with the call that is timed
        return [float(contender.fit(task.x[:rows], task.y[:rows], 1, False)) for _ in range(CHECKED_STEPS)]
    if kind == "roll_out":
        found = contender.roll_out(task.x[0], ROLL_OUT_STEPS)
    elif kind == "stream":
        contender.start_stream()
        found = np.concatenate([np.array(contender.step(step)).reshape(1, 1) for step in task.x[0]])
    else:
        found = contender.predict(task.x)
    expected_rows = {"roll_out": ROLL_OUT_STEPS, "stream": STREAM_STEPS}.get(kind, rows)
    if np.shape(found) != (expected_rows, 1):
        raise ValueError(f"answer: expected shape {(expected_rows, 1)}, got {np.shape(found)}")
    return [float(value) for value in np.asarray(found)[:, 0]]


def require_right(kind: str, found: list[float], right: list[float]) -> None:
    """Raise ValueError unless the results of a contender are right within the rounding of float32.

    In training, the change of the loss over the steps must be right as well, which checks the steps of Adam.
    """
    got, wanted = np.array(found), np.array(right)
    _require_close("answer", got, wanted, 2e-5)
    if kind == "train":
        _require_close("change of the loss", got - got[0], wanted - wanted[0], 1e-3)


def _require_close(name: str, got: Array, wanted: Array, tolerance: float) -> None:
    """Raise ValueError if a difference exceeds this fraction of the largest expected value."""
    error = np.abs(got - wanted).max() / np.abs(wanted).max()
    if not error <= tolerance:
        raise ValueError(f"{name}: expected the float64 reference's up to {tolerance:.3%}, got an error of {error:.3%}")
