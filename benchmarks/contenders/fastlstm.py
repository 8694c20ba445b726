"""fastlstm, through its public API."""

from typing import Any

import fastlstm
from fastlstm import layers

from ..task import EPSILON, LEARNING_RATE, Array, Task
from .base import Contender


class Fastlstm(Contender):
    """`fit`, `predict`, `stream` and `forecast`."""

    package = "fastlstm"
    cells = ("lstm", "gru", "simple_rnn", "peephole_lstm")
    in_curves = True

    def version(self) -> str:
        return f"fastlstm {fastlstm.__version__} ({fastlstm.config.isa()}, {fastlstm.get_num_threads()} threads)"

    def build(self, task: Task) -> None:
        size = task.size
        self._batch = size.N
        self._model = fastlstm.Sequential(
            [layers.Input((task.x.shape[1], size.D)), _layer(task.cell, size.H), layers.Dense(1)]
        )
        optimizer = fastlstm.optimizers.Adam(learning_rate=LEARNING_RATE, epsilon=EPSILON)
        self._model.compile(optimizer=optimizer, loss="mse")
        self._model.set_weights(list(task.weights.values()))

    def fit(self, x: Array, y: Array, epochs: int, shuffle: bool) -> float:
        history = self._model.fit(x, y, batch_size=self._batch, epochs=epochs, shuffle=shuffle, verbose=0)
        return float(history.history["loss"][-1])

    def predict(self, x: Array) -> Array:
        outputs: Array = self._model.predict(x, verbose=0)
        return outputs

    def start_stream(self) -> None:
        # Bind the method once, as a tight loop would.
        self.step = self._model.stream().step  # type: ignore[method-assign]

    def roll_out(self, window: Array, steps: int) -> Array:
        return self._model.forecast(window, steps)


def _layer(cell: str, units: int) -> Any:
    if cell == "peephole_lstm":
        return layers.LSTM(units, peephole=True)
    return {"lstm": layers.LSTM, "gru": layers.GRU, "simple_rnn": layers.SimpleRNN}[cell](units)
