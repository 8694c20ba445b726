"""The base class of metrics, and the numbers that they add up."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from .. import config, initializers
from .._internal.arrays import Array, dtype_name
from .._internal.names import given_or_automatic
from .._internal.registry import Registry, snake_case_and_class_name

if TYPE_CHECKING:
    from typing_extensions import Self

Direction = Literal["up", "down"]


class Variable(np.lib.mixins.NDArrayOperatorsMixin):
    """An array in float64 that is changed in place by `assign`; in NumPy's functions it stands for its value."""

    def __init__(self, value: Array, name: str | None = None) -> None:
        self.value = value
        self.name = name

    def assign(self, value: Any) -> None:
        """Replace the value by one of the same shape."""
        array = np.asarray(value)
        if array.shape != self.value.shape:
            raise ValueError(f"value: expected shape {self.value.shape}, got {array.shape}")
        self.value[...] = array

    def assign_add(self, value: Any) -> None:
        """Add to the value."""
        self.assign(self.value + value)

    def assign_sub(self, value: Any) -> None:
        """Subtract from the value."""
        self.assign(self.value - value)

    def numpy(self) -> Array:
        """Return a copy of the value."""
        return np.array(self.value)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, which does not change."""
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


class Metric:
    """Base class: a figure that is updated batch by batch. Subclass it to write one.

    A subclass makes its sums with `add_variable` and defines `update_state` and `result`. `compile` takes instances:
    ``metrics=[MyMetric()]``.

    Parameters
    ----------
    dtype : {'float32', 'float64'}, optional
        As in Keras code; sums are float64 whatever it is.
    name : str, optional
        Under which the metric appears in logs and in the history. Default: the class's name as in mean, mean_1, ...

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
    """Whether larger values are better; callbacks with ``mode='auto'`` go by it."""
    _sums_samples: ClassVar[bool] = False
    """Whether updating with several batches at once is the same as with one after the other."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__module__.startswith(__package__):
            cls._sums_samples = False  # a class of one's own may do anything with a batch

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = given_or_automatic(name, type(self))
        self._dtype = config.floatx() if dtype is None else dtype_name("dtype", dtype)
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The dtype that was given, or `fastlstm.config.floatx()` of then."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """What `add_variable` has made."""
        return list(self._variables)

    def add_variable(
        self, shape: tuple[int, ...], initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Return a new array that `reset_state` sets to zeros.

        Parameters
        ----------
        shape : tuple of int
            () for a number.
        initializer : str or Initializer
            Of `fastlstm.initializers`.
        dtype
            As in Keras code; it is float64.
        name : str, optional
            For its text only.

        Returns
        -------
        Variable
            With `assign`, `assign_add` and `assign_sub`; NumPy takes it for an array.
        """
        if "_variables" not in self.__dict__:
            raise RuntimeError(f"{type(self).__name__}: call super().__init__() before adding variables")
        make = initializers.get(initializer)
        variable = Variable(np.asarray(make(tuple(shape), dtype="float64"), dtype=np.float64), name)
        self._variables.append(variable)
        return variable

    def add_weight(
        self, shape: tuple[int, ...] = (), initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Do what `add_variable` does."""
        return self.add_variable(shape, initializer, dtype, name)

    def reset_state(self) -> None:
        """Begin again: set all variables to zeros."""
        for variable in self._variables:
            variable.value[...] = 0

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch into account.

        Parameters
        ----------
        y_true : array_like
            Targets.
        y_pred : array_like
            Outputs of a model for them.
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.
        """
        raise NotImplementedError(f"{type(self).__name__} must define update_state")

    def result(self) -> Any:
        """Return the figure for all batches since the last `reset_state`: a number, an array or a dict of numbers."""
        raise NotImplementedError(f"{type(self).__name__} must define result")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Update with a batch and return the result."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Self":
        """Return a new metric from what `get_config` gave."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


registry: Registry[type[Metric]] = Registry("metric", snake_case_and_class_name)


def divided(numerator: Any, denominator: Any) -> Array:
    """Return the quotient, 0 where the denominator is."""
    numerator, denominator = np.asarray(numerator), np.asarray(denominator)
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    quotient = np.zeros(shape)
    np.divide(numerator, denominator, out=quotient, where=np.broadcast_to(denominator != 0, shape))
    return quotient
