"""Keras on each of its backends, with as few calls per workload as its API allows."""

import os
from contextlib import suppress
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

from ..task import EPSILON, LEARNING_RATE, Array, Task
from .base import Contender

_LAYERS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN"}
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}  # Keras loads TensorFlow, if it is installed, with any backend


class Keras(Contender):
    """`fit`, and `predict_on_batch` for everything else.

    A stream is a model with states as inputs and outputs, a roll-out a loop.
    """

    package = "keras"
    backend: ClassVar[str]
    most_steps = 1000  # beyond this, a train step takes up to a second, and tracing it many

    def __init__(self) -> None:
        os.environ.update(self.environment)
        import_module(self.backend)  # so that an error names the backend if it is missing
        self.keras: Any = import_module("keras")
        with suppress(ImportError):
            import_module("absl.logging").set_verbosity("error")

    def version(self) -> str:
        backend: Any = import_module(self.backend)
        return f"keras {self.keras.__version__} on {self.backend} {backend.__version__}"

    def build(self, task: Task) -> None:
        keras, size = self.keras, task.size
        keras.backend.clear_session()
        self._batch = size.N
        self._zeros = [np.zeros((1, size.H), np.float32)] * (2 if task.cell == "lstm" else 1)
        layer = getattr(keras.layers, _LAYERS[task.cell])(size.H, return_state=True)
        dense = keras.layers.Dense(1)
        x = keras.Input((task.x.shape[1], size.D))
        self._model = keras.Model(x, dense(layer(x)[0]))
        self._model.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE, epsilon=EPSILON), loss="mse")
        self._model.set_weights(list(task.weights.values()))
        # A stateful layer does not work: on JAX, its predict_on_batch starts with the same state every time.
        x, states = keras.Input((1, size.D)), [keras.Input((size.H,)) for _ in self._zeros]
        out, *new = layer(x, initial_state=states)
        self._stream = keras.Model([x, *states], [dense(out), *new])

    def fit(self, x: Array, y: Array, epochs: int, shuffle: bool) -> float:
        history = self._model.fit(x, y, batch_size=self._batch, epochs=epochs, shuffle=shuffle, verbose=0)
        return float(history.history["loss"][-1])

    def predict(self, x: Array) -> Any:
        return self._model.predict_on_batch(x)

    def start_stream(self) -> None:
        self._states = self._zeros

    def step(self, x: Array) -> Any:
        out, *self._states = self._stream.predict_on_batch([x[None, None], *self._states])
        return out

    def roll_out(self, window: Array, steps: int) -> Array:
        values = np.concatenate([window, np.zeros((steps, 1), np.float32)])
        for i in range(steps):
            values[len(window) + i] = self._model.predict_on_batch(values[None, i : i + len(window)])[0]
        return values[len(window) :]


class KerasOnTensorFlow(Keras):
    """The default backend."""

    backend = "tensorflow"
    environment: ClassVar[dict[str, str]] = {**_QUIET, "KERAS_BACKEND": backend}


class KerasOnJax(Keras):
    """The fastest backend on a CPU."""

    backend = "jax"
    environment: ClassVar[dict[str, str]] = {**_QUIET, "KERAS_BACKEND": backend}


class KerasOnTorch(Keras):
    """A backend with a call for each operation of each step."""

    backend = "torch"
    environment: ClassVar[dict[str, str]] = {**_QUIET, "KERAS_BACKEND": backend}
    most_steps = 100
