"""The state of an optimizer in the order of Keras's variables: steps, learning rate, then slots."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._internal.arrays import Array
from .._internal.native import Network
from ..layers._tracked import outermost
from ..optimizers import Optimizer, _variables
from ..optimizers._loops import key_of
from . import hdf5, weight_tree
from .saved_model import LayersOf, SavedModel

if TYPE_CHECKING:
    import h5py

_LARGEST = 2**31 - 1


class Trained(NamedTuple):
    """A weight that training changes."""

    parameter: int | None
    """Its number in the network; None if no output of the model needs the layer."""
    array: Array


class Slot(NamedTuple):
    """A slot of one weight, such as its momentum."""

    name: str
    weight: Trained


def trained_weights(
    model: SavedModel, number_of: Callable[[Any, int], int | None], layers_of: LayersOf | None = None
) -> list[Trained]:
    """Return the weights that training changes in Keras's order, or in that of `layers_of`.

    `number_of` says which parameter of a network a weight is, given its layer and its number there.
    """
    flags = model._trained_in_fit()
    owners: dict[int, Any] = {}
    for leaf in weight_tree.leaves(model, layers_of):
        inside = leaf.owner._leaf_layers() if leaf.owner._is_own else [leaf.owner]
        owners |= {id(one): one for one in map(outermost, inside)}
    found = []
    for owner in owners.values():
        for i, (array, is_trained) in enumerate(zip(owner.weights, flags[id(owner)], strict=True)):
            if is_trained:
                found.append(Trained(number_of(owner, i), array))
    if getattr(model, "_is_subclassed", False):  # whose layers files have by the names of attributes
        places = {key_of(one): place for place, one in enumerate(model.trainable_weights)}
        found.sort(key=lambda one: places.get(key_of(one.array), len(places)))
    return found


def slots(optimizer: Optimizer, network: Network, weights: Sequence[Trained]) -> Iterator[Slot]:
    """Yield the slots of these weights in Keras's order."""
    existing = set(network.slots)
    for group in (*_variables.SHARED_SLOTS, *optimizer._slots):
        for weight in weights:
            for name in group:
                if name in existing and _shape(optimizer, network, Slot(name, weight)) is not None:
                    yield Slot(name, weight)


def _in_network(slot: Slot) -> _variables.Slot:
    assert slot.weight.parameter is not None
    return _variables.Slot(slot.name, slot.weight.parameter)


def _shape(optimizer: Optimizer, network: Network, slot: Slot) -> tuple[int, ...] | None:
    """Return the shape of a slot in Keras, None if Keras has no such slot."""
    if slot.weight.parameter is None:
        return slot.weight.array.shape
    return _variables.shape_of(optimizer, network, _in_network(slot))


def _value(optimizer: Optimizer, network: Network, slot: Slot) -> Array:
    """Return the value of a slot; of a weight that is not in the network, as if it had never been updated."""
    if slot.weight.parameter is not None:
        return _variables.values(optimizer, network, _in_network(slot))
    return slot.weight.array if slot.name == "average" else np.zeros_like(slot.weight.array)


def variables(optimizer: Optimizer, network: Network, weights: Sequence[Trained]) -> list[Array]:
    """Return Keras's variables of an optimizer and the network it trains."""
    steps = network.iterations
    found: list[Any] = [np.array(steps, np.int32 if steps <= _LARGEST else np.int64)]
    if not optimizer.follows_schedule:
        found.append(np.array(optimizer._learning_rate, np.float32))
    found += [_value(optimizer, network, slot) for slot in slots(optimizer, network, weights)]
    return found + [np.array(value, found[-1].dtype) for value in optimizer._scalars()]


class SavedState(NamedTuple):
    """The state of an optimizer in a file."""

    steps: int
    rate: float | None
    """None if there is a schedule, and in files of Keras 2, which does not save it."""
    slots: Sequence[tuple[Slot, "h5py.Dataset"]]
    """Empty before the first step, at which Keras creates them."""


def fitting(
    optimizer: Optimizer,
    network: Network,
    weights: Sequence[Trained],
    found: Sequence["h5py.Dataset"],
    where: str,
    *,
    by_slot: bool,
) -> SavedState | None:
    """Return the state in a file, or warn, as Keras does, and return None if it does not fit.

    With `by_slot` the file has one slot of all weights after the other, instead of all slots of each weight.
    """
    wanted = list(slots(optimizer, network, weights))
    if by_slot:
        names = [name for group in optimizer._slots for name in group]
        wanted.sort(key=lambda slot: names.index(slot.name))
    has_rate = not optimizer.follows_schedule and len(found) > 1 and found[1].shape == ()
    given = found[1 + has_rate :]
    shapes, saved = [_shape(optimizer, network, slot) for slot in wanted], [one.shape for one in given]
    complete = saved == shapes + [()] * len(optimizer._scalars())
    if not has_rate:  # Keras 2 saves neither this nor scalars after the slots, but the momentums of any SGD
        complete = complete or saved == (shapes or [weight.array.shape for weight in weights])
        complete = complete or saved == shapes + [(1,)] * len(weights)  # of an Adam that could have had amsgrad
    if found[0].shape == () and (complete or (not given and not found[0][()])):
        rate = float(found[1][()]) if has_rate else None
        return SavedState(int(found[0][()]), rate, list(zip(wanted, given, strict=False)))
    warnings.warn(
        f"{where}: the optimizer's state in the file does not fit this {type(optimizer).__name__} (expected"
        f" {len(variables(optimizer, network, weights))} variables, got {len(found)}, or other shapes); it is left"
        " unchanged",
        UserWarning,
        stacklevel=7,
    )
    return None


def restore(optimizer: Optimizer, network: Network, saved: SavedState) -> None:
    """Restore the state from a file."""
    for slot, dataset in saved.slots:
        if slot.weight.parameter is not None:
            value = hdf5.numbers(dataset, str(slot.weight.array.dtype))
            _variables.set_values(optimizer, network, _in_network(slot), value)
    network.iterations = saved.steps
    if saved.rate is not None and np.float32(saved.rate) != np.float32(optimizer.learning_rate):
        optimizer.learning_rate = saved.rate
