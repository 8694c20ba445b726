"""The base classes of schedules."""

from collections.abc import Mapping
from typing import Any, ClassVar

from .._internal import checks
from .._internal.not_available import has_attributes_of_keras
from .._internal.registry import Registry


@has_attributes_of_keras
class LearningRateSchedule:
    """Base class: a subclass defines ``__call__(step)``, and ``get_config()`` if it is to be saved.

    Many steps run in one native call, also with a schedule: it is asked in advance for the rates of the next steps. Its
    result should therefore depend on the step alone.

    References
    ----------
    Keras 3, `keras.optimizers.schedules.LearningRateSchedule`.

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
        """Return the learning rate of a step.

        Parameters
        ----------
        step : int
            The number of the step, from 0.

        Returns
        -------
        float
            The learning rate, at least 0.

        Raises
        ------
        NotImplementedError
            If the class does not define it.

        Examples
        --------
        >>> from fastlstm.schedules import ExponentialDecay
        >>> ExponentialDecay(0.5, decay_steps=10, decay_rate=0.25)(10)
        0.125
        """
        raise NotImplementedError(f"{type(self).__name__} must define __call__(step), which returns the learning rate")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name.

        Returns
        -------
        dict
            Arguments that `from_config` accepts.

        Raises
        ------
        NotImplementedError
            If the class does not define it.

        Examples
        --------
        >>> from fastlstm.schedules import PiecewiseConstantDecay
        >>> PiecewiseConstantDecay([5], [0.5, 0.25]).get_config()
        {'boundaries': [5.0], 'values': [0.5, 0.25], 'name': 'PiecewiseConstant'}
        """
        raise NotImplementedError(f"{type(self).__name__} must define get_config() to be saved")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "LearningRateSchedule":
        """Return a schedule with these constructor arguments.

        Parameters
        ----------
        config : dict
            Arguments by name, as returned by `get_config`.

        Returns
        -------
        LearningRateSchedule
            An instance of the class.

        Raises
        ------
        TypeError
            If an argument is missing, unknown or of the wrong type.
        ValueError
            If an argument is out of range.

        Examples
        --------
        >>> from fastlstm.schedules import ExponentialDecay
        >>> ExponentialDecay.from_config({"initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.25})(10)
        0.125
        """
        return cls(**config)


registry: Registry[type[LearningRateSchedule]] = Registry("schedule")


class Schedule(LearningRateSchedule):
    """A schedule whose constructor arguments are its attributes."""

    _arguments: tuple[str, ...]
    name: str | None

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
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
