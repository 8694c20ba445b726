"""Seeds of layers that draw random numbers in training."""

from typing import Any

from .. import _rng
from .._checks import integer

_SEEDS = 2**63


class Seed:
    """The seed that was given, or one that is drawn from the package's generator when it is first needed."""

    def __init__(self, given: Any) -> None:
        self.given = None if given is None else integer("seed", given, 0, _SEEDS - 1)
        self._drawn = self.given

    def drawn(self) -> int:
        """Return the seed."""
        if self._drawn is None:
            self._drawn = int(_rng.generator().integers(_SEEDS))
        return self._drawn
