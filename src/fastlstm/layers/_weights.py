"""Where a layer's weights are: in arrays of its own until a model is built, in the model's flat buffer from then on."""

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
    """What the constructor of a layer says of one weight."""

    initializer: initializers.Initializer
    regularizer: regularizers.Regularizer | None
    constraint: constraints.Constraint | None

    def weight(self, name: str, shape: tuple[int, ...]) -> Weight:
        """Return a weight by these rules."""
        return Weight(name, shape, self.initializer, True, self.regularizer, self.constraint)

    def arguments(self, prefix: str) -> dict[str, Any]:
        """Return the constructor's arguments, such as kernel_initializer for the prefix kernel."""
        return {f"{prefix}_{name}": value for name, value in self._asdict().items()}


def rules(initializer: Any, regularizer: Any = None, constraint: Any = None) -> Rules:
    """Return the rules that are given by names or objects."""
    return Rules(initializers.get(initializer), regularizers.get(regularizer), constraints.get(constraint))


class Weights:
    """The weights of one layer, in the order of `get_weights`."""

    def __init__(self) -> None:
        self._declared: list[Weight] = []
        self._arrays: list[Array] = []
        self._network: Network | None = None
        self._first = 0

    @property
    def declared(self) -> list[Weight]:
        """What the layer declared."""
        return self._declared

    def create(self, declared: Sequence[Weight], dtype: str) -> None:
        """Make arrays with the declared initial values."""
        arrays = []
        for weight in declared:
            array = real_array(weight.name, weight.initial(weight.shape, dtype), dtype)
            if array.shape != weight.shape:
                raise ValueError(f"{weight.name}: the initializer gave shape {array.shape}, expected {weight.shape}")
            if weight.constraint is not None:
                weight.constraint.core_arguments(len(weight.shape))  # raises where the axes are not the weight's
            arrays.append(_sealed(array.copy()))
        self._declared, self._arrays = list(declared), arrays

    def adopt(self, declared: Sequence[Weight], arrays: Sequence[Array]) -> None:
        """Take arrays of the declared shapes, and of the layer's dtype, in place of initial values."""
        self._declared, self._arrays = list(declared), [_sealed(array.copy()) for array in arrays]

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles have: the weights of now, in no network."""
        arrays = [np.array(array) for array in self._arrays]
        return {**vars(self), "_arrays": arrays, "_network": None, "_first": 0}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for array in self._arrays:
            _sealed(array)

    def arrays(self) -> list[Array]:
        """Return read-only views of the weights as they are now."""
        return list(self._arrays)

    def array(self, name: str) -> Array | None:
        """Return a read-only view of the weight of this name, or None where the layer has none."""
        return next((array for weight, array in self._pairs() if weight.name == name), None)

    def checked(self, owner: str, values: Any, dtype: str) -> list[Array]:
        """Return `values` as arrays for `write`; a wrong number of them or a wrong shape raises ValueError."""
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
            self._arrays = [_sealed(array.copy()) for array in arrays]
        else:
            for i, array in enumerate(arrays):
                self._network.set_weight(self._first + i, array)

    def copy_to(self, network: Network, first: int) -> None:
        """Write the weights into the segments of `network` from `first` on."""
        for i, array in enumerate(self._arrays, first):
            network.set_weight(i, array)

    def move_to(self, network: Network, first: int) -> int:
        """Write the weights into `network`, with the rules for training them, and read them from there ever after.

        Returns the segment after them.
        """
        self.copy_to(network, first)
        segments = network.segments
        for i, weight in enumerate(self._declared, first):
            if not segments[i].trainable:
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
        """Take the weights out of the model into arrays of their own."""
        self._network = None
        self._arrays = [_sealed(array.copy()) for array in self._arrays]

    def _pairs(self) -> list[tuple[Weight, Array]]:
        return list(zip(self.declared, self.arrays(), strict=True))


class JoinedWeights(Weights):
    """The weights of several layers as those of one: the names of each begin with its prefix."""

    def __init__(self, parts: dict[str, Weights]) -> None:
        super().__init__()
        self._parts = parts

    @property
    def declared(self) -> list[Weight]:
        """What the layers declared."""
        return [
            weight._replace(name=prefix + weight.name)
            for prefix, part in self._parts.items()
            for weight in part.declared
        ]

    def arrays(self) -> list[Array]:
        """Return read-only views of the weights as they are now."""
        return [array for part in self._parts.values() for array in part.arrays()]

    def write(self, arrays: Sequence[Array]) -> None:
        """Replace all weights by arrays from `checked`."""
        for part in self._parts.values():
            count = len(part.declared)
            part.write(arrays[:count])
            arrays = arrays[count:]

    def copy_to(self, network: Network, first: int) -> None:
        """Write the weights into the segments of `network` from `first` on."""
        for part in self._parts.values():
            part.copy_to(network, first)
            first += len(part.declared)

    def move_to(self, network: Network, first: int) -> int:
        """Write the weights into `network` and read them from there ever after; return the segment after them."""
        for part in self._parts.values():
            first = part.move_to(network, first)
        return first

    def detach(self) -> None:
        """Take the weights out of the model into arrays of their own."""
        for part in self._parts.values():
            part.detach()


def _sealed(array: Array) -> Array:
    array.setflags(write=False)
    return array
