"""The interface of a contender."""

from typing import Any, ClassVar

import numpy as np

from ..task import Array, Task
from ..workloads import Workload


class Contender:
    """The model of the workloads in one library, written as a proficient user of that library would write it.

    It runs in its own process. `__init__` imports the library, and raises ImportError if it is missing. `build` creates
    the model of a task, with its weights, in place of the previous one; the other methods run it.

    Attributes
    ----------
    package : str
        The package that the kind 'import' times; empty if another contender has the same.
    kinds, cells
        The kinds of workloads and the cells that it supports.
    in_curves : bool
        Whether it is measured on curves.
    most_steps, most_operations : int
        Workloads with more steps, or more operations in a call, are skipped, since they would take many seconds to
        compile, trace or compute.
    environment : dict
        Environment variables to set before the import.
    """

    package: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ("train", "predict", "stream", "roll_out", "import", "sine_job", "peak_memory")
    cells: ClassVar[tuple[str, ...]] = ("lstm", "gru", "simple_rnn")
    in_curves: ClassVar[bool] = False
    most_steps: ClassVar[float] = np.inf
    most_operations: ClassVar[float] = np.inf
    environment: ClassVar[dict[str, str]] = {}

    @classmethod
    def does(cls, workload: Workload) -> bool:
        """Return whether it is measured with a workload."""
        if workload.kind not in cls.kinds or (workload.kind == "import" and not cls.package):
            return False
        if workload.size is None or workload.cell is None:
            return True
        return (
            workload.cell in cls.cells
            and (cls.in_curves or workload.curve is None)
            and cls.most_steps >= workload.size.T
            and cls.most_operations >= (workload.operations or 0)
        )

    def version(self) -> str:
        """Return the library's name and version, and what it runs on."""
        raise NotImplementedError

    def build(self, task: Task) -> None:
        """Create the model of a task."""
        raise NotImplementedError

    def fit(self, x: Array, y: Array, epochs: int, shuffle: bool) -> float:
        """Train in batches of the task's size; return the mean loss of the last epoch."""
        raise NotImplementedError

    def predict(self, x: Array) -> Any:
        """Return the predictions for a batch, as a NumPy array (N, 1)."""
        raise NotImplementedError

    def start_stream(self) -> None:
        """Start a stream with zero states."""
        raise NotImplementedError

    def step(self, x: Array) -> Any:
        """Return the output after one more step x (D,), in any shape with one element."""
        raise NotImplementedError

    def roll_out(self, window: Array, steps: int) -> Any:
        """Return the `steps` values (steps, 1) after a window (T, 1), each of which is the next input."""
        raise NotImplementedError


def orders(rows: int, batch: int, shuffle: bool, rng: np.random.Generator) -> list[Array]:
    """Return the indices of each batch of an epoch."""
    order = rng.permutation(rows) if shuffle else np.arange(rows)
    return [order[start : start + batch] for start in range(0, rows, batch)]
