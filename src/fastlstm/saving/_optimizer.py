"""What an optimizer keeps, in the order of Keras's variables: steps, learning rate, then slots."""

import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._engine import Array, Network
from ..optimizers import Optimizer
from ..schedules import LearningRateSchedule
from . import _hdf5

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


def fits(optimizer: Optimizer, network: Network, found: Sequence["h5py.Dataset"], where: str) -> bool:
    """Return whether what was kept is of such an optimizer and model; warn where it is not, as Keras does."""
    expected = [array.shape for array in variables(optimizer, network)]
    if [dataset.shape for dataset in found] == expected or _is_unused(optimizer, found):
        return True
    warnings.warn(
        f"{where}: what the file keeps of an optimizer does not fit {type(optimizer).__name__} here ({len(found)}"
        f" variables, expected {len(expected)}, or other shapes); the optimizer stays as it is",
        UserWarning,
        stacklevel=6,
    )
    return False


def _is_unused(optimizer: Optimizer, found: Sequence["h5py.Dataset"]) -> bool:
    """Return whether no step was made: Keras makes the slots at the first one."""
    return len(found) == _numbers(optimizer) and all(one.shape == () for one in found) and not found[0][()]


def _numbers(optimizer: Optimizer) -> int:
    """Return how many variables there are before the slots: the steps and, where there is no schedule, the rate."""
    return 1 if isinstance(optimizer._learning_rate, LearningRateSchedule) else 2


def restore(optimizer: Optimizer, network: Network, found: Sequence["h5py.Dataset"]) -> None:
    """Take what was kept, which fits."""
    numbers = _numbers(optimizer)
    for slot, dataset in zip(slots(optimizer, network), found[numbers:], strict=False):
        network.set_slot(*slot, _hdf5.numbers(dataset, str(network.slot(*slot).dtype)))
    network.iterations = int(found[0][()])
    rate = None if numbers == 1 else float(found[1][()])
    if rate is not None and np.float32(rate) != np.float32(optimizer.learning_rate):
        optimizer.learning_rate = rate
