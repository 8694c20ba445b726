#!/usr/bin/env python3
"""Time a train step of every cell and option per floating-point operation, to find unexpectedly slow ones.

    python benchmarks/cell_costs.py [--rounds 5] [--json FILE] [--quick]

A train step is one of `Sequential.fit` with mse and Adam, for a recurrent layer and Dense(1). The operations counted
are those of the recurrent layer's products, two for each multiply-add, where x feeds gx of its gate blocks and h gh:

    2 N T H (gx D + gh H)   forward
    2 N T H (gx D + gh H)   gradients of the weights
    2 N T H  gh H           gradient of the previous h (that of x is not needed)

All other costs (activations, equations of the cell, masks, random numbers, Dense, Adam) show as a higher ratio to the
plain LSTM in float32. A ratio may be high only because there are few products; the last column shows this: it is the
time of the layer's activations alone in the forward pass, as a share of the row's time. Masked steps count like all
others. Each row has its own process, and rounds are interleaved.
"""

import argparse
import json
import math
import statistics
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

import fastlstm
from fastlstm import layers
from fastlstm.benchmarks.rounds import Server, in_rounds, median_seconds, serve
from fastlstm.layers.base import Layer


class Size(NamedTuple):
    """Units, rows, steps and features of a batch, and the number of batches of an epoch, which is timed."""

    H: int
    N: int
    T: int
    D: int
    batches: int

    @property
    def title(self) -> str:
        return f"H {self.H}, N {self.N}, T {self.T}, D {self.D}"


class Row(NamedTuple):
    """A recurrent layer, and the upper limit of its ratio."""

    kind: str
    options: Mapping[str, Any] = {}
    dtype: str = "float32"
    masked: bool = False
    both_ways: bool = False
    limit: float = 1.4

    def layer(self, units: int) -> Layer:
        made = getattr(layers, self.kind)(units, dtype=self.dtype, seed=1, **self.options)
        return layers.Bidirectional(made) if self.both_ways else made


SIZES = (Size(32, 32, 20, 1, batches=1024), Size(128, 64, 50, 16, batches=16))
TINY = (Size(4, 2, 3, 1, batches=2), Size(5, 3, 4, 2, batches=2))
LSTM_ACTIVATIONS = ("relu", "hard_sigmoid", "softsign", "sigmoid")
LSTM_RECURRENT_ACTIVATIONS = ("tanh", "relu", "hard_sigmoid", "softsign")
BASE = "LSTM"
ROWS = {
    BASE: Row("LSTM"),
    "LSTM, peephole": Row("LSTM", {"peephole": True}),
    "LSTM, coupled": Row("LSTM", {"coupled": True}),
    "LSTM, coupled and peephole": Row("LSTM", {"coupled": True, "peephole": True}),
    "LSTM, recurrent dropout": Row("LSTM", {"recurrent_dropout": 0.2}),
    "LSTM, dropout": Row("LSTM", {"dropout": 0.2}),
    "LSTM, masks": Row("LSTM", masked=True),
    "LSTM, zoneout": Row("LSTM", {"zoneout": 0.1, "zoneout_cell": 0.1}),
    "LSTM, clip": Row("LSTM", {"clip": 3.0}),
    **{f"LSTM, activation {name}": Row("LSTM", {"activation": name}) for name in LSTM_ACTIVATIONS},
    **{
        f"LSTM, recurrent activation {name}": Row("LSTM", {"recurrent_activation": name})
        for name in LSTM_RECURRENT_ACTIVATIONS
    },
    "GRU": Row("GRU"),
    "GRU, reset before": Row("GRU", {"reset_after": False}),
    "SimpleRNN": Row("SimpleRNN"),
    "minGRU": Row("MinGRU"),
    "minLSTM": Row("MinLSTM"),
    "Bidirectional LSTM": Row("LSTM", both_ways=True),
    "LSTM, float64": Row("LSTM", dtype="float64", limit=2.8),
    "GRU, float64": Row("GRU", dtype="float64", limit=2.8),
}
ACTIVATIONS = "activations"  # the server that times activations alone


class Training:
    """The model of a row at one size, with data for an epoch."""

    def __init__(self, row: Row, size: Size) -> None:
        self.size = size
        rng = np.random.default_rng(1)
        rows = size.N * size.batches
        # Small numbers and small steps of Adam keep activations finite and the weights nearly equal in all rounds.
        self.x = 0.1 * rng.standard_normal((rows, size.T, size.D)).astype(row.dtype)
        self.y = 0.1 * rng.standard_normal((rows, 1)).astype(row.dtype)
        if row.masked:
            self.x[np.arange(size.T) >= rng.integers(1, size.T + 1, (rows, 1))] = 0
        fastlstm.utils.set_random_seed(1)
        self.layer = row.layer(size.H)
        masking = [layers.Masking(dtype=row.dtype)] if row.masked else []
        head = layers.Dense(1, dtype=row.dtype)
        inputs = layers.Input((size.T, size.D), dtype=row.dtype)
        self.model = fastlstm.Sequential([inputs, *masking, self.layer, head])
        self.model.compile(optimizer=fastlstm.optimizers.Adam(learning_rate=1e-6), loss="mse")

    @property
    def directions(self) -> list[layers.Recurrent]:
        if isinstance(self.layer, layers.Bidirectional):
            return [self.layer.forward_layer._as_recurrent(), self.layer.backward_layer._as_recurrent()]
        assert isinstance(self.layer, layers.Recurrent)
        return [self.layer]

    def operations(self) -> int:
        """Return the operations of a step's products; gx D H and gh H H are the sizes of the two kernels."""
        total = 0
        for layer in self.directions:
            assert layer.kernel is not None
            recurrent = 0 if layer.recurrent_kernel is None else layer.recurrent_kernel.size
            total += 2 * self.size.N * self.size.T * (2 * (layer.kernel.size + recurrent) + recurrent)
        return total

    def activations(self) -> dict[str, int]:
        """Return how often a step evaluates each activation: for gates, candidate, and c of an LSTM."""
        found: dict[str, int] = {}
        each = self.size.N * self.size.T * self.size.H
        for layer in self.directions:
            gates, others = len(layer.cell.blocks) - 1, len(layer.cell.states)
            for name, count in ((layer.recurrent_activation, gates), (layer.activation, others)):
                if count and name != "linear":
                    found[name] = found.get(name, 0) + count * each
        return found

    def epoch(self) -> None:
        history = self.model.fit(self.x, self.y, batch_size=self.size.N, epochs=1, verbose=0)
        if not math.isfinite(history.history["loss"][-1]):
            raise ArithmeticError(f"loss: expected a finite number, got {history.history['loss'][-1]}")

    def seconds(self, times: int) -> float:
        """Return the median seconds of a train step over `times` epochs."""
        return median_seconds(self.epoch, times) / self.size.batches


