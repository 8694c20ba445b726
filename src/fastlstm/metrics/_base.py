"""The base class of metrics, and the variables they sum in."""

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from .. import config, initializers
from .._internal.arrays import Array, dtype_name
from .._internal.names import given_or_automatic
from .._internal.not_available import has_attributes_of_keras
from .._internal.registry import Registry, snake_case_and_class_name
from .._internal.tape import plain
from .._internal.tensor import result

if TYPE_CHECKING:
    from typing_extensions import Self

Direction = Literal["up", "down"]


class Variable(np.lib.mixins.NDArrayOperatorsMixin):
    """A float64 array that `assign` changes in place. NumPy functions treat it as its value."""

    def __init__(self, value: Array, name: str | None = None) -> None:
        self.value = value
        self.name = name

    def assign(self, value: Any) -> None:
        """Set the value.

        Parameters
        ----------
        value : array_like
            The new value, of the same shape.

        Raises
        ------
        ValueError
            If the shape differs.
        """
        array = np.asarray(plain(value))
        if array.shape != self.value.shape:
            raise ValueError(f"value: expected shape {self.value.shape}, got {array.shape}")
        self.value[...] = array

    def assign_add(self, value: Any) -> None:
        """Add to the value.

        Parameters
        ----------
        value : array_like
            The summand, broadcast to the shape.

        Raises
        ------
        ValueError
            If it cannot be broadcast.
        """
        self.assign(self.value + plain(value))

    def assign_sub(self, value: Any) -> None:
        """Subtract from the value.

        Parameters
        ----------
        value : array_like
            The subtrahend, broadcast to the shape.

        Raises
        ------
        ValueError
            If it cannot be broadcast.
        """
        self.assign(self.value - plain(value))

    def numpy(self) -> Array:
        """Return a copy of the value."""
        return np.array(self.value)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, which is fixed."""
        return self.value.shape

    @property
    def dtype(self) -> str:
        """'float64'."""
        return str(self.value.dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.value, dtype=dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        values = [one.value if isinstance(one, Variable) else one for one in inputs]
        return getattr(ufunc, method)(*values, **options)

    def __float__(self) -> float:
        return float(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, index: Any) -> Any:
        return self.value[index]

    def __repr__(self) -> str:
        return f"<Variable name={self.name}, value={self.value!r}>"


@has_attributes_of_keras
class Metric:
    """Base class of metrics: a result that is updated batch by batch. Subclass it for your own.

    A subclass creates its sums with `add_variable` and defines `update_state` and `result`. Pass instances to
    `compile`: ``metrics=[MyMetric()]``.

    Parameters
    ----------
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    name : str, optional
        The key of the result in logs and in the history. Default: the class's name in snake case, with a number from
        the second on.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.Metric`.

    Examples
    --------
    >>> import numpy as np
    >>> class LargestError(Metric):
    ...     def __init__(self, name="largest_error"):
    ...         super().__init__(name=name)
    ...         self.largest = self.add_variable(shape=(), initializer="zeros")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(np.maximum(self.largest, np.abs(y_true - y_pred).max()))
    ...     def result(self):
    ...         return self.largest
    >>> metric = LargestError()
    >>> metric.update_state(np.array([1.0, 2.0]), np.array([1.5, 1.0]))
    >>> float(metric.result())
    1.0
    """

    _direction: Direction | None = None
    """Whether larger values are better ('up') or smaller ones ('down'), for callbacks with ``mode='auto'``."""
    _sums_samples: ClassVar[bool] = False
    """Whether one update with several batches equals one update for each."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__module__.startswith(__package__):
            cls._sums_samples = False  # a user-defined class may treat each batch differently
        if "result" in vars(cls):
            cls.result = _with_numpy(cls.result)  # type: ignore[method-assign]
        if "reset_states" in vars(cls) and "reset_state" not in vars(cls):  # its name in Keras 2
            cls.reset_state = cls.reset_states  # type: ignore[method-assign]

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = given_or_automatic(name, type(self))
        self._dtype = config.floatx() if dtype is None else dtype_name("dtype", dtype)
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The given dtype, or the `fastlstm.config.floatx()` at the time of creation."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The variables created by `add_variable`."""
        return list(self._variables)

    @property
    def weights(self) -> list[Variable]:
        """The same as `variables`, as in Keras 2."""
        return self.variables

    def add_variable(
        self, shape: tuple[int, ...], initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Return a new variable, which `reset_state` sets to zeros.

        Parameters
        ----------
        shape : tuple of int
            The shape; () for a scalar.
        initializer : str or Initializer
            The initial value, from `fastlstm.initializers`.
        dtype : str, optional
            For Keras compatibility; the dtype is float64.
        name : str, optional
            For display.

        Returns
        -------
        Variable
            A float64 array with `assign`, `assign_add` and `assign_sub`, which NumPy functions accept.

        Raises
        ------
        RuntimeError
            If called before ``super().__init__()``.
        ValueError
            If the initializer is unknown or does not support the shape.

        Examples
        --------
        >>> Metric(name="sums").add_variable((2,), initializer="ones").numpy().tolist()
        [1.0, 1.0]
        """
        if "_variables" not in self.__dict__:
            raise RuntimeError(f"{type(self).__name__}: call super().__init__() before adding variables")
        make = initializers.get(initializer)
        variable = Variable(np.asarray(make(tuple(shape), dtype="float64"), dtype=np.float64), name)
        self._variables.append(variable)
        return variable

    def add_weight(self, *args: Any, **options: Any) -> Variable:
        """Return a new variable: Keras's other name of `add_variable`.

        Parameters
        ----------
        *args
            The arguments of `add_variable` in its order, or, as in Keras 2, the name and then the shape.
        **options
            The arguments of `add_variable` by name; the shape is () by default. `aggregation`, `synchronization` and
            `trainable` of Keras 2 have no effect.

        Returns
        -------
        Variable
            A float64 array with `assign`, `assign_add` and `assign_sub`, which NumPy functions accept.

        Raises
        ------
        RuntimeError
            If called before ``super().__init__()``.
        TypeError
            If there is an argument of another name.
        ValueError
            If the initializer is unknown or does not support the shape.

        Examples
        --------
        >>> float(Metric(name="sums").add_weight(name="total", initializer="ones"))
        1.0
        """
        order = ("name", "shape") if args and isinstance(args[0], str) else ("shape", "initializer", "dtype", "name")
        given = {"shape": (), **dict(zip(order, args, strict=False)), **options}
        if given.get("initializer", "zeros") is None:
            given["initializer"] = "zeros"
        for name in ("aggregation", "synchronization", "trainable"):
            given.pop(name, None)
        return self.add_variable(**given)

    def merge_state(self, metrics: "Iterable[Metric]") -> None:
        """Add the variables of other metrics to those of this one, as if it had been updated with their data as well.

        Parameters
        ----------
        metrics : iterable of Metric
            Metrics of the same class with the same arguments.

        Raises
        ------
        ValueError
            If the variables of one have other shapes, or the class has none, as AUC and FBetaScore.

        Examples
        --------
        >>> from fastlstm.metrics import Mean
        >>> metric, other = Mean(), Mean()
        >>> metric.update_state([1.0])
        >>> other.update_state([2.0, 3.0])
        >>> metric.merge_state([other])
        >>> float(metric.result())
        2.0
        """
        if not self._variables:
            raise ValueError(f"metrics: {type(self).__name__} keeps no sums in variables, which could be added")
        for other in metrics:
            shapes, own = ([np.shape(one) for one in each._variables] for each in (other, self))
            if shapes != own:
                raise ValueError(f"metrics: expected variables of shapes {own}, got {shapes}")
            for variable, added in zip(self._variables, other._variables, strict=True):
                variable.assign_add(added.value)

    def reset_state(self) -> None:
        """Set all variables to zeros.

        Examples
        --------
        >>> from fastlstm.metrics import Mean
        >>> metric = Mean()
        >>> metric.update_state([1.0])
        >>> metric.reset_state()
        >>> float(metric.result())
        0.0
        """
        for variable in self._variables:
            variable.value[...] = 0

    def reset_states(self) -> None:
        """Set all variables to zeros: the older name of `reset_state`.

        Examples
        --------
        >>> Metric(name="nothing").reset_states()
        """
        cls = type(self)
        if cls.reset_state is cls.reset_states:  # that of a subclass, which has called this method
            Metric.reset_state(self)
        else:
            self.reset_state()

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch. Subclasses define this as ``update_state(y_true, y_pred, sample_weight=None)``.

        Parameters
        ----------
        *args
            The targets `y_true` and the predictions `y_pred` of a batch, as arrays.
        **kwargs
            Optionally `sample_weight`, the weight of each sample or of each of its steps.

        Raises
        ------
        NotImplementedError
            If the class does not define it.

        Examples
        --------
        >>> from fastlstm.metrics import MeanAbsoluteError
        >>> metric = MeanAbsoluteError()
        >>> metric.update_state([[1.0], [2.0]], [[1.0], [3.0]], sample_weight=[1.0, 3.0])
        >>> float(metric.result())
        0.75
        """
        raise NotImplementedError(f"{type(self).__name__} must define update_state")

    def result(self) -> Any:
        """Return the result for all batches since the last `reset_state`. Subclasses define this.

        Returns
        -------
        float, ndarray or dict
            A number, an array, or a dict of numbers by name.

        Raises
        ------
        NotImplementedError
            If the class does not define it.

        Examples
        --------
        >>> from fastlstm.metrics import Sum
        >>> float(Sum().result())
        0.0
        """
        raise NotImplementedError(f"{type(self).__name__} must define result")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch and return the result.

        Parameters
        ----------
        *args
            The arguments of `update_state`.
        **kwargs
            The keyword arguments of `update_state`.

        Returns
        -------
        float, ndarray or dict
            The result for all batches since the last `reset_state`.

        Raises
        ------
        TypeError
            If an argument does not hold numbers.
        ValueError
            If a shape is wrong.

        Examples
        --------
        >>> from fastlstm.metrics import Sum
        >>> float(Sum()([1.0, 3.0]))
        4.0
        """
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name. A subclass with other arguments adds them.

        Returns
        -------
        dict
            Arguments that `from_config` accepts.

        Examples
        --------
        >>> from fastlstm.metrics import Mean
        >>> Mean("average", dtype="float64").get_config()
        {'name': 'average', 'dtype': 'float64'}
        """
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Self":
        """Return a metric with these constructor arguments.

        Parameters
        ----------
        config : dict
            Arguments by name, as returned by `get_config`.

        Returns
        -------
        Metric
            An instance of the class.

        Raises
        ------
        TypeError
            If an argument is unknown or has the wrong type.
        ValueError
            If an argument is out of range.

        Examples
        --------
        >>> from fastlstm.metrics import Precision
        >>> Precision.from_config({"top_k": 2}).top_k
        2
        """
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


registry: Registry[type[Metric]] = Registry("metric", snake_case_and_class_name)


def _with_numpy(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method whose number is one with the method `numpy` of TensorFlow's tensors."""

    @functools.wraps(function)
    def result_of(self: Metric) -> Any:
        return result(function(self))

    return result_of


def divided(numerator: Any, denominator: Any) -> Array:
    """Return the quotient, or 0 where the denominator is 0."""
    numerator, denominator = np.asarray(numerator), np.asarray(denominator)
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    quotient = np.zeros(shape)
    np.divide(numerator, denominator, out=quotient, where=np.broadcast_to(denominator != 0, shape))
    return quotient
