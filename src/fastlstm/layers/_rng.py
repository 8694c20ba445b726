"""Seeds and RNG steps: together they determine the random numbers of a layer in training."""

import threading
from typing import Any

from .._internal import rng
from .._internal.checks import integer

_SEEDS = 2**63
_counting = threading.Lock()


class Seed:
    """The seed that was given, or one drawn from the package's generator when it is first needed."""

    def __init__(self, given: Any) -> None:
        self.given = None if given is None else integer("seed", given, 0, _SEEDS - 1)
        self._drawn = self.given

    def drawn(self) -> int:
        """Return the seed."""
        if self._drawn is None:
            self._drawn = int(rng.generator().integers(_SEEDS))
        return self._drawn

    def take(self, drawn: int) -> bool:
        """Adopt a seed drawn earlier, unless one was given; return whether that changes it."""
        if self.given is not None or self._drawn == drawn:
            return False
        self._drawn = integer("seed", drawn, 0, _SEEDS - 1)
        return True


class RngSteps:
    """Counts the calls in training mode, so that each gets different random numbers; thread-safe.

    Parameters
    ----------
    made : int
        Number of calls made so far.
    """

    def __init__(self, made: int = 0) -> None:
        self.made = made

    def __next__(self) -> int:
        with _counting:
            number, self.made = self.made, self.made + 1
        return number
