#!/usr/bin/env python3
"""Time a PyTorch model before and after `fastlstm.integrations.torch.replace`, and show where the time goes.

    python benchmarks/torch_replace.py [--cell LSTM] [--rounds 7] [--json FILE] [--quick]

It times a training step of two recurrent layers and a Linear on the last step, with PyTorch's autograd, Adam and mean
squared error. Each contender has its own process and the better number of PyTorch threads, 1 or 2; rounds are
interleaved. The losses of an epoch are compared before anything is timed. Adam is timed within the steps, the kernels
as the forward and backward pass of the recurrent layers alone.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from fastlstm import datasets
from fastlstm.benchmarks.rounds import Server, in_rounds, median_seconds, seconds, serve

LARGEST_DIFFERENCE = 1e-5  # of the losses of an epoch


class Size(NamedTuple):
    """Units, rows and steps of a batch, and the number of batches of an epoch."""

    H: int
    N: int
    T: int
    batches: int


SIZES = (Size(32, 32, 20, 48), Size(128, 64, 50, 6))
TINY = (Size(4, 8, 5, 3),)
CONTENDERS = {f"{name}, {threads}": (name, threads) for name in ("torch.nn", "fastlstm") for threads in (1, 2)}
PARTS = ("step", "adam", "kernels")


class Training:
    """A PyTorch model in training."""

    def __init__(self, cell: str, size: Size, replaced: bool) -> None:
        import torch

        self.torch, self.size = torch, size
        torch.manual_seed(1)
        self.rnn = getattr(torch.nn, cell)(1, size.H, num_layers=2, batch_first=True)
        self.head = torch.nn.Linear(size.H, 1)
        if replaced:
            from fastlstm.integrations.torch import replace

            replace(self.rnn)
        self.optimizer = torch.optim.Adam([*self.rnn.parameters(), *self.head.parameters()])
        _, values = datasets.sine(stop=50 * np.pi if size.T < 50 else 150 * np.pi)
        x, y = datasets.windows(values, size.T)
        rows = min(len(x), size.N * size.batches)
        self.x = torch.from_numpy(np.ascontiguousarray(x[:rows], np.float32))
        self.y = torch.from_numpy(np.ascontiguousarray(y[:rows, None], np.float32))
        self.adam = 0.0

    def step(self, rows: Any) -> float:
        self.optimizer.zero_grad()
        loss = self.torch.nn.functional.mse_loss(self.head(self.rnn(self.x[rows])[0][:, -1]), self.y[rows])
        loss.backward()
        self.adam += seconds(self.optimizer.step)
        return float(loss.item())

    def epoch(self) -> list[float]:
        self.adam = 0.0
        return [self.step(rows) for rows in self.torch.arange(len(self.x)).split(self.size.N)]

    def recurrent_only(self) -> Callable[[], None]:
        """Return a function that runs the recurrent layers forward and backward on the first batch."""
        x = self.x[: self.size.N]
        if not hasattr(self.rnn, "_networks"):  # torch.nn, through its autograd

            def run() -> None:
                self.rnn(x)[0][:, -1].sum().backward()

            return run
        self.rnn(x)[0].sum().backward()
        loaded = next(one for each in self.rnn._networks._loaded.values() for one in each)
        batch, d_output = x.numpy(), np.zeros((*x.shape[:2], self.size.H), np.float32)
        d_output[:, -1] = 1
        return lambda: loaded.network.backward(loaded.network.forward(batch), d_output)


def serve_contender(name: str, cell: str, quick: bool) -> None:
    """Serve a contender: report the losses of an epoch, then time the requested workloads."""
    import torch

    library, threads = CONTENDERS[name]
    torch.set_num_threads(threads)
    made = {f"{size.H} {size.N} {size.T}": Training(cell, size, library == "fastlstm") for size in _sizes(quick)}
    losses = {title: training.epoch() for title, training in made.items()}
    times = 1 if quick else 3

    def answer(workload: str) -> float:
        title, part = workload.split(", ")
        training = made[title]
        if part == "kernels":
            return median_seconds(training.recurrent_only(), 4 * times)
        if part == "adam":
            found = []
            for _ in range(times):
                steps = len(training.epoch())
                found.append(training.adam / steps)
            return statistics.median(found)
        return median_seconds(training.epoch, times) / len(training.epoch())

    workloads = [f"{title}, {part}" for title in made for part in PARTS]
    serve({"workloads": workloads, "losses": losses, "version": torch.__version__}, answer)


def measure(cell: str, rounds: int, quick: bool) -> dict[str, Any]:
    """Return {workload: {contender: median of the rounds}}.

    Raises
    ------
    RuntimeError
        If the losses of two contenders differ.
    """
    options = ["--cell", cell, *(["--quick"] if quick else [])]
    servers = {name: Server(name, [__file__, "--serve", name, *options]) for name in CONTENDERS}
    first, *others = (server.said["losses"] for server in servers.values())
    for title in first:
        difference = max(float(np.abs(np.subtract(first[title], other[title])).max()) for other in others)
        if difference > LARGEST_DIFFERENCE:
            raise RuntimeError(f"losses at {title}: expected the same up to {LARGEST_DIFFERENCE}, got {difference}")
    times = in_rounds(servers, rounds)
    return {
        workload: {name: statistics.median(each) for name, each in found.items()} for workload, found in times.items()
    }


def show(result: dict[str, Any]) -> None:
    """Print a table for each size, and the speed-up at the better number of threads."""
    for title in dict.fromkeys(workload.split(", ")[0] for workload in result):
        print(f"\nH, N, T: {title}")
        print(f"  {'PyTorch threads':22}{'step':>10}{'Adam':>10}{'recurrence':>12}{'all the rest':>14}")
        steps = result[f"{title}, step"]
        for name, step in steps.items():
            adam, kernels = (result[f"{title}, {part}"][name] for part in ("adam", "kernels"))
            rest = step - adam - kernels
            print(f"  {name:22}{step * 1e6:7.0f} µs{adam * 1e6:7.0f} µs{kernels * 1e6:9.0f} µs{rest * 1e6:11.0f} µs")
        best = {
            library: min(steps[name] for name in steps if name.startswith(library)) for library in ("torch", "fast")
        }
        print(f"  {'at their best':22}{best['torch'] / best['fast']:9.2f} times as fast")


def _sizes(quick: bool) -> tuple[Size, ...]:
    return TINY if quick else SIZES


def main() -> int:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", choices=["LSTM", "GRU", "RNN"], default="LSTM")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--quick", action="store_true", help="a tiny size and one round, as a test")
    parser.add_argument("--serve", choices=[*CONTENDERS], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve_contender(arguments.serve, arguments.cell, arguments.quick)
        return 0
    result = measure(arguments.cell, 1 if arguments.quick else arguments.rounds, arguments.quick)
    show(result)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
