"""What all optimizers share: learning rate, clipping, weight decay, averages, accumulation and their model."""

import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, TypeAlias

import numpy as np

from .. import schedules
from .._internal import checks, keras_scripts
from .._internal.arrays import Array
from .._internal.native import Network
from .._internal.not_available import has_attributes_of_keras
from .._internal.registry import Registry
from .._internal.signatures import takes_the_options_of
from ..schedules import LearningRateSchedule
from ._loops import OwnSteps, gradients_of, pairs_of, place_of
from ._variables import OptimizerVariable, variables_of

LearningRateLike: TypeAlias = float | LearningRateSchedule | Callable[[], float]

_MOST_STEPS = 2**53  # the core counts them in double precision, too
_RATES_OF_A_CALL = 128
"""How many rates a schedule is asked for in advance. That many steps take at least a few milliseconds."""

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
"""Names of the attributes of all optimizers that the core needs."""


class LearningRate(float):
    """The learning rate of an optimizer: a number that can also be set, as Keras's variable can.

    Parameters
    ----------
    value : float
        The number.
    optimizer : Optimizer
        The optimizer whose learning rate `assign` sets.
    """

    def __new__(cls, value: float, optimizer: "Optimizer") -> "LearningRate":
        rate = super().__new__(cls, value)
        rate._optimizer = optimizer
        return rate

    _optimizer: "Optimizer"

    def assign(self, value: float) -> None:
        """Set the learning rate of the optimizer, as assigning to `Optimizer.learning_rate` does.

        Parameters
        ----------
        value : float
            The new learning rate.
        """
        self._optimizer.learning_rate = value

    def numpy(self) -> Any:
        """Return the number as NumPy's."""
        return np.float32(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return a plain number for copies and pickles, which belong to no optimizer."""
        return float, (float(self),)


class Iterations(int):
    """The number of updates of an optimizer, which can also be set, as Keras's variable can.

    Parameters
    ----------
    value : int
        The number.
    optimizer : Optimizer
        The optimizer whose number `assign` sets.
    """

    def __new__(cls, value: int, optimizer: "Optimizer") -> "Iterations":
        iterations = super().__new__(cls, value)
        iterations._optimizer = optimizer
        return iterations

    _optimizer: "Optimizer"

    def assign(self, value: int) -> None:
        """Set the number of updates of the optimizer, as assigning to `Optimizer.iterations` does.

        Parameters
        ----------
        value : int
            The new number, at least 0.
        """
        self._optimizer.iterations = int(value)

    def numpy(self) -> Any:
        """Return the number as NumPy's."""
        return np.int64(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return a plain number for copies and pickles, which belong to no optimizer."""
        return int, (int(self),)


class CalledRate(LearningRateSchedule):
    """A learning rate that a function without arguments returns, called before each step.

    Parameters
    ----------
    function : callable
        The function.
    """

    def __init__(self, function: Callable[[], float]) -> None:
        self.function = function

    def __call__(self, step: int) -> float:
        """Return what the function returns, whatever the step."""
        return self.function()

    def get_config(self) -> dict[str, Any]:
        """Raise NotImplementedError, since a function has no configuration."""
        raise NotImplementedError(
            "learning_rate: a function has no configuration; use a number or a class derived from LearningRateSchedule"
        )


@has_attributes_of_keras
class Optimizer:
    """Base class of the built-in optimizers, with the arguments common to all of them.

    An optimizer belongs to the model compiled with it; compiling again resets it. Each step clips the gradients, decays
    the weights, applies the optimizer's update, updates the averages and enforces constraints.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it, called before each step, so that
        each is a native call of its own; or a schedule of it.
    weight_decay : float, optional
        Decoupled weight decay, at least 0: before each step ``w -= w * weight_decay * learning_rate``.
    clipnorm : float, optional
        The largest norm of the gradient of each weight array. 0 disables clipping, here and below.
    clipvalue : float, optional
        The largest absolute value of a gradient's elements.
    global_clipnorm : float, optional
        The largest norm of all gradients together. At most one of the three kinds of clipping can be given. (A script
        for Keras 2 may give a norm and `clipvalue`, which then applies to what the norm leaves.)
    use_ema : bool
        Whether to keep exponential moving averages of the weights, ``average = ema_momentum * average + (1 -
        ema_momentum) * w`` after each step. At the end of `fit` they replace the weights.
    ema_momentum : float
        In [0, 1].
    ema_overwrite_frequency : int, optional
        The number of steps, at least 1, after which the averages replace the weights during training as well.
    loss_scale_factor : None
        Present in Keras for half precision; any other value raises ValueError.
    decay : float, optional
        As in Keras 2: a schedule that divides the learning rate of step t, counted from 0, by ``1 + decay * t``.
    gradient_accumulation_steps : int, optional
        At least 2: the weights change only after this number of batches, by the mean of their gradients. `iterations`
        and `ema_overwrite_frequency` then count these updates, a schedule counts batches, and averages are updated
        after each batch.
    name : str, optional
        Default: the class's name in lower case.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite, or more than one kind of clipping is given.

    References
    ----------
    Keras 3, `keras.optimizers.Optimizer`.

    Examples
    --------
    >>> from fastlstm.optimizers import SGD
    >>> isinstance(SGD(clipnorm=1.0), Optimizer)
    True
    """

    _rule: ClassVar[str]
    """The core's name of the update."""
    _own: ClassVar[tuple[str, ...]] = ()
    """Names of the attributes specific to this update."""
    _slots: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """The slots in Keras's order: within a group they alternate from weight to weight; the groups follow each other."""

    def __init__(
        self,
        learning_rate: LearningRateLike,
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
        decay: float | None = None,
    ) -> None:
        checks.refuse(type(self).__name__, loss_scale_factor=loss_scale_factor)
        self._learning_rate: float | LearningRateSchedule = _rate_or_schedule(learning_rate)
        clips = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        norms = [value for value in (clipnorm, global_clipnorm) if value is not None]
        several = len(norms) > 1 or (norms and clipvalue is not None and not keras_scripts.is_running())
        if several:
            given = ", ".join(f"{argument}={value!r}" for argument, value in clips.items() if value is not None)
            raise ValueError(f"clipnorm, clipvalue, global_clipnorm: expected at most one of them, got {given}")
        if decay is not None and checks.number("decay", decay, 0.0) > 0:
            rate = self._learning_rate
            if not isinstance(rate, LearningRateSchedule):
                self._learning_rate = _decaying(rate, decay)
            elif not _is_of_decay(rate, decay):
                raise ValueError(f"decay: expected None or 0 for a learning rate that is a schedule, got {decay!r}")
        self.decay = float(decay or 0.0)
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
        self._without_decay_places: list[tuple[Any, int]] = []  # stores of weights with numbers in them
        self._own_steps: OwnSteps | None = None  # of training loops
        self._own_variables: list[Any] = []
        self._steps_before = 0  # as set before there is a network
        self._exchanged_at: int | None = None  # the number of steps at which weights and averages were swapped

    def __init_subclass__(cls) -> None:
        takes_the_options_of(cls, cls.__mro__[1])

    @property
    def lr(self) -> float:
        """The learning rate, under its name in Keras 2."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: LearningRateLike) -> None:
        self.learning_rate = value

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step.

        Assigning a number, a function or a schedule takes effect with the next step. A schedule can only be replaced by
        another schedule or a function; assigning a number instead raises TypeError. The number has a method `assign`,
        as Keras's variable. With `decay`, the number is that before the decay, as in Keras 2.
        """
        rate = self._learning_rate
        if self.decay and isinstance(rate, schedules.InverseTimeDecay):
            return LearningRate(rate.initial_learning_rate, self)
        return LearningRate(self._rate_at(self._steps), self)

    @learning_rate.setter
    def learning_rate(self, value: LearningRateLike) -> None:
        can_be_set = not self.follows_schedule or self.decay or isinstance(self._learning_rate, CalledRate)
        if not can_be_set and not callable(value):
            raise TypeError(
                f"learning_rate: this {type(self).__name__} follows a {type(self._learning_rate).__name__}, which only"
                f" another schedule can replace, got {value!r}"
            )
        rate = _rate_or_schedule(value)
        if self.decay and not isinstance(rate, LearningRateSchedule):
            self._learning_rate = _decaying(rate, self.decay)
        else:
            self._learning_rate, self.decay = rate, 0.0

    @property
    def follows_schedule(self) -> bool:
        """Whether the learning rate is a schedule or a function instead of a number."""
        return isinstance(self._learning_rate, LearningRateSchedule)

    @property
    def iterations(self) -> int:
        """The number of weight updates made so far.

        It can be set, which changes what depends on it, such as bias corrections and schedules, and before the model is
        built as well. The number has a method `assign`, as Keras's variable.
        """
        return Iterations(self._steps // (self.gradient_accumulation_steps or 1), self)

    @iterations.setter
    def iterations(self, value: int) -> None:
        accumulated = self.gradient_accumulation_steps or 1
        steps = checks.integer("iterations", value, 0, _MOST_STEPS // accumulated) * accumulated
        if self._network is None:
            self._steps_before = steps
        else:
            self._network.iterations = steps

    def get_weights(self) -> list[Array]:
        """Return copies of the values of `variables`, as in Keras 2.

        Returns
        -------
        list of ndarray
        """
        return [np.array(variable) for variable in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replace the values of `variables`, as in Keras 2.

        Parameters
        ----------
        weights : list of array_like
            As `get_weights` returns them.

        Raises
        ------
        ValueError
            If there is another number of them, or a shape differs.
        """
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(f"weights: expected {len(variables)} arrays, got {len(weights)}")
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    @property
    def variables(self) -> list[OptimizerVariable]:
        """The number of updates, the learning rate unless it is a schedule, and the slots, in Keras's order.

        Each can be read as an array and has `assign`, `numpy`, `path`, `shape` and `dtype`. There are slots once the
        model is built.
        """
        return variables_of(self, self._network)

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Iterable[str] | None = None) -> None:
        """Exempt weights from weight decay. A second call replaces the first.

        Parameters
        ----------
        var_list : iterable of variable, optional
            Variables or weights, for a loop that calls `apply_gradients`. `fit` identifies weights by name and raises
            ValueError.
        var_names : iterable of str
            Regular expressions: a weight is exempt if one of them occurs in its name, such as 'kernel',
            'recurrent_kernel' or 'bias'.

        Raises
        ------
        ValueError
            If a step has already been made.
        TypeError
            If a name is not a string, or something in `var_list` is not a variable.
        re.error
            If a name is not a valid regular expression.

        Examples
        --------
        >>> from fastlstm.optimizers import AdamW
        >>> optimizer = AdamW()
        >>> optimizer.exclude_from_weight_decay(var_names=["bias"])
        """
        if self._steps:
            raise ValueError("exclude_from_weight_decay: expected a call before the first step")
        names = [var_names] if isinstance(var_names, str) else list(var_names or ())
        for name in names:
            if not isinstance(name, str):
                raise TypeError(f"var_names: expected strings, got {name!r}")
        self._without_decay = re.compile("|".join(names)) if names else None
        self._without_decay_places = [place_of(one, "var_list") for one in var_list or ()]
        if self._network is not None:
            self.start(self._network)

    @property
    def averages_in_place(self) -> bool:
        """Whether the averages have been swapped in for the weights since the last step."""
        return 0 < self._steps == self._exchanged_at

    def finalize_variable_values(self) -> None:
        """Replace the weights by their averages, as `fit` does at its end; without ``use_ema=True`` do nothing.

        Averages that `swap_ema_weights` has already swapped in stay.
        """
        if self.use_ema and self._network is not None:
            if self.averages_in_place:
                self.swap_ema_weights()
            self._network.take_averages()

    def swap_ema_weights(self) -> None:
        """Swap the weights and their averages, to evaluate or save the latter; a second call undoes it.

        Before the first step nothing changes.

        Raises
        ------
        ValueError
            Without ``use_ema=True``, or if the optimizer does not belong to a built model.
        """
        if not self.use_ema or self._network is None:
            raise ValueError("swap_ema_weights: expected an optimizer with use_ema=True, of a compiled and built model")
        self._network.swap_averages()
        self._exchanged_at = None if self.averages_in_place else self._steps

    @contextmanager
    def _with_weights_in_place(self) -> Iterator[None]:
        """Swap averages that are in place of the weights back for a while."""
        swapped = self.averages_in_place
        if swapped:
            self.swap_ema_weights()
        try:
            yield
        finally:
            if swapped:
                self.swap_ema_weights()

    def apply_gradients(self, grads_and_vars: Iterable[Any], **options: Any) -> Any:
        """Make a step with gradients that a training loop has found, as ``tape.gradient`` returns them.

        Parameters
        ----------
        grads_and_vars : iterable of (array, variable)
            Gradients with the variables or weights of layers, the same ones in each step, in any order. A gradient of
            None stands for zeros. Slots of variables that a step leaves out are lost.
        **options
            Accepted as in older versions of Keras, without effect.

        Returns
        -------
        int
            The number of steps made.

        Raises
        ------
        TypeError
            If something else than a variable is given.
        ValueError
            If no variable has a gradient.

        Examples
        --------
        >>> from fastlstm.keras import Variable
        >>> from fastlstm.optimizers import SGD
        >>> weight = Variable([1.0, 2.0])
        >>> SGD(0.5).apply_gradients([([1.0, 0.0], weight)])
        1
        >>> weight.numpy().tolist()
        [0.5, 2.0]
        """
        gradients, variables = pairs_of(grads_and_vars)
        steps = self._possible_steps(variables)
        self._go_on_with(steps)
        steps.step(variables, gradients, float(np.reshape(self.rates(1), -1)[0]))
        return self.iterations

    def _possible_steps(self, variables: Sequence[Any]) -> OwnSteps:
        """Return what can make steps with these variables: the same as before, or another one with the slots of that.

        It is not in use before `_go_on_with`. Slots of variables that were not updated before are empty.
        """
        before = self._own_steps if self._own_steps is not None and self._own_steps.network is self._network else None
        if before is not None and before.is_for(variables):
            return before
        steps = OwnSteps(variables)
        self._set_up(steps.network, steps)
        if before is not None:
            steps.take_slots(before)
        return steps

    def _go_on_with(self, steps: OwnSteps) -> None:
        """Make the following steps with these variables."""
        if self._network is not steps.network:
            self._own_steps, self._steps_before = steps, self._steps
            self._begin_in(steps.network)

    def minimize(self, loss: Any, var_list: Any, grad_loss: None = None, name: Any = None, tape: Any = None) -> Any:
        """Make a step that lowers a loss, as in Keras 2.

        Parameters
        ----------
        loss : callable or tensor
            A function without arguments that returns the loss, or a loss that `tape` has recorded.
        var_list : sequence of variable, or callable
            The variables or weights of layers to change, or a function that returns them.
        grad_loss : None
            Present in TensorFlow for the gradient of the loss; any other value raises ValueError: multiply the loss.
        name : optional
            Accepted as in Keras 2, without effect.
        tape : GradientTape, optional
            What has recorded `loss`.

        Returns
        -------
        int
            The number of steps made.

        Raises
        ------
        ValueError
            If `loss` is not a function and there is no `tape`, it does not depend on any of the variables, or
            `grad_loss` is given.

        Examples
        --------
        >>> from fastlstm.keras import Variable
        >>> from fastlstm.optimizers import SGD
        >>> weight = Variable([1.0, 2.0])
        >>> SGD(0.25).minimize(lambda: (weight * weight).sum(), [weight])
        1
        >>> weight.numpy().tolist()
        [0.5, 1.0]
        """
        checks.refuse("minimize", grad_loss=grad_loss)
        return self.apply_gradients(self.compute_gradients(loss, var_list, tape))

    def compute_gradients(self, loss: Any, var_list: Any, tape: Any = None) -> list[tuple[Any, Any]]:
        """Return the gradients of a loss with their variables, as in Keras 2.

        Parameters
        ----------
        loss, var_list, tape
            As for `minimize`.

        Returns
        -------
        list of (array, variable)
            What `apply_gradients` takes.

        Raises
        ------
        ValueError
            If `loss` is not a function and there is no `tape`.

        Examples
        --------
        >>> from fastlstm.keras import Variable
        >>> from fastlstm.optimizers import SGD
        >>> weight = Variable([1.0, 2.0])
        >>> [(gradient, _)] = SGD().compute_gradients(lambda: (weight * weight).sum(), [weight])
        >>> gradient.tolist()
        [2.0, 4.0]
        """
        variables = list(var_list() if callable(var_list) else var_list)
        return list(zip(gradients_of(loss, variables, tape), variables, strict=True))

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Any] | None = None) -> Any:
        """Make a step with gradients, as Keras 3 calls it.

        Parameters
        ----------
        grads : iterable of array
            The gradients.
        trainable_variables : iterable of variable, optional
            What they are the gradients of; default: those of the step before.

        Returns
        -------
        int
            The number of steps made.
        """
        if trainable_variables is not None:
            self._own_variables = list(trainable_variables)
        return self.apply_gradients(zip(grads, self._own_variables, strict=True))

    def build(self, variables: Iterable[Any]) -> None:
        """Take note of the variables that `apply` updates.

        Parameters
        ----------
        variables : iterable of variable
            The variables or weights of layers.
        """
        self._own_variables = list(variables)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, with the current learning rate or the schedule.

        With `decay`, the rate is that before the decay.

        Returns
        -------
        dict
            Arguments that `from_config` accepts; a schedule as `fastlstm.schedules.serialize` returns it.

        Raises
        ------
        NotImplementedError
            If the schedule does not define `get_config`.

        Examples
        --------
        >>> from fastlstm.optimizers import SGD
        >>> SGD(0.5).get_config()["learning_rate"]
        0.5
        """
        rate = self._learning_rate
        if not isinstance(rate, LearningRateSchedule):
            return self._constructor_arguments()
        learning_rate = float(self.learning_rate) if self.decay else schedules.serialize(rate)
        return {**self._constructor_arguments(), "learning_rate": learning_rate}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, type[LearningRateSchedule]] | None = None
    ) -> "Optimizer":
        """Return an optimizer with these arguments that has made no steps.

        Parameters
        ----------
        config : dict
            As returned by `get_config`, also by Keras's.
        custom_objects : dict, optional
            User-defined schedule classes by name.

        Returns
        -------
        Optimizer
            An instance of the class.

        Raises
        ------
        TypeError
            If an argument is unknown or has the wrong type.
        ValueError
            If an argument is out of range, or the schedule's class is unknown.

        Examples
        --------
        >>> from fastlstm.optimizers import SGD
        >>> SGD.from_config({"learning_rate": 0.5}).learning_rate
        0.5
        """
        arguments = dict(config)
        if isinstance(arguments.get("learning_rate"), Mapping):
            arguments["learning_rate"] = schedules.deserialize(arguments["learning_rate"], custom_objects)
        return cls(**arguments)

    # Inside -----------------------------------------------------------------------------------------------------

    def _constructor_arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments, a schedule as an object.

        `decay` is among them beside the schedule that it makes, which Keras 3 follows: it ignores `decay` in files.
        """
        return {
            **({"decay": self.decay} if self.decay else {}),
            "name": self.name,
            "learning_rate": self._learning_rate,
            "loss_scale_factor": None,
            **self._numbers(),
        }

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles, which belong to no model and have made no steps."""
        return {**vars(self), "_model": None, "_network": None, "_own_steps": None, "_own_variables": []}

    def _scalars(self) -> list[float]:
        """Return the numbers that Keras stores beside the slots and the core derives from the number of steps."""
        return []

    def _numbers(self) -> dict[str, Any]:
        """Return the constructor's arguments that the core takes under the same names."""
        return {name: getattr(self, name) for name in (*_SHARED, *self._own)}

    def _by_elements(self, network: Network) -> list[int]:
        """Return the weights that are updated element by element though other matrices are not."""
        return []

    def _slot_shape(self, name: str, network: Network, parameter: int) -> tuple[int, ...] | None:
        """Return the shape of a weight's slot in Keras, None if Keras has none."""
        return network.parameters[parameter].shape

    def _paths(self, network: Network) -> list[str]:
        """Return ``layer name/weight name`` of each weight."""
        names = [parameter.name for parameter in network.parameters]
        layers = getattr(None if self._model is None else self._model(), "layers", ())
        owners = [layer.name for layer in layers for _ in layer.weights]
        if len(owners) != len(names):
            return names
        return [f"{owner}/{name}" for owner, name in zip(owners, names, strict=True)]

    @property
    def _steps(self) -> int:
        """The number of batches seen so far."""
        return self._steps_before if self._network is None else self._network.iterations

    def _rate_at(self, step: int) -> float:
        rate = self._learning_rate
        if not isinstance(rate, LearningRateSchedule):
            return rate
        return checks.number(f"learning_rate: {type(rate).__name__} at step {step}", rate(step), 0.0)

    def rates(self, steps: int) -> float | Array:
        """Return the learning rates of the next steps, as the core takes them.

        Parameters
        ----------
        steps : int
            The largest number of steps wanted.

        Returns
        -------
        float or ndarray
            The learning rate; with a schedule the rates (n,), float64, of the next ``n <= steps`` steps.

        Raises
        ------
        TypeError
            If the schedule returns something other than a real number.
        ValueError
            If it returns a number that is negative, NaN or infinite.
        """
        if not isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate
        first, most = self._steps, 1 if isinstance(self._learning_rate, CalledRate) else _RATES_OF_A_CALL
        return np.array([self._rate_at(step) for step in range(first, first + min(steps, most))])

    @property
    def _owner(self) -> object:
        """The model that it belongs to, or None."""
        return None if self._model is None else self._model()

    def claim(self, model: object) -> None:
        """Make a model the owner of this optimizer.

        Parameters
        ----------
        model : object
            The model.

        Raises
        ------
        ValueError
            If the optimizer belongs to another model.
        """
        if self._owner is not None and self._owner is not model:
            raise ValueError(f"optimizer: this {type(self).__name__} belongs to another model; create a new one")
        self.release()
        self._model = weakref.ref(model)

    def release(self) -> None:
        """Detach the optimizer from its model and forget its steps."""
        self._model = self._network = None
        self._exchanged_at, self._steps_before = None, 0

    def _exempt_from_decay(self, network: Network, loop: OwnSteps | None) -> list[int]:
        """Return the numbers of the weights in a network that `exclude_from_weight_decay` exempts."""
        if self._without_decay_places and loop is None:
            raise ValueError("var_list: in fit, weights are identified by name, as in var_names=['bias']")
        names = [parameter.name for parameter in network.parameters] if loop is None else loop.names
        keys = [None] * len(names) if loop is None else loop.keys
        pattern, excluded = self._without_decay, {(id(store), i) for store, i in self._without_decay_places}
        pairs = enumerate(zip(names, keys, strict=True))
        return [i for i, (name, key) in pairs if key in excluded or (pattern is not None and pattern.search(name))]

    def start(self, network: Network) -> None:
        """Install this optimizer in a network, with empty slots.

        Parameters
        ----------
        network : Network
            The native network.
        """
        is_of_loop = self._own_steps is not None and self._own_steps.network is network
        self._set_up(network, self._own_steps if is_of_loop else None)
        self._begin_in(network)

    def _set_up(self, network: Network, loop: OwnSteps | None) -> None:
        """Let a network, which may be that of a training loop, have this optimizer's update and empty slots."""
        numbers = {name: float(value) for name, value in self._numbers().items() if value is not None}
        network.set_optimizer(self._rule, numbers, self._exempt_from_decay(network, loop), self._by_elements(network))

    def _begin_in(self, network: Network) -> None:
        """Make the following steps in a network that has been set up."""
        if self._steps_before:
            network.iterations = self._steps_before
        self._network, self._exchanged_at, self._steps_before = network, None, 0


registry: Registry[type[Optimizer]] = Registry("optimizer", lambda name: (name.lower(),))


def _decaying(rate: float, decay: float) -> LearningRateSchedule:
    """Return the schedule of Keras 2's argument `decay`."""
    return schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=decay)


def _is_of_decay(schedule: LearningRateSchedule, decay: float) -> bool:
    """Return whether a schedule is the one that `decay` makes, as files have both."""
    if not isinstance(schedule, schedules.InverseTimeDecay):
        return False
    return schedule.get_config() == _decaying(schedule.initial_learning_rate, decay).get_config()


def _rate_or_schedule(value: Any) -> float | LearningRateSchedule:
    if isinstance(value, LearningRateSchedule):
        return value
    if callable(value):
        return CalledRate(value)
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


def epsilon_of(value: float | None) -> float:
    """Return an epsilon as a float of at least 0; None, as in Keras 2, is Keras's default."""
    return checks.number("epsilon", 1e-7 if value is None else value, 0.0)
