"""The workloads that are measured.

A workload is a kind, a cell, a size (legend: H units, N rows, T steps, D features) and a number of threads. The model
is always a recurrent layer and a linear Dense(1) on its last output, trained with mse and Adam.
"""

from typing import Any, NamedTuple

GATES = {"lstm": 4, "gru": 3, "simple_rnn": 1, "peephole_lstm": 4}
"""The cells that are measured, and their numbers of gate blocks."""

ROLL_OUT_STEPS = 295
SINE_EPOCHS = 25


class Size(NamedTuple):
    """Units, rows of a batch, steps and features."""

    H: int
    N: int
    T: int
    D: int

    @property
    def title(self) -> str:
        """The size in words.

        Examples
        --------
        >>> Size(8, 32, 20, 1).title
        'H 8, N 32, T 20, D 1'
        """
        return ", ".join(f"{letter} {value}" for letter, value in self._asdict().items())


class Workload(NamedTuple):
    """One measurement.

    Attributes
    ----------
    kind : str
        'train', 'predict', 'stream' and 'roll_out' measure the seconds of a train step, a prediction, a step of one
        sample, and 295 steps of a forecast; 'import' and 'sine_job' the seconds of a process; 'peak_memory' the peak
        bytes of a sine job.
    cell, size
        The cell and its size; None for the kinds that measure a process.
    threads : int
        Number of cores that the process may use.
    curve : str, optional
        The axis of the curve to which this point belongs: 'T', 'H', 'N' or 'threads'.
    """

    kind: str
    cell: str | None
    size: Size | None
    threads: int
    curve: str | None = None

    @property
    def is_process(self) -> bool:
        """Whether a whole process is measured."""
        return self.kind in ("import", "sine_job", "peak_memory")

    @property
    def unit(self) -> str:
        """Unit of the values: 's' or 'B'."""
        return "B" if self.kind == "peak_memory" else "s"

    @property
    def title(self) -> str:
        """The workload in words.

        Examples
        --------
        >>> Workload("train", "gru", Size(8, 32, 20, 1), 2).title
        'train gru H 8, N 32, T 20, D 1'
        >>> Workload("train", "lstm", Size(8, 32, 20, 1), 1, "threads").title
        'train lstm H 8, N 32, T 20, D 1, over threads: 1'
        >>> Workload("sine_job", None, None, 2).title
        'sine job'
        """
        words = [self.kind.replace("_", " "), self.cell, self.size.title if self.size else None]
        text = " ".join(word for word in words if word)
        return text + ("" if self.curve is None else f", over {self.curve}: {self.place}")

    def row(self, values: dict[str, list[float]]) -> dict[str, Any]:
        """Return the workload with the values of each contender as a row of a result, ready for JSON."""
        return {
            "work": self.kind,
            "cell": self.cell,
            "size": self.size._asdict() if self.size else None,
            "threads": self.threads,
            "curve": self.curve,
            "unit": self.unit,
            "operations": self.operations,
            "values": values,
        }

    @property
    def place(self) -> int:
        """Position of the point on its curve."""
        if self.curve == "threads":
            return self.threads
        assert self.size is not None
        assert self.curve is not None
        return int(getattr(self.size, self.curve))

    @property
    def operations(self) -> int | None:
        """Floating-point operations of the recurrent layer's products, two for each multiply-add.

        A train step counts three times: the forward pass, gradients of the states, gradients of the weights.

        Examples
        --------
        >>> Workload("train", "lstm", Size(32, 32, 20, 1), 2).operations
        16220160
        """
        if self.size is None or self.cell is None:
            return None
        forward = 2 * self.size.N * self.size.T * (self.size.D + self.size.H) * GATES[self.cell] * self.size.H
        return forward * {"train": 3, "roll_out": ROLL_OUT_STEPS}.get(self.kind, 1)


SINE = Size(32, 32, 20, 1)
SIZES = (
    Size(8, 32, 20, 1),
    SINE,
    Size(64, 32, 50, 8),
    Size(128, 64, 50, 16),
    Size(256, 64, 50, 64),
    Size(512, 64, 50, 128),
    Size(64, 8, 1000, 4),
    Size(64, 1, 2000, 4),
)
OTHER_PREDICTIONS = (Size(32, 1, 20, 1), Size(32, 1024, 20, 1), Size(128, 1, 50, 16), Size(512, 1, 50, 128))
STREAM = Size(32, 1, 1, 1)
ROLL_OUT = Size(32, 1, 20, 1)
CURVES = {
    "T": [Size(32, 32, T, 1) for T in (10, 30, 100, 300, 1000)],
    "H": [Size(H, 32, 50, 16) for H in (8, 16, 32, 64, 128, 256, 512)],
    "N": [Size(64, N, 50, 8) for N in (1, 4, 16, 64, 256, 1024)],
}


def thread_counts(threads: int, fewer: bool = True) -> list[int]:
    """Return the points of the curve over threads: powers of two, and all threads.

    Examples
    --------
    >>> thread_counts(6)
    [1, 2, 4, 6]
    """
    counts = [2**i for i in range(threads.bit_length()) if 2**i < threads] if fewer else []
    return [*counts, threads]


def all_workloads(threads: int, fewer_threads: bool = True) -> list[Workload]:
    """Return all workloads.

    Parameters
    ----------
    threads : int
        Number of available cores.
    fewer_threads : bool
        Whether a process can be restricted to fewer cores.
    """
    found = []
    for cell in GATES:
        found += [Workload("train", cell, size, threads) for size in SIZES]
        found += [Workload("predict", cell, size, threads) for size in (*SIZES, *OTHER_PREDICTIONS)]
        found += [Workload("stream", cell, STREAM, threads), Workload("roll_out", cell, ROLL_OUT, threads)]
    found += [Workload(kind, None, None, threads) for kind in ("import", "sine_job", "peak_memory")]
    found += [Workload("train", "lstm", size, threads, axis) for axis, sizes in CURVES.items() for size in sizes]
    found += [
        Workload("train", "lstm", size, count, "threads")
        for size in SIZES
        for count in thread_counts(threads, fewer_threads)
    ]
    return found


def quick_workloads(threads: int) -> list[Workload]:
    """Return a few workloads that take less than two minutes with the contenders `contenders.QUICK`."""
    return [
        Workload("train", "lstm", SINE, threads),
        Workload("train", "lstm", SIZES[3], threads),
        Workload("train", "gru", SINE, threads),
        Workload("predict", "lstm", OTHER_PREDICTIONS[0], threads),
        Workload("predict", "lstm", OTHER_PREDICTIONS[1], threads),
        Workload("stream", "lstm", STREAM, threads),
        Workload("roll_out", "lstm", ROLL_OUT, threads),
        Workload("import", None, None, threads),
        Workload("sine_job", None, None, threads),
        Workload("peak_memory", None, None, threads),
    ]