def activation_seconds(name: str, dtype: str, times: int) -> float:
    """Return the seconds per evaluation of an activation on one thread, in a stack of layers with cached data."""
    stack, shape = 32, (1536, 64)
    inputs = layers.Input(shape[1:], dtype=dtype)
    model = fastlstm.Sequential([inputs, *(layers.Activation(name, dtype=dtype) for _ in range(stack))])
    x = np.random.default_rng(1).standard_normal(shape).astype(dtype)
    fastlstm.set_num_threads(1)
    spent = median_seconds(lambda: model.predict(x, batch_size=len(x), verbose=0), times)
    return spent / stack / x.size


def serve_row(name: str, quick: bool) -> None:
    """Serve a row, or the activations: list the workloads, then time those requested."""
    times = 1 if quick else 3
    if name == ACTIVATIONS:
        wanted = dict.fromkeys(
            f"{activation} {row.dtype}" for row in ROWS.values() for activation in Training(row, TINY[0]).activations()
        )

        def seconds_of(workload: str) -> float:
            activation, dtype = workload.split()
            return activation_seconds(activation, dtype, 20 * times)

        serve({"workloads": [*wanted]}, seconds_of)
        return
    found = {size.title: Training(ROWS[name], size) for size in (TINY if quick else SIZES)}
    said = {
        "workloads": [*found],
        "operations": {title: one.operations() for title, one in found.items()},
        "activations": {title: one.activations() for title, one in found.items()},
        "version": f"fastlstm {fastlstm.__version__} ({fastlstm.config.isa()}, {fastlstm.get_num_threads()} threads)",
        "threads": fastlstm.get_num_threads(),
    }
    serve(said, lambda workload: found[workload].seconds(times))


def measure(names: Iterable[str], rounds: int, quick: bool = False) -> dict[str, Any]:
    """Return what each row reports and {workload: {row: seconds of each round}}; `names` includes the plain LSTM."""
    names, options = [*names], ["--quick"] if quick else []
    servers = {name: Server(name, [__file__, "--serve", name, *options]) for name in (*names, ACTIVATIONS)}
    return {
        "said": {name: servers[name].said for name in names},
        "seconds": in_rounds(servers, rounds),
    }


def table(result: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return {size: rows} with name, seconds of a step, operations per second, ratio, limit, share of activations.

    All are medians over the rounds. The ratio compares with the plain LSTM of the same round, because a shared machine
    may offer one core in one round and two in the next.
    """
    said, seconds = result["said"], result["seconds"]
    found: dict[str, list[dict[str, Any]]] = {}
    for title in said[BASE]["workloads"]:
        base = [step / said[BASE]["operations"][title] for step in seconds[title][BASE]]
        found[title] = []
        for name, row in ROWS.items():
            if name not in said:
                continue
            steps, operations = seconds[title][name], said[name]["operations"][title]
            step = statistics.median(steps)
            alone = sum(
                count * statistics.median(seconds[f"{activation} {row.dtype}"][ACTIVATIONS])
                for activation, count in said[name]["activations"][title].items()
            )
            found[title].append(
                {
                    "row": name,
                    "seconds": step,
                    "flops": operations / step,
                    "ratio": statistics.median(s / operations / b for s, b in zip(steps, base, strict=True)),
                    "limit": row.limit,
                    "activations": alone / said[name]["threads"] / step,
                }
            )
    return found


def show(result: dict[str, Any]) -> None:
    """Print the table of each size, and mark rows over their limit."""
    print(result["said"][BASE]["version"])
    for title, rows in table(result).items():
        print(f"\n{title:40}{'µs a step':>10}{'Gflop/s':>9}{'ratio':>7}{'limit':>7}      activations")
        for row in rows:
            over = "over" if row["ratio"] > row["limit"] else ""
            print(
                f"  {row['row']:38}{row['seconds'] * 1e6:10.1f}{row['flops'] / 1e9:9.1f}{row['ratio']:7.2f}"
                f"{row['limit']:7.1f} {over:4}{row['activations']:10.0%}"
            )


def main() -> int:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--quick", action="store_true", help="tiny sizes and one round, as a test")
    parser.add_argument("--serve", choices=[*ROWS, ACTIVATIONS], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve_row(arguments.serve, arguments.quick)
        return 0
    result = measure(ROWS, 1 if arguments.quick else arguments.rounds, arguments.quick)
    show(result)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({**result, "table": table(result)}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
