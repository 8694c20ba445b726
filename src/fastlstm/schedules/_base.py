"""What schedules share: the base class, and arguments as attributes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from .._internal import checks
from .._internal.registry import Registry


class LearningRateSchedule:
    """Base class: a subclass defines ``__call__(step)``, and ``get_config()`` if it is to be saved.

    Many steps are one native call with a schedule too: it is asked for the rates of the next steps in advance. What
    it returns should depend on the step alone.

    Examples
    --------
    >>> class Halved(LearningRateSchedule):
    ...     def __init__(self, start):
    ...         self.start = start
    ...     def __call__(self, step):
    ...         return self.start / 2 ** (step // 100)
    >>> from fastlstm.optimizers import SGD
    >>> SGD(Halved(0.5)).learning_rate
    0.5
    """

    _in_keras: ClassVar[bool] = True
    """Whether Keras has a schedule of this name."""

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(step), which returns the learning rate")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        raise NotImplementedError(f"{type(self).__name__} must define get_config() to be saved")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "LearningRateSchedule":
        """Return a schedule with these arguments."""
        return cls(**config)


registry: Registry[type[LearningRateSchedule]] = Registry("schedule")


class Schedule(LearningRateSchedule):
    """A schedule whose attributes are its constructor's arguments."""

    _arguments: tuple[str, ...]
    name: str | None

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {name: getattr(self, name) for name in (*self._arguments, "name")}

    def _name(self, name: str | None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name: expected a string or None, got {name!r}")
        self.name = name


def positive(name: str, value: float) -> float:
    """Return `value` as a finite float above 0."""
    number = checks.number(name, value, 0.0)
    if number == 0:
        raise ValueError(f"{name}: expected a finite number above 0, got {value!r}")
    return number
