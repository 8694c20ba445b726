"""The processes behind `questions`: calls that are timed, memory that grows, and results that are compared.

python -m fastlstm.benchmarks.question_servers {times | memory | bits} LIBRARY [ARGUMENT ...]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .rounds import seconds, seconds_of_a_call, serve, wait_for_idle_cores
from .task import make_weights
from .workloads import Size

MODULE = f"{__package__}.question_servers"
WINDOW = Size(32, 1, 20, 1)
SIZES = (Size(32, 32, 20, 1), Size(128, 64, 50, 16))
VARIABLE = (Size(64, 64, 100, 8), Size(64, 16, 1000, 8))
"""T is the number of steps of the longest sequence; the shortest has a tenth of it."""
BITS = Size(64, 32, 50, 8)
BATCHES = 8  # in an epoch
EPOCHS = 5  # before weights are compared
POINTS = 20  # of a forecast

Calls = dict[str, tuple[Callable[[], Any], int]]
"""For each workload a function, and how many of what is timed one call of it does."""

SCRIPT = """
import keras
import numpy as np

wave = np.sin(0.1 * np.arange(3142)).astype("float32")
x = np.lib.stride_tricks.sliding_window_view(wave[:-1], 20)[..., None]
model = keras.Sequential([keras.Input((20, 1)), keras.layers.LSTM(32), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, wave[20:], epochs=10, verbose=0)
model.predict(x, verbose=0)
"""


def train_step(size: Size) -> str:
    """Return the name of the workload of a train step."""
    return f"train {tuple(size)}"


def variable(size: Size) -> str:
    """Return the name of the workload of a train step on sequences of several lengths."""
    return f"variable {tuple(size)}"


def _data(size: Size, batches: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    rows = size.N * batches
    return rng.standard_normal((rows, size.T, size.D), np.float32), rng.standard_normal((rows, 1), np.float32)


def _weights(size: Size) -> list[Any]:
    return list(make_weights("lstm", size, np.random.default_rng(1)).values())


def _variable(size: Size) -> tuple[Any, Any, Any]:
    """Return padded sequences, targets and lengths; the padding is zeros."""
    x, y = _data(size, BATCHES)
    lengths = np.random.default_rng(2).integers(size.T // 10, size.T + 1, len(x))
    lengths[:: size.N] = size.T  # the longest of each batch
    x[np.arange(size.T) >= lengths[:, None]] = 0
    return x, y, lengths


def _loop(predict: Callable[[Any], Any]) -> None:
    """Forecast point by point, as in the loops that people write."""
    window = _data(WINDOW, 1)[0]
    for _ in range(POINTS):
        value = predict(window)
        window = np.concatenate([window[:, 1:], np.reshape(value, (1, 1, 1))], axis=1)


def _built(library: Any, size: Size, *, masked: bool = False) -> Any:
    """Return a compiled model of Keras or of fastlstm: the same calls build both."""
    layers = library.layers
    stack = [layers.Masking(0.0)] if masked else []
    model = library.Sequential([layers.Input((size.T, size.D)), *stack, layers.LSTM(size.H), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    model.set_weights(_weights(size))
    return model


def _stateful(library: Any, batch_size: int | None) -> Any:
    layers = library.layers
    model = library.Sequential(
        [layers.Input(shape=(1, 1), batch_size=batch_size), layers.LSTM(WINDOW.H, stateful=True), layers.Dense(1)]
    )
    model.set_weights(_weights(WINDOW))
    return model


def _calls_of_both(library: Any) -> Calls:
    """Return the workloads that Keras and fastlstm share."""
    model = _built(library, WINDOW)
    online, value = _stateful(library, 1), np.ones((1, 1, 1), np.float32)
    calls: Calls = {
        "loop, predict": (partial(_loop, lambda x: model.predict(x, verbose=0)), POINTS),
        "loop, call": (partial(_loop, model), POINTS),
        "loop, predict_on_batch": (partial(_loop, model.predict_on_batch), POINTS),
        "stateful, predict": (lambda: online.predict(value, verbose=0), 1),
        "stateful, call": (lambda: online(value), 1),
    }
    for size in SIZES:
        x, y = _data(size, BATCHES)
        fit = partial(_built(library, size).fit, x, y, batch_size=size.N, verbose=0)
        calls[train_step(size)] = fit, BATCHES
    return calls


def _keras_calls() -> tuple[Calls, Any]:
    keras = _module("keras")
    import tensorflow as tf

    calls = _calls_of_both(keras)
    compiled = tf.function(_built(keras, WINDOW), reduce_retracing=True)
    trained, value = _stateful(keras, 32), np.ones((1, 1, 1), np.float32)

    def other_batch_size() -> None:
        second = _stateful(keras, 1)
        second.set_weights(trained.get_weights())
        second.predict(value, verbose=0)

    calls["loop, compiled"] = partial(_loop, compiled), POINTS
    calls["other batch size"] = other_batch_size, 1
    return calls, lambda size, x: _built(keras, size).predict(x, verbose=0)


def _fastlstm_calls() -> tuple[Calls, Any]:
    import fastlstm

    calls = _calls_of_both(fastlstm)
    model = _built(fastlstm, WINDOW)
    history, step, value = _data(WINDOW, 1)[0][0], model.stream().step, np.ones(1, np.float32)
    trained, one, many = _stateful(fastlstm, None), np.ones((1, 1, 1), np.float32), np.ones((32, 1, 1), np.float32)

    def other_batch_size() -> None:
        for x in (one, many):
            trained.reset_states()
            trained.predict(x, verbose=0)

    calls["forecast"] = lambda: model.forecast(history, POINTS), POINTS
    calls["stream"] = lambda: step(value), 1
    calls["other batch size"] = other_batch_size, 2
    for size in VARIABLE:
        x, y, _ = _variable(size)
        fit = partial(_built(fastlstm, size, masked=True).fit, x, y, batch_size=size.N, verbose=0)
        calls[variable(size)] = fit, BATCHES
    return calls, lambda size, x: _built(fastlstm, size).predict(x, verbose=0)


def _torch_model(size: Size) -> tuple[Any, Any]:
    import torch

    lstm, head = torch.nn.LSTM(size.D, size.H, batch_first=True), torch.nn.Linear(size.H, 1)
    kernel, recurrent, bias, dense_kernel, dense_bias = map(torch.from_numpy, _weights(size))
    state = {"weight_ih_l0": kernel.T, "weight_hh_l0": recurrent.T, "bias_ih_l0": bias, "bias_hh_l0": 0 * bias}
    lstm.load_state_dict(state)
    head.load_state_dict({"weight": dense_kernel.T, "bias": dense_bias})
    return lstm, head


def _torch_calls(change: Callable[[Any], Any]) -> tuple[Calls, Any]:
    """Return the workloads of PyTorch, with each LSTM as `change` returns it."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence

    def model(size: Size) -> tuple[Any, Any, Any]:
        lstm, head = _torch_model(size)
        lstm = change(lstm)
        return lstm, head, torch.optim.Adam([*lstm.parameters(), *head.parameters()])

    def predict(size: Size) -> Callable[[Any], Any]:
        lstm, head, _ = model(size)

        def run(x: Any) -> Any:
            with torch.inference_mode():
                return head(lstm(torch.from_numpy(x))[0][:, -1]).numpy()

        return run

    def epoch(size: Size, x: Any, y: Any, lengths: Any = None) -> Callable[[], None]:
        lstm, head, optimizer = model(size)
        x, y = torch.from_numpy(x), torch.from_numpy(y)

        def run() -> None:
            for rows in torch.randperm(len(x)).split(size.N):
                optimizer.zero_grad()
                batch = x[rows]
                if lengths is not None:
                    batch = pack_padded_sequence(batch, lengths[rows], batch_first=True, enforce_sorted=False)
                torch.nn.functional.mse_loss(head(lstm(batch)[1][0][-1]), y[rows]).backward()
                optimizer.step()

        return run

    calls: Calls = {"loop, call": (partial(_loop, predict(WINDOW)), POINTS)}
    calls |= {train_step(size): (epoch(size, *_data(size, BATCHES)), BATCHES) for size in SIZES}
    for size in VARIABLE:
        x, y, lengths = _variable(size)
        calls[variable(size) + ", padded"] = epoch(size, x, y), BATCHES
        calls[variable(size) + ", packed"] = epoch(size, x, y, torch.from_numpy(lengths)), BATCHES
    return calls, lambda size, x: predict(size)(x)


def _replaced_calls() -> tuple[Calls, Any]:
    from fastlstm.integrations.torch import replace

    return _torch_calls(replace)


def _script_calls() -> tuple[Calls, None]:
    folder = tempfile.mkdtemp()
    path = Path(folder, "script.py")
    path.write_text(SCRIPT, encoding="utf-8")
    commands = {"script.py": [str(path)], "-m fastlstm.keras script.py": ["-m", "fastlstm.keras", str(path)]}
    calls: Calls = {
        name: (partial(subprocess.run, [sys.executable, *command], check=True, capture_output=True), 1)
        for name, command in commands.items()
    }
    return calls, None


LIBRARIES: dict[str, Callable[[], tuple[Calls, Any]]] = {
    "keras": _keras_calls,
    "torch": partial(_torch_calls, lambda lstm: lstm),
    "replaced": _replaced_calls,
    "fastlstm": _fastlstm_calls,
    "scripts": _script_calls,
}


def serve_times(library: str, threads: int, enough: float, wanted: list[str]) -> None:
    """Serve a library: report the predictions that are to agree with those of others, then time workloads."""
    if library in ("torch", "replaced"):
        import torch

        torch.set_num_threads(threads)
    calls, predict = LIBRARIES[library]()

    def answer(workload: str) -> float:
        call, count = calls[workload]
        if library == "scripts":
            wait_for_idle_cores()
            return seconds(call)
        return seconds_of_a_call(call, enough) / count

    predictions = predict and [_flat(predict(size, _data(size, 1)[0])) for size in (WINDOW, *SIZES)]
    serve({"workloads": [name for name in calls if name in wanted], "predictions": predictions}, answer)


def memory_growth(library: str, how: str, warm_up: int, called: int) -> float:
    """Return by how many megabytes the process grows in 1,000 calls."""
    module: Any = _module(library)

    def make() -> Any:
        layers = module.layers
        return module.Sequential([layers.Input((None, 1)), layers.LSTM(32), layers.Dense(1)])

    model, series = make(), np.zeros((1, 400, 1), np.float32)
    x = series[:, :20]
    call: Callable[[int], Any] = {
        "predict": lambda i: model.predict(x, verbose=0),
        "lengths": lambda i: model.predict(series[:, : 10 + i % 300], verbose=0),
        "predict_on_batch": lambda i: model.predict_on_batch(x),
        "call": lambda i: model(x),
        "models": lambda i: make().predict(x, verbose=0),
    }[how]
    for i in range(warm_up):
        call(i)
    before = _resident_megabytes()
    for i in range(called):
        call(i)
    return (_resident_megabytes() - before) / called * 1000


def _resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def bits(library: str) -> dict[str, list[float]]:
    """Return predictions for 256 windows at once and one by one, and the weights after training, from one seed."""
    x, y = _data(BITS, BATCHES)
    if library == "torch":
        return _bits_of_torch(x, y)
    module: Any = _module(library)
    module.utils.set_random_seed(1)
    layers = module.layers
    model = module.Sequential([layers.Input((BITS.T, BITS.D)), layers.LSTM(BITS.H), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    together = model.predict_on_batch(x)
    alone = [model.predict_on_batch(x[i : i + 1]) for i in range(len(x))]
    model.fit(x, y, batch_size=BITS.N, epochs=EPOCHS, verbose=0)
    return {"together": _flat(together), "alone": _flat(alone), "trained": _flat(*model.get_weights())}


def _bits_of_torch(x: Any, y: Any) -> dict[str, list[float]]:
    import torch

    torch.manual_seed(1)
    lstm, head = torch.nn.LSTM(BITS.D, BITS.H, batch_first=True), torch.nn.Linear(BITS.H, 1)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    with torch.inference_mode():
        together = head(lstm(x)[0][:, -1]).numpy()
        alone = [head(lstm(row[None])[0][:, -1]).numpy() for row in x]
    parameters = [*lstm.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(BITS.N):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(head(lstm(x[rows])[0][:, -1]), y[rows]).backward()
            optimizer.step()
    trained = [parameter.detach().numpy() for parameter in parameters]
    return {"together": _flat(together), "alone": _flat(alone), "trained": _flat(*trained)}


def _flat(*arrays: Any) -> list[float]:
    return [float(value) for array in arrays for value in np.ravel(array)]


def _module(library: str) -> Any:
    if library == "keras":
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import keras

        return keras
    import fastlstm

    return fastlstm


def main() -> None:
    """Run one of the processes."""
    role, library, *arguments = sys.argv[1:]
    if role == "times":
        threads, enough, wanted = map(json.loads, arguments)
        serve_times(library, threads, enough, wanted)
    elif role == "memory":
        how, warm_up, called = arguments[0], int(arguments[1]), int(arguments[2])
        serve({}, lambda _: memory_growth(library, how, warm_up, called))
    else:
        serve({}, lambda _: bits(library))


if __name__ == "__main__":
    main()
