"""What all optimizers share: learning rate, clipping, decay, averages, accumulation, and the model they belong to."""

import re
import weakref
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from .. import schedules
from .._internal import checks
from .._internal.arrays import Array
from .._internal.native import Network
from .._internal.registry import Registry
from .._internal.signatures import takes_the_options_of
from ..schedules import LearningRateSchedule

_RATES_OF_A_CALL = 128
"""How many rates a schedule is asked for in advance. As many steps take some milliseconds at least."""

_SHARED = (
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "gradient_accumulation_steps",
)
"""Names of the attributes that every optimizer has for the core."""


class Optimizer:
    """Base class of the optimizers that the core knows. What it takes, every optimizer takes.

    An optimizer belongs to the model that is compiled with it; compiling again starts it afresh. Each step goes: the
    gradients are clipped, the weights decay, the optimizer's own rule is applied, averages are updated, constraints
    are enforced.

    Parameters
    ----------
    learning_rate : float or `fastlstm.schedules.LearningRateSchedule`
        At least 0.
    weight_decay : float, optional
        Before each step ``w -= w * weight_decay * learning_rate``, with no part in the gradients.
    clipnorm : float, optional
        The largest norm of the gradient of each weight array. 0 clips nothing, here and below.
    clipvalue : float, optional
        The largest absolute value in a gradient.
    global_clipnorm : float, optional
        The largest norm of all gradients together. At most one of the three can be given.
    use_ema : bool
        Whether averages of the weights are kept: ``average = ema_momentum * average + (1 - ema_momentum) * w`` after
        each step. At the end of `fit` they take the weights' place.
    ema_momentum : float
        In [0, 1].
    ema_overwrite_frequency : int, optional
        After every so many steps the averages take the weights' place as well.
    loss_scale_factor : None
        Keras has it for half precision, this package does not: anything else raises ValueError.
    gradient_accumulation_steps : int, optional
        At least 2: the weights change at every so many batches only, by the mean of their gradients. `iterations`
        and `ema_overwrite_frequency` count these changes then, a schedule counts batches; averages are updated at
        each batch.
    name : str, optional
        Default: the class's name in lower case.
    """

    _rule: ClassVar[str]
    """The core's name."""
    _own: ClassVar[tuple[str, ...]] = ()
    """Names of the rule's own arguments, which are attributes."""
    _slots: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """The rule's slots in Keras's order: those of a group alternate from weight to weight, groups follow each other."""

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule,
        *,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None:
        checks.refuse(type(self).__name__, loss_scale_factor=loss_scale_factor)
        self._learning_rate: float | LearningRateSchedule = _rate_or_schedule(learning_rate)
        clips = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        if sum(value is not None for value in clips.values()) > 1:
            given = ", ".join(f"{argument}={value!r}" for argument, value in clips.items() if value is not None)
            raise ValueError(f"clipnorm, clipvalue, global_clipnorm: expected at most one of them, got {given}")
        self.weight_decay = _at_least_0("weight_decay", weight_decay)
        self.clipnorm, self.clipvalue, self.global_clipnorm = (_at_least_0(*clip) for clip in clips.items())
        self.use_ema = checks.flag("use_ema", use_ema)
        self.ema_momentum = checks.number("ema_momentum", ema_momentum, 0.0, 1.0)
        self.ema_overwrite_frequency = _count("ema_overwrite_frequency", ema_overwrite_frequency, 1)
        self.gradient_accumulation_steps = _count("gradient_accumulation_steps", gradient_accumulation_steps, 2)
        if not isinstance(name, str | None):
            raise TypeError(f"name: expected a string, got {name!r}")
        self.name = type(self).__name__.lower() if name is None else name
        self._without_decay: re.Pattern[str] | None = None
        self._model: weakref.ref[object] | None = None
        self._network: Network | None = None
        self._exchanged_at: int | None = None  # after how many steps weights and averages have changed places

    def __init_subclass__(cls) -> None:
        takes_the_options_of(cls, cls.__mro__[1])

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step.

        Assigning a number or a schedule takes effect from the next step. Where there is a schedule, only another
        schedule can be assigned; a number raises TypeError.
        """
        return self._rate_at(self._steps)

    @learning_rate.setter
    def learning_rate(self, value: float | LearningRateSchedule) -> None:
        if isinstance(self._learning_rate, LearningRateSchedule) and not isinstance(value, LearningRateSchedule):
            raise TypeError(
                f"learning_rate: this {type(self).__name__} follows a {type(self._learning_rate).__name__}, which only"
                f" another schedule can replace, got {value!r}"
            )
        self._learning_rate = _rate_or_schedule(value)

    @property
    def iterations(self) -> int:
        """How many updates of the weights this optimizer has made."""
        return self._steps // (self.gradient_accumulation_steps or 1)

    def exclude_from_weight_decay(self, var_list: None = None, var_names: Iterable[str] | None = None) -> None:
        """Choose weights that do not decay; a second call replaces the choice of the first.

        Parameters
        ----------
        var_list : None
            Keras takes variables here; weights are told apart by their names in this package, so that anything else
            raises ValueError.
        var_names : list of str
            Regular expressions: a weight does not decay if one of them is found in its name, such as 'kernel',
            'recurrent_kernel' or 'bias'.

        Raises
        ------
        ValueError
            If a step has been made already.

        Examples
        --------
        >>> from fastlstm.optimizers import AdamW
        >>> optimizer = AdamW()
        >>> optimizer.exclude_from_weight_decay(var_names=["bias"])
        """
        if var_list is not None:
            raise ValueError("var_list: weights are told apart by their names here; give var_names, such as ['bias']")
        if self._steps:
            raise ValueError("exclude_from_weight_decay: expected before the first step")
        names = [var_names] if isinstance(var_names, str) else list(var_names or ())
        for name in names:
            if not isinstance(name, str):
                raise TypeError(f"var_names: expected strings, got {name!r}")
        self._without_decay = re.compile("|".join(names)) if names else None
        if self._network is not None:
            self.start(self._network)

    @property
    def averages_in_place(self) -> bool:
        """Whether `swap_ema_weights` has put the averages in the weights' place since the last step."""
        return 0 < self._steps == self._exchanged_at

    def finalize_variable_values(self) -> None:
        """Put the averages of ``use_ema=True`` in the weights' place, as `fit` does at its end; else do nothing.

        Where `swap_ema_weights` has put them there already, they stay.
        """
        if self.use_ema and self._network is not None:
            if self.averages_in_place:
                self.swap_ema_weights()
            self._network.take_averages()

    def swap_ema_weights(self) -> None:
        """Exchange the weights and their averages, to evaluate or save with these; a second call undoes it.

        Nothing changes before the first step.

        Raises
        ------
        ValueError
            Without ``use_ema=True``, or before the optimizer has a model with weights.
        """
        if not self.use_ema or self._network is None:
            raise ValueError("swap_ema_weights: expected an optimizer with use_ema=True, of a compiled and built model")
        self._network.swap_averages()
        self._exchanged_at = None if self.averages_in_place else self._steps

    def get_config(self) -> dict[str, Any]:
        """Return the name and the constructor's arguments, with the learning rate of now or the schedule."""
        rate = self._learning_rate
        if not isinstance(rate, LearningRateSchedule):
            return self._constructor_arguments()
        return {**self._constructor_arguments(), "learning_rate": schedules.serialize(rate)}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, type[LearningRateSchedule]] | None = None
    ) -> "Optimizer":
        """Return an optimizer with these arguments and no steps made.

        Parameters
        ----------
        config : dict
            As from `get_config`, Keras's too.
        custom_objects : dict, optional
            Schedule classes of one's own by their names.
        """
        arguments = dict(config)
        if isinstance(arguments.get("learning_rate"), Mapping):
            arguments["learning_rate"] = schedules.deserialize(arguments["learning_rate"], custom_objects)
        return cls(**arguments)

    # Inside -----------------------------------------------------------------------------------------------------

    def _constructor_arguments(self) -> dict[str, Any]:
        """Return the arguments that make such an optimizer, a schedule as an object."""
        return {
            "name": self.name,
            "learning_rate": self._learning_rate,
            "loss_scale_factor": None,
            **self._numbers(),
        }

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles have: no steps made, which are the model's business, and no model."""
        return {**vars(self), "_model": None, "_network": None}

    def _scalars(self) -> list[float]:
        """Return the numbers that Keras's rule keeps beside its slots, and the core derives from the steps."""
        return []

    def _numbers(self) -> dict[str, Any]:
        """Return the constructor's arguments that the core takes by these names."""
        return {name: getattr(self, name) for name in (*_SHARED, *self._own)}

    @property
    def _steps(self) -> int:
        """How many batches this optimizer has seen."""
        return 0 if self._network is None else self._network.iterations

    def _rate_at(self, step: int) -> float:
        rate = self._learning_rate
        if not isinstance(rate, LearningRateSchedule):
            return rate
        return checks.number(f"learning_rate: {type(rate).__name__} at step {step}", rate(step), 0.0)

    def rates(self, steps: int) -> float | Array:
        """Return the learning rate as the core takes it: a number, or of a schedule those of at most so many steps."""
        if not isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate
        first = self._steps
        return np.array([self._rate_at(step) for step in range(first, first + min(steps, _RATES_OF_A_CALL))])

    def claim(self, model: object) -> None:
        """Make `model` the owner; another model's optimizer raises ValueError."""
        owner = None if self._model is None else self._model()
        if owner is not None and owner is not model:
            raise ValueError(f"optimizer: this {type(self).__name__} belongs to another model; make a new one")
        self.release()
        self._model = weakref.ref(model)

    def release(self) -> None:
        """Let go of the model, and of the steps made with it."""
        self._model = self._network = None
        self._exchanged_at = None

    def start(self, network: Network) -> None:
        """Give the network this optimizer with empty slots."""
        numbers = {name: float(value) for name, value in self._numbers().items() if value is not None}
        names = [] if self._without_decay is None else [segment.name for segment in network.segments]
        without_decay = [i for i, name in enumerate(names) if self._without_decay and self._without_decay.search(name)]
        network.set_optimizer(self._rule, numbers, without_decay)
        self._network, self._exchanged_at = network, None


registry: Registry[type[Optimizer]] = Registry("optimizer", lambda name: (name.lower(),))


def _rate_or_schedule(value: Any) -> float | LearningRateSchedule:
    if isinstance(value, LearningRateSchedule):
        return value
    return checks.number("learning_rate", value, 0.0)


def _at_least_0(name: str, value: float | None) -> float | None:
    return None if value is None else checks.number(name, value, 0.0)


def _count(name: str, value: int | None, least: int) -> int | None:
    return None if value is None else checks.integer(name, value, least)


def fraction(name: str, value: float) -> float:
    """Return `value` as a float in [0, 1)."""
    return checks.number(name, value, 0.0, 1.0, below_high=True)


def momentum_of(value: float) -> float:
    """Return a momentum as a float in [0, 1]."""
    return checks.number("momentum", value, 0.0, 1.0)


def epsilon_of(value: float) -> float:
    """Return an epsilon as a float of at least 0."""
    return checks.number("epsilon", value, 0.0)
