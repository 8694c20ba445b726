"""Progbar: a bar for loops of a script's own."""

import sys
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

from .._internal.progress import shows_bars


class Progbar:
    """A progress bar, which also shows the means of values.

    Parameters
    ----------
    target : int, optional
        The number of steps; None if it is unknown.
    width : int
        Ignored; the bar is as wide as the terminal.
    verbose : int
        0: silent.
    interval : float
        The shortest time between two changes, in seconds.
    stateful_metrics : sequence of str, optional
        Names of values of which the latest one is shown instead of the mean.
    unit_name : str
        What is counted.

    Examples
    --------
    >>> bar = Progbar(2, verbose=0)
    >>> bar.update(1, [("loss", 0.5)])
    >>> bar.add(1, [("loss", 0.3)])
    >>> bar.values
    {'loss': 0.4}
    """

    def __init__(
        self,
        target: int | None,
        width: int = 30,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Sequence[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        self.target = target
        self._latest = set(stateful_metrics or ())
        self._sums: dict[str, tuple[float, int]] = {}
        self._bar = tqdm(
            total=target,
            unit=f" {unit_name}",
            file=sys.stdout,
            mininterval=interval,
            disable=not verbose or not shows_bars(),
        )
        self._done = 0

    @property
    def values(self) -> dict[str, float]:
        """The values as they are shown."""
        return {name: total / steps for name, (total, steps) in self._sums.items()}

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """Show that a number of steps is done, with values of the steps since the last call.

        Parameters
        ----------
        current : int
            The steps done.
        values : sequence of (str, float), optional
            Names and values.
        finalize : bool, optional
            Whether it is the last call. Default: when `current` reaches the target.
        """
        steps = max(1, current - self._done)
        for name, value in values or ():
            total, count = (0.0, 0) if name in self._latest else self._sums.get(name, (0.0, 0))
            self._sums[name] = total + float(value) * steps, count + steps
        self._bar.set_postfix({name: f"{value:.4g}" for name, value in self.values.items()}, refresh=False)
        self._bar.update(current - self._done)
        self._done = current
        if finalize or (finalize is None and self.target is not None and current >= self.target):
            self._bar.close()

    def add(self, n: int, values: Any = None) -> None:
        """Show that further steps are done.

        Parameters
        ----------
        n : int
            How many.
        values : sequence of (str, float), optional
            Names and values of these steps.
        """
        self.update(self._done + n, values)
