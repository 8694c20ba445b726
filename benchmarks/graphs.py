#!/usr/bin/env python3
"""Time train steps of models with branches, convolutions, pooling and attention, here and in other libraries.

    python benchmarks/graphs.py [--units 32 64] [--rounds 9] [--seconds 0.3] [--threads 2] [--json FILE] [--quick]

The models are written once for this package and Keras, and once each for PyTorch and JAX, as a proficient user of these
libraries would write them. All start with the same weights. The losses of the first steps are compared before anything
is timed. Each contender has its own process, rounds are interleaved, and a step is one of an epoch in batches of 32.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastlstm.benchmarks.processes import only_cores
from fastlstm.benchmarks.rounds import Server, cores, in_rounds, seconds_of_a_call, serve

Array = NDArray[Any]
BATCH, BATCHES = 32, 16
CHECKED_STEPS = 4
LARGEST_DIFFERENCE = 1e-4  # of the losses of the first steps, relative
RATE, EPSILON = 1e-3, 1e-10  # so small that it does not matter where it is added
FILTERS, WIDTH = 32, 5
MODELS = ("cnn_lstm", "bilstm_pooling", "seq2seq_attention", "two_inputs")
INPUTS: dict[str, list[tuple[int, ...]]] = {
    "cnn_lstm": [(100, 4)],
    "bilstm_pooling": [(50, 16)],
    "seq2seq_attention": [(30, 8), (20, 8)],
    "two_inputs": [(50, 8), (6,)],
}
OUTPUTS: dict[str, tuple[int, ...]] = {
    "cnn_lstm": (1,),
    "bilstm_pooling": (1,),
    "seq2seq_attention": (20, 8),
    "two_inputs": (1,),
}


def data(model: str) -> tuple[list[Array], Array]:
    """Return inputs and targets of an epoch."""
    rng = np.random.default_rng(MODELS.index(model))
    rows = BATCH * BATCHES
    x = [rng.standard_normal((rows, *shape), np.float32) for shape in INPUTS[model]]
    y = rng.standard_normal((rows, *OUTPUTS[model]), np.float32)
    return x, (y > 0).astype(np.float32) if model == "bilstm_pooling" else y


def keras_model(keras: Any, model: str, units: int) -> Any:
    """Return a model of Keras or of this package."""
    layers, inputs = keras.layers, [keras.Input(shape) for shape in INPUTS[model]]
    loss = "mse"
    if model == "cnn_lstm":
        x = layers.Conv1D(FILTERS, WIDTH, padding="same", activation="relu")(inputs[0])
        y = layers.Dense(1)(layers.LSTM(units)(layers.MaxPooling1D(2)(x)))
    elif model == "bilstm_pooling":
        x = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(inputs[0])
        y, loss = layers.Dense(1, activation="sigmoid")(layers.GlobalMaxPooling1D()(x)), "binary_crossentropy"
    elif model == "seq2seq_attention":
        encoded, *state = layers.LSTM(units, return_sequences=True, return_state=True)(inputs[0])
        decoded = layers.LSTM(units, return_sequences=True)(inputs[1], initial_state=state)
        attended = layers.Attention()([decoded, encoded])
        y = layers.Dense(8)(layers.Concatenate()([decoded, attended]))
    else:
        both = layers.Concatenate()([layers.LSTM(units)(inputs[0]), layers.Dense(16, activation="relu")(inputs[1])])
        y = layers.Dense(1)(layers.Dense(32, activation="relu")(both))
    made = keras.Model(inputs, y)
    made.compile(optimizer=keras.optimizers.Adam(RATE, epsilon=EPSILON), loss=loss)
    return made


def initial_weights(model: str, units: int) -> list[Array]:
    """Return random weights in the order of Keras."""
    keras: Any = import_module("fastlstm.keras")
    rng = np.random.default_rng(units)
    arrays = keras_model(keras, model, units).get_weights()
    return [rng.uniform(-1, 1, a.shape).astype(np.float32) * (3 / max(a.shape[0], 3)) ** 0.5 * 0.5 for a in arrays]


class Keras:
    """`fit` of Keras on a backend, or of this package."""

    def __init__(self, package: str) -> None:
        self.keras: Any = import_module(package)

    def build(self, model: str, units: int, weights: list[Array]) -> Callable[[list[Array], Array], float]:
        made = keras_model(self.keras, model, units)
        made.set_weights(weights)

        def epoch(x: list[Array], y: Array) -> float:
            history = made.fit(x if len(x) > 1 else x[0], y, batch_size=BATCH, shuffle=False, verbose=0)
            return float(history.history["loss"][-1])

        return epoch


class Torch:
    """Modules and fused Adam."""

    def __init__(self) -> None:
        self.torch: Any = import_module("torch")
        self.torch.set_num_threads(cores())

    def build(self, model: str, units: int, weights: list[Array]) -> Callable[[list[Array], Array], float]:
        torch = self.torch
        nn, functional = torch.nn, torch.nn.functional
        rest = list(weights)

        def lstm(features: int, both: bool = False) -> Any:
            layer = nn.LSTM(features, units, batch_first=True, bidirectional=both)
            for suffix in ("", "_reverse") if both else ("",):
                kernel, recurrent, bias = rest.pop(0), rest.pop(0), rest.pop(0)
                values = {"weight_ih": kernel.T, "weight_hh": recurrent.T, "bias_ih": bias, "bias_hh": 0 * bias}
                for name, value in values.items():
                    getattr(layer, f"{name}_l0{suffix}").data = torch.tensor(np.ascontiguousarray(value))
                getattr(layer, f"bias_hh_l0{suffix}").requires_grad_(False)
            return layer

        def linear(features: int, outputs: int) -> Any:
            layer = nn.Linear(features, outputs)
            layer.weight.data, layer.bias.data = torch.tensor(rest.pop(0).T.copy()), torch.tensor(rest.pop(0))
            return layer

        loss_of = functional.mse_loss
        forward: Callable[..., Any]
        if model == "cnn_lstm":
            conv = nn.Conv1d(4, FILTERS, WIDTH, padding="same")
            conv.weight.data = torch.tensor(rest.pop(0).transpose(2, 1, 0).copy())
            conv.bias.data = torch.tensor(rest.pop(0))
            modules = [conv, lstm(FILTERS), linear(units, 1)]

            def cnn_lstm(x: Any) -> Any:
                found = functional.max_pool1d(torch.relu(conv(x.transpose(1, 2))), 2)
                return modules[2](modules[1](found.transpose(1, 2))[0][:, -1])

            forward = cnn_lstm
        elif model == "bilstm_pooling":
            modules, loss_of = [lstm(16, both=True), linear(2 * units, 1)], functional.binary_cross_entropy

            def bilstm_pooling(x: Any) -> Any:
                return torch.sigmoid(modules[1](modules[0](x)[0].amax(1)))

            forward = bilstm_pooling
        elif model == "seq2seq_attention":
            modules = [lstm(8), lstm(8), linear(2 * units, 8)]

            def seq2seq_attention(x: Any, targets: Any) -> Any:
                encoded, state = modules[0](x)
                decoded, _ = modules[1](targets, state)
                attended = functional.scaled_dot_product_attention(decoded, encoded, encoded, scale=1.0)
                return modules[2](torch.cat([decoded, attended], -1))

            forward = seq2seq_attention
        else:
            modules = [lstm(8), linear(6, 16), linear(units + 16, 32), linear(32, 1)]

            def two_inputs(x: Any, features: Any) -> Any:
                both = torch.cat([modules[0](x)[0][:, -1], torch.relu(modules[1](features))], -1)
                return modules[3](torch.relu(modules[2](both)))

            forward = two_inputs
        parameters = [one for module in modules for one in module.parameters() if one.requires_grad]
        optimizer = torch.optim.Adam(parameters, lr=RATE, eps=EPSILON, fused=True)

        def epoch(x: list[Array], y: Array) -> float:
            inputs, targets = [torch.from_numpy(one) for one in x], torch.from_numpy(y)
            total, batches = torch.zeros(()), range(0, len(y), BATCH)
            for start in batches:
                rows = slice(start, start + BATCH)
                optimizer.zero_grad(set_to_none=True)
                loss = loss_of(forward(*(one[rows] for one in inputs)), targets[rows])
                loss.backward()
                optimizer.step()
                total += loss.detach()
            return float(total) / len(batches)

        return epoch


class Jax:
    """lax.scan over the steps, optax, and one jitted call per step with donated buffers."""

    def __init__(self) -> None:
        self.jax: Any = import_module("jax")
        self.optax: Any = import_module("optax")

    def build(self, model: str, units: int, weights: list[Array]) -> Callable[[list[Array], Array], float]:
        jax, jnp = self.jax, self.jax.numpy
        optimizer = self.optax.adam(RATE, eps=EPSILON)
        w = [jnp.asarray(one) for one in weights]
        slots = optimizer.init(w)

        def lstm(w: Any, x: Any, state: Any = None, reverse: bool = False) -> tuple[Any, Any]:
            """Return h of all steps, and the last states."""
            kernel, recurrent, bias = w
            state = state or (jnp.zeros((len(x), units)),) * 2

            def step(state: Any, z: Any) -> tuple[Any, Any]:
                h, c = state
                i, f, g, o = jnp.split(z + h @ recurrent, 4, axis=1)
                c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
                h = jax.nn.sigmoid(o) * jnp.tanh(c)
                return (h, c), h

            state, h = jax.lax.scan(step, state, (x @ kernel + bias).swapaxes(0, 1), reverse=reverse)
            return h.swapaxes(0, 1), state

        def output(w: Any, x: Any) -> Any:
            if model == "cnn_lstm":
                found = jax.lax.conv_general_dilated(x[0], w[0], (1,), "SAME", dimension_numbers=("NWC", "WIO", "NWC"))
                found = jax.nn.relu(found + w[1])
                found = found.reshape(len(found), -1, 2, FILTERS).max(2)
                return lstm(w[2:5], found)[1][0] @ w[5] + w[6]
            if model == "bilstm_pooling":
                both = jnp.concatenate([lstm(w[:3], x[0])[0], lstm(w[3:6], x[0], reverse=True)[0]], -1)
                return jax.nn.sigmoid(both.max(1) @ w[6] + w[7])
            if model == "seq2seq_attention":
                encoded, state = lstm(w[:3], x[0])
                decoded, _ = lstm(w[3:6], x[1], state)
                shares = jax.nn.softmax(decoded @ encoded.swapaxes(1, 2), axis=-1)
                return jnp.concatenate([decoded, shares @ encoded], -1) @ w[6] + w[7]
            h = lstm(w[:3], x[0])[1][0]
            both = jnp.concatenate([h, jax.nn.relu(x[1] @ w[3] + w[4])], -1)
            return jax.nn.relu(both @ w[5] + w[6]) @ w[7] + w[8]

        def loss_of(w: Any, x: Any, y: Any) -> Any:
            found = output(w, x)
            if model == "bilstm_pooling":
                found = jnp.clip(found, 1e-7, 1 - 1e-7)
                return -(y * jnp.log(found) + (1 - y) * jnp.log(1 - found)).mean()
            return ((found - y) ** 2).mean()

        def train(w: Any, slots: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
            loss, gradients = jax.value_and_grad(loss_of)(w, x, y)
            updates, slots = optimizer.update(gradients, slots)
            return self.optax.apply_updates(w, updates), slots, loss

        jitted = jax.jit(train, donate_argnums=(0, 1))

        def epoch(x: list[Array], y: Array) -> float:
            nonlocal w, slots
            losses = []
            for start in range(0, len(y), BATCH):
                rows = slice(start, start + BATCH)
                w, slots, loss = jitted(w, slots, [one[rows] for one in x], y[rows])
                losses.append(loss)
            return float(np.mean(losses))

        return epoch


CONTENDERS: dict[str, Callable[[], Any]] = {
    "fastlstm": partial(Keras, "fastlstm.keras"),
    "keras on jax": partial(Keras, "keras"),
    "keras on tensorflow": partial(Keras, "keras"),
    "torch": Torch,
    "jax": Jax,
}


def serve_contender(name: str, units: list[int], enough: float) -> None:
    """Serve a contender: report the losses of the first steps of each model, then time a step of the requested one.

    A library that is missing has no models.
    """
    try:
        contender = CONTENDERS[name]()
    except ImportError:
        serve({"workloads": [], "losses": {}}, lambda workload: None)
        return
    epochs, losses = {}, {}
    for model in MODELS:
        for count in units:
            title = f"{model}, H {count}"
            x, y = data(model)
            epoch = contender.build(model, count, initial_weights(model, count))
            losses[title] = [epoch([one[:BATCH] for one in x], y[:BATCH]) for _ in range(CHECKED_STEPS)]
            epochs[title] = partial(epoch, x, y)

    def answer(workload: str) -> float:
        return seconds_of_a_call(epochs[workload], enough) / BATCHES

    serve({"workloads": list(epochs), "losses": losses}, answer)


def measure(units: list[int], rounds: int, enough: float, threads: int) -> dict[str, Any]:
    """Return {model: {contender: seconds of a step in each round}}.

    Raises
    ------
    RuntimeError
        If the losses of two contenders differ.
    """
    options = ["--seconds", str(enough), "--units", *map(str, units)]
    servers = {}
    for name in CONTENDERS:
        os.environ["KERAS_BACKEND"] = name.split()[-1] if name.startswith("keras") else "numpy"
        with only_cores(threads):
            servers[name] = Server(name, [__file__, "--serve", name, *options])
    for title, right in servers["fastlstm"].said["losses"].items():
        for name, server in servers.items():
            found = server.said["losses"].get(title, right)  # of a library that is missing
            difference = float(np.max(np.abs(np.subtract(found, right)) / np.abs(right)))
            if not difference <= LARGEST_DIFFERENCE:
                raise RuntimeError(f"{title}: expected the losses of {name} to be {right}, got {found}")
    return in_rounds(servers, rounds)


def show(result: dict[str, Any]) -> None:
    """Print the median step of each contender, and how many times as fast this package is."""
    print("Median of a train step, and how many times as fast fastlstm is (best fifths in parentheses)")
    for title, found in result.items():
        ours = found["fastlstm"]
        print(f"  {title:24}{statistics.median(ours) * 1e3:8.3f} ms")
        for name, times in found.items():
            if name != "fastlstm":
                ratio, best = statistics.median(times) / statistics.median(ours), _best(times) / _best(ours)
                print(f"    {name:22}{statistics.median(times) * 1e3:8.3f} ms{ratio:8.2f} ({best:.2f})")


def _best(times: list[float]) -> float:
    """Return the mean of the best fifth."""
    return statistics.mean(sorted(times)[: max(1, len(times) // 5)])


def main() -> int:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.3, help="of a turn of one contender with one model")
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--quick", action="store_true", help="tiny models and one round, as a test")
    parser.add_argument("--serve", choices=[*CONTENDERS], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve_contender(arguments.serve, arguments.units, arguments.seconds)
        return 0
    units, rounds, enough = arguments.units, arguments.rounds, arguments.seconds
    if arguments.quick:
        units, rounds, enough = [4], 1, 1e-3
    result = measure(units, rounds, enough, arguments.threads)
    show(result)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
