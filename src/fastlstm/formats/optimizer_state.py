"""What an optimizer keeps, in the order of Keras's variables: steps, learning rate, then slots."""

import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._internal.arrays import Array
from .._internal.native import Network
from ..optimizers import Optimizer
from ..schedules import LearningRateSchedule
from . import hdf5

if TYPE_CHECKING:
    import h5py

_SHARED_SLOTS = (("average",), ("gradient_accumulator",))
_LARGEST = 2**31 - 1


class Slot(NamedTuple):
    """What is kept of one weight."""

    name: str
    segment: int


def slots(optimizer: Optimizer, network: Network) -> Iterator[Slot]:
    """Yield the slots that a network has in Keras's order."""
    trained = [i for i, segment in enumerate(network.segments) if segment.trainable]
    kept = set(network.slots)
    for group in (*_SHARED_SLOTS, *optimizer._slots):
        for segment in trained:
            yield from (Slot(name, segment) for name in group if name in kept)


def variables(optimizer: Optimizer, network: Network) -> list[Array]:
    """Return Keras's variables of an optimizer and the network it trains."""
    steps = network.iterations
    found: list[Any] = [np.array(steps, np.int32 if steps <= _LARGEST else np.int64)]
    if not isinstance(optimizer._learning_rate, LearningRateSchedule):
        found.append(np.array(optimizer._learning_rate, np.float32))
    found += [network.slot(*slot) for slot in slots(optimizer, network)]
    return found + [np.array(value, found[-1].dtype) for value in optimizer._scalars()]


class Kept(NamedTuple):
    """What a file keeps of an optimizer."""

    steps: int
    rate: float | None
    """None where a schedule tells the rate, and in Keras 2, which does not keep it."""
    slots: Sequence[tuple[Slot, "h5py.Dataset"]]
    """Empty where no step was made: Keras makes them at the first one."""


def fitting(
    optimizer: Optimizer, network: Network, found: Sequence["h5py.Dataset"], where: str, *, by_slot: bool
) -> Kept | None:
    """Return what a file keeps, if it is of such an optimizer and model; else warn, as Keras does.

    `by_slot` tells whether it has one slot of all weights, and then the next, in place of all slots of a weight.
    """
    wanted = list(slots(optimizer, network))
    if by_slot:
        names = [name for group in optimizer._slots for name in group]
        wanted.sort(key=lambda slot: names.index(slot.name))
    scheduled = isinstance(optimizer._learning_rate, LearningRateSchedule)
    has_rate = not scheduled and len(found) > 1 and found[1].shape == ()
    values = found[1 + has_rate :]
    shapes, kept = [network.slot(*slot).shape for slot in wanted], [one.shape for one in values]
    complete = kept == shapes + [()] * len(optimizer._scalars())
    if not has_rate:  # Keras 2 keeps neither that nor numbers after the slots, but momentums of any SGD
        momentums = [segment.shape for segment in network.segments if segment.trainable]
        complete = complete or kept == (shapes or momentums)
    if found[0].shape == () and (complete or (not values and not found[0][()])):
        rate = float(found[1][()]) if has_rate else None
        return Kept(int(found[0][()]), rate, list(zip(wanted, values, strict=False)))
    warnings.warn(
        f"{where}: what the file keeps of an optimizer does not fit {type(optimizer).__name__} here ({len(found)}"
        f" variables, expected {len(variables(optimizer, network))}, or other shapes); the optimizer stays as it is",
        UserWarning,
        stacklevel=6,
    )
    return None


def restore(optimizer: Optimizer, network: Network, kept: Kept) -> None:
    """Take what was kept."""
    for slot, dataset in kept.slots:
        network.set_slot(*slot, hdf5.numbers(dataset, str(network.slot(*slot).dtype)))
    network.iterations = kept.steps
    if kept.rate is not None and np.float32(kept.rate) != np.float32(optimizer.learning_rate):
        optimizer.learning_rate = kept.rate
