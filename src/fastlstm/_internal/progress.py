"""Progress on stdout: a bar on a terminal or in a notebook, and one lasting line per epoch."""

import sys
import time
from typing import Any

from .text import figures

_NOTEBOOK_WIDTH = 120  # characters of a line in a notebook; what tqdm finds there is the terminal that started it
_PATIENCE = 1.0  # seconds after which verbose='auto' shows the bar of a prediction


def shows_bars() -> bool:
    """Return whether what is printed can be overwritten: on a terminal and in an open notebook, but not in a file."""
    return sys.stdout.isatty() or (type(sys.stdout).__module__.startswith("ipykernel") and _is_open())


def _is_open() -> bool:
    """Return whether a notebook is open somewhere, and not executed by a program, which saves all that is printed.

    Such programs (nbconvert, papermill) say that nobody is there to answer an `input`.
    """
    shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    request = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return bool(request.get("content", {}).get("allow_stdin", True))


def rows_bar(rows: int, verbose: int | str) -> Any:
    """Return a bar over the rows of a prediction: hidden on a pipe or if silent, delayed if 'auto'."""
    from tqdm import tqdm

    silent = verbose == 0 or not shows_bars()
    delay = _PATIENCE if verbose == "auto" else 0
    return tqdm(total=rows, unit=" rows", file=sys.stdout, disable=silent, delay=delay)


def message(text: str) -> None:
    """Print a line above the bar, if there is one."""
    from tqdm import tqdm

    tqdm.write(text, file=sys.stdout)


class EpochProgress:
    """The progress of `fit`. verbose 0: nothing; 1: a bar where it can be overwritten, then a line; 2: a line."""

    def __init__(self, verbose: int, epochs: int) -> None:
        self._verbose, self.epochs = verbose, epochs
        self._title = ""
        self._steps: int | None = None
        self._bar: Any = None
        self._start = 0.0
        self._done = 0
        self._seconds = 0.0

    def begin(self, title: str, steps: int | None) -> None:
        """Start an epoch of `steps` steps, None if unknown."""
        self.close()
        self._title, self._steps = title, steps
        self._done, self._seconds = 0, 0.0
        if self._verbose == 1 and shows_bars():
            import shutil

            from tqdm import tqdm

            known = "{n_fmt}/{total_fmt} |{bar:20}| {remaining} left" if steps else "{n_fmt} in {elapsed}"
            self._bar = tqdm(
                total=steps,
                file=sys.stdout,
                leave=False,
                bar_format=self._title + "  " + known + "{desc}",
                mininterval=0.05,
                # A bar that wraps cannot be overwritten on a terminal.
                ncols=shutil.get_terminal_size().columns - 1 if sys.stdout.isatty() else _NOTEBOOK_WIDTH,
            )
        self._start = time.perf_counter()

    def advance(self, done: int, logs: dict[str, Any]) -> None:
        """Record the number of steps done and their loss and metrics."""
        self._seconds = time.perf_counter() - self._start
        if self._bar is not None:
            self._bar.set_description_str(f"  {self._step_time(done)}{_text(logs)}", refresh=False)
            self._bar.update(done - self._done)
        self._done = done

    def end(self, logs: dict[str, Any]) -> None:
        """Replace the bar with the epoch's line."""
        self.close()
        if self._verbose:
            steps = f"{self._done}/{self._done if self._steps is None else self._steps} steps"
            line = f"{self._title}  {steps}  {self._step_time(self._done)}{_text(logs)}"
            print(line, file=sys.stdout, flush=True)

    def close(self) -> None:
        """Remove the bar, even after an interruption."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _step_time(self, steps: int) -> str:
        return f"{1000 * self._seconds / max(1, steps):.3g} ms/step"


def _text(logs: dict[str, Any]) -> str:
    return "".join(f"  {name} {figures(value)}" for name, value in logs.items())
