"""Where a training is, and where to resume it."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol


class ResumableSource(Protocol):
    """Data whose epochs can begin again after an interruption."""

    def state(self, *, next_epoch: bool) -> dict[str, Any]:
        """Return what begins this epoch again, or the next one, as JSON-compatible data."""


class Position(NamedTuple):
    """Where a training is: after some steps of an epoch, or after 0 steps of the next one."""

    source: ResumableSource
    step: int = 0
    sums: Sequence[float] = ()
    """Of the losses, over the samples of the epoch so far."""
    logs: Mapping[str, Any] = MappingProxyType({})
    """Loss and metrics of the epoch so far."""
    metrics: Callable[[], Sequence[Any]] = list
    """Returns the variables of the metrics."""


class ResumePoint(NamedTuple):
    """Where to resume a training: after some steps of an epoch, whose sums and logs are those of `Position`."""

    epoch: int
    step: int
    sums: Sequence[float]
    logs: Mapping[str, Any]
    metrics: Sequence[Any]
    """The variables of the metrics after these steps."""
    source: Mapping[str, Any]
    """The state of the data at the beginning of the epoch."""
    generator: dict[str, Any]
    """The state of the random generator after these steps."""
