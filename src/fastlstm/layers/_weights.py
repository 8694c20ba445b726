"""Where a layer's weights are: in arrays of its own until a model is built, in the model's flat buffer from then on."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .._engine import Array, Network, real_array


class Weight(NamedTuple):
    """A weight as a layer declares it."""

    name: str
    shape: tuple[int, ...]
    initial: Callable[[tuple[int, ...], str], Array]
    trainable: bool = True


class Weights:
    """The weights of one layer, in the order of `get_weights`."""

    def __init__(self) -> None:
        self.declared: list[Weight] = []
        self._arrays: list[Array] = []
        self._network: Network | None = None
        self._first = 0

    def create(self, declared: Sequence[Weight], dtype: str) -> None:
        """Make arrays with the declared initial values."""
        self.declared = list(declared)
        self._arrays = []
        for weight in declared:
            array = real_array(weight.name, weight.initial(weight.shape, dtype), dtype)
            if array.shape != weight.shape:
                raise ValueError(f"{weight.name}: the initializer gave shape {array.shape}, expected {weight.shape}")
            self._arrays.append(_sealed(array.copy()))

    def arrays(self) -> list[Array]:
        """Return read-only views of the weights as they are now."""
        return list(self._arrays)

    def array(self, name: str) -> Array | None:
        """Return a read-only view of the weight of this name, or None where the layer has none."""
        return next((array for weight, array in self._pairs() if weight.name == name), None)

    def count_trainable(self) -> int:
        """Return how many numbers training changes."""
        return sum(array.size for weight, array in self._pairs() if weight.trainable)

    def checked(self, owner: str, values: Sequence[Any], dtype: str) -> list[Array]:
        """Return `values` as arrays for `write`; a wrong number of them or a wrong shape raises ValueError."""
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
        for i, array in enumerate(self._arrays):
            network.set_weight(first + i, array)

    def move_to(self, network: Network, first: int) -> int:
        """Write the weights into `network`, read them from there ever after, and return the segment after them."""
        self.copy_to(network, first)
        self._network, self._first = network, first
        end = first + len(self.declared)
        self._arrays = [network.weight(i) for i in range(first, end)]
        return end

    def _pairs(self) -> list[tuple[Weight, Array]]:
        return list(zip(self.declared, self._arrays, strict=True))

    def detach(self) -> None:
        """Take the weights out of the model into arrays of their own."""
        self._network = None
        self._arrays = [_sealed(array.copy()) for array in self._arrays]


def _sealed(array: Array) -> Array:
    array.setflags(write=False)
    return array
