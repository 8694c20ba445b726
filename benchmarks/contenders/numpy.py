"""The plain NumPy of `fastlstm.reference` in float32, which shows the cost of leaving the arithmetic to NumPy."""

from typing import Any

import numpy as np

from ..task import Array, Reference, Task
from .base import Contender, orders


class Numpy(Contender):
    """One call of NumPy per operation."""

    package = "numpy"
    kinds = ("train", "predict", "stream", "roll_out", "import")
    cells = ("lstm", "gru", "simple_rnn", "peephole_lstm")
    most_steps = 100
    most_operations = 2e9

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def version(self) -> str:
        return f"numpy {np.__version__}"

    def build(self, task: Task) -> None:
        self._batch = task.size.N
        self._model = Reference(task.cell, task.weights, "float32")

    def fit(self, x: Array, y: Array, epochs: int, shuffle: bool) -> float:
        for _ in range(epochs):
            batches = orders(len(x), self._batch, shuffle, self._rng)
            losses = [self._model.train(x[index], y[index]) for index in batches]
        return float(np.mean(losses))

    def predict(self, x: Array) -> Array:
        return self._model.forward(x)[0]

    def start_stream(self) -> None:
        self._state: Any = None

    def step(self, x: Array) -> Array:
        out, self._state, _ = self._model.forward(x[None, None], self._state)
        return out

    def roll_out(self, window: Array, steps: int) -> Array:
        return self._model.roll_out(window, steps)
