"""Progress on stdout: a bar on a terminal, and one line an epoch that stays."""

import sys
import time
from typing import Any, TypeVar

Item = TypeVar("Item")

_PATIENCE = 1.0  # seconds after which verbose='auto' shows the bar of a prediction


def rows_bar(rows: int, verbose: int | str) -> Any:
    """Return a bar over the rows of a prediction: none on a pipe or if silent, and late if it is left to us."""
    from tqdm import tqdm

    silent = verbose == 0 or not sys.stdout.isatty()
    delay = _PATIENCE if verbose == "auto" else 0
    return tqdm(total=rows, unit=" rows", file=sys.stdout, disable=silent, delay=delay)


class EpochProgress:
    """The progress of `fit`. verbose 0: nothing; 1: a bar on a terminal, then a line; 2: a line."""

    def __init__(self, verbose: int, epochs: int, steps: int | None) -> None:
        self._verbose, self._epochs, self._steps = verbose, epochs, steps
        self._title = ""
        self._bar: Any = None
        self._start = 0.0
        self._done = 0
        self._seconds = 0.0

    def begin(self, epoch: int) -> None:
        """Start an epoch, counted from 0."""
        self._title = f"Epoch {epoch + 1}/{self._epochs}"
        self._done = 0
        if self._verbose == 1 and sys.stdout.isatty():
            from tqdm import tqdm

            layout = self._title + "  {n_fmt}/{total_fmt} |{bar:20}| {desc}"
            self._bar = tqdm(total=self._steps, file=sys.stdout, leave=False, bar_format=layout, mininterval=0.05)
        self._start = time.perf_counter()

    def advance(self, done: int, loss: float) -> None:
        """Take note of how many steps of the epoch are done and of their mean loss."""
        self._seconds = time.perf_counter() - self._start
        if self._bar is not None:
            self._bar.set_description_str(f"{self._step_time(done)}  loss {loss:.4g}", refresh=False)
            self._bar.update(done - self._done)
        self._done = done

    def end(self, logs: dict[str, Any]) -> None:
        """Replace the bar by the epoch's line."""
        self.close()
        if self._verbose:
            values = "  ".join(f"{name} {value:.4g}" for name, value in logs.items())
            steps = f"{self._done}/{self._steps or self._done} steps"
            line = f"{self._title}  {steps}  {self._step_time(self._done)}  {values}"
            print(line, file=sys.stdout, flush=True)

    def close(self) -> None:
        """Remove the bar, also after an interruption."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _step_time(self, steps: int) -> str:
        return f"{1000 * self._seconds / max(1, steps):.3g} ms/step"
