"""The sine job in fastlstm and in its peers. Each class is used in a process of its own.

`losses(steps)` trains the first steps from the given weights, one by one; `epoch()`, `predict(x)`, `predictions` times
in a row, and `roll_out()` are what is timed.
"""

import os
from contextlib import suppress

import numpy as np
from job import BATCH, EPSILON, LEARNING_RATE, STEPS, UNITS, WINDOW, Job


class Fastlstm:
    """Through the public API: `fit` with one epoch a call, `predict`, `forecast`."""

    works = ("train", "predict", "roll-out")
    predictions = 500

    def __init__(self, job: Job) -> None:
        import fastlstm

        self.job = job
        self.model = fastlstm.Sequential(
            [
                fastlstm.Input((WINDOW, 1)),
                fastlstm.layers.LSTM(UNITS),
                fastlstm.layers.Dense(1, activation="tanh"),
            ]
        )
        optimizer = fastlstm.optimizers.Adam(learning_rate=LEARNING_RATE, epsilon=EPSILON)
        self.model.compile(optimizer=optimizer, loss="mse")
        self.model.set_weights(list(job.weights.values()))

    def version(self) -> str:
        import fastlstm

        return f"fastlstm {fastlstm.__version__} ({fastlstm.config.isa()}, {fastlstm.get_num_threads()} threads)"

    def losses(self, steps: int) -> list[float]:
        return [self.model.train_on_batch(*batch) for _, batch in zip(range(steps), self.job.batches(), strict=False)]

    def epoch(self) -> None:
        self.model.fit(self.job.X, self.job.y, batch_size=BATCH, epochs=1, verbose=0)

    def predict(self, x):
        return self.model.predict(x, verbose=0)

    def roll_out(self):
        return self.model.forecast(self.job.window[0], STEPS)


class Torch:
    """nn.LSTM and fused Adam, the loop that a PyTorch user writes."""

    works = ("train", "predict")
    predictions = 500

    def __init__(self, job: Job) -> None:
        import torch

        self.torch, self.job = torch, job
        weights = [torch.tensor(value) for value in job.weights.values()]
        self.lstm = torch.nn.LSTM(1, UNITS, batch_first=True)
        self.dense = torch.nn.Linear(UNITS, 1)
        with torch.no_grad():
            self.lstm.weight_ih_l0.copy_(weights[0].T)
            self.lstm.weight_hh_l0.copy_(weights[1].T)
            self.lstm.bias_ih_l0.copy_(weights[2])
            self.lstm.bias_hh_l0.zero_()
            self.dense.weight.copy_(weights[3].T)
            self.dense.bias.copy_(weights[4])
        # Torch has two biases where the others have one: the second stays zero.
        self.lstm.bias_hh_l0.requires_grad_(False)
        parameters = [p for p in [*self.lstm.parameters(), *self.dense.parameters()] if p.requires_grad]
        self.optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, eps=EPSILON, fused=True)
        self.X, self.y = torch.tensor(job.X), torch.tensor(job.y)

    def version(self) -> str:
        return f"torch {self.torch.__version__} ({self.torch.get_num_threads()} threads)"

    def forward(self, x):
        return self.torch.tanh(self.dense(self.lstm(x)[0][:, -1]))

    def step(self, x, y):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.torch.nn.functional.mse_loss(self.forward(x), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def losses(self, steps: int) -> list[float]:
        tensor = self.torch.tensor
        return [
            self.step(tensor(x), tensor(y)).item() for _, (x, y) in zip(range(steps), self.job.batches(), strict=False)
        ]

    def epoch(self) -> None:
        order = self.torch.randperm(len(self.X))
        for index in order.split(BATCH):
            self.step(self.X[index], self.y[index])

    def predict(self, x):
        with self.torch.inference_mode():
            return self.forward(self.torch.from_numpy(x)).numpy()


class Jax:
    """lax.scan and optax, one jitted step a batch."""

    works = ("train", "predict")
    predictions = 500

    def __init__(self, job: Job) -> None:
        import jax
        import jax.numpy as jnp
        import optax

        self.jax, self.job = jax, job

        def forward(w, x):
            def step(state, x_t):
                h, c = state
                i, f, g, o = jnp.split(x_t @ w["kernel"] + h @ w["recurrent_kernel"] + w["bias"], 4, axis=1)
                c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
                return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

            zero = jnp.zeros((x.shape[0], UNITS))
            (h, _), _ = jax.lax.scan(step, (zero, zero), x.swapaxes(0, 1))
            return jnp.tanh(h @ w["dense_kernel"] + w["dense_bias"])

        # optax adds epsilon to the corrected root, the others here to the uncorrected one: no difference at 1e-7.
        optimizer = optax.adam(LEARNING_RATE, eps=EPSILON)

        def step(w, state, x, y):
            loss, gradients = jax.value_and_grad(lambda w: jnp.mean((forward(w, x) - y) ** 2))(w)
            updates, state = optimizer.update(gradients, state)
            return optax.apply_updates(w, updates), state, loss

        self.step = jax.jit(step, donate_argnums=(0, 1))
        self.forward = jax.jit(forward)
        self.w = {name: jnp.asarray(value) for name, value in job.weights.items()}
        self.state = optimizer.init(self.w)

    def version(self) -> str:
        return f"jax {self.jax.__version__} ({os.cpu_count()} cores)"

    def losses(self, steps: int) -> list[float]:
        losses = []
        for _, (x, y) in zip(range(steps), self.job.batches(), strict=False):
            self.w, self.state, loss = self.step(self.w, self.state, x, y)
            losses.append(float(loss))
        return losses

    def epoch(self) -> None:
        order = np.random.default_rng(0).permutation(len(self.job.X))
        for start in range(0, len(order), BATCH):
            index = order[start : start + BATCH]
            self.w, self.state, loss = self.step(self.w, self.state, self.job.X[index], self.job.y[index])
        loss.block_until_ready()

    def predict(self, x):
        return np.asarray(self.forward(self.w, x))


class KerasOnJax:
    """Keras as its users run it; the roll-out is the loop over `predict`."""

    works = ("train", "predict", "roll-out")
    predictions = 20

    def __init__(self, job: Job) -> None:
        os.environ["KERAS_BACKEND"] = "jax"
        import keras

        self.keras, self.job = keras, job
        self.model = keras.Sequential(
            [keras.Input((WINDOW, 1)), keras.layers.LSTM(UNITS), keras.layers.Dense(1, activation="tanh")]
        )
        self.model.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE, epsilon=EPSILON), loss="mse")
        self.model.set_weights(list(job.weights.values()))

    def version(self) -> str:
        return f"keras {self.keras.__version__} on jax"

    def losses(self, steps: int) -> list[float]:
        # train_on_batch returns a running mean since the last reset.
        losses = []
        for _, (x, y) in zip(range(steps), self.job.batches(), strict=False):
            self.model.reset_metrics()
            losses.append(float(self.model.train_on_batch(x, y)))
        return losses

    def epoch(self) -> None:
        self.model.fit(self.job.X, self.job.y, batch_size=BATCH, epochs=1, verbose=0)

    def predict(self, x):
        return self.model.predict(x, verbose=0)

    def roll_out(self):
        values = self.job.window[0]
        for i in range(STEPS):
            values = np.concatenate([values, self.predict(values[None, i : i + WINDOW])])
        return values[WINDOW:]


