"""The state of an optimizer in the order of Keras's variables: steps, learning rate, then slots."""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._internal.arrays import Array
from .._internal.native import Network
from ..optimizers import Optimizer
from ..optimizers._variables import Slot, set_values, slots, values
from . import hdf5

if TYPE_CHECKING:
    import h5py

_LARGEST = 2**31 - 1


def variables(optimizer: Optimizer, network: Network) -> list[Array]:
    """Return Keras's variables of an optimizer and the network it trains."""
    steps = network.iterations
    found: list[Any] = [np.array(steps, np.int32 if steps <= _LARGEST else np.int64)]
    if not optimizer.follows_schedule:
        found.append(np.array(optimizer._learning_rate, np.float32))
    found += [values(optimizer, network, slot) for slot in slots(optimizer, network)]
    return found + [np.array(value, found[-1].dtype) for value in optimizer._scalars()]


class SavedState(NamedTuple):
    """The state of an optimizer in a file."""

    steps: int
    rate: float | None
    """None if there is a schedule, and in files of Keras 2, which does not save it."""
    slots: Sequence[tuple[Slot, "h5py.Dataset"]]
    """Empty before the first step, at which Keras creates them."""


def fitting(
    optimizer: Optimizer, network: Network, found: Sequence["h5py.Dataset"], where: str, *, by_slot: bool
) -> SavedState | None:
    """Return the state in a file, or warn, as Keras does, and return None if it does not fit.

    With `by_slot` the file has one slot of all weights after the other, instead of all slots of each weight.
    """
    wanted = list(slots(optimizer, network))
    if by_slot:
        names = [name for group in optimizer._slots for name in group]
        wanted.sort(key=lambda slot: names.index(slot.name))
    has_rate = not optimizer.follows_schedule and len(found) > 1 and found[1].shape == ()
    given = found[1 + has_rate :]
    shapes, saved = [values(optimizer, network, slot).shape for slot in wanted], [one.shape for one in given]
    complete = saved == shapes + [()] * len(optimizer._scalars())
    if not has_rate:  # Keras 2 saves neither this nor scalars after the slots, but the momentums of any SGD
        momentums = [parameter.shape for parameter in network.parameters if parameter.trainable]
        complete = complete or saved == (shapes or momentums)
    if found[0].shape == () and (complete or (not given and not found[0][()])):
        rate = float(found[1][()]) if has_rate else None
        return SavedState(int(found[0][()]), rate, list(zip(wanted, given, strict=False)))
    warnings.warn(
        f"{where}: the optimizer's state in the file does not fit this {type(optimizer).__name__} (expected"
        f" {len(variables(optimizer, network))} variables, got {len(found)}, or other shapes); it is left unchanged",
        UserWarning,
        stacklevel=6,
    )
    return None


def restore(optimizer: Optimizer, network: Network, saved: SavedState) -> None:
    """Restore the state from a file."""
    for slot, dataset in saved.slots:
        set_values(optimizer, network, slot, hdf5.numbers(dataset, str(network.slot(*slot).dtype)))
    network.iterations = saved.steps
    if saved.rate is not None and np.float32(saved.rate) != np.float32(optimizer.learning_rate):
        optimizer.learning_rate = saved.rate
