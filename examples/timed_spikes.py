"""Timing spikes: what peepholes are good for (after Gers, Schraudolph and Schmidhuber 2002).

Spikes arrive at random intervals of 5 to 25 steps. At each spike the network is asked whether the interval since the
one before was at least 15 steps, and must say nothing in between. The time that has passed is in the cell state, which
a closed output gate hides from everybody: the gates of a plain LSTM see only h and must leave the gate ajar to tell the
time, those of a peephole LSTM see c. (In the paper's task of measuring delays the network gives the length of the
interval; here it compares it with a threshold, so that a step too many or too few is a whole error.)

Both networks have two units, the same training (8,000 batches of 16 sequences of 100 steps, each new) and are tested on
the same 300 sequences. The error is relative: the mean square of the difference to the target, over that of the target.

    python examples/timed_spikes.py
"""

import argparse
import time

import numpy as np

import fastlstm
from fastlstm import Input, Sequential, initializers, layers, optimizers

STEPS, SHORTEST, THRESHOLD, LONGEST = 100, 5, 15, 25
CELLS = {
    "LSTM": {},
    "LSTM, peephole": {"peephole": True, "peephole_initializer": initializers.RandomNormal(stddev=0.3)},
}


def sequences(count, rng):
    """Return spikes (count, 100, 1), and 1 (count, 100, 1) at those that came after 15 steps or more."""
    spikes = STEPS // SHORTEST + 2
    intervals = rng.integers(SHORTEST, LONGEST + 1, (count, spikes))
    intervals[:, 0] = rng.integers(0, 3, count)  # before the first spike, which is asked nothing
    times = np.cumsum(intervals, axis=1)
    late = intervals >= THRESHOLD
    late[:, 0] = False
    row, spike = np.nonzero(times < STEPS)
    x, y = np.zeros((2, count, STEPS, 1), np.float32)
    x[row, times[row, spike], 0] = 1
    y[row, times[row, spike], 0] = late[row, spike]
    return x, y


def train(options, units, batches, seed):
    """Return the relative error on new sequences, the share of sequences without a mistake, and the seconds."""
    fastlstm.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = Sequential([Input((STEPS, 1)), layers.LSTM(units, return_sequences=True, **options), layers.Dense(1)])
    model.compile(optimizer=optimizers.Adam(), loss="mse")
    start = time.perf_counter()
    for rate in (0.01, 0.01, 0.003, 0.001):
        model.optimizer.learning_rate = rate
        model.fit(*sequences(16 * batches // 4, rng), batch_size=16, shuffle=False, verbose=0)
    seconds = time.perf_counter() - start
    x, y = sequences(300, np.random.default_rng(10**6))
    difference = model.predict(x, verbose=0) - y
    right = np.abs(difference).max(axis=(1, 2)) < 0.5
    return float(np.mean(difference**2) / np.mean(y**2)), float(right.mean()), seconds


def main(arguments=None):
    """Print one line for each network: medians and quartiles over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--units", type=int, default=2)
    parser.add_argument("--batches", type=int, default=8000)
    parser.add_argument("--seeds", type=int, default=11)
    parser.add_argument("--quick", action="store_true", help="a second: few batches, one seed")
    given = parser.parse_args(arguments)
    if given.quick:
        given.batches, given.seeds = 40, 1
    print(f"{'':16}{'error':>9}{'quartiles':>20}{'all right':>11}{'seconds':>9}")
    errors = {}
    for name, options in CELLS.items():
        runs = np.array([train(options, given.units, given.batches, seed) for seed in range(given.seeds)])
        error, right, seconds = np.median(runs, axis=0)
        low, high = np.quantile(runs[:, 0], [0.25, 0.75])
        print(f"{name:16}{error:9.5f}{f'{low:.5f} to {high:.5f}':>20}{right:11.1%}{seconds:9.1f}")
        errors[name] = float(error)
    return errors


if __name__ == "__main__":
    main()