class OnnxRuntime:
    """The same network as an ONNX graph with the LSTM operator; prediction only."""

    works = ("predict",)
    predictions = 500

    def __init__(self, job: Job) -> None:
        import onnx
        import onnxruntime
        from onnx import TensorProto, helper, numpy_helper

        self.onnxruntime = onnxruntime

        def gates(columns):  # Keras's i f c o to ONNX's i o f c
            i, f, c, o = np.split(columns, 4, axis=-1)
            return np.concatenate([i, o, f, c], axis=-1)

        w = job.weights
        bias = np.concatenate([gates(w["bias"]), np.zeros(4 * UNITS, np.float32)])[None]
        tensors = {
            "W": gates(w["kernel"]).T[None],
            "R": gates(w["recurrent_kernel"]).T[None],
            "B": bias,
            "K": w["dense_kernel"],
            "b": w["dense_bias"],
            "axis": np.array([0], np.int64),
        }
        nodes = [
            helper.make_node("Transpose", ["x"], ["xt"], perm=[1, 0, 2]),
            helper.make_node("LSTM", ["xt", "W", "R", "B"], ["", "h"], hidden_size=UNITS),
            helper.make_node("Squeeze", ["h", "axis"], ["hs"]),
            helper.make_node("Gemm", ["hs", "K", "b"], ["z"]),
            helper.make_node("Tanh", ["z"], ["y"]),
        ]
        shapes = {"x": ["N", WINDOW, 1], "y": ["N", 1]}
        values = {name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()}
        graph = helper.make_graph(
            nodes,
            "sine",
            [values["x"]],
            [values["y"]],
            [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in tensors.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

    def version(self) -> str:
        return f"onnxruntime {self.onnxruntime.__version__}"

    def predict(self, x):
        return self.session.run(None, {"x": x})[0]


CONTENDERS = {
    "fastlstm": Fastlstm,
    "torch": Torch,
    "jax": Jax,
    "keras-jax": KerasOnJax,
    "onnxruntime": OnnxRuntime,
}


def quiet() -> None:
    """Keep the peers' chatter off the table."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with suppress(ImportError):
        import absl.logging

        absl.logging.set_verbosity("error")
