"""The weights of a layer that users write: a layer inside it that only holds them."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from .. import constraints, initializers, regularizers
from .._internal.arrays import Array
from ._weights import Weight
from .base import Layer, Shape
from .variable import Variable


class OwnWeights(Layer):
    """Holds the variables of a layer or a model that users write.

    Parameters
    ----------
    **options
        As for `Layer`.
    """

    _takes_any_input: ClassVar[bool] = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.variables_inside: list[Variable] = []

    @property
    def built(self) -> bool:
        """Whether the layer has its weights: those that there are."""
        return True

    def build(self, input_shape: Shape) -> None:
        """Do nothing: weights are added one by one.

        Parameters
        ----------
        input_shape : tuple
            Ignored.
        """

    def create(
        self,
        name: str,
        shape: Sequence[int],
        initializer: Any,
        regularizer: Any,
        constraint: Any,
        trainable: bool,
        dtype: str,
    ) -> Variable:
        """Return a new variable with its initial value."""
        made = tuple(int(size) for size in shape)
        found = _function_of(initializer)
        value = found(made, dtype)
        variable = Variable(np.asarray(getattr(value, "numpy", lambda: value)(), dtype), trainable=trainable, name=name)
        return self.take(variable, regularizer, constraint)

    def take(self, variable: Variable, regularizer: Any = None, constraint: Any = None) -> Variable:
        """Make a variable one of the weights, if it is of floats."""
        if any(variable is one for one in self.variables_inside):
            return variable
        value = variable._array
        if value.dtype.kind != "f" or variable._store.is_taken:
            return variable
        declared = variable._weight._replace(
            regularizer=regularizers.get(regularizer), constraint=constraints.get(constraint or variable.constraint)
        )
        variable.constraint = declared.constraint
        number = self._weights.append(declared, np.asarray(value, self.dtype))
        self._weights.is_taken = True
        variable._store, variable._index, variable.holder = self._weights, number, self
        self.variables_inside.append(variable)
        self._changed()
        return variable

    def choose(self, trained: Sequence[Variable], trainable: bool) -> None:
        """Set whether training changes variables."""
        for variable in trained:
            self.take(variable)
            if getattr(variable, "holder", None) is self:
                declared = self._weights.declared
                declared[variable._index] = declared[variable._index]._replace(trainable=trainable)
        self._changed()

    def _declare(self, features: int) -> list[Weight]:
        return list(self._weights.declared)

    def _adopt(self, features: int, arrays: Sequence[Array]) -> None:
        self._weights.write(self._weights.checked(f"layer {self.name!r}", list(arrays), self.dtype))


def _function_of(initializer: Any) -> Any:
    if initializer is None:
        return initializers.get("glorot_uniform")
    if callable(initializer) and not isinstance(initializer, type):
        try:
            return initializers.get(initializer)
        except (TypeError, ValueError):
            return lambda shape, dtype: initializer(shape, dtype=dtype)
    return initializers.get(initializer)
