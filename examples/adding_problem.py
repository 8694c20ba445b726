#!/usr/bin/env python3
"""Adding problem: remember two numbers for up to a hundred steps.

    python examples/adding_problem.py [--length 100] [--seed 0] [--quick]

Each step has a random number from [0, 1] and a marker. The marker is 1 at two steps, one in each half of the sequence,
and 0 elsewhere. The target is the sum of the two marked numbers. Always predicting the mean, 1, gives a mean squared
error of 1/6 = 0.167; a lower error shows that a network remembers something over the unmarked steps in between. The
problem was introduced by Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997, section 5.4;
numbers from [0, 1] and a fixed length follow later work.

All networks see the same sequences, each only once, and are tested on new sequences.
"""

import argparse
import time

import numpy as np

import fastlstm
from fastlstm import datasets, layers

UNITS, BATCH, LEARNING_RATE = 32, 64, 3e-3
ROUNDS, ROUND = 20, 16_000  # number of rounds, new sequences per round
TESTS = 5_000
MEAN_ERROR = 1 / 6  # of predicting 1: twice the variance of a uniform number, 1/12

NETWORKS = {
    "Flatten, Dense": lambda: [layers.Flatten(), layers.Dense(UNITS, activation="relu")],
    "SimpleRNN": lambda: [layers.SimpleRNN(UNITS)],
    "LSTM": lambda: [layers.LSTM(UNITS)],
    "GRU": lambda: [layers.GRU(UNITS)],
    "minLSTM": lambda: [layers.MinLSTM(UNITS)],
    "minLSTM, two": lambda: [layers.MinLSTM(UNITS, return_sequences=True), layers.MinLSTM(UNITS)],
    "minGRU": lambda: [layers.MinGRU(UNITS)],
    "minGRU, two": lambda: [layers.MinGRU(UNITS, return_sequences=True), layers.MinGRU(UNITS)],
}


def train(name: str, length: int, seed: int, rounds: int):
    """Train one network; return its error on new sequences, its number of weights and the training time."""
    fastlstm.utils.set_random_seed(seed)
    model = fastlstm.Sequential([layers.Input((length, 2)), *NETWORKS[name](), layers.Dense(1)])
    model.compile(optimizer=fastlstm.optimizers.Adam(LEARNING_RATE), loss="mse")
    rng = np.random.default_rng(seed)
    start = time.perf_counter()
    for _ in range(rounds):
        model.fit(*datasets.adding_problem(ROUND, length, seed=rng), batch_size=BATCH, epochs=1, verbose=0)
    seconds = time.perf_counter() - start
    x, y = datasets.adding_problem(TESTS, length, seed=[seed, 1])
    return model.evaluate(x, y, verbose=0), model.count_params(), seconds


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--length", type=int, default=100, help="length of the sequences")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="ten steps and one round, as a quick test")
    arguments = parser.parse_args()
    length, rounds = (10, 1) if arguments.quick else (arguments.length, ROUNDS)
    print(f"The adding problem over {length} steps: {rounds * ROUND:,} sequences, {UNITS} units, seed {arguments.seed}")
    print(f"{'network':16}{'weights':>8}{'test MSE':>10}{'seconds':>9}")
    print(f"{'always the mean':16}{0:8}{MEAN_ERROR:10.4f}{0:9.1f}")
    for name in NETWORKS:
        error, weights, seconds = train(name, length, arguments.seed, rounds)
        print(f"{name:16}{weights:8,}{error:10.4f}{seconds:9.1f}", flush=True)


if __name__ == "__main__":
    main()
