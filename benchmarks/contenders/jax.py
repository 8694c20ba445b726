"""JAX: lax.scan over the steps, optax, one jitted call per train step with donated buffers."""

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from ..rounds import cores
from ..task import EPSILON, LEARNING_RATE, Array, Task
from .base import Contender, orders


class Jax(Contender):
    """Compiled functions are reused for tasks of the same shapes."""

    package = "jax"
    in_curves = True

    def __init__(self) -> None:
        jax = self.jax = import_module("jax")
        self.optax: Any = import_module("optax")
        self._rng = np.random.default_rng(0)
        self._optimizer = self.optax.adam(LEARNING_RATE, eps=EPSILON)
        self._jitted_train = jax.jit(self._train, static_argnums=0, donate_argnums=(1, 2))
        self._jitted_forward = jax.jit(self._forward, static_argnums=0)
        self._jitted_step = jax.jit(self._step, static_argnums=0, donate_argnums=2)
        self._jitted_roll_out = jax.jit(self._roll_out, static_argnums=(0, 3))

    def version(self) -> str:
        return f"jax {self.jax.__version__} ({cores()} cores)"

    def build(self, task: Task) -> None:
        self._cell, self._batch, self._units = task.cell, task.size.N, task.size.H
        self._w = {name: self.jax.numpy.asarray(value) for name, value in task.weights.items()}
        self._slots = self._optimizer.init(self._w)

    def fit(self, x: Array, y: Array, epochs: int, shuffle: bool) -> float:
        for _ in range(epochs):
            losses = []
            for index in orders(len(x), self._batch, shuffle, self._rng):
                self._w, self._slots, loss = self._jitted_train(self._cell, self._w, self._slots, x[index], y[index])
                losses.append(loss)
        return float(np.mean(losses))

    def predict(self, x: Array) -> Array:
        return np.asarray(self._jitted_forward(self._cell, self._w, x))

    def start_stream(self) -> None:
        self._state = self._zeros(self._cell, self._w, 1)

    def step(self, x: Array) -> Array:
        out, self._state = self._jitted_step(self._cell, self._w, self._state, x)
        return np.asarray(out)

    def roll_out(self, window: Array, steps: int) -> Array:
        return np.asarray(self._jitted_roll_out(self._cell, self._w, window, steps))

    # Traced -----------------------------------------------------------------------------------------------------

    def _zeros(self, cell: str, w: Any, rows: int) -> tuple[Any, ...]:
        shape = (rows, len(w["recurrent_kernel"]))
        return tuple(self.jax.numpy.zeros(shape) for _ in range(2 if cell == "lstm" else 1))

    def _forward(self, cell: str, w: Any, x: Any) -> Any:
        def step(state: Any, x_t: Any) -> tuple[Any, None]:
            return self._advance(cell, w, state, x_t), None

        state, _ = self.jax.lax.scan(step, self._zeros(cell, w, len(x)), x.swapaxes(0, 1))
        return state[0] @ w["dense_kernel"] + w["dense_bias"]

    def _train(self, cell: str, w: Any, slots: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
        def loss_of(w: Any) -> Any:
            return ((self._forward(cell, w, x) - y) ** 2).mean()

        loss, gradients = self.jax.value_and_grad(loss_of)(w)
        updates, slots = self._optimizer.update(gradients, slots)
        return self.optax.apply_updates(w, updates), slots, loss

    def _step(self, cell: str, w: Any, state: Any, x: Any) -> tuple[Any, Any]:
        state = self._advance(cell, w, state, x[None])
        return state[0] @ w["dense_kernel"] + w["dense_bias"], state

    def _roll_out(self, cell: str, w: Any, window: Any, steps: int) -> Any:
        jnp = self.jax.numpy

        def step(window: Any, _: None) -> tuple[Any, Any]:
            new = self._forward(cell, w, window[None])
            return jnp.concatenate([window[1:], new]), new[0]

        return self.jax.lax.scan(step, window, None, length=steps)[1]

    def _advance(self, cell: str, w: Any, state: Any, x: Any) -> tuple[Any, ...]:
        """Return the states after one step."""
        jnp, sigmoid = self.jax.numpy, self.jax.nn.sigmoid
        split = partial(jnp.split, axis=1)
        h, u = state[0], w["recurrent_kernel"]
        if cell == "gru":
            a_z, a_r, a_g = split(x @ w["kernel"] + w["bias"][0], 3)
            u_z, u_r, u_g = split(h @ u + w["bias"][1], 3)
            z = sigmoid(a_z + u_z)
            return (z * h + (1 - z) * jnp.tanh(a_g + sigmoid(a_r + u_r) * u_g),)
        z = x @ w["kernel"] + h @ u + w["bias"]
        if cell == "simple_rnn":
            return (jnp.tanh(z),)
        i, f, g, o = split(z, 4)
        c = sigmoid(f) * state[1] + sigmoid(i) * jnp.tanh(g)
        return sigmoid(o) * jnp.tanh(c), c
