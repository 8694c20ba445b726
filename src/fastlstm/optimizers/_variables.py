"""The state of an optimizer in Keras's order: steps, learning rate, slots."""

import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from .._internal.arrays import Array, real_array
from .._internal.native import Network
from .._internal.not_available import has_attributes_of_keras

SHARED_SLOTS = (("average",), ("gradient_accumulator",))


class SlotOwner(Protocol):
    """What is needed of an optimizer."""

    name: str
    iterations: int
    learning_rate: float
    _slots: ClassVar[tuple[tuple[str, ...], ...]]

    @property
    def follows_schedule(self) -> bool:
        """Whether the learning rate is no variable."""

    def _slot_shape(self, name: str, network: Network, parameter: int) -> tuple[int, ...] | None:
        """Return the shape of a weight's slot in Keras, None if Keras has none."""


class Slot(NamedTuple):
    """A slot of one weight, such as its momentum."""

    name: str
    parameter: int


def slots(optimizer: SlotOwner, network: Network) -> Iterator[Slot]:
    """Yield the slots that a network has in Keras's order."""
    trained = [i for i, parameter in enumerate(network.parameters) if parameter.trainable]
    existing = set(network.slots)
    for group in (*SHARED_SLOTS, *optimizer._slots):
        for parameter in trained:
            for name in group:
                if name in existing and shape_of(optimizer, network, Slot(name, parameter)) is not None:
                    yield Slot(name, parameter)


def shape_of(optimizer: SlotOwner, network: Network, slot: Slot) -> tuple[int, ...] | None:
    """Return the shape of a slot in Keras, None if Keras has no such slot."""
    if (slot.name,) in SHARED_SLOTS:
        return network.parameters[slot.parameter].shape
    return optimizer._slot_shape(slot.name, network, slot.parameter)


def values(optimizer: SlotOwner, network: Network, slot: Slot) -> Array:
    """Return a slot in Keras's shape; one of fewer elements than the weight is at the beginning of the core's."""
    found: Array = network.slot(*slot)
    shape = shape_of(optimizer, network, slot)
    assert shape is not None
    return found if found.shape == shape else found.reshape(-1)[: math.prod(shape)].reshape(shape)


def set_values(optimizer: SlotOwner, network: Network, slot: Slot, value: Array) -> None:
    """Replace a slot, given in Keras's shape."""
    if value.shape != network.parameters[slot.parameter].shape:
        whole = np.zeros(network.parameters[slot.parameter].shape, value.dtype)
        whole.reshape(-1)[: value.size] = value.reshape(-1)
        value = whole
    network.set_slot(*slot, value)


@has_attributes_of_keras
class OptimizerVariable:
    """A variable of an optimizer, which can be read as an array and set.

    Parameters
    ----------
    path : str
        The names of the optimizer and the variable.
    read : callable
        Returns the current value.
    write : callable
        Sets it.
    """

    _also_in_keras = ("Variable",)

    def __init__(self, path: str, read: Callable[[], Any], write: Callable[[Any], None]) -> None:
        self.path = path
        self._read, self._write = read, write

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def value(self) -> Array:
        """The current value."""
        return self.numpy()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.numpy().shape

    @property
    def dtype(self) -> str:
        """The dtype of the value."""
        return str(self.numpy().dtype)

    def numpy(self) -> Array:
        """Return the current value."""
        return np.asarray(self._read())

    def assign(self, value: Any) -> None:
        """Set the value.

        Parameters
        ----------
        value : array_like
            A value of the same shape.

        Raises
        ------
        ValueError
            If the shape differs.
        """
        array = np.asarray(value)
        if array.shape != self.shape:
            raise ValueError(f"value: expected shape {self.shape}, got {array.shape}")
        self._write(array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return the value, for NumPy."""
        return np.array(self._read(), dtype)

    def __eq__(self, other: object) -> Any:
        """Return whether the value is equal to another one, element by element."""
        return self is other or np.equal(self.numpy(), np.asarray(other))

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<OptimizerVariable path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def variables_of(optimizer: SlotOwner, network: Network | None) -> list[OptimizerVariable]:
    """Return the variables of an optimizer, with those of the network it trains."""

    def set_iterations(value: Any) -> None:
        optimizer.iterations = int(value)

    def set_rate(value: Any) -> None:
        optimizer.learning_rate = float(value)

    def of_slot(slot: Slot, found: Network) -> OptimizerVariable:
        weight = found.parameters[slot.parameter]
        dtype = str(found.slot(*slot).dtype)
        return OptimizerVariable(
            f"{optimizer.name}/{slot.parameter}_{weight.name}_{slot.name}",
            lambda: values(optimizer, found, slot),
            lambda value: set_values(optimizer, found, slot, real_array("value", value, dtype)),
        )

    read_only = optimizer.follows_schedule
    found = [OptimizerVariable(f"{optimizer.name}/iteration", lambda: optimizer.iterations, set_iterations)]
    if not read_only:
        rate = OptimizerVariable(
            f"{optimizer.name}/learning_rate", lambda: np.float32(optimizer.learning_rate), set_rate
        )
        found.append(rate)
    return found if network is None else found + [of_slot(slot, network) for slot in slots(optimizer, network)]
