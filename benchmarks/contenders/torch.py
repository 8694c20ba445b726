"""PyTorch: nn.LSTM, nn.GRU and nn.RNN run eagerly, and the cells' equations in a loop under torch.compile."""

from importlib import import_module
from typing import Any

import numpy as np

from ..task import EPSILON, LEARNING_RATE, Array, Task
from .base import Contender

_MODULES = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "RNN"}


class Torch(Contender):
    """The recurrent modules with fused Adam; for streams LSTMCell and the like, which take a third of the time."""

    package = "torch"
    in_curves = True

    def __init__(self) -> None:
        self.torch: Any = import_module("torch")

    def version(self) -> str:
        return f"torch {self.torch.__version__} ({self.torch.get_num_threads()} threads)"

    def build(self, task: Task) -> None:
        self._batch = task.size.N
        self._parameters: list[Any] = []
        self._make(task)
        self._optimizer = self.torch.optim.Adam(
            [one for one in self._parameters if one.requires_grad], lr=LEARNING_RATE, eps=EPSILON, fused=True
        )

    def fit(self, x: Array, y: Array, epochs: int, shuffle: bool) -> float:
        torch = self.torch
        inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
        for _ in range(epochs):
            order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
            total = torch.zeros(())
            for index in order.split(self._batch):
                self._optimizer.zero_grad(set_to_none=True)
                loss = torch.nn.functional.mse_loss(self._forward(inputs[index]), targets[index])
                loss.backward()
                self._optimizer.step()
                total += loss.detach() * len(index)
        return float(total) / len(inputs)

    def predict(self, x: Array) -> Array:
        with self.torch.inference_mode():
            found: Array = self._forward(self.torch.from_numpy(x)).numpy()
            return found

    def start_stream(self) -> None:
        layer = self._layer
        self._cell = getattr(self.torch.nn, f"{type(layer).__name__}Cell")(layer.input_size, layer.hidden_size)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            setattr(self._cell, name, getattr(layer, f"{name}_l0"))
        self._state: Any = None

    def step(self, x: Array) -> Any:
        with self.torch.inference_mode():
            self._state = self._cell(self.torch.from_numpy(x)[None], self._state)
            h = self._state[0] if isinstance(self._state, tuple) else self._state
            return self._dense(h).numpy()

    def roll_out(self, window: Array, steps: int) -> Array:
        torch = self.torch
        with torch.inference_mode():
            values = torch.empty((len(window) + steps, 1))
            values[: len(window)] = torch.from_numpy(window)
            for i in range(steps):
                values[len(window) + i] = self._forward(values[None, i : i + len(window)])[0]
            found: Array = values[len(window) :].numpy()
            return found

    def _make(self, task: Task) -> None:
        """Create the modules and list their parameters."""
        torch, w = self.torch, task.weights
        self._layer = getattr(torch.nn, _MODULES[task.cell])(task.size.D, task.size.H, batch_first=True)
        self._dense = torch.nn.Linear(task.size.H, 1)

        def gates(columns: Array) -> Array:  # Keras's z r h to PyTorch's r z n
            if task.cell != "gru":
                return columns
            z, r, n = np.split(columns, 3, axis=-1)
            return np.concatenate([r, z, n], axis=-1)

        # Only the GRU needs two biases; the second one of the others stays zero.
        two = task.cell == "gru"
        bias = w["bias"] if two else np.stack([w["bias"], np.zeros_like(w["bias"])])
        values = {
            self._layer.weight_ih_l0: gates(w["kernel"]).T,
            self._layer.weight_hh_l0: gates(w["recurrent_kernel"]).T,
            self._layer.bias_ih_l0: gates(bias[0]),
            self._layer.bias_hh_l0: gates(bias[1]),
            self._dense.weight: w["dense_kernel"].T,
            self._dense.bias: w["dense_bias"],
        }
        with torch.no_grad():
            for parameter, value in values.items():
                parameter.copy_(torch.tensor(value))
        self._layer.bias_hh_l0.requires_grad_(two)
        self._parameters = list(values)

    def _forward(self, x: Any) -> Any:
        return self._dense(self._layer(x)[0][:, -1])


class TorchCompile(Torch):
    """The equations in a loop over the steps, compiled by torch.compile.

    torch.compile does not compile nn.LSTM, nn.GRU and nn.RNN, nor a model that contains one.
    """

    package = ""
    kinds = ("train", "predict", "stream")
    in_curves = False
    most_steps = 50  # compiling takes about half a second per step

    def version(self) -> str:
        return f"torch.compile {self.torch.__version__} ({self.torch.get_num_threads()} threads)"

    def _make(self, task: Task) -> None:
        torch = self.torch
        torch._dynamo.reset()  # discard previous models
        tensors = {name: torch.tensor(value, requires_grad=True) for name, value in task.weights.items()}
        self._parameters = list(tensors.values())
        advance = getattr(self, f"_{task.cell}")
        split = {"lstm": 2, "gru": 1, "simple_rnn": 1}[task.cell]

        def through(z: Any, state: Any) -> tuple[Any, Any]:
            for t in range(z.shape[1]):
                state = advance(z[:, t], state, tensors)
            return state[0] @ tensors["dense_kernel"] + tensors["dense_bias"], state

        def products(x: Any) -> Any:
            bias = tensors["bias"]
            return x @ tensors["kernel"] + (bias[0] if task.cell == "gru" else bias)

        def forward(x: Any) -> Any:
            return through(products(x), [x.new_zeros(len(x), task.size.H)] * split)[0]

        def step(x: Any, state: Any) -> tuple[Any, Any]:
            return through(products(x[None, None]), state)

        self._zeros = [torch.zeros(1, task.size.H) for _ in range(split)]
        self._forward = torch.compile(forward, dynamic=False)  # type: ignore[method-assign]
        self._compiled_step = torch.compile(step, dynamic=False)

    def start_stream(self) -> None:
        self._state = self._zeros

    def step(self, x: Array) -> Any:
        with self.torch.inference_mode():
            out, self._state = self._compiled_step(self.torch.from_numpy(x), self._state)
            return out.numpy()

    def _lstm(self, z: Any, state: Any, w: Any) -> list[Any]:
        torch, (h, c) = self.torch, state
        i, f, g, o = (z + h @ w["recurrent_kernel"]).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return [torch.sigmoid(o) * torch.tanh(c), c]

    def _gru(self, a: Any, state: Any, w: Any) -> list[Any]:
        torch, (h,) = self.torch, state
        a_z, a_r, a_g = a.chunk(3, 1)
        u_z, u_r, u_g = (h @ w["recurrent_kernel"] + w["bias"][1]).chunk(3, 1)
        z = torch.sigmoid(a_z + u_z)
        g = torch.tanh(a_g + torch.sigmoid(a_r + u_r) * u_g)
        return [z * h + (1 - z) * g]

    def _simple_rnn(self, z: Any, state: Any, w: Any) -> list[Any]:
        return [self.torch.tanh(z + state[0] @ w["recurrent_kernel"])]
