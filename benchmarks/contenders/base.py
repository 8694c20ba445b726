"""What a contender is."""

from typing import Any, ClassVar

import numpy as np

from ..task import Array, Task
from ..works import Work


class Contender:
    """The works' model in one library, written as a good user of that library would.

    It is used in a process of its own. `__init__` imports the library, and raises ImportError where there is none.
    `build` makes the model of a task, with its weights, in place of the one before; the other methods run it.

    Attributes
    ----------
    package : str
        What `import` times; empty where another contender's is the same.
    kinds, cells
        The works and cells it has.
    in_curves : bool
        Whether it is measured along curves.
    most_steps, most_operations : int
        It is left out of works with more steps, or operations of one call, for which it would take many seconds: to
        compile, to trace, or to compute.
    environment : dict
        Variables that have to be set before the import.
    """

    package: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ("train", "predict", "stream", "roll_out", "import", "sine_job", "peak_memory")
    cells: ClassVar[tuple[str, ...]] = ("lstm", "gru", "simple_rnn")
    in_curves: ClassVar[bool] = False
    most_steps: ClassVar[float] = np.inf
    most_operations: ClassVar[float] = np.inf
    environment: ClassVar[dict[str, str]] = {}

    @classmethod
    def does(cls, work: Work) -> bool:
        """Whether it is measured in a work."""
        if work.kind not in cls.kinds or (work.kind == "import" and not cls.package):
            return False
        if work.size is None or work.cell is None:
            return True
        return (
            work.cell in cls.cells
            and (cls.in_curves or work.curve is None)
            and cls.most_steps >= work.size.T
            and cls.most_operations >= (work.operations or 0)
        )

    def version(self) -> str:
        """Return the library's name and version, and what it runs on."""
        raise NotImplementedError

    def build(self, task: Task) -> None:
        """Make the model of a task."""
        raise NotImplementedError

    def fit(self, x: Array, y: Array, epochs: int, shuffle: bool) -> float:
        """Train in batches of the task's size; return the mean loss of the last epoch."""
        raise NotImplementedError

    def predict(self, x: Array) -> Any:
        """Return the predictions for a batch, as a NumPy array (N, 1)."""
        raise NotImplementedError

    def start_stream(self) -> None:
        """Begin a stream from zero states."""
        raise NotImplementedError

    def step(self, x: Array) -> Any:
        """Return the output after one more step x (D,), in any shape of one number."""
        raise NotImplementedError

    def roll_out(self, window: Array, steps: int) -> Any:
        """Return so many new values (steps, 1) after a window (T, 1), each the next one's newest input."""
        raise NotImplementedError


def orders(rows: int, batch: int, shuffle: bool, rng: np.random.Generator) -> list[Array]:
    """Return the indices of each batch of an epoch."""
    order = rng.permutation(rows) if shuffle else np.arange(rows)
    return [order[start : start + batch] for start in range(0, rows, batch)]
