"""The adding problem (Hochreiter and Schmidhuber 1997): what a gate is good for.

A sequence of 100 random numbers, two of which are marked, one in either half: predict their sum. Predicting the mean,
1, has a mean squared error of 2/12 = 0.167. A network that forgets can do no better; LSTM and GRU learn to keep the two
numbers. Every network sees new samples in every epoch and stops when it has solved the problem (0.005 on samples it was
not trained on), or after the last epoch.

    python examples/adding_problem.py
"""

import argparse
import time

import numpy as np

import fastlstm
from fastlstm import Input, Sequential, layers, optimizers

SOLVED, MEAN_GUESS = 0.005, 1 / 6
CONTENDERS = {
    "LSTM": lambda units: [layers.LSTM(units)],
    "GRU": lambda units: [layers.GRU(units)],
    "SimpleRNN": lambda units: [layers.SimpleRNN(units)],
    "Flatten + Dense": lambda units: [layers.Flatten(), layers.Dense(units, activation="tanh")],
}


def samples(count, steps, rng):
    """Return sequences (count, steps, 2) of numbers and marks, and the sums of the marked numbers (count,)."""
    x = np.zeros((count, steps, 2), np.float32)
    x[:, :, 0] = rng.random((count, steps))
    rows = np.arange(count)
    for first, end in ((0, steps // 2), (steps // 2, steps)):
        x[rows, rng.integers(first, end, count), 1] = 1
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1)


def solve(make, units, steps, epochs, seed):
    """Train until the problem is solved; return the error on new samples, the epochs and the seconds that it took."""
    fastlstm.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = Sequential([Input((steps, 2)), *make(units), layers.Dense(1)])
    model.compile(optimizer=optimizers.Adam(0.01), loss="mse")
    test = samples(2000, steps, np.random.default_rng(10_000 + seed))
    start = time.perf_counter()
    error, epoch = np.inf, 0
    while epoch < epochs and error >= SOLVED:
        model.fit(*samples(2000, steps, rng), verbose=0)
        error = model.evaluate(*test, verbose=0)
        epoch += 1
    return error, epoch, time.perf_counter() - start


def main(arguments=None):
    """Print one line for each network: medians over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=100, help="length of the sequences")
    parser.add_argument("--units", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=80, help="at most, of 2,000 samples each")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a few seconds: shorter sequences, one seed")
    given = parser.parse_args(arguments)
    if given.quick:
        given.steps, given.epochs, given.seeds = 10, 15, 1
    print(f"Adding problem, {given.steps} steps; predicting the mean has an error of {MEAN_GUESS:.3f}\n")
    print(f"{'':18}{'error':>9}{'epochs':>9}{'seconds':>9}   solved")
    errors = {}
    for name, make in CONTENDERS.items():
        runs = [solve(make, given.units, given.steps, given.epochs, seed) for seed in range(given.seeds)]
        error, epochs, seconds = np.median(np.array(runs), axis=0)
        solved = sum(run[0] < 0.01 for run in runs)
        print(f"{name:18}{error:9.4f}{epochs:9.0f}{seconds:9.1f}   {solved} of {len(runs)}")
        errors[name] = float(error)
    return errors


if __name__ == "__main__":
    main()
