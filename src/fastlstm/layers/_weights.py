"""Storage of a layer's weights: separate arrays until a model is built, then the model's flat buffer."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import constraints, initializers, regularizers
from .._internal.arrays import Array, real_array
from .._internal.native import Network


class Weight(NamedTuple):
    """A weight as a layer declares it."""

    name: str
    shape: tuple[int, ...]
    initial: Callable[[tuple[int, ...], str], Array]
    trainable: bool = True
    regularizer: regularizers.Regularizer | None = None
    constraint: constraints.Constraint | None = None


class Rules(NamedTuple):
    """Initializer, regularizer and constraint of one weight, as given to the constructor."""

    initializer: initializers.Initializer
    regularizer: regularizers.Regularizer | None
    constraint: constraints.Constraint | None

    def weight(self, name: str, shape: tuple[int, ...]) -> Weight:
        """Return a trainable weight with these rules."""
        return Weight(name, shape, self.initializer, True, self.regularizer, self.constraint)

    def arguments(self, prefix: str) -> dict[str, Any]:
        """Return the constructor's arguments, such as kernel_initializer for the prefix kernel."""
        return {f"{prefix}_{name}": value for name, value in self._asdict().items()}


def rules(initializer: Any, regularizer: Any = None, constraint: Any = None) -> Rules:
    """Return the rules given by names or objects."""
    return Rules(initializers.get(initializer), regularizers.get(regularizer), constraints.get(constraint))


class Weights:
    """The weights of one layer, in the order of `get_weights`."""

    def __init__(self) -> None:
        self._declared: list[Weight] = []
        self._arrays: list[Array] = []
        self._network: Network | None = None
        self._first = 0
        self.is_taken = False
        """Whether the weights belong to a layer and are not a variable alone."""

    @property
    def declared(self) -> list[Weight]:
        """The declarations, in the order of `get_weights`."""
        return self._declared

    def create(self, declared: Sequence[Weight], dtype: str) -> None:
        """Create arrays with the declared initial values."""
        arrays = []
        for weight in declared:
            array = real_array(weight.name, weight.initial(weight.shape, dtype), dtype)
            if array.shape != weight.shape:
                raise ValueError(f"{weight.name}: the initializer gave shape {array.shape}, expected {weight.shape}")
            if weight.constraint is not None:
                weight.constraint.core_arguments(len(weight.shape))  # raises if the weight lacks these axes
            arrays.append(_read_only(array.copy()))
        self._declared, self._arrays = list(declared), arrays

    def adopt(self, declared: Sequence[Weight], arrays: Sequence[Array]) -> None:
        """Copy arrays of the declared shapes and the layer's dtype, instead of creating initial values."""
        self._declared, self._arrays = list(declared), [_read_only(array.copy()) for array in arrays]

    def append(self, weight: Weight, array: Array) -> int:
        """Add a weight with this value, and return its number."""
        if self._network is not None:
            self.detach()
        self._declared.append(weight)
        self._arrays.append(_read_only(np.array(array)))
        return len(self._arrays) - 1

    def write_at(self, number: int, array: Array) -> None:
        """Replace one weight by an array of its shape."""
        if self._network is None:
            self._arrays[number] = _read_only(np.array(array, self._arrays[number].dtype))
        else:
            self._network.set_weight(self._first + number, np.ascontiguousarray(array, self._arrays[number].dtype))

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles: the current weights, in no network."""
        arrays = [np.array(array) for array in self._arrays]
        return {**vars(self), "_arrays": arrays, "_network": None, "_first": 0}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for array in self._arrays:
            _read_only(array)

    def arrays(self) -> list[Array]:
        """Return read-only views of the current weights."""
        return list(self._arrays)

    def array(self, name: str) -> Array | None:
        """Return a read-only view of the weight of this name, or None if there is none."""
        return next((array for weight, array in self._pairs() if weight.name == name), None)

    def checked(self, owner: str, values: Any, dtype: str) -> list[Array]:
        """Return `values` as arrays for `write`; raise ValueError if their number or a shape is wrong."""
        if not isinstance(values, (list, tuple)):
            raise TypeError(f"weights: expected a list of arrays, got {type(values).__name__}")
        if len(values) != len(self.declared):
            raise ValueError(f"weights: {owner} expected {len(self.declared)} arrays, got {len(values)}")
        arrays = []
        for weight, value in zip(self.declared, values, strict=True):
            array = real_array(weight.name, value, dtype)
            if array.shape != weight.shape:
                raise ValueError(f"{weight.name}: {owner} expected shape {weight.shape}, got {array.shape}")
            arrays.append(array)
        return arrays

    def write(self, arrays: Sequence[Array]) -> None:
        """Replace all weights by arrays from `checked`."""
        if self._network is None:
            self._arrays = [_read_only(array.copy()) for array in arrays]
        else:
            for i, array in enumerate(arrays):
                self._network.set_weight(self._first + i, array)

    def copy_to(self, network: Network, first: int) -> None:
        """Write the weights into the parameters of `network` from `first` on."""
        for i, array in enumerate(self._arrays, first):
            network.set_weight(i, array)

    def move_to(self, network: Network, first: int) -> int:
        """Move the weights, with their regularizers and constraints, into `network`.

        Returns the index of the parameter after them.
        """
        self.copy_to(network, first)
        parameters = network.parameters
        for i, weight in enumerate(self._declared, first):
            if not parameters[i].trainable:
                continue
            if weight.regularizer is not None:
                network.set_regularizer(i, weight.regularizer.l1, weight.regularizer.l2)
            if weight.constraint is not None:
                network.set_constraint(i, *weight.constraint.core_arguments(len(weight.shape)))
        self._network, self._first = network, first
        end = first + len(self._declared)
        self._arrays = [network.weight(i) for i in range(first, end)]
        return end

    def detach(self) -> None:
        """Copy the weights out of the network into separate arrays."""
        self._network = None
        self._arrays = [_read_only(array.copy()) for array in self._arrays]

    def _pairs(self) -> list[tuple[Weight, Array]]:
        return list(zip(self.declared, self.arrays(), strict=True))


class JoinedWeights(Weights):
    """The weights of several layers as those of one, each name with the prefix of its layer."""

    def __init__(self, parts: dict[str, Weights]) -> None:
        super().__init__()
        self._parts = parts

    @property
    def declared(self) -> list[Weight]:
        """The declarations, in the order of `get_weights`."""
        return [
            weight._replace(name=prefix + weight.name)
            for prefix, part in self._parts.items()
            for weight in part.declared
        ]

    def arrays(self) -> list[Array]:
        """Return read-only views of the current weights."""
        return [array for part in self._parts.values() for array in part.arrays()]

    def write(self, arrays: Sequence[Array]) -> None:
        """Replace all weights by arrays from `checked`."""
        for part in self._parts.values():
            count = len(part.declared)
            part.write(arrays[:count])
            arrays = arrays[count:]

    def copy_to(self, network: Network, first: int) -> None:
        """Write the weights into the parameters of `network` from `first` on."""
        for part in self._parts.values():
            part.copy_to(network, first)
            first += len(part.declared)

    def move_to(self, network: Network, first: int) -> int:
        """Move the weights into `network`; return the index of the parameter after them."""
        for part in self._parts.values():
            first = part.move_to(network, first)
        return first

    def detach(self) -> None:
        """Copy the weights out of the network into separate arrays."""
        for part in self._parts.values():
            part.detach()


def _read_only(array: Array) -> Array:
    array.setflags(write=False)
    return array
